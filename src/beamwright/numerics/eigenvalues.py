"""Smallest eigenvalue of Hermitian matrices, lanes last: Householder tridiagonalisation, Sturm bisection."""

import jax.numpy as jnp
from jax import Array, lax

from beamwright.numerics.fusion import materialise, total


def smallest_eigenvalue(a: Array, steps: int = 16) -> Array:
    """A safe lower end for lambda_min of Hermitian A: Householder to tridiagonal, then Sturm bisection.

    The returned value is below lambda_min by at most 2^-steps of the Gershgorin interval.
    """
    diagonal, off_squared = _tridiagonal(a)
    zero = jnp.zeros_like(diagonal[:1])
    off = jnp.sqrt(off_squared)
    radius = jnp.concatenate([zero, off]) + jnp.concatenate([off, zero])
    low, high = jnp.min(diagonal - radius, axis=0), jnp.min(diagonal, axis=0)
    low = low - 1e-15 * jnp.abs(low)
    tiny = 1e-300

    def below(shift: Array) -> Array:
        """True where no eigenvalue lies under the shift: every Sturm pivot is positive."""
        pivot = diagonal[0] - shift
        positive = pivot > 0
        for i in range(1, diagonal.shape[0]):
            pivot = diagonal[i] - shift - off_squared[i - 1] / jnp.where(jnp.abs(pivot) < tiny, tiny, pivot)
            positive &= pivot > 0
        return positive

    def halve(_: int, bracket: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = bracket
        middle = 0.5 * (low + high)
        safe = below(middle)
        return jnp.where(safe, middle, low), jnp.where(safe, high, middle)

    return lax.fori_loop(0, steps, halve, (low, high))[0]


def _tridiagonal(a: Array) -> tuple[Array, Array]:
    """Diagonal and squared off-diagonal moduli of a tridiagonal matrix unitarily similar to Hermitian A."""
    d = a.shape[0]
    index = jnp.arange(d).reshape(d, *(1,) * (a.ndim - 2))

    def reflect(k: int, a: Array) -> Array:
        """Householder: zero column k below its subdiagonal."""
        x = jnp.where(index > k, lax.dynamic_index_in_dim(a, k, 1, keepdims=False), 0.0)
        first = lax.dynamic_index_in_dim(x, k + 1, 0, keepdims=False)
        norm = jnp.sqrt(jnp.sum(x.real**2 + x.imag**2, axis=0))
        head = jnp.sqrt(first.real**2 + first.imag**2)
        phase = jnp.where(head > 0, first * (1.0 / jnp.where(head > 0, head, 1.0)), 1.0)
        v_squared = 2.0 * norm * (norm + head)
        scale = jnp.where(v_squared > 0, 2.0 / jnp.where(v_squared > 0, v_squared, 1.0), 0.0)
        v, scale = materialise((x + jnp.where(index == k + 1, phase * norm, 0.0), scale))
        p = materialise(total(a[:, j] * v[j][None] for j in range(d)) * scale[None])
        half = 0.5 * scale * jnp.sum(v.real * p.real + v.imag * p.imag, axis=0)
        q = materialise(p - half[None] * v)
        return a - v[:, None] * jnp.conj(q)[None] - q[:, None] * jnp.conj(v)[None]

    a = lax.fori_loop(0, d - 2, reflect, a)
    diagonal = jnp.stack([a[i, i].real for i in range(d)])
    off = [a[i + 1, i].real ** 2 + a[i + 1, i].imag ** 2 for i in range(d - 1)]
    return materialise((diagonal, jnp.stack(off) if off else diagonal[:0]))
