"""The linear map G of a conic program: anything with ``apply``, ``adjoint`` and ``schur``; here the dense one.

A map that knows its structure (sums of Kronecker products, rank-one functionals) implements the same three methods.
"""

from typing import Protocol

import equinox as eqx
import jax.numpy as jnp
from jax import Array, lax

from beamwright.numerics import small_matrices as la
from beamwright.optim.conic.points import Point
from beamwright.optim.conic.product import Scaling


class LinearMap(Protocol):
    """G : R^n -> cone space, lanes last."""

    def apply(self, x: Array) -> Point:
        """G x for x (n, lanes)."""
        ...

    def adjoint(self, z: Point) -> Array:
        """G^T z, (n, lanes)."""
        ...

    def schur(self, scaling: Scaling) -> Array:
        """G^T H G, (n, n, lanes), with H(U) = sym(Z U S^-1) on PSD blocks and W^-2 elsewhere."""
        ...


class DenseMap(eqx.Module):
    """Explicit coefficients: psd stacks (d, d, blocks, n, lanes) Hermitian, nonneg (m, n, lanes), soc (q, n, lanes)."""

    psd: tuple[Array, ...]
    nonneg: Array
    soc: tuple[Array, ...]

    def apply(self, x: Array) -> Point:
        """Sum of x_i times coefficient i."""
        return Point(
            tuple(jnp.sum(a * x, axis=3) for a in self.psd),
            jnp.sum(self.nonneg * x, axis=1),
            tuple(jnp.sum(a * x, axis=1) for a in self.soc),
        )

    def adjoint(self, z: Point) -> Array:
        """Inner product of each coefficient with z."""
        total = jnp.sum(self.nonneg * z.nonneg[:, None], axis=0)
        for a, block in zip(self.psd, z.psd, strict=True):
            total = total + jnp.sum(la.inner(a, block[:, :, :, None]), axis=0)
        for a, q in zip(self.soc, z.soc, strict=True):
            total = total + jnp.sum(a * q[:, None], axis=0)
        return total

    def schur(self, scaling: Scaling) -> Array:
        """Entry (i, j) = sum_blocks Re tr(A_i Z A_j S^-1) + rows; one column at a time."""
        psd = [
            jnp.moveaxis(lax.map(lambda a_j, z=z, si=si: la.matmul(la.matmul(z, a_j), si), jnp.moveaxis(a, 3, 0)), 0, 3)
            for a, z, si in zip(self.psd, scaling.z, scaling.s_inverse, strict=True)
        ]
        total = jnp.sum(self.nonneg[:, :, None] * (scaling.ratio[:, None] * self.nonneg)[:, None], axis=0)
        for a, b in zip(self.psd, psd, strict=True):
            total = total + jnp.sum(la.inner(a[:, :, :, :, None], b[:, :, :, None]), axis=0)
        for a, w in zip(self.soc, scaling.soc, strict=True):
            wa = jnp.sum(w[:, :, None] * a[None], axis=1)
            total = total + jnp.sum(a[:, :, None] * wa[:, None], axis=0)
        return 0.5 * (total + jnp.swapaxes(total, 0, 1))
