"""Solutions of Hermitian positive definite systems of equations: in a kernel, with derivatives, and on the host."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics.cholesky import inverse_factor


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def solve_positive(a: Array, b: Array, floor: float | None = None) -> Array:
    """X with A X = B, A Hermitian positive definite: (n, n, ...) and (n, k, ...), trailing axes are lanes.

    Where all eigenvalues are known to lie above ``floor``, a pivot below it is rounding, and its direction is dropped.
    Its derivative is another solve: B' = A^-1 X', A' = -B' X^H.
    """
    return _solve_positive(a, b, floor)[0]


def _solve_positive(a: Array, b: Array, floor: float | None) -> tuple[Array, tuple[Array, Array]]:
    inverse = inverse_factor(a, None if floor is None else jnp.asarray(floor))
    x = _apply_inverse(inverse, b)
    return x, (inverse, x)


def _apply_inverse(inverse: Array, b: Array) -> Array:
    """A^-1 B = L^-H L^-1 B, by matrix products over the leading axes."""
    first = jnp.einsum("ij...,jk...->ik...", inverse, b)
    return jnp.einsum("ji...,jk...->ik...", jnp.conj(inverse), first)


def _solve_positive_back(floor: float | None, saved: tuple[Array, Array], slope: Array) -> tuple[Array, Array]:
    inverse, x = saved
    # JAX's convention for complex cotangents: the conjugate of the gradient, so the transpose solves
    back = jnp.conj(_apply_inverse(inverse, jnp.conj(slope)))
    return -jnp.einsum("ik...,jk...->ij...", back, x), back


solve_positive.defvjp(_solve_positive, _solve_positive_back)


def solve_above(a: np.ndarray, floor: float, b: np.ndarray) -> np.ndarray:
    """(A + floor I)^-1 B for Hermitian A >= 0, batches lead; NumPy, for use outside jit.

    By eigenvectors, so that no rounding of A, however large, makes it singular.
    """
    values, basis = np.linalg.eigh(a)
    turned = np.conj(np.swapaxes(basis, -1, -2)) @ b
    return basis @ (turned / (np.maximum(values, 0) + floor)[..., None])
