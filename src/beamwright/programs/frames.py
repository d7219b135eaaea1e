"""Rows of a standard form that are seen through few vectors: their part of the Schur complement by Gram matrices.

A frame B (d x s) makes s^2 rows, the coordinates of B^H W B: a received power has s = 1, a ball or an ellipsoid of
channels s = directions + 1. With F = sum_pq U_pq b_p b_q^H of one frame and F' of another

    Re tr(F Z F' S^-1) = Re sum U_pq U'_xy (b_q^H Z b'_x) (b'_y^H S^-1 b_p)

costs products of the entries of two Gram matrices in place of products of matrices. In the space of covariances the
rows of a frame add, for covariances of weights w and w',

    w w' times the map  W' -> herm(P W' R),    P = B Z B^H,   R = B S^-1 B^H

whose matrix is a Kronecker product, the same for all pairs of covariances.
"""

from collections.abc import Iterator
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import kronecker, materialise, total
from beamwright.numerics import small_matrices as la
from beamwright.optim import conic
from beamwright.programs.form import Form
from beamwright.programs.layout import Layout, matrices, slices, stacked
from beamwright.programs.schur import apply, product

_EXACT = 1e-13
"""Distance of a form to one of rank one, relative, that is rounding."""


class Seen(NamedTuple):
    """Which rows are seen through frames."""

    rows: tuple[int, ...] = ()
    """In the order of the frames."""
    groups: tuple[tuple[int, int], ...] = ()
    """(frames, s) of every run of frames of equal size."""


class Columns(NamedTuple):
    """Vectors of all frames side by side; lanes last in a kernel, drops first on the host."""

    vectors: tuple = ()
    """(d, columns, blocks, lanes) of every stack of covariances, scaled by the weight of the form."""
    signs: tuple = ()
    """(columns, blocks, lanes): 1, -1, or 0 where there is no form."""


class Sets(NamedTuple):
    """Frames of all matrices of A, of equal size side by side; lanes last in a kernel, drops first on the host.

    A set of channels is one, and so is y I + B^H Phi B >= 0 of a chance constraint.
    """

    frames: tuple = ()
    """B (d, s, frames, lanes) of every stack of matrices."""
    weights: tuple = ()
    """(covariances, frames, lanes) of every stack."""
    norms: tuple = ()
    """F (q, d^2, lanes) of every second-order cone, whose rows are w F in a covariance of weight w."""
    curvatures: tuple = ()
    """F^T J F (d^2, d^2, lanes), J = diag(1, -1, ..., -1)."""
    norm_weights: tuple = ()
    """(covariances, lanes) of every second-order cone."""


def sets(form: Form) -> Sets:
    """Frames and weights where all matrices of A are seen through frames, norms see all covariances alike, and these
    are of one size."""
    layout = form.layout
    if layout.zero or not layout.matrices or len(set(layout.blocks)) != 1:
        return Sets()
    blocks, frames, weights = layout.columns[: len(layout.blocks)], [], []
    given = form.frames or (None,) * len(layout.matrices)
    for rows, frame in zip(layout.matrix_cones, given, strict=True):
        forms = [matrices(form.a[:, rows, block]) for block in blocks]
        frame = _frame_of(forms) if frame is None else frame
        if frame is None:
            return Sets()
        frames.append(frame)
        weights.append(np.stack([_weight(f, frame) for f in forms], -1))
    runs, norms = slices([count for count, _ in stacked(layout.matrices)]), []
    for rows in layout.norm_cones:
        f, w = _common_factor(np.stack([form.a[:, rows, block] for block in blocks], 1))
        if f is None:
            return Sets()
        turned = np.swapaxes(f, 1, 2) * np.r_[1.0, -np.ones(f.shape[1] - 1)]
        norms.append((f, turned @ f, w))
    return Sets(
        tuple(np.stack(frames[run], -1) for run in runs),
        tuple(np.stack(weights[run], -1) for run in runs),
        *zip(*norms, strict=True),
    )


