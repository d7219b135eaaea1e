"""One timer for everybody: wall clock, the median of several calls, in seconds per drop.

A batch is called again and again, and what its first call took beyond the others is compilation. A solver that takes
one drop at a time is called once per drop. The statistic is the same for both.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

STATISTIC = "median of calls, per drop, wall clock"
LEAST, MOST, ENOUGH_S = 3, 20, 2.0
"""A batch is called at least and at most so often, and no more once its calls took so long."""


class Times(NamedTuple):
    """Seconds of one solver on one case."""

    solve_s: float
    """Per drop, see ``STATISTIC``."""
    cpu_s: float
    """As ``solve_s``, CPU time of all threads."""
    assembly_s: float = 0.0
    """Per drop, Python that prepares the solver's data once the drop is known; not in ``solve_s``."""
    compile_s: float = 0.0
    """Once: the first call beyond a later one."""
    set_up_s: float = 0.0
    """Once, before any drop is known: a parametrised problem, a training."""


def timed(call: Callable[[], Any], drops: int = 1) -> tuple[Any, Times]:
    """Result and times of a call that takes so many drops together."""
    found, first_s, _ = once(call)
    spent: list[tuple[float, float]] = []
    while len(spent) < LEAST or (len(spent) < MOST and sum(wall for wall, _ in spent) < ENOUGH_S):
        found, wall_s, cpu_s = once(call)
        spent.append((wall_s, cpu_s))
    wall_s, cpu_s = map(float, np.median(spent, axis=0))
    return found, Times(wall_s / drops, cpu_s / drops, compile_s=max(first_s - wall_s, 0.0))


def timed_each(
    solve: Callable[[Any], Any],
    drops: Iterable[Any],
    assemble: Callable[[Any], Any] | None = None,
    limit_s: float = np.inf,
    warm: bool = False,
) -> tuple[list[Any], Times]:
    """Results and times of drops one after another, until ``limit_s`` are spent (at least one drop).

    Args: assemble makes of a drop what ``solve`` takes; warm: the first drop is solved once more before, to compile.
    """
    found, spent, first_s = [], [], 0.0
    for drop in drops:
        given, assembly_s, _ = once(lambda drop=drop: assemble(drop)) if assemble else (drop, 0.0, 0.0)
        if warm and not found:
            first_s = once(lambda given=given: solve(given))[1]
        result, wall_s, cpu_s = once(lambda given=given: solve(given))
        found.append(result)
        spent.append((wall_s, cpu_s, assembly_s))
        if sum(wall_s + assembly_s for wall_s, _, assembly_s in spent) > limit_s:
            break
    wall_s, cpu_s, assembly_s = map(float, np.median(spent, axis=0))
    return found, Times(wall_s, cpu_s, assembly_s, max(first_s - wall_s, 0.0))


def once(call: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, wall and CPU seconds of a single call."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = call()
    return found, time.perf_counter() - wall, time.process_time() - cpu
