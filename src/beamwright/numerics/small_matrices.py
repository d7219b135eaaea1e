"""Products of small matrices in plain XLA, lanes last: ``(rows, columns, ..., lanes)``.

Why our own: inside jit, batched ``jnp.linalg`` calls on the CPU are LAPACK custom calls that block a thread of XLA's
pool while they wait for that pool; two in flight on a two-core machine deadlock. These kernels, and those of
``cholesky`` and ``eigenvalues``, are element-wise arithmetic over the trailing (contiguous) axes, so they vectorise,
never block, and give each lane the same bits whatever its neighbours are. Matrices are tiny (d <= ~10) and unrolled.
"""

import jax.numpy as jnp
from jax import Array

from beamwright.numerics.fusion import materialise, total


def dagger(a: Array) -> Array:
    """Conjugate transpose of the two leading axes."""
    return jnp.conj(jnp.swapaxes(a, 0, 1))


def hermitian(a: Array) -> Array:
    """Hermitian part (A + A^H)/2."""
    return 0.5 * (a + dagger(a))


def matmul(a: Array, b: Array) -> Array:
    """A B over the two leading axes."""
    return total(a[:, k, None] * b[None, k] for k in range(a.shape[1]))


def inner(a: Array, b: Array) -> Array:
    """Real inner product Re tr(A^H B) over the two leading axes."""
    return jnp.sum(a.real * b.real + a.imag * b.imag, axis=(0, 1))


def identity(dim: int, like: Array) -> Array:
    """I with the trailing axes of ``like``."""
    eye = jnp.eye(dim, dtype=like.dtype).reshape(dim, dim, *(1,) * (like.ndim - 2))
    return jnp.broadcast_to(eye, (dim, dim, *like.shape[2:]))


def congruence(a: Array, x: Array) -> Array:
    """A X A^H."""
    return matmul(materialise(matmul(a, x)), dagger(a))
