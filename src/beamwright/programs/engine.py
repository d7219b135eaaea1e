"""Solutions of standard forms by the interior point, in the smaller of two spaces, all drops at once.

Covariance space: the unknowns are w, the Schur complement is H_w + A^T H A. Multiplier space: the unknowns are u, it is
H + A H_w A^T (no H for equations). H_w and H are the scalings of the cones, U -> sym(Z U S^-1) on matrices.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.core import REAL
from beamwright.numerics import (
    compiler_options,
    from_hermitian,
    in_tiles,
    lanes_per_tile,
    materialise,
    to_hermitian,
)
from beamwright.numerics import small_matrices as la
from beamwright.optim import Ending, conic
from beamwright.programs.form import Form
from beamwright.programs.layout import Layout, stacked
from beamwright.programs.scaling import units

OPTIONS = conic.Options(tolerance=1e-10, accept=1e-7)
"""Accuracy of the solver, beyond what a certificate asks for."""
_TILE_BYTES = 2**21
"""Size of a tile's Schur complements that still fits into a core's cache."""
_UNROLLED = 12


class Side(NamedTuple):
    """One of the two products of cones, K_w or K, and where its coordinates stand."""

    stacks: tuple[tuple[int, int], ...]
    """(blocks, d), one after another from entry ``matrices``."""
    first_stack: int
    """Place of its first stack among those of the solver's cone."""
    matrices: int
    nonnegative: tuple[int, int]
    """First entry and number of values >= 0."""
    first_nonnegative: int
    norms: tuple[int, ...]
    """Entries of its second-order cones, which follow the values >= 0."""
    size: int


def sides(layout: Layout) -> tuple[Side, Side]:
    """K_w and K."""
    own, other = tuple(stacked(layout.blocks)), tuple(stacked(layout.matrices))
    squares = sum(d * d for d in layout.blocks)
    before = layout.zero + layout.rows + sum(layout.norms)
    return (
        Side(own, 0, 0, (squares, layout.scalars), 0, (), layout.unknowns),
        Side(other, len(own), before, (layout.zero, layout.rows), layout.scalars, layout.norms, layout.entries),
    )


def parts(side: Side, x: Array) -> tuple[list[Array], Array, list[Array]]:
    """Matrices (d, d, blocks, ...), values >= 0 and second-order entries of coordinates (size, ...)."""
    found, at = [], side.matrices
    for blocks, d in side.stacks:
        flat = x[at : at + blocks * d * d].reshape(blocks, d, d, *x.shape[1:])
        found.append(to_hermitian(jnp.moveaxis(flat, 0, 2)))
        at += blocks * d * d
    first, count = side.nonnegative
    norms, at = [], first + count
    for q in side.norms:
        norms.append(x[at : at + q])
        at += q
    return found, x[first : first + count], norms


def joined(side: Side, matrices: list[Array], values: Array, norms: list[Array]) -> Array:
    """Coordinates (size, ...) of the parts; zero for equations."""
    flat = [jnp.moveaxis(from_hermitian(m), 2, 0).reshape(-1, *m.shape[3:]) for m in matrices]
    values = jnp.concatenate([values, *norms])
    if side.matrices == 0:
        return jnp.concatenate([*flat, values])
    return jnp.concatenate([jnp.zeros((side.nonnegative[0], *values.shape[1:])), values, *flat])


def scale(side: Side, scaling: conic.Scaling, x: Array) -> Array:
    """H x for columns x (size, columns, lanes)."""
    matrices, values, norms = parts(side, x)
    for i, u in enumerate(matrices):
        z, s = scaling.z[side.first_stack + i][:, :, :, None], scaling.s_inverse[side.first_stack + i][:, :, :, None]
        matrices[i] = la.hermitian(_product(materialise(_product(z, u)), s))
    first, count = side.first_nonnegative, side.nonnegative[1]
    weighted = scaling.ratio[first : first + count][:, None] * values
    cones = [jnp.einsum("pql,qcl->pcl", w, v) for w, v in zip(scaling.soc, norms, strict=True)] if side.norms else []
    return joined(side, matrices, weighted, cones)


def block_diagonal(side: Side, scaling: conic.Scaling) -> Array:
    """H as a matrix (size, size, lanes)."""
    lanes = scaling.ratio.shape[-1]
    whole = jnp.zeros((side.size, side.size, lanes))
    at = side.matrices
    for i, (blocks, d) in enumerate(side.stacks):
        z, s = (x[side.first_stack + i][:, :, :, None] for x in (scaling.z, scaling.s_inverse))
        unit = to_hermitian(jnp.eye(d * d).reshape(d, d, 1, d * d, 1))
        h = la.hermitian(_product(materialise(_product(z, unit)), s))
        stack = jnp.moveaxis(from_hermitian(h), 2, 0).reshape(blocks, d * d, d * d, lanes)
        stack = materialise(0.5 * (stack + jnp.swapaxes(stack, 1, 2)))
        for block in stack:
            whole = whole.at[at : at + d * d, at : at + d * d].set(block)
            at += d * d
    (first, count), of = side.nonnegative, side.first_nonnegative
    index = np.arange(first, first + count)
    whole = whole.at[index, index].set(scaling.ratio[of : of + count])
    at = first + count
    for w, q in zip(scaling.soc, side.norms, strict=True) if side.norms else ():
        whole = whole.at[at : at + q, at : at + q].set(w)
        at += q
    return whole


def _product(a: Array, b: Array) -> Array:
    """A B over the two leading axes, trailing ones broadcast."""
    if a.shape[1] <= _UNROLLED:
        return la.matmul(a, b)
    shape = np.broadcast_shapes(a.shape[2:], b.shape[2:])
    a, b = (jnp.broadcast_to(x, (*x.shape[:2], *shape)) for x in (a, b))
    return jnp.einsum("ij...,jk...->ik...", a, b)


