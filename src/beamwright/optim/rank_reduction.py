"""Rank reduction of semidefinite solutions on the face they lie in, for a batch of lanes.

Given Y_1..Y_B >= 0 and Hermitian functionals v_f = sum_k tr(A_fk Y_k), move along

    Y_k <- V_k (I + t D_k) V_k^H,     Y_k = V_k V_k^H,     sum_k tr(V_k^H A_fk V_k D_k) = 0  for every active f

until an eigenvalue reaches zero. A nonzero direction D exists whenever sum_k rank(Y_k)^2 exceeds the number of active
functionals, so the end satisfies Pataki's bound. NumPy, outside jit, one stacked SVD per step.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.optim.ending import Ending

_NULL = 1e-12  # singular values below this share of ||A_f|| tr(Y) count as zero
_GROWTH = 10.0  # no step multiplies an eigenvalue by more than 1 + this


class RankReduction(NamedTuple):
    """Blocks of lower rank with the same active functionals."""

    x: np.ndarray
    """(lanes, blocks, d, d) Hermitian PSD."""
    ranks: np.ndarray
    """(lanes, blocks) eigenvalues above ``tolerance`` times the lane's trace."""
    active: np.ndarray
    """(lanes, functionals) those preserved at the end: the given ones and those that became tight on the way."""
    iterations: np.ndarray
    """(lanes,) moves made."""
    ending: np.ndarray
    """(lanes,) ``Ending``: SOLVED where ranks are at most one or no direction is left, else ITERATIONS."""


def reduce_rank(
    blocks: ArrayLike,
    functionals: ArrayLike,
    active: ArrayLike,
    slack: ArrayLike,
    tolerance: float = 1e-12,
) -> RankReduction:
    """Lower the ranks of PSD blocks, keeping active functionals and never violating the others.

    Args:    blocks (lanes, blocks, d, d) Hermitian PSD; functionals (lanes, functionals, blocks, d, d) Hermitian;
             active (lanes, functionals) bool: value to be preserved (list the objective among them);
             slack (lanes, functionals) >= 0: how far each functional may fall (ignored where active). A functional
             that meets its limit joins the active ones. tolerance: eigenvalues below this share of the trace are zero.
    Returns: RankReduction; a lane stops when all its blocks have rank <= 1 or no direction is left. Eigenvalues at the
             noise level of an interior-point solution are moved, not cut, so functionals keep their values.
    Raises:  ValueError if shapes disagree, an entry is not finite or a slack is negative.
    Source:  Pataki (1998); Huang and Palomar (2010); spec noma_isac, A4 (2).
    """
    Y, A, tight, room = _checked(blocks, functionals, active, slack)
    lanes, count, d = Y.shape[:3]
    iterations, moving = np.zeros(lanes, int), np.ones(lanes, bool)
    for _ in range(count * d + A.shape[1]):
        V, kept = _factor(Y, tolerance)
        moving &= (kept.sum(-1) > 1).any(-1)
        if not moving.any():
            break
        rows = np.where(tight[..., None], _compressed(A, V, Y), 0)
        direction, found = _null_direction(rows, kept)
        moving &= found
        length = np.where(moving, _longest_step(direction), 0)
        change = np.einsum("lfbij,lbji->lf", A, V @ direction @ _adjoint(V), optimize=True).real
        length, tight = _stop_at_limits(length, change, room, tight, moving)
        Y = _hermitian(V @ (np.eye(d) + length[:, None, None, None] * direction) @ _adjoint(V))
        room = np.maximum(0, room + length[:, None] * change)
        iterations += moving
    V, kept = _factor(Y, tolerance)
    unfinished = moving & (kept.sum(-1) > 1).any(-1)
    ending = np.where(unfinished, Ending.ITERATIONS, Ending.SOLVED)
    return RankReduction(_hermitian(V @ _adjoint(V)), kept.sum(-1), tight, iterations, ending)


