"""Exact minimum of a quadratic over a ball: the trust-region problem, hard case included, with its S-lemma bound.

    minimise  d^H B d + 2 Re(c^H d)   over  ||d|| <= r,      B Hermitian, indefinite allowed

Lagrangian duality is lossless here (the S-lemma), so every lane is solved exactly:

    maximise  q(mu) = -c^H (B + mu I)^+ c - mu r^2   over  mu >= 0,  B + mu I >= 0

One stacked eigendecomposition turns the optimal multiplier into a root of a scalar, concave, increasing function.
NumPy, outside jit, all lanes at once.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.optim.ending import Ending

_MAX_STEPS = 200
_EPS = float(np.finfo(float).eps)
_NEGLIGIBLE = 1e-150  # of the data's own scale: smaller components would underflow when squared


class TrustRegion(NamedTuple):
    """A minimiser over the ball and the proof that nothing in the ball is lower."""

    x: np.ndarray
    """(..., n) complex, a minimiser, ||x|| <= radius."""
    value: np.ndarray
    """(...) the quadratic at ``x``, evaluated from the data."""
    multiplier: np.ndarray
    """(...) mu >= 0 with B + mu I >= 0; 0 where the radius is 0 (a single point needs no multiplier)."""
    bound: np.ndarray
    """(...) q(mu), less a bound on every rounding error that entered it: no point of the ball has a lower value."""
    ending: np.ndarray
    """(...) ``Ending``: SOLVED, or ITERATIONS where the root of the multiplier is not; ``bound`` holds all the same."""


def minimise_quadratic_over_ball(B: ArrayLike, c: ArrayLike, radius: ArrayLike) -> TrustRegion:
    """Minimise d^H B d + 2 Re(c^H d) over ||d|| <= radius, exactly, for a batch of problems.

    Args:    B (..., n, n) complex, its Hermitian part is used; c (..., n) complex; radius (...) >= 0.
             Leading axes broadcast.
    Returns: TrustRegion, leading axes broadcast; value - bound is of the order of the rounding error of the data,
             about 1e-13 (||B|| r^2 + ||c|| r).
    Raises:  ValueError if shapes disagree, an entry is not finite, or a radius is negative.
    Source:  More and Sorensen (1983) for the secular equation; spec noma_isac, A6.
    """
    B, c, radius = _broadcast(B, c, radius)
    scale = np.maximum(np.abs(B).max((-2, -1), initial=0) * radius**2, np.abs(c).max(-1, initial=0) * radius)
    scale = np.where(scale > 0, scale, 1.0)
    unit_B, unit_c = B * (radius**2 / scale)[..., None, None], c * (radius / scale)[..., None]

    eigenvalues, basis = np.linalg.eigh(unit_B)
    rotated = _apply(_adjoint(basis), unit_c)
    rotated[np.abs(rotated) < _NEGLIGIBLE] = 0
    floor = np.maximum(0, -eigenvalues[..., 0])
    shifted = eigenvalues + floor[..., None]
    excess, found = _excess_multiplier(shifted, np.abs(rotated))

    step = -_divide(rotated, shifted + excess[..., None])
    on_sphere = (floor > 0) & (excess == 0)  # hard case: c has nothing along the bottom eigenvector, so move along it
    step[..., 0] += np.where(on_sphere, np.sqrt(np.maximum(0, 1 - np.sum(np.abs(step) ** 2, -1))), 0)
    step /= np.maximum(1, np.linalg.norm(step, axis=-1))[..., None]
    point = _apply(basis, step) * radius[..., None]

    unit_multiplier, unit_bound = _dual_bound(unit_B, unit_c, eigenvalues, basis, floor + excess)
    multiplier = unit_multiplier * _divide(scale, radius**2)
    bound = np.where(radius > 0, unit_bound * scale, 0.0)
    ending = np.where(found, Ending.SOLVED, Ending.ITERATIONS)
    return TrustRegion(point, quadratic(B, c, point), multiplier, bound, ending)


def quadratic(B: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """d^H B d + 2 Re(c^H d) for B (..., n, n), c (..., n), d (..., n); real, shape (...)."""
    return np.sum(d.conj() * (_apply(B, d) + 2 * c), -1).real


def _excess_multiplier(shifted: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """nu >= 0 with || size / (shifted + nu) || = 1, or 0 where the norm stays below 1 (interior or hard case).

    1 / ||.|| is concave and increasing in nu, so Newton's method started left of the root never passes it.
    Returns: nu, and whether Newton's method was done with it.
    """
    nu = np.maximum(0, (size - shifted).max(-1, initial=0))  # each term alone may not exceed 1
    for _ in range(_MAX_STEPS):
        weight = shifted + nu[..., None]
        terms = _divide(size, weight)
        norm = np.linalg.norm(terms, axis=-1)
        following = nu + _divide(norm**2 * (norm - 1), np.sum(_divide(terms**2, weight), -1))
        rising = following > nu  # not in the interior or hard case, nor once rounding decides
        nu = np.where(rising, following, nu)
        if not rising.any():
            break
    return nu, ~rising


def _dual_bound(
    B: np.ndarray, c: np.ndarray, eigenvalues: np.ndarray, basis: np.ndarray, mu: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A multiplier just above ``mu`` and what it proves over the unit ball, trusting no eigenvalue.

    For S = B + mu I >= 0, any x and g = S x + c:  min over the ball >= x^H S x + 2 Re(c^H x) - mu - 2 ||g|| (1+||x||).
    The smallest eigenvalue of B is bounded below through the residuals of the decomposition, and mu raised by them.
    """
    n = B.shape[-1]
    rebuilt = basis * eigenvalues[..., None, :] @ _adjoint(basis)
    skew = _adjoint(basis) @ basis - np.eye(n)
    size = np.linalg.norm(B, axis=(-2, -1))
    mistrust = np.linalg.norm(B - rebuilt, axis=(-2, -1)) + np.linalg.norm(skew, axis=(-2, -1)) * size
    mu = mu + mistrust + 4 * n * _EPS * size
    x = -_apply(basis, _divide(_apply(_adjoint(basis), c), eigenvalues + mu[..., None]))
    gradient = _apply(B, x) + mu[..., None] * x + c
    length, slack = np.linalg.norm(x, axis=-1), np.linalg.norm(gradient, axis=-1)
    bound = quadratic(B, c, x) + mu * (length**2 - 1) - 2 * slack * (1 + length)
    rounding = 8 * n * _EPS * (1 + length) * ((size + mu) * (1 + length) + np.linalg.norm(c, axis=-1))
    return mu, bound - rounding


