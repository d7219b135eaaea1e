"""Units of a standard form: every cone of rows and every block of unknowns is scaled by its own data.

    A^ = R A E,   b^ = t R b,   c^ = g E c;       w = E w^ / t,   u = R u^ / g

Gains of 1e-14, noise of 1e-13 W and budgets of 1e3 W become numbers of order one. Factors are powers of two: exact.
"""

from typing import NamedTuple

import numpy as np

from beamwright.programs.form import Form

_PASSES = 20


class Units(NamedTuple):
    """Factors of one form, drops first."""

    rows: np.ndarray
    """R (drops, m)."""
    columns: np.ndarray
    """E (drops, n)."""
    constant: np.ndarray
    """t (drops,)."""
    cost: np.ndarray
    """g (drops,)."""

    def scaled(self, form: Form) -> Form:
        """A^, b^, c^."""
        a = self.rows[:, :, None] * form.a * self.columns[:, None, :]
        return Form(
            form.layout,
            a,
            self.constant[:, None] * self.rows * form.b,
            self.cost[:, None] * self.columns * form.c,
            form.frames,
        )

    def unknowns(self, scaled: np.ndarray) -> np.ndarray:
        """w of w^."""
        return self.columns * scaled / self.constant[:, None]

    def multipliers(self, scaled: np.ndarray) -> np.ndarray:
        """u of u^."""
        return self.rows * scaled / self.cost[:, None]

    def scaled_multipliers(self, multipliers: np.ndarray) -> np.ndarray:
        """u^ of u."""
        return multipliers * self.cost[:, None] / self.rows

    @property
    def value(self) -> np.ndarray:
        """Objective per scaled objective, (drops,)."""
        return 1.0 / (self.cost * self.constant)


def units(form: Form) -> Units:
    """Factors that bring the norms of all blocks of [[A, b], [c, 0]] near one: least squares of their logarithms.

    Rows and columns in turn take the geometric mean of their nonzero blocks, so that units do not matter.
    """
    layout = form.layout
    row_of = np.repeat(np.arange(len(layout.cones)), [s.stop - s.start for s in layout.cones])
    column_of = np.repeat(np.arange(len(layout.columns)), [s.stop - s.start for s in layout.columns])
    whole = np.zeros((len(form.b), len(layout.cones) + 1, len(layout.columns) + 1))
    if form.layout.entries:
        squared = np.add.reduceat(form.a**2, [s.start for s in layout.columns], axis=2)
        whole[:, :-1, :-1] = np.add.reduceat(squared, [s.start for s in layout.cones], axis=1)
        whole[:, :-1, -1] = np.add.reduceat(form.b**2, [s.start for s in layout.cones], axis=1)
    whole[:, -1, :-1] = np.add.reduceat(form.c**2, [s.start for s in layout.columns], axis=1)
    whole = np.sqrt(whole)
    filled = whole > 0
    log = np.log2(np.where(filled, whole, 1.0))
    r, e = np.zeros((*whole.shape[:2], 1)), np.zeros((len(whole), 1, whole.shape[2]))
    for _ in range(_PASSES):
        r = -_mean(log + e, filled, 2)
        e = -_mean(log + r, filled, 1)
    r, e = np.exp2(np.round(r[:, :, 0])), np.exp2(np.round(e[:, 0]))
    return Units(r[:, row_of], e[:, column_of], e[:, -1], r[:, -1])


def _mean(log: np.ndarray, filled: np.ndarray, axis: int) -> np.ndarray:
    """Mean over the nonzero blocks."""
    count = filled.sum(axis=axis, keepdims=True)
    return np.where(filled, log, 0).sum(axis=axis, keepdims=True) / np.where(count > 0, count, 1)
