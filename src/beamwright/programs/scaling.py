"""Units of a standard form: every cone of rows and every block of unknowns is scaled by its own data.

    A^ = R A E,   b^ = t R b,   c^ = g E c;       w = E w^ / t,   u = R u^ / g

Gains of 1e-14, noise of 1e-13 W and budgets of 1e3 W become numbers of order one. Factors are powers of two: exact.
"""

from typing import NamedTuple

import numpy as np

from beamwright.programs.form import Form

_PASSES = 12


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
    """Ruiz's equilibration of [[A, b], [c, 0]] by the norms of its blocks: each becomes of order one."""
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
    r, e = np.ones(whole.shape[:2]), np.ones((len(whole), whole.shape[2]))
    for _ in range(_PASSES):
        now = r[:, :, None] * whole * e[:, None]
        r = r / _root(now.max(axis=2))
        e = e / _root(now.max(axis=1))
    r, e = _power_of_two(r), _power_of_two(e)
    return Units(r[:, row_of], e[:, column_of], e[:, -1], r[:, -1])


def _root(x: np.ndarray) -> np.ndarray:
    return np.sqrt(np.where(x > 0, x, 1.0))


def _power_of_two(x: np.ndarray) -> np.ndarray:
    return np.exp2(np.round(np.log2(x)))
