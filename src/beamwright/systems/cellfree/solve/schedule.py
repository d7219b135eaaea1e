"""Schedule of a search: rates of Adam by kind of variable, its memory, and temperatures, as numbers one can learn.

A search without one has the rates and temperatures of ``multistart`` and runs the very program it always did.
"""

from typing import NamedTuple

import numpy as np

MOST_FORGOTTEN = 0.9
"""Of a mean, in a step: momentum and memory are at least one less this."""


class Schedule(NamedTuple):
    """Rates and temperatures of a search; the values here are those of a search without a schedule."""

    beams: float = 0.045
    """Rate of the beams' directions in the first round, as of every kind of variable below."""
    shares: float = 0.045
    tx: float = 0.045
    rx: float = 0.045
    users: float = 0.045
    weights: float = 0.045
    later: float = 2 / 3
    """Rates of later rounds over those of the first."""
    hot: float = 1.0
    """First temperature of the softened minimum in the first round."""
    warm: float = 0.3
    """The same in later rounds."""
    momentum: float = 0.9
    memory: float = 0.999
    clip: float = 10.0
    """Longest gradient."""
    last: float = 0.05
    """Last rates over the first of a round, at most one."""

    @property
    def adam(self) -> np.ndarray:
        """(kinds + 4,) of every lane: rates by kind, momentum, memory, clip, last."""
        return np.array([*self[:6], *self[9:]])


def coded(schedule: Schedule) -> np.ndarray:
    """(13,) real numbers of a schedule: logarithms, of momentum and memory those of what is forgotten."""
    values = np.array(schedule)
    values[9:11] = 1 - values[9:11]
    return np.log(values)


def decoded(numbers: np.ndarray) -> Schedule:
    """Schedule of any real numbers (13,)."""
    values = np.exp(numbers)
    values[9:11] = 1 - np.minimum(values[9:11], MOST_FORGOTTEN)
    values[12] = min(values[12], 1.0)
    return Schedule(*map(float, values))