def _broadcast(B: ArrayLike, c: ArrayLike, radius: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    B, c, radius = np.asarray(B, complex), np.asarray(c, complex), np.asarray(radius, float)
    require(B.ndim >= 2 and B.shape[-1] == B.shape[-2] > 0, "B", "have axes (... n n)", f"shape {B.shape}")
    require(c.ndim >= 1 and c.shape[-1] == B.shape[-1], "c", f"have {B.shape[-1]} entries", f"shape {c.shape}")
    for name, array in {"B": B, "c": c, "radius": radius}.items():
        require(bool(np.isfinite(array).all()), name, "be finite", "NaN or inf")
    require(bool((radius >= 0).all()), "radius", "be >= 0", radius.min(initial=0))
    lanes = np.broadcast_shapes(B.shape[:-2], c.shape[:-1], radius.shape)
    B = np.broadcast_to((B + _adjoint(B)) / 2, lanes + B.shape[-2:])
    return B, np.broadcast_to(c, lanes + c.shape[-1:]), np.broadcast_to(radius, lanes)


def _adjoint(matrix: np.ndarray) -> np.ndarray:
    return matrix.conj().swapaxes(-1, -2)


def _apply(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return (matrix @ vector[..., None])[..., 0]


def _divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """numerator / denominator, and 0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)
