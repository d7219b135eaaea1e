"""Products of Hermitian PSD, nonnegative and second-order cones: sizes, and each cone's answers put together."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, cast

import equinox as eqx
import jax.numpy as jnp
from jax import Array

from beamwright.numerics import Tree
from beamwright.optim.conic.nonnegative import Nonnegative
from beamwright.optim.conic.points import Point
from beamwright.optim.conic.psd import PositiveSemidefinite
from beamwright.optim.conic.second_order import Reflection, SecondOrder


class Part(Protocol):
    """One cone of the product, whose points are single arrays; a file of its own for each kind."""

    @property
    def degree(self) -> int:
        """Barrier parameter."""

    def unit(self, lanes: int) -> Array:
        """Identity element."""

    def factor(self, s: Array, z: Array) -> tuple[Tree, Tree]:
        """Scaling and factors of a strictly interior pair."""

    def scale(self, scaling: Tree, u: Array) -> Array:
        """H(u), by which the Newton system weighs a change of s."""

    def centring(self, s: Array, z: Array, scaling: Tree, factors: Tree, target: Array, ds: Array, dz: Array) -> Array:
        """Right-hand side r of dz + H(ds) = r."""

    def least_value(self, s: Array, z: Array, factors: Tree, ds: Array, dz: Array) -> Array:
        """Smallest spectral value of ds in the frame of s and of dz in that of z: a step t < -1/least stays inside."""


class Scaling(NamedTuple):
    """Scaling of the Newton system at an iterate: H(U) = sym(Z U S^-1) on PSD, W^-2 elsewhere."""

    z: tuple[Array, ...]
    s_inverse: tuple[Array, ...]
    ratio: Array
    """z/s on the nonnegative cone, (m, lanes)."""
    norms: tuple[Reflection, ...]
    """W^-2 of each second-order cone."""

    @property
    def soc(self) -> tuple[Array, ...]:
        """W^-2 of each second-order cone as a matrix, (q, q, lanes)."""
        return tuple(cast(Array, w.matrix) for w in self.norms)

    @property
    def parts(self) -> tuple[Tree, ...]:
        """Scaling of each cone in the order of ``Cone.parts``."""
        return (*zip(self.z, self.s_inverse, strict=True), self.ratio, *self.norms)


Factors = tuple[Tree, ...]
"""Factors of each cone in the order of ``Cone.parts``."""


class Cone(eqx.Module):
    """Sizes of the product; everything else is a method on points."""

    psd: tuple[tuple[int, int], ...] = eqx.field(static=True, default=())
    """(blocks, d) per stack."""
    nonneg: int = eqx.field(static=True, default=0)
    soc: tuple[int, ...] = eqx.field(static=True, default=())

    @property
    def parts(self) -> tuple[Part, ...]:
        """The cones: PSD stacks, the nonnegative cone, second-order cones."""
        return (*(PositiveSemidefinite(*p) for p in self.psd), Nonnegative(self.nonneg), *map(SecondOrder, self.soc))

    @property
    def degree(self) -> int:
        """The barrier parameter: d per PSD block, one per ray and per second-order cone."""
        return sum(part.degree for part in self.parts)

    def unit(self, lanes: int) -> Point:
        """The cone's identity element."""
        return Point(*self._by_kind([part.unit(lanes) for part in self.parts]))

    def factor(self, s: Point, z: Point) -> tuple[Scaling, Factors]:
        """Scaling and factors of a strictly interior pair."""
        pairs = [part.factor(a, b) for part, a, b in zip(self.parts, s.parts, z.parts, strict=True)]
        psd, ratio, soc = self._by_kind([scaling for scaling, _ in pairs])
        scaling = Scaling(tuple(a for a, _ in psd), tuple(b for _, b in psd), ratio, soc)
        return scaling, tuple(factors for _, factors in pairs)

    def scale(self, scaling: Scaling, u: Point) -> Point:
        """H(u)."""
        each = zip(self.parts, scaling.parts, u.parts, strict=True)
        return Point(*self._by_kind([part.scale(by, x) for part, by, x in each]))

    def centring(
        self, s: Point, z: Point, scaling: Scaling, factors: Factors, target: Array, da: Point, db: Point
    ) -> Point:
        """Right-hand side r of dz + H(ds) = r: to the point of the path with product ``target``, minus the
        second-order term of the predictor (da = ds, db = dz; zero for the predictor itself)."""
        each = zip(self.parts, s.parts, z.parts, scaling.parts, factors, da.parts, db.parts, strict=True)
        return Point(*self._by_kind([part.centring(a, b, h, f, target, ds, dz) for part, a, b, h, f, ds, dz in each]))

    def longest_step(self, s: Point, z: Point, factors: Factors, ds: Point, dz: Point) -> Array:
        """Largest step (at most 1e3) that keeps both sides in the cone, per lane."""
        each = zip(self.parts, s.parts, z.parts, factors, ds.parts, dz.parts, strict=True)
        least = [part.least_value(a, b, f, da, db) for part, a, b, f, da, db in each]
        return -1.0 / jnp.min(jnp.stack([-1e-3 * jnp.ones(ds.nonneg.shape[-1]), *least]), axis=0)

    def _by_kind(self, parts: Sequence[Tree]) -> tuple[tuple[Tree, ...], Tree, tuple[Tree, ...]]:
        """Values in the order of ``parts``, as a ``Point`` holds them."""
        stacks = len(self.psd)
        return tuple(parts[:stacks]), parts[stacks], tuple(parts[stacks + 1 :])
