"""Status of a design: one value of a small enumeration per drop, whose text is its name."""

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike


class Status(IntEnum):
    """Status of the design of one drop: proven optimal, valid, or not to be used."""

    OPTIMAL = 0
    """The returned design attains the certified bound to tolerance."""
    RANK1_RECOVERED = 1
    """The relaxation was not tight; a feasible design was recovered, its certified gap is reported."""
    RANK_GAP = 2
    """No design within the accepted gap was found; the best feasible one (or none) is returned."""
    INFEASIBLE = 3
    """No design exists; the multipliers are the proof."""
    STALLED = 4
    """The solver stopped before the requested accuracy; values are its last iterate."""
    STATIONARY = 5
    """A valid design of a problem without a tight bound, from which no small step improves it, to tolerance."""
    STOPPED = 6
    """A valid design, but the search ended (iterations, line search) before it was stationary to tolerance."""

    QOS_INFEASIBLE = 7
    """Required rates are not met in the worst case found, whatever the search believed; its best effort is returned."""
    FEASIBLE = 8
    """A valid design: every demand is met, and nothing is claimed about its distance to the best."""


VALID = (Status.OPTIMAL, Status.RANK1_RECOVERED, Status.STATIONARY, Status.STOPPED, Status.FEASIBLE)
"""Designs that may be used: they meet every constraint, and what is said about their quality is proven."""


def status_text(status: ArrayLike) -> list[str]:
    """Names, lower case, one per drop: ``[0, 3] -> ["optimal", "infeasible"]``."""
    return [Status(int(code)).name.lower() for code in np.atleast_1d(np.asarray(status))]
