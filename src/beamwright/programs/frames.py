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

from beamwright.numerics import kronecker, materialise
from beamwright.numerics import small_matrices as la
from beamwright.optim import conic
from beamwright.programs.form import Form
from beamwright.programs.layout import Layout, matrices, slices, stacked
from beamwright.programs.schur import product

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
    """Frames of all matrices of A, of equal size side by side; lanes last in a kernel, drops first on the host."""

    frames: tuple = ()
    """B (d, s, frames, lanes) of every stack of matrices."""
    weights: tuple = ()
    """(covariances, frames, lanes) of every stack."""


def sets(form: Form) -> Sets:
    """Frames and weights where every matrix of A has a frame, covariances are of one size, and there are no norms."""
    layout = form.layout
    frames = [frame for frame in form.frames if frame is not None]
    framed = len(frames) == len(layout.matrices) > 0
    if not framed or layout.norms or layout.zero or len(set(layout.blocks)) != 1:
        return Sets()
    blocks = layout.columns[: len(layout.blocks)]
    weights = [
        np.stack([_weight(matrices(form.a[:, rows, block]), frame) for block in blocks], -1)
        for rows, frame in zip(layout.matrix_cones, frames, strict=True)
    ]
    runs = slices([count for count, _ in stacked(layout.matrices)])
    return Sets(tuple(np.stack(frames[run], -1) for run in runs), tuple(np.stack(weights[run], -1) for run in runs))


def gram_of_covariances(found: Sets, scaling: conic.Scaling, first_stack: int) -> Array:
    """Schur complement of all frames in the space of covariances, (covariances d^2, covariances d^2, lanes)."""
    whole: Array | float = 0.0
    for i, (frames, weights) in enumerate(zip(found.frames, found.weights, strict=True)):
        turned = la.dagger(frames)
        p, r = (
            materialise(product(frames, materialise(product(x[first_stack + i], turned))))
            for x in (scaling.z, scaling.s_inverse)
        )
        d, (count, _, lanes) = len(frames), weights.shape

        def add(k: Array, sums: Array, p: Array = p, r: Array = r, weights: Array = weights, d: int = d) -> Array:
            one, other = (lax.dynamic_slice_in_dim(x, k, 1, 2) for x in (p, r))
            w = lax.dynamic_index_in_dim(weights, k, 1, keepdims=False)
            mixed = kronecker(one, other).reshape(1, d * d, 1, d * d, -1)
            return sums + materialise(w[:, None] * w[None])[:, None, :, None] * mixed

        start = jnp.zeros((count, d * d, count, d * d, lanes))
        sums = lax.fori_loop(0, frames.shape[2], add, start)
        whole = whole + sums.reshape(count * d * d, count * d * d, lanes)
    return whole  # type: ignore[return-value]


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
    sums: list[Array] = []
    for v, signs, z, s in zip(columns.vectors, columns.signs, scaling.z, scaling.s_inverse, strict=False):

        def of_block(
            k: Array, sums: list[Array], v: Array = v, signs: Array = signs, z: Array = z, s: Array = s
        ) -> list[Array]:
            one, sign, z, s = (lax.dynamic_index_in_dim(x, k, x.ndim - 2, keepdims=False) for x in (v, signs, z, s))
            left = la.dagger(one)
            first, second = (materialise(product(left, materialise(product(m, one)))) for m in (z, s))
            first = materialise(first * (sign[:, None] * sign[None]))
            products = _products(first, second, groups, pairs)
            return [total + new for total, new in zip(sums, products, strict=True)]

        lanes = v.shape[-1]
        start = sums or [_nothing(groups[g], groups[h], lanes) for g, h in pairs]
        sums = lax.fori_loop(0, v.shape[2], of_block, start)
    blocks = {pair: _coordinates(x, groups[pair[0]], groups[pair[1]]) for pair, x in zip(pairs, sums, strict=True)}
    whole = [
        [blocks[g, h] if g <= h else jnp.swapaxes(blocks[h, g], 0, 1) for h in range(len(groups))]
        for g in range(len(groups))
    ]
    return jnp.concatenate([jnp.concatenate(line, axis=1) for line in whole], axis=0)


def _products(
    first: Array, second: Array, groups: tuple[tuple[int, int], ...], pairs: list[tuple[int, int]]
) -> Iterator[Array]:
    """Products (f, p, q, g, x, y, lanes) of Gram matrices (columns, columns, lanes), pair of groups by pair."""
    ends = np.concatenate([[0], np.cumsum([count * s for count, s in groups])]).astype(int)
    for g, h in pairs:
        mine, its = slice(ends[g], ends[g + 1]), slice(ends[h], ends[h + 1])
        (f, s), (e, t), lanes = groups[g], groups[h], first.shape[-1]
        z = first[mine, its].reshape(f, s, e, t, lanes)  # f q g x
        w = second[its, mine].reshape(e, t, f, s, lanes).transpose(2, 3, 0, 1, 4)  # f p g y
        if s == t == 1:
            yield (z * w).real.reshape(f, 1, 1, e, 1, 1, lanes)
        else:
            yield z[:, None, :, :, :, None] * w[:, :, None, :, None]


def _nothing(mine: tuple[int, int], its: tuple[int, int], lanes: int) -> Array:
    (f, s), (e, t) = mine, its
    return jnp.zeros((f, s, s, e, t, t, lanes), float if s == t == 1 else complex)


def _coordinates(x: Array, mine: tuple[int, int], its: tuple[int, int]) -> Array:
    """Rows and columns of real coordinates of products (f, p, q, g, x, y, lanes)."""
    (f, s), (e, t) = mine, its
    if s == t == 1:
        return x.reshape(f, e, -1)
    x = materialise(_on_units(x, 1, s))
    return _on_units(x, 4, t).real.reshape(f * s * s, e * t * t, -1)


def _on_units(x: Array, axis: int, size: int) -> Array:
    """Sums over the units of real coordinates in place of x_pq: (x_pq + x_qp)/sqrt 2, i (x_qp - x_pq)/sqrt 2, x_pp."""
    shape = [1] * x.ndim
    shape[axis] = shape[axis + 1] = size
    p, q = np.indices((size, size))
    above, below = ((m / np.sqrt(2)).reshape(shape) for m in (p < q, p > q))
    turned = jnp.swapaxes(x, axis, axis + 1)
    return (above - 1j * below + (p == q).reshape(shape)) * x + (above + 1j * below) * turned
