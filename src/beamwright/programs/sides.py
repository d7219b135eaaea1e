"""The two products of cones of a standard form, K_w and K: where their parts stand in coordinates and in the solver's.

Coordinates are (size, ...), lanes last; parts are Hermitian matrices (d, d, blocks, ...), values >= 0, norms.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from beamwright.numerics import from_hermitian, to_hermitian
from beamwright.optim import conic
from beamwright.programs.layout import Layout, stacked


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


Parts = tuple[list[Array], Array, list[Array]]


def point(own: Parts, other: Parts) -> conic.Point:
    return conic.Point((*own[0], *other[0]), jnp.concatenate([own[1], other[1]]), tuple(other[2]))


def split(layout: Layout, z: conic.Point) -> tuple[Array, Array]:
    """Coordinates of both sides of a point of the solver's cone; zero for equations."""
    own, other = sides(layout)
    count, values = len(own.stacks), z.nonneg
    w = joined(own, list(z.psd[:count]), values[: layout.scalars], [])
    return w, joined(other, list(z.psd[count:]), values[layout.scalars :], list(z.soc))
