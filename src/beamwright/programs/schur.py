"""Schur complements of standard forms: scalings of cones on few columns at a time, rows of rank one by their vectors.

With F_r = s_r v_r v_r^H on a covariance an entry of the Schur complement costs two products of Gram matrices instead of
two of matrices:

    Re tr(F_r Z F_t S^-1) = s_r s_t Re [ (v_r^H Z v_t) conj(v_r^H S^-1 v_t) ]
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import from_hermitian, materialise, total
from beamwright.numerics import small_matrices as la
from beamwright.optim import conic
from beamwright.programs.layout import Layout, matrices
from beamwright.programs.sides import Side, joined, parts

_UNROLLED = 12
_CHUNK = 8
_EXACT = 1e-13
"""Distance of a form to one of rank one, relative, that is rounding."""


class RankOne(NamedTuple):
    """Rows whose forms in every covariance are s v v^H; lanes last in a kernel, drops first on the host."""

    vectors: tuple
    """v (d, rows, blocks, lanes) of every stack of covariances."""
    signs: tuple
    """s (rows, blocks, lanes): 1, -1, or 0 where there is no form."""


def rank_one_rows(layout: Layout, a: np.ndarray) -> tuple[tuple[int, ...], RankOne]:
    """Rows of A (drops, m, n) that are of rank one in every drop, and their vectors, drops first.

    None where they are less than half, for then the others make up the cost of the Schur complement.
    """
    rows = np.arange(layout.entries)
    blocks = layout.columns[: len(layout.blocks)]
    for some in (slice(0, 1), slice(None)):  # most rows of other ranks are told by the first drop
        for s in blocks:
            rows = rows[_factor(matrices(a[some][:, rows, s]))[2]]
    found, at = RankOne((), ()), 0
    if 2 * len(rows) < layout.entries:
        return (), found
    sizes = list(layout.blocks)
    for d in sorted(set(sizes)):
        stack = blocks[at : at + sizes.count(d)]
        at += len(stack)
        v, signs, _ = zip(*(_factor(matrices(a[:, rows, s])) for s in stack), strict=True)
        found = RankOne((*found.vectors, np.moveaxis(np.stack(v, -1), 2, 1)), (*found.signs, np.stack(signs, -1)))
    return tuple(int(r) for r in rows), found


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


def rank_one_gram(columns: RankOne, scaling: conic.Scaling) -> Array:
    """Schur complement of the rows of rank one, (rows, rows, lanes), summed over all covariances."""
    whole = jnp.zeros(())
    for v, signs, z, s in zip(columns.vectors, columns.signs, scaling.z, scaling.s_inverse, strict=False):

        def of_block(k: Array, v: Array = v, signs: Array = signs, z: Array = z, s: Array = s) -> Array:
            one, sign, z, s = (lax.dynamic_index_in_dim(x, k, x.ndim - 2, keepdims=False) for x in (v, signs, z, s))
            left = la.dagger(one)
            first, second = (materialise(_product(left, materialise(_product(m, one)))) for m in (z, s))
            return sign[:, None] * sign[None] * (first.real * second.real + first.imag * second.imag)

        rows = v.shape[1]
        start = jnp.zeros((rows, rows, v.shape[-1]))
        whole = whole + lax.fori_loop(0, v.shape[2], lambda k, sum, f=of_block: sum + f(k), start)
    return whole


def scale(side: Side, scaling: conic.Scaling, x: Array) -> Array:
    """H x for x (size, lanes)."""
    matrices, values, norms = parts(side, x)
    for i, u in enumerate(matrices):
        z, s = scaling.z[side.first_stack + i], scaling.s_inverse[side.first_stack + i]
        matrices[i] = la.hermitian(_product(materialise(_product(z, u)), s))
    first, count = side.first_nonnegative, side.nonnegative[1]
    cones = [jnp.einsum("pql,ql->pl", w, v) for w, v in zip(scaling.soc, norms, strict=True)] if side.norms else []
    return joined(side, matrices, scaling.ratio[first : first + count] * values, cones)


def gram(side: Side, scaling: conic.Scaling, left: Array, right: Array) -> Array:
    """left H right^T for rows (rows, size, lanes); a column at a time, which stays in the cache and compiles fast."""
    scaled = lax.map(lambda x: scale(side, scaling, x), right)
    return jnp.einsum("inl,jnl->ijl", left, materialise(scaled))


def block_diagonal(side: Side, scaling: conic.Scaling) -> Array:
    """H as a matrix (size, size, lanes)."""
    lanes = scaling.ratio.shape[-1]
    whole = jnp.zeros((side.size, side.size, lanes))
    at = side.matrices
    for i, (blocks, d) in enumerate(side.stacks):
        stack = _on_units(d, scaling.z[side.first_stack + i], scaling.s_inverse[side.first_stack + i])
        stack = materialise(0.5 * (stack + jnp.swapaxes(stack, 0, 1)))
        for k in range(blocks):
            whole = whole.at[at : at + d * d, at : at + d * d].set(stack[:, :, k])
            at += d * d
    (first, count), of = side.nonnegative, side.first_nonnegative
    index = np.arange(first, first + count)
    whole = whole.at[index, index].set(scaling.ratio[of : of + count])
    at = first + count
    for w, q in zip(scaling.soc, side.norms, strict=True) if side.norms else ():
        whole = whole.at[at : at + q, at : at + q].set(w)
        at += q
    return whole


def _on_units(d: int, z: Array, s: Array) -> Array:
    """H on the units of the coordinates of d x d matrices, (d^2, d^2, blocks, lanes).

    A unit is alpha E_pq + beta E_qp, and Z E_pq S^-1 is the product of a column and a row.
    """
    p, q = (x.ravel() for x in np.indices((d, d)))
    above, below = (p < q) / np.sqrt(2), (p > q) / np.sqrt(2)
    alpha, beta = above - 1j * below + (p == q), above + 1j * below

    def image(unit: tuple[Array, ...]) -> Array:
        p, q, alpha, beta = unit
        z_p, z_q = (lax.dynamic_index_in_dim(z, i, 1, keepdims=False)[:, None] for i in (p, q))
        s_p, s_q = (lax.dynamic_index_in_dim(s, i, 0, keepdims=False)[None] for i in (p, q))
        found = from_hermitian(la.hermitian(materialise(alpha * z_p * s_q + beta * z_q * s_p)))
        return found.reshape(d * d, *found.shape[2:])

    return lax.map(image, tuple(jnp.asarray(x) for x in (p, q, alpha, beta)))


def apply(a: Array, x: Array) -> Array:
    """A x, (m, lanes): a few columns at a time, vectorised over the lanes."""
    n = a.shape[1]
    width = min(_CHUNK, n)

    def add(i: Array, sum: Array) -> Array:
        start = jnp.minimum(i * width, n - width)
        new = jnp.arange(width) >= i * width - start  # the last columns overlap those before
        some = lax.dynamic_slice_in_dim(a, start, width, 1)
        by = jnp.where(new[:, None], lax.dynamic_slice_in_dim(x, start, width, 0), 0.0)
        return sum + total(some[:, k] * by[k][None] for k in range(width))

    if n <= _CHUNK:
        return total((a[:, k] * x[k][None] for k in range(n)), jnp.zeros((a.shape[0], a.shape[2])))
    return lax.fori_loop(0, -(-n // width), add, jnp.zeros((a.shape[0], a.shape[2])))


def _product(a: Array, b: Array) -> Array:
    """A B over the two leading axes."""
    if a.shape[1] <= _UNROLLED:
        return la.matmul(a, b)
    return jnp.einsum("ij...,jk...->ik...", a, b)
