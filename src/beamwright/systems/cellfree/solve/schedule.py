"""Schedule of a search: rates of Adam by kind of variable, its memory, and temperatures, as numbers one can learn.

A search without one has the rates and temperatures below, and one rate for all variables.
"""

from typing import NamedTuple

import numpy as np

from beamwright.optim import adam

FIRST_RATE, RATE = 0.045, 0.03
"""Rates of Adam, in the first and in further rounds: faster ones lose nulls of strong interferers."""
HOT, WARM = 1.0, 0.3
"""First temperatures, in the first and in further rounds."""
_USUAL = adam.Options()
MOST_FORGOTTEN = 0.9
"""Of a mean, in a step: momentum and memory are at least one less this."""


class Schedule(NamedTuple):
    """Rates and temperatures of a search; the values here are those of a search without a schedule."""

    beams: float = FIRST_RATE
    """Rate of the beams' directions in the first round, as of every kind of variable below."""
    shares: float = FIRST_RATE
    tx: float = FIRST_RATE
    rx: float = FIRST_RATE
    users: float = FIRST_RATE
    weights: float = FIRST_RATE
    later: float = RATE / FIRST_RATE
    """Rates of later rounds over those of the first."""
    hot: float = HOT
    """First temperature of the softened minimum in the first round."""
    warm: float = WARM
    """The same in later rounds."""
    momentum: float = float(_USUAL.momentum)
    memory: float = float(_USUAL.memory)
    clip: float = float(_USUAL.clip)
    """Longest gradient."""
    last: float = float(_USUAL.last)
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