def _common_factor(rows: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """F (drops, q, d^2) and weights (drops, covariances) of rows w F (drops, covariances, q, d^2), if there are."""
    size = np.einsum("dkqn,dkqn->k", rows, rows)
    f = rows[:, int(size.argmax())]
    square = np.einsum("dqn,dqn->d", f, f)
    w = np.einsum("dkqn,dqn->dk", rows, f) / np.where(square > 0, square, 1)[:, None]
    rest = np.abs(rows - w[:, :, None, None] * f[:, None]).max(axis=(1, 2, 3))
    return (f if (rest <= _EXACT * np.abs(rows).max(axis=(1, 2, 3))).all() else None), w


def _frame_of(forms: list[np.ndarray]) -> np.ndarray | None:
    """B (drops, d, s) through which forms (drops, s^2, d, d) of all covariances see, if there is one.

    The longest vector is that of its power; of the others, those of the mixed entries b_p b_q^H with it.
    """
    most = max(forms, key=lambda f: float(np.abs(f).sum()))
    drops, s = len(most), round(most.shape[1] ** 0.5)
    table = most.reshape(drops, s, s, *most.shape[2:])
    powers = np.einsum("dppaa->dp", table.real)
    p = int(np.abs(powers).sum(axis=0).argmax())
    b, sign, _ = _factor(table[:, p, p][:, None])
    size = (np.abs(b) ** 2).sum(axis=2)
    if (size == 0).any():
        return None
    frame = np.zeros((drops, most.shape[2], s), complex)
    for q in range(s):
        low, high = min(p, q), max(p, q)
        mixed = table[:, p, p] if p == q else (table[:, low, high] - 1j * table[:, high, low]) / np.sqrt(2)
        mixed = mixed if q <= p else np.conj(np.swapaxes(mixed, 1, 2))
        frame[:, :, q] = np.einsum("dab,db->da", mixed, b[:, 0]) * sign / size
    seen = frame[:, None] @ matrices(np.eye(s * s)) @ np.conj(np.swapaxes(frame, 1, 2))[:, None]
    for f in forms:
        rest = f - _weight(f, frame)[:, None, None, None] * seen
        if (np.abs(rest).max(axis=(1, 2, 3)) > _EXACT * np.abs(most).max(axis=(1, 2, 3))).any():
            return None
    return frame


def gram_of_covariances(found: Sets, scaling: conic.Scaling, first_stack: int) -> Array:
    """Schur complement of all frames and norms in the space of covariances, (covariances d^2, covariances d^2, lanes).

    That of a norm is w w' (2 v v^T - F^T J F)/eta^2 with v = F^T m, for W^-2 = (2 m m^T - J)/eta^2.
    """
    terms: list[tuple[Array, Array]] = []
    for i, (frames, weights) in enumerate(zip(found.frames, found.weights, strict=True)):
        z, s = scaling.z[first_stack + i], scaling.s_inverse[first_stack + i]
        d = len(frames)

        def core(given: tuple[Array, Array, Array], d: int = d) -> Array:
            frame, z, s = given
            p, r = (materialise(product(frame, materialise(product(x, la.dagger(frame))))) for x in (z, s))
            return kronecker(p[:, :, None], r[:, :, None]).reshape(d * d, d * d, -1)

        cores = lax.map(core, tuple(jnp.moveaxis(x, 2, 0) for x in (frames, z, s)))
        terms += [(weights[:, k], cores[k]) for k in range(frames.shape[2])]
    norms = zip(found.norms, found.curvatures, found.norm_weights, scaling.norms, strict=True) if found.norms else ()
    for f, curvature, weights, by in norms:
        v = materialise(apply(jnp.swapaxes(f, 0, 1), by.u))
        terms.append((weights, by.c * (2.0 * v[:, None] * v[None] - curvature)))
    pairs = materialise([w[:, None] * w[None] for w, _ in terms])
    whole = total(w[:, None, :, None] * core[None, :, None] for w, (_, core) in zip(pairs, terms, strict=True))
    return whole.reshape(*2 * (whole.shape[0] * whole.shape[1],), -1)


def seen_rows(form: Form) -> tuple[Seen, Columns]:
    """Rows of rank one in every drop, and those of sets of channels; none where they are less than half of all.

    Rows of other kinds cost what they always do, and most of the Schur complement where they are many.
    """
    layout = form.layout
    framed = [(s, frame) for s, frame in zip(layout.matrix_cones, form.frames, strict=False) if frame is not None]
    inside = np.concatenate([np.arange(s.start, s.stop) for s, _ in framed]) if framed else np.zeros(0, int)
    single = _rank_one_rows(layout, form.a, np.setdiff1d(np.arange(layout.entries), inside))
    if 2 * (len(single) + len(inside)) < layout.entries or not layout.blocks:
        return Seen(), Columns()
    groups = ((len(single), 1),) if len(single) else ()
    for size in sorted({frame.shape[-1] for _, frame in framed}):
        groups = (*groups, (sum(frame.shape[-1] == size for _, frame in framed), size))
    framed.sort(key=lambda pair: pair[1].shape[-1])  # stable: those of equal size stay in order
    rows = [*single, *(row for s, _ in framed for row in range(s.start, s.stop))]
    per_block = [_columns(form.a, s, single, framed) for s in layout.columns[: len(layout.blocks)]]
    vectors, signs, at = [], [], 0
    for blocks, _ in layout.cone.psd[: len(set(layout.blocks))]:
        v, sign = zip(*per_block[at : at + blocks], strict=True)
        vectors.append(np.stack(v, -1))
        signs.append(np.stack(sign, -1))
        at += blocks
    return Seen(tuple(int(r) for r in rows), groups), Columns(tuple(vectors), tuple(signs))


def _rank_one_rows(layout: Layout, a: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Those of the rows whose form in every covariance is s v v^H, in every drop."""
    for some in (slice(0, 1), slice(None)):  # most rows of other ranks are told by the first drop
        for s in layout.columns[: len(layout.blocks)]:
            rows = rows[_factor(matrices(a[some][:, rows, s]))[2]]
    return rows


def _columns(
    a: np.ndarray, block: slice, single: np.ndarray, framed: list[tuple[slice, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (drops, d, columns) and signs (drops, columns) of all frames in one covariance."""
    v, sign, _ = _factor(matrices(a[:, single, block]))
    vectors, signs = [np.swapaxes(v, 1, 2)], [sign]
    for s, frame in framed:
        weight, size = _weight(matrices(a[:, s.start : s.stop, block]), frame), frame.shape[-1]
        vectors.append(np.sqrt(np.abs(weight))[:, None, None] * frame)
        signs.append(np.repeat(np.sign(weight)[:, None], size, axis=1))
    return np.concatenate(vectors, axis=2), np.concatenate(signs, axis=1)


def _weight(f: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """w (drops,) with which forms (drops, s^2, d, d) see through a frame (drops, d, s): that of its longest vector."""
    drops, longest = np.arange(len(f)), (np.abs(frame) ** 2).sum(axis=1).argmax(axis=1)
    b = frame[drops, :, longest]
    size = (np.abs(b) ** 2).sum(axis=1)
    trace = np.trace(f[drops, longest * (frame.shape[-1] + 1)], axis1=1, axis2=2).real
    return trace / np.where(size > 0, size, 1)


def _factor(f: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """v (drops, rows, d), s (drops, rows) of forms (drops, rows, d, d), and which rows are s v v^H in all drops."""
    diagonal = np.diagonal(f, axis1=-2, axis2=-1).real
    top = np.abs(diagonal).argmax(axis=-1)[..., None]
    pivot = np.take_along_axis(diagonal, top, -1)
    column = np.take_along_axis(f, top[..., None], -1)[..., 0]
    v = column / np.sqrt(np.where(pivot == 0, 1, np.abs(pivot)))
    sign = np.sign(pivot[..., 0])
    rest = f - sign[..., None, None] * v[..., :, None] * np.conj(v[..., None, :])
    small = np.abs(rest).max(axis=(-2, -1), initial=0) <= _EXACT * np.abs(f).max(axis=(-2, -1), initial=0)
    return v, sign, small.all(axis=0)


def gram_of_rows(columns: Columns, groups: tuple[tuple[int, int], ...], scaling: conic.Scaling) -> Array:
    """Schur complement of the rows seen through frames, (rows, rows, lanes), summed over all covariances."""
    pairs = [(g, h) for g in range(len(groups)) for h in range(g, len(groups))]
    sums: list[Pair] = []
    for v, signs, z, s in zip(columns.vectors, columns.signs, scaling.z, scaling.s_inverse, strict=False):

        def of_block(
            k: Array, sums: list[Pair], v: Array = v, signs: Array = signs, z: Array = z, s: Array = s
        ) -> list[Pair]:
            one, sign, z, s = (lax.dynamic_index_in_dim(x, k, x.ndim - 2, keepdims=False) for x in (v, signs, z, s))
            one = materialise((one.real, one.imag))
            first, second = _seen_through(one, z, sign), _seen_through(one, s)
            products = _products(first, second, groups, pairs)
            return [(a + c, b + d) for (a, b), (c, d) in zip(sums, products, strict=True)]

        lanes = v.shape[-1]
        start = sums or [_nothing(groups[g], groups[h], lanes) for g, h in pairs]
        sums = lax.fori_loop(0, v.shape[2], of_block, start)
    blocks = {pair: _coordinates(x, groups[pair[0]], groups[pair[1]]) for pair, x in zip(pairs, sums, strict=True)}
    whole = [
        [blocks[g, h] if g <= h else jnp.swapaxes(blocks[h, g], 0, 1) for h in range(len(groups))]
        for g in range(len(groups))
    ]
    return jnp.concatenate([jnp.concatenate(line, axis=1) for line in whole], axis=0)


Pair = tuple[Array, Array]
"""Real and imaginary part: arrays of complex numbers are slow over lanes."""


def _seen_through(v: Pair, m: Array, sign: Array | None = None) -> Pair:
    """V^H M V (columns, columns, lanes), rows and columns times ``sign``."""
    (a, b), (c, d) = v, materialise((m.real, m.imag))
    e = la.matmul(c, a) - la.matmul(d, b)
    f = la.matmul(c, b) + la.matmul(d, a)
    if sign is not None:
        e, f, a, b = e * sign[None], f * sign[None], a * sign[None], b * sign[None]
    a, b, e, f = materialise((a.swapaxes(0, 1), b.swapaxes(0, 1), e, f))
    return la.matmul(a, e) + la.matmul(b, f), la.matmul(a, f) - la.matmul(b, e)


def _products(
    first: Pair, second: Pair, groups: tuple[tuple[int, int], ...], pairs: list[tuple[int, int]]
) -> Iterator[Pair]:
    """Products (f, p, q, g, x, y, lanes) of Gram matrices (columns, columns, lanes), pair of groups by pair."""
    ends = np.concatenate([[0], np.cumsum([count * s for count, s in groups])]).astype(int)
    if any(s > 1 for _, s in groups):
        first, second = materialise((first, second))
    for g, h in pairs:
        mine, its = slice(ends[g], ends[g + 1]), slice(ends[h], ends[h + 1])
        (f, s), (e, t), lanes = groups[g], groups[h], first[0].shape[-1]
        a, b = (x[mine, its].reshape(f, 1, s, e, t, 1, lanes) for x in first)  # f . q g x .
        c, d = (x[mine, its].reshape(f, s, 1, e, 1, t, lanes) for x in second)  # conjugate: f p . g . y
        if s == t == 1:
            yield a * c + b * d, jnp.zeros((0, lanes))
        else:
            yield a * c + b * d, b * c - a * d


def _nothing(mine: tuple[int, int], its: tuple[int, int], lanes: int) -> Pair:
    (f, s), (e, t) = mine, its
    return jnp.zeros((f, s, s, e, t, t, lanes)), jnp.zeros((0, lanes) if s == t == 1 else (f, s, s, e, t, t, lanes))


def _coordinates(x: Pair, mine: tuple[int, int], its: tuple[int, int]) -> Array:
    """Rows and columns of real coordinates of products (f, p, q, g, x, y, lanes)."""
    (f, s), (e, t) = mine, its
    if s == t == 1:
        return x[0].reshape(f, e, -1)
    x = materialise(_on_units(*x, 1, s))
    return _on_units(*x, 4, t)[0].reshape(f * s * s, e * t * t, -1)


def _on_units(a: Array, b: Array, axis: int, size: int) -> Pair:
    """Sums over the units of real coordinates in place of x_pq: (x_pq + x_qp)/sqrt 2, i (x_qp - x_pq)/sqrt 2, x_pp."""
    shape = [1] * a.ndim
    shape[axis] = shape[axis + 1] = size
    p, q = np.indices((size, size))
    above, below = ((m / np.sqrt(2)).reshape(shape) for m in (p < q, p > q))
    on = (p == q).reshape(shape)
    c, d = (jnp.swapaxes(x, axis, axis + 1) for x in (a, b))
    return above * (a + c) + below * (b - d) + on * a, above * (b + d) + below * (c - a) + on * b
