"""The nonnegative cone, (m, lanes): one ray per row."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array


class Nonnegative(NamedTuple):
    """The cone of m nonnegative numbers; m may be zero."""

    size: int

    @property
    def degree(self) -> int:
        """Barrier parameter: one per ray."""
        return self.size

    def unit(self, lanes: int) -> Array:
        """Ones."""
        return jnp.ones((self.size, lanes))

    def factor(self, s: Array, z: Array) -> tuple[Array, tuple[()]]:
        """Scaling z/s; nothing to factor."""
        return z / s, ()

    def scale(self, scaling: Array, u: Array) -> Array:
        """H(u) = z u / s."""
        return scaling * u

    def centring(
        self, s: Array, z: Array, scaling: Array, factors: tuple[()], target: Array, ds: Array, dz: Array
    ) -> Array:
        """Right-hand side: (target - ds dz) / s - z."""
        return (target - ds * dz) / s - z

    def least_value(self, s: Array, z: Array, factors: tuple[()], ds: Array, dz: Array) -> Array:
        """Smallest relative change of both sides, per lane; inf where there is no ray."""
        return jnp.minimum(jnp.min(ds / s, axis=0, initial=jnp.inf), jnp.min(dz / z, axis=0, initial=jnp.inf))
