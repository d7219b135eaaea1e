"""Products of unit circles and of unit spheres: the manifolds of phases and of split amplitudes.

A point is a real array whose norm over its leading axes is one. Complex coefficients are held by their parts, first
axis (real, imaginary): over it alone every entry is a point of a circle (a phase); over it and the next axis, (2, 2, N)
is N spheres of C^2 (energy split between two sides). The metric is that of the space around. Real arrays, because the
compiler turns them into full vectors, and complex ones not (measured: 1.4 times faster).
"""

from math import prod
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from beamwright.numerics import total


class UnitNorm(NamedTuple):
    """The manifold of real arrays with unit norm over the first ``axes`` axes."""

    axes: int = 1

    def retract(self, x: Array) -> Array:
        """The nearest point of the manifold: X over its norms."""
        return x / jnp.sqrt(self._sum(x * x))

    def project(self, x: Array, v: Array) -> Array:
        """Orthogonal projection of V to the tangent space at X:  V - <X, V> X  in every group."""
        return v - self._sum(x * v) * x

    def _sum(self, values: Array) -> Array:
        return total(values.reshape(prod(values.shape[: self.axes]), *values.shape[self.axes :]))


def inner(a: Array, b: Array) -> Array:
    """<A, B> over all entries."""
    return jnp.dot(a.ravel(), b.ravel())