def _factor(Y: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """V with Y = V V^H, columns from the largest eigenvalue to the smallest, and which of them are nonzero."""
    values, vectors = np.linalg.eigh(Y)
    values, vectors = values[..., ::-1], vectors[..., ::-1]
    trace = np.maximum(values, 0).sum((-2, -1), keepdims=True)
    kept = values > tolerance * trace
    return vectors * np.sqrt(np.where(kept, values, 0))[..., None, :], kept


def _compressed(A: np.ndarray, V: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Rows svec(V_k^H A_fk V_k) over the blocks, relative to ||A_f|| tr(Y); (lanes, functionals, blocks d^2)."""
    rows = _svec(_adjoint(V)[:, None] @ A @ V[:, None])
    size = np.sqrt(np.sum(np.abs(A) ** 2, (-3, -2, -1))) * np.einsum("lbii->l", Y).real[:, None]
    return rows / np.where(size > 0, size, 1)[..., None]


def _null_direction(rows: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D (lanes, blocks, d, d) that no row sees, and whether there is one.

    First choice: the projection of "shrink everything but each block's largest eigenvalue"; where the rows forbid
    exactly that, the projection of a fixed generic direction.
    """
    lanes, count, d = kept.shape
    inside = _svec(np.ones((d, d)) * kept[..., :, None] * kept[..., None, :] * (1 + 1j)) != 0
    _, sigma, right = np.linalg.svd(rows, full_matrices=False)
    right = np.where((sigma > _NULL)[..., None], right, 0)
    found = inside.sum(-1) > (sigma > _NULL).sum(-1)

    def projected(wish: np.ndarray) -> np.ndarray:
        for _ in range(2):  # twice is enough, also when little survives
            wish = wish - np.einsum("lrn,lr->ln", right, np.einsum("lrn,ln->lr", right, wish))
        return wish

    minor = kept & (np.arange(d) > 0)
    wish = projected(_svec(-np.eye(d) * minor[..., None, :]))
    generic = projected(inside * np.cos(1.0 + np.arange(inside.shape[-1])))
    wish = np.where((np.linalg.norm(wish, axis=-1) > 1e-6)[:, None], wish, generic)
    return _smat(wish, count, d), found


def _longest_step(direction: np.ndarray) -> np.ndarray:
    """t with I + t D >= 0 and singular: forwards, or backwards if forwards some eigenvalue would grow too much."""
    values = np.linalg.eigvalsh(direction)
    least, most = values.min((-2, -1)), values.max((-2, -1))
    forwards = -least * _GROWTH >= most
    bound = np.where(forwards, -least, -most)
    return np.divide(1, bound, out=np.zeros_like(bound), where=bound != 0)


def _stop_at_limits(
    length: np.ndarray, change: np.ndarray, slack: np.ndarray, active: np.ndarray, moving: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Shorten each step to where the first inactive functional meets its limit, and make that one active."""
    fall = np.where(active, 0, -length[:, None] * change)
    share = np.divide(slack, fall, out=np.full_like(slack, np.inf), where=fall > 0).min(-1, initial=1)
    meets = (fall > 0) & (slack <= share[:, None] * fall) & (share < 1)[:, None] & moving[:, None]
    return length * share, active | meets


def _checked(
    blocks: ArrayLike, functionals: ArrayLike, active: ArrayLike, slack: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    Y, A = np.asarray(blocks, complex), np.asarray(functionals, complex)
    active, slack = np.asarray(active, bool), np.asarray(slack, float)
    require(Y.ndim == 4 and Y.shape[-1] == Y.shape[-2], "blocks", "have axes (lanes blocks d d)", f"shape {Y.shape}")
    wanted = (Y.shape[0], A.shape[1] if A.ndim == 5 else 0, *Y.shape[1:])
    require(A.shape == wanted, "functionals", f"have shape (lanes functionals blocks d d) as {wanted}", A.shape)
    require(active.shape == wanted[:2], "active", f"have shape {wanted[:2]}", active.shape)
    require(slack.shape == wanted[:2], "slack", f"have shape {wanted[:2]}", slack.shape)
    for name, array in {"blocks": Y, "functionals": A, "slack": np.where(active, 0, slack)}.items():
        require(bool(np.isfinite(array).all()), name, "be finite", "NaN or inf")
    require(
        bool((active | (slack >= 0)).all()), "slack", "be >= 0 where a functional is inactive", slack.min(initial=0)
    )
    return _hermitian(Y), _hermitian(A), active, np.where(active, 0, slack)


def _svec(matrices: np.ndarray) -> np.ndarray:
    """Real coordinates of Hermitian (..., blocks, d, d) with <A, B> = svec(A) . svec(B); (..., blocks d^2)."""
    rows, columns = np.triu_indices(matrices.shape[-1], 1)
    upper = np.sqrt(2) * matrices[..., rows, columns]
    flat = np.concatenate([np.einsum("...ii->...i", matrices).real, upper.real, upper.imag], -1)
    return flat.reshape(*flat.shape[:-2], -1)


def _smat(vector: np.ndarray, count: int, d: int) -> np.ndarray:
    """Inverse of ``_svec``."""
    flat = vector.reshape(*vector.shape[:-1], count, d * d)
    rows, columns = np.triu_indices(d, 1)
    pairs = len(rows)
    matrix = np.zeros((*flat.shape[:-1], d, d), complex)
    matrix[..., rows, columns] = (flat[..., d : d + pairs] + 1j * flat[..., d + pairs :]) / np.sqrt(2)
    return matrix + _adjoint(matrix) + np.eye(d) * flat[..., :d][..., None]


def _hermitian(matrix: np.ndarray) -> np.ndarray:
    return (matrix + _adjoint(matrix)) / 2


def _adjoint(matrix: np.ndarray) -> np.ndarray:
    return matrix.conj().swapaxes(-1, -2)
