"""Points of a product of cones, lanes last, as the vectors they are: inner product, norm, sums."""

from typing import NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import small_matrices as la


class Point(NamedTuple):
    """An element of the product space: one array per cone."""

    psd: tuple[Array, ...] = ()
    """Stacks of blocks, each (d, d, blocks, lanes) complex Hermitian."""
    nonneg: Array = cast(Array, np.zeros((0, 1)))  # a JAX array here would start JAX's backend on import
    """(m, lanes) real."""
    soc: tuple[Array, ...] = ()
    """Each (q, lanes) real; the first entry bounds the norm of the rest."""

    @property
    def parts(self) -> tuple[Array, ...]:
        """The arrays in the order of ``Cone.parts``."""
        return (*self.psd, self.nonneg, *self.soc)


def dot(a: Point, b: Point) -> Array:
    """Inner product, per lane."""
    total = jnp.sum(a.nonneg * b.nonneg, axis=0)
    for x, y in zip(a.psd, b.psd, strict=True):
        total = total + jnp.sum(la.inner(x, y), axis=0)
    for x, y in zip(a.soc, b.soc, strict=True):
        total = total + jnp.sum(x * y, axis=0)
    return total


def norm(a: Point) -> Array:
    """Euclidean norm, per lane."""
    return jnp.sqrt(dot(a, a))


def combine(*terms: tuple[Array | float, Point]) -> Point:
    """Sum of weight * point."""
    points = [p for _, p in terms]
    weights = [w for w, _ in terms]
    return jax.tree.map(lambda *leaves: sum(w * leaf for w, leaf in zip(weights, leaves, strict=True)), *points)
