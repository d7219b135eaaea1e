"""The linear maps of standard forms, as the conic solver takes them, in either space.

H_w and H are the scalings of the cones K_w and K, U -> sym(Z U S^-1) on matrices.
"""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import materialise
from beamwright.optim import conic
from beamwright.programs.frames import Columns, Seen, Sets, gram_of_covariances, gram_of_rows
from beamwright.programs.layout import Layout
from beamwright.programs.schur import apply, block_diagonal, gram
from beamwright.programs.schur import columns as few_columns
from beamwright.programs.sides import parts, point, sides, split


class CovarianceMap(eqx.Module):
    """Map w -> -(w, A w)."""

    a: Array
    """(m, n, lanes)."""
    turned: Array
    """A^T, (n, m, lanes): in the order of the products with A^T."""
    layout: Layout = eqx.field(static=True)
    sets: Sets = Sets()
    """Frames of the matrices, where all have one."""

    def apply(self, x: Array) -> conic.Point:
        """Linear part of the cones."""
        own, other = sides(self.layout)
        return point(parts(own, -x), parts(other, -apply(self.a, x)))

    def adjoint(self, z: conic.Point) -> Array:
        """Adjoint."""
        w, u = split(self.layout, z)
        return -(w + apply(self.turned, u))

    def schur(self, scaling: conic.Scaling) -> Array:
        """H_w + A^T H A."""
        own, other = sides(self.layout)
        whole = materialise(block_diagonal(own, scaling))
        if not self.sets.frames:
            return whole + _even(gram(other, scaling, self.turned, self.turned))
        squares, (first, count) = own.nonnegative[0], other.nonnegative
        some = gram_of_covariances(self.sets, scaling, other.first_stack)
        ratio = scaling.ratio[other.first_nonnegative :]
        for i in range(count):
            row = self.a[first + i, :squares]
            some = some + ratio[i] * row[:, None] * row[None]
        whole = whole.at[:squares, :squares].add(materialise(some))
        columns = materialise(few_columns(other, scaling, self.turned, self.turned[squares:]))  # (n, scalars, lanes)
        whole = whole.at[:squares, squares:].add(columns[:squares])
        return _even(whole.at[squares:].add(jnp.swapaxes(columns, 0, 1)))  # all of their rows


class MultiplierMap(eqx.Module):
    """Map u -> (A^T u, -u)."""

    a: Array
    turned: Array
    columns: Columns
    layout: Layout = eqx.field(static=True)
    seen: Seen = eqx.field(static=True)
    """Rows that are seen through frames, those of ``columns``."""

    def apply(self, x: Array) -> conic.Point:
        """Linear part of the cones."""
        own, other = sides(self.layout)
        return point(parts(own, apply(self.turned, x)), parts(other, -x))

    def adjoint(self, z: conic.Point) -> Array:
        """Adjoint."""
        w, u = split(self.layout, z)
        return apply(self.a, w) - u

    def schur(self, scaling: conic.Scaling) -> Array:
        """H + A H_w A^T."""
        own, other = sides(self.layout)
        whole, rows = materialise(block_diagonal(other, scaling)), np.array(self.seen.rows, int)
        if not len(rows):
            return whole + _even(gram(own, scaling, self.a, self.a))
        rest = np.setdiff1d(np.arange(self.layout.entries), rows)
        first, count = own.nonnegative
        scalars = self.a[rows, first : first + count]
        some = gram_of_rows(self.columns, self.seen.groups, scaling)
        for i in range(count):
            some = some + scaling.ratio[own.first_nonnegative + i] * scalars[:, None, i] * scalars[None, :, i]
        whole = whole.at[np.ix_(rows, rows)].add(materialise(some))
        if len(rest):
            columns = materialise(few_columns(own, scaling, self.a, self.a[rest]))  # (m, rest, lanes)
            whole = whole.at[np.ix_(rows, rest)].add(columns[rows])
            whole = whole.at[rest].add(jnp.swapaxes(columns, 0, 1))  # all of their rows
        return _even(whole)


def _even(matrix: Array) -> Array:
    """Symmetric part over the two leading axes."""
    return 0.5 * (matrix + jnp.swapaxes(matrix, 0, 1))
