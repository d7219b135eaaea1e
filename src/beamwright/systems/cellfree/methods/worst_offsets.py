"""Worst carrier offsets of any design for fixed beams, positions, powers and filters (spec cellfree, section 5)."""

from typing import Literal

import numpy as np

from beamwright.core import renamed, require
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods.manifold import by_manifold
from beamwright.systems.cellfree.scene import Design, Finder, Known, Receivers, Scenario, WorstCase, checked

Method = Literal["oracle", "vertices", "manifold"]


@renamed
def worst_case_offset(
    scenario: Scenario, known: Known, x: Design, r: Receivers, method: Method = "oracle", **options: float
) -> WorstCase:
    """Least utility over all offsets within the range, as far as a method finds it.

    ``oracle`` looks at no offsets, all vertices and random points, then searches the box from the worst of them;
    ``vertices`` at the first two alone, which misses up to a third of the drop where carriers part by a cycle;
    ``manifold`` is the source's algorithm, corrected, for comparison (see ``manifold.Variant`` for its options).

    Args:    options of the oracle: samples, starts, steps, see ``physics.Effort``; default: few where carriers part by
             at most 0.4 cycles while the snapshots last, many beyond.
    Returns: WorstCase; every method's utility is one that some offsets do attain.
    Raises:  ValueError naming the argument.
    """
    known = checked(scenario, known)
    require(method in ("oracle", "vertices", "manifold"), "method", "be 'oracle', 'vertices' or 'manifold'", method)
    filtered = physics.filtered_signals(scenario, known, x, r)
    if method == "oracle":
        effort = physics.Effort(**options) if options else physics.effort_for(scenario)  # type: ignore[arg-type]
        worst = physics.find_worst_offsets_of_drops(scenario, filtered, effort)
        return WorstCase(worst.utility, scenario.offset_range_hz * worst.offsets, worst.found_by, worst.searches)
    if method == "manifold":
        return by_manifold(scenario, filtered, **options)
    require(not options, "options", "be none for method 'vertices'", sorted(options))
    return _by_vertices(scenario, known, filtered)


def _by_vertices(s: Scenario, known: Known, filtered: physics.FilteredSignals) -> WorstCase:
    points = physics.scenario_offsets(s, known)
    values = physics.utilities(s, filtered, points)
    best, drops = values.argmin(axis=1), np.arange(len(values))
    found_by = np.where(best == 0, Finder.NOMINAL, Finder.VERTEX)
    return WorstCase(values.min(axis=1), points[drops, best], found_by, np.ones(len(best), int))
