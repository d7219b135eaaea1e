"""Schur complements of standard forms: scalings of cones, a few columns at a time."""

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import from_hermitian, materialise, total
from beamwright.numerics import small_matrices as la
from beamwright.optim import conic
from beamwright.optim.conic.second_order import SecondOrder
from beamwright.programs.sides import Side, joined, parts

_UNROLLED = 12
_CHUNK = 8


def scale(side: Side, scaling: conic.Scaling, x: Array) -> Array:
    """H x for x (size, lanes)."""
    matrices, values, norms = parts(side, x)
    for i, u in enumerate(matrices):
        z, s = scaling.z[side.first_stack + i], scaling.s_inverse[side.first_stack + i]
        matrices[i] = la.hermitian(product(materialise(product(z, u)), s))
    first, count = side.first_nonnegative, side.nonnegative[1]
    cones = [SecondOrder(len(v)).scale(w, v) for w, v in zip(scaling.norms, norms, strict=True)] if side.norms else []
    return joined(side, matrices, scaling.ratio[first : first + count] * values, cones)


def gram(side: Side, scaling: conic.Scaling, left: Array, right: Array) -> Array:
    """left H right^T for rows (rows, size, lanes); a column at a time, which stays in the cache and compiles fast."""
    scaled = lax.map(lambda x: scale(side, scaling, x), right)
    return jnp.einsum("inl,jnl->ijl", left, materialise(scaled))


def columns(side: Side, scaling: conic.Scaling, a: Array, right: Array) -> Array:
    """A H right^T for few rows ``right`` (rows, size, lanes), (m, rows, lanes)."""
    return jnp.swapaxes(lax.map(lambda x: apply(a, materialise(scale(side, scaling, x))), right), 0, 1)


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


def product(a: Array, b: Array) -> Array:
    """A B over the two leading axes."""
    if a.shape[1] <= _UNROLLED:
        return la.matmul(a, b)
    return jnp.einsum("ij...,jk...->ik...", a, b)
