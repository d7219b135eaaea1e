"""Inverse Cholesky factors of Hermitian positive definite matrices, lanes last."""

import jax.numpy as jnp
from jax import Array, lax

from beamwright.numerics.fusion import materialise
from beamwright.numerics.small_matrices import dagger, hermitian, identity

WHOLE = 24
"""Largest matrix that is eliminated column by column; a larger one is halved, for the products of its blocks."""


def inverse_factor(a: Array, floor: Array | None = None) -> Array:
    """L^-1 of the Cholesky factor A = L L^H (Hermitian or real symmetric), by elimination on [A, I].

    A matrix that is not positive definite gives NaN in its lane only; with ``floor`` pivots below it count as huge
    instead: the direction is dropped and the lane lives on.
    """
    d = a.shape[0]
    if d > WHOLE:
        return _by_halves(a, floor)
    index = jnp.arange(d).reshape(d, *(1,) * (a.ndim - 2))

    def eliminate(j: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        """One column of L from the lower triangle alone, so that rounding cannot break the symmetry."""
        a, x = carry
        column = lax.dynamic_index_in_dim(a, j, 1, keepdims=False)
        pivot = lax.dynamic_index_in_dim(column, j, 0, keepdims=False).real
        reciprocal = lax.rsqrt(pivot if floor is None else jnp.where(pivot > floor, pivot, 1e128))
        row = lax.dynamic_index_in_dim(x, j, 0, keepdims=False)
        row, column = materialise((row * reciprocal[None], jnp.where(index > j, column * reciprocal[None], 0.0)))
        x = lax.dynamic_update_index_in_dim(x - column[:, None] * row[None], row, j, 0)
        return a - column[:, None] * jnp.conj(column)[None], x

    return materialise(lax.fori_loop(0, d, eliminate, (a, identity(d, a)))[1])


def _by_halves(a: Array, floor: Array | None) -> Array:
    """[[L1^-1, 0], [-L2^-1 B L1^-1, L2^-1]] with B = A21 L1^-H and L2 L2^H = A22 - B B^H."""
    half = a.shape[0] // 2
    first = inverse_factor(a[:half, :half], floor)
    below = materialise(_product(a[half:, :half], dagger(first)))
    second = inverse_factor(materialise(hermitian(a[half:, half:] - _product(below, dagger(below)))), floor)
    corner = -_product(materialise(_product(second, below)), first)
    top = jnp.concatenate([first, jnp.zeros_like(corner).swapaxes(0, 1)], axis=1)
    return materialise(jnp.concatenate([top, jnp.concatenate([corner, second], axis=1)]))


def _product(a: Array, b: Array) -> Array:
    """A B over the two leading axes, by the library's matrix product."""
    return jnp.einsum("ij...,jk...->ik...", a, b)