class CovarianceMap(eqx.Module):
    """Map w -> -(w, A w)."""

    a: Array
    """(m, n, lanes)."""
    layout: Layout = eqx.field(static=True)

    def apply(self, x: Array) -> conic.Point:
        """Linear part of the cones."""
        own, other = sides(self.layout)
        return _point(parts(own, -x), parts(other, -_apply(self.a, x)))

    def adjoint(self, z: conic.Point) -> Array:
        """Adjoint."""
        w, u = _split(self.layout, z)
        return -(w + _apply_transposed(self.a, u))

    def schur(self, scaling: conic.Scaling) -> Array:
        """H_w + A^T H A."""
        own, other = sides(self.layout)
        return materialise(block_diagonal(own, scaling)) + _gram(self.a, materialise(scale(other, scaling, self.a)))


class MultiplierMap(eqx.Module):
    """Map u -> (A^T u, -u)."""

    a: Array
    layout: Layout = eqx.field(static=True)

    def apply(self, x: Array) -> conic.Point:
        """Linear part of the cones."""
        own, other = sides(self.layout)
        return _point(parts(own, _apply_transposed(self.a, x)), parts(other, -x))

    def adjoint(self, z: conic.Point) -> Array:
        """Adjoint."""
        w, u = _split(self.layout, z)
        return _apply(self.a, w) - u

    def schur(self, scaling: conic.Scaling) -> Array:
        """H + A H_w A^T."""
        own, other = sides(self.layout)
        turned = jnp.swapaxes(self.a, 0, 1)
        return materialise(block_diagonal(other, scaling)) + _gram(turned, materialise(scale(own, scaling, turned)))


def _apply(a: Array, x: Array) -> Array:
    return jnp.einsum("mnl,nl->ml", a, x)


def _apply_transposed(a: Array, u: Array) -> Array:
    return jnp.einsum("mnl,ml->nl", a, u)


def _gram(a: Array, b: Array) -> Array:
    """sym(A^T B) of (m, n, lanes)."""
    product = jnp.einsum("mil,mjl->ijl", a, b)
    return 0.5 * (product + jnp.swapaxes(product, 0, 1))


Parts = tuple[list[Array], Array, list[Array]]


def _point(own: Parts, other: Parts) -> conic.Point:
    return conic.Point((*own[0], *other[0]), jnp.concatenate([own[1], other[1]]), tuple(other[2]))


def _split(layout: Layout, z: conic.Point) -> tuple[Array, Array]:
    """Coordinates of both sides of a point of the solver's cone; zero for equations."""
    own, other = sides(layout)
    count, values = len(own.stacks), z.nonneg
    w = joined(own, list(z.psd[:count]), values[: layout.scalars], [])
    return w, joined(other, list(z.psd[count:]), values[layout.scalars :], list(z.soc))


class Solved(NamedTuple):
    """Solutions of the forms of all drops, in their own units."""

    w: np.ndarray
    """(drops, n)."""
    u: np.ndarray
    """(drops, m) multipliers; where there is no solution, of the proof."""
    ending: np.ndarray
    """(drops,) ``Ending`` of the solver: INFEASIBLE where no w meets the conditions."""
    residual: np.ndarray
    iterations: np.ndarray


def solve(form: Form) -> Solved:
    """Solution of every drop."""
    layout, size = form.layout, units(form)
    scaled = size.scaled(form)
    n = layout.entries if layout.in_multipliers else layout.unknowns
    whole = max(n * n, 2 * layout.entries * layout.unknowns) * REAL
    tile = lanes_per_tile(int(np.clip(_TILE_BYTES // whole, 1, 32)), int(np.clip(2**32 // whole, 1, 2048)))
    w, u, ending, residual, iterations = in_tiles(_compiled(layout), tile, scaled.a, scaled.b, scaled.c)
    return Solved(size.unknowns(w), size.multipliers(u), ending, residual, iterations)


@cache
def _compiled(layout: Layout) -> Callable[..., tuple[Array, ...]]:
    return jax.jit(partial(_solve_tile, layout), compiler_options=compiler_options())


def _solve_tile(layout: Layout, a: Array, b: Array, c: Array) -> tuple[Array, ...]:
    """Arrays of ``Solved`` for one tile, scaled: drops are the first axis outside, the last inside."""
    a, b, c = (jnp.moveaxis(x, 0, -1) for x in (a, b, c))
    own, other = sides(layout)
    zero_w, zero_u = jnp.zeros_like(c), jnp.zeros_like(b)
    if layout.in_multipliers:
        h = _point(parts(own, c), parts(other, zero_u))
        found = conic.solve(conic.Problem(b, MultiplierMap(a, layout), h, layout.cone), OPTIONS)
        w, u = _split(layout, found.z)[0], found.x
    else:
        h = _point(parts(own, zero_w), parts(other, b))
        found = conic.solve(conic.Problem(c, CovarianceMap(a, layout), h, layout.cone), OPTIONS)
        w, u = found.x, _split(layout, found.z)[1]
    ending = found.ending
    if layout.in_multipliers:  # a ray of the multipliers is the proof that no w exists, and the other way round
        none, unbounded = ending == Ending.DUAL_INFEASIBLE, ending == Ending.INFEASIBLE
        ending = jnp.select([none, unbounded], [int(Ending.INFEASIBLE), int(Ending.DUAL_INFEASIBLE)], ending)
    return w.T, u.T, ending, found.residual, found.iterations
