"""Stacks of Hermitian positive semidefinite blocks, (d, d, blocks, lanes), with the HKM direction."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from beamwright.numerics import inverse_factor, materialise, smallest_eigenvalue
from beamwright.numerics import small_matrices as la


class PositiveSemidefinite(NamedTuple):
    """One stack of d x d blocks."""

    blocks: int
    size: int

    @property
    def degree(self) -> int:
        """Barrier parameter: d per block."""
        return self.blocks * self.size

    def unit(self, lanes: int) -> Array:
        """Identity matrices."""
        return la.identity(self.size, jnp.zeros((self.size, self.size, self.blocks, lanes), complex))

    def factor(self, s: Array, z: Array) -> tuple[tuple[Array, Array], Array]:
        """Scaling (Z, S^-1), and L^-1 of S and of Z, stacked along the block axis."""
        low = inverse_factor(_both(s, z))
        s_low = low[:, :, : s.shape[2]]
        return (z, materialise(la.matmul(la.dagger(s_low), s_low))), low

    def scale(self, scaling: tuple[Array, Array], u: Array) -> Array:
        """H(U) = sym(Z U S^-1)."""
        z, s_inverse = scaling
        return la.hermitian(la.matmul(materialise(la.matmul(z, u)), s_inverse))

    def centring(
        self, s: Array, z: Array, scaling: tuple[Array, Array], factors: Array, target: Array, ds: Array, dz: Array
    ) -> Array:
        """Right-hand side: target S^-1 - Z - sym(dZ dS S^-1)."""
        s_inverse = scaling[1]
        return target * s_inverse - z - la.hermitian(la.matmul(materialise(la.matmul(dz, ds)), s_inverse))

    def least_value(self, s: Array, z: Array, factors: Array, ds: Array, dz: Array) -> Array:
        """Smallest eigenvalue of L^-1 dX L^-H over both sides and all blocks, per lane."""
        return jnp.min(smallest_eigenvalue(materialise(la.congruence(factors, _both(ds, dz)))), axis=0)


def _both(a: Array, b: Array) -> Array:
    """Two stacks of blocks as one: a kernel compiled once and filled better."""
    return jnp.concatenate([a, b], axis=2)
