"""The largest level of a family of programs that fits into a budget: max-min SINR and its like, all drops at once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import numbers, require
from beamwright.optim import bracketed_root
from beamwright.programs.problem import Problem, Solution

BUDGET = 1e-6
"""Share of the budget by which beams may exceed it."""


class Level(NamedTuple):
    """The largest level, beams that attain it, and a level that is proven out of reach."""

    level: np.ndarray
    """(drops,) largest level whose relaxation fits into the budget; NaN where not even the lowest does."""
    bound: np.ndarray
    """(drops,) a level that no design reaches within the budget, by its certified bound; inf where none is proven."""
    solution: Solution
    """Design at ``level`` (at the lowest level where that is NaN)."""
    attained: np.ndarray
    """(drops,) whether its beams are within the budget, too."""
    programs: int
    """Programs solved per drop."""


def largest(
    make: Callable[[np.ndarray], Problem],
    low: ArrayLike,
    high: ArrayLike,
    budget: ArrayLike,
    rtol: float = 1e-6,
) -> Level:
    """Largest t in [low, high] for which the program ``make(t)`` has a least value of at most ``budget``.

        t* = sup { t : min of make(t) <= budget }

    Args:    make maps levels (drops,) to a program that is minimised and only gets harder as t grows; low < high and
             budget: one number, or one per drop. Levels are searched on a logarithmic scale where low > 0.
    Raises:  ValueError where the program is one to be maximised, or a limit has another number of drops.
    """
    first = make(np.atleast_1d(numbers(low, "low")))
    require(first.sense == "minimise", "make", "return programs to be minimised", first.sense)
    sizes = {np.size(x) for x in (low, high, budget)} | {first.drops}
    drops = max(sizes)
    require(sizes <= {1, drops}, "low, high and budget", "have one value, or one per drop", sorted(sizes))
    bottom, top, allowed = (np.broadcast_to(numbers(x, "limit"), (drops,)) for x in (low, high, budget))
    count = 0

    def excess(level: np.ndarray) -> np.ndarray:
        nonlocal count
        count += 1
        return np.broadcast_to(make(level).relaxed_value(), (drops,)) / allowed - 1

    root = bracketed_root(excess, bottom, top, rtol, logarithmic=bool((bottom > 0).all()))
    solution = make(np.where(np.isnan(root.x), bottom, root.x)).solve()
    beyond = np.where(np.isnan(root.infeasible), top, root.infeasible)
    proven = make(beyond).proven_bound() > allowed
    return Level(
        root.x,
        np.where(proven, beyond, np.inf),
        solution,
        ~np.isnan(root.x) & (solution.value <= allowed * (1 + BUDGET)),
        count + 2,
    )
