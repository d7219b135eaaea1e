"""Inverse Cholesky factors of small Hermitian positive definite matrices, lanes last."""

import jax.numpy as jnp
from jax import Array, lax

from beamwright.numerics.fusion import materialise
from beamwright.numerics.small_matrices import identity


def inverse_factor(a: Array, floor: Array | None = None) -> Array:
    """L^-1 of the Cholesky factor A = L L^H (Hermitian or real symmetric), by elimination on [A, I].

    A matrix that is not positive definite gives NaN in its lane only; with ``floor`` pivots below it count as huge
    instead: the direction is dropped and the lane lives on.
    """
    d = a.shape[0]
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
