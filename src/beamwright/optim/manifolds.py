"""Products of complex unit circles and of complex unit spheres: the manifolds of phases and of split amplitudes.

A point is a complex array X whose norm over the axes of a group is one: over no axis at all (every entry unit modulus,
a product of circles) or over given axes (for (2, N) and axis 0: N spheres in C^2). The metric is that of the space
around, Re <A, B>.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class UnitNorm(NamedTuple):
    """The manifold of arrays with unit norm over ``axes``; () means every entry by itself."""

    axes: tuple[int, ...] = ()

    def retract(self, x: Array) -> Array:
        """The nearest point of the manifold: X over its norms."""
        return x / jnp.sqrt(self._sum(x.real**2 + x.imag**2))

    def project(self, x: Array, v: Array) -> Array:
        """Orthogonal projection of V to the tangent space at X:  V - Re<X, V> X  in every group."""
        return v - self._sum(x.real * v.real + x.imag * v.imag) * x

    def _sum(self, real: Array) -> Array:
        return jnp.sum(real, axis=self.axes, keepdims=True) if self.axes else real


def inner(a: Array, b: Array) -> Array:
    """Re <A, B> over all entries."""
    return jnp.sum(a.real * b.real + a.imag * b.imag)
