"""Weighted Gram matrix of many real columns, whose derivative is a single product."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics.array_api import Values, namespace


def weighted_gram(x: Values, weights: Values) -> Values:
    """X diag(w) X^T, real: x (..., n, columns), weights (..., columns); NumPy's arrays or JAX's.

    With respect to (X, w) it has the derivatives (H X diag(w), diag(X^T H X)/2), H = G + G^T for the cotangent G.
    """
    if namespace(x) is np:
        return (x * weights[..., None, :]) @ np.swapaxes(x, -1, -2)
    return _traced(x, weights)


@jax.custom_vjp
def _traced(x: Array, weights: Array) -> Array:
    return (x * weights[..., None, :]) @ jnp.swapaxes(x, -1, -2)


def _forth(x: Array, weights: Array) -> tuple[Array, tuple[Array, Array]]:
    return _traced(x, weights), (x, weights)


def _back(saved: tuple[Array, Array], slope: Array) -> tuple[Array, Array]:
    x, weights = saved
    turned = (slope + jnp.swapaxes(slope, -1, -2)) @ x
    return turned * weights[..., None, :], jnp.sum(x * turned, axis=-2) / 2


_traced.defvjp(_forth, _back)
