"""Real coordinates of Hermitian matrices, an orthonormal basis: Re tr(A B) is the product of their coordinates."""

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import small_matrices as la

_ROOT2 = float(np.sqrt(2.0))


def to_hermitian(x: Array) -> Array:
    """Real (d, d, ...) array -> Hermitian: sqrt(1/2) (x_ab + i x_ba) above the diagonal, x_aa on it."""
    d = x.shape[0]
    shape = (d, d, *(1,) * (x.ndim - 2))
    upper, diagonal = (jnp.asarray(m).reshape(shape) for m in (np.triu(np.ones((d, d)), 1), np.eye(d)))
    above = upper * (x + 1j * jnp.swapaxes(x, 0, 1)) / _ROOT2
    return above + la.dagger(above) + diagonal * x


def from_hermitian(v: Array) -> Array:
    """Adjoint (and inverse) of ``to_hermitian``: sum(from_hermitian(V) * x) = Re tr(V to_hermitian(x))."""
    d = v.shape[0]
    shape = (d, d, *(1,) * (v.ndim - 2))
    upper, lower, diagonal = (
        jnp.asarray(m).reshape(shape) for m in (np.triu(np.ones((d, d)), 1), np.tril(np.ones((d, d)), -1), np.eye(d))
    )
    return _ROOT2 * (upper * v.real + lower * jnp.swapaxes(v, 0, 1).imag) + diagonal * v.real
