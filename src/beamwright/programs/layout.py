"""Layout of the standard form of a program, fixed once per structure: which unknowns there are and which cones.

    minimise c^T w   subject to   A w + b in K,   w in K_w            (A m x n, real)
    maximise -b^T u  subject to   c - A^T u in K_w*,   u in K*

w holds the real coordinates of all covariances, then scalars >= 0; rows of A are equations, values >= 0, second-order
cones and the coordinates of Hermitian matrices, in this order.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from beamwright.optim import conic


@dataclass(frozen=True)
class Layout:
    """Sizes; matrices of equal size stand together."""

    blocks: tuple[int, ...]
    """d of every covariance, ascending."""
    scalars: int
    zero: int
    rows: int
    norms: tuple[int, ...]
    """Entries of every second-order cone, the bound included."""
    matrices: tuple[int, ...]
    """d of every Hermitian matrix, ascending."""

    @property
    def unknowns(self) -> int:
        """n."""
        return sum(d * d for d in self.blocks) + self.scalars

    @property
    def entries(self) -> int:
        """m."""
        return self.zero + self.rows + sum(self.norms) + sum(d * d for d in self.matrices)

    @property
    def columns(self) -> list[slice]:
        """Coordinates in w of every covariance, then of every scalar."""
        return slices([*(d * d for d in self.blocks), *[1] * self.scalars])

    @property
    def cones(self) -> list[slice]:
        """Entries of every equation, every row, every second-order cone, every matrix."""
        return slices([*[1] * (self.zero + self.rows), *self.norms, *(d * d for d in self.matrices)])

    @property
    def norm_cones(self) -> list[slice]:
        """Entries of the second-order cones."""
        first = self.zero + self.rows
        return self.cones[first : first + len(self.norms)]

    @property
    def matrix_cones(self) -> list[slice]:
        """Entries of the matrices."""
        return self.cones[self.zero + self.rows + len(self.norms) :]

    @property
    def linear(self) -> slice:
        """Entries of the rows >= 0."""
        return slice(self.zero, self.zero + self.rows)

    @property
    def in_multipliers(self) -> bool:
        """Whether the multipliers are the solver's unknowns: they are fewer by a tenth, or there are equations."""
        return self.zero > 0 or 10 * self.entries < 9 * self.unknowns

    @property
    def cone(self) -> conic.Cone:
        """K_w x K without the equations, as the conic solver takes it."""
        stacks = [*stacked(self.blocks), *stacked(self.matrices)]
        return conic.Cone(tuple(stacks), self.scalars + self.rows, self.norms)


def stacked(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """(blocks, d) of every run of equal sizes."""
    return [(len(list(run)), d) for d, run in itertools.groupby(sizes)]


def slices(lengths: Sequence[int]) -> list[slice]:
    """Consecutive slices of these lengths."""
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(int)
    return [slice(int(a), int(b)) for a, b in itertools.pairwise(ends)]


def coordinates(v: np.ndarray) -> np.ndarray:
    """Real coordinates (..., d^2) of Hermitian matrices (..., d, d), those of ``numerics.from_hermitian``."""
    d = v.shape[-1]
    upper, lower = np.triu(np.ones((d, d)), 1), np.tril(np.ones((d, d)), -1)
    root = np.sqrt(2.0)
    x = root * (upper * v.real + lower * np.swapaxes(v, -1, -2).imag) + np.eye(d) * v.real
    return x.reshape(*v.shape[:-2], d * d)


def matrices(x: np.ndarray) -> np.ndarray:
    """Hermitian matrices (..., d, d) with these coordinates (..., d^2)."""
    d = round(x.shape[-1] ** 0.5)
    x = x.reshape(*x.shape[:-1], d, d)
    above = np.triu(x + 1j * np.swapaxes(x, -1, -2), 1) / np.sqrt(2.0)
    return above + np.conj(np.swapaxes(above, -1, -2)) + np.eye(d) * x
