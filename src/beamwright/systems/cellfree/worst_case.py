"""The worst carrier offsets for fixed beams, positions, powers and filters (spec cellfree, section 5)."""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import numpy as np

from beamwright.core import require
from beamwright.numerics import in_tiles, one_by_one
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.evaluation import through
from beamwright.systems.cellfree.known import checked
from beamwright.systems.cellfree.model import Heard
from beamwright.systems.cellfree.oracle import (
    Effort,
    Finder,
    Numbers,
    Worst,
    effort_for,
    numbers_of,
    shape_of,
    worst_offsets,
)
from beamwright.systems.cellfree.results import Design, Known, Receivers, WorstCase
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.uncertainty import offset_vertices

TILE = 64
Method = Literal["oracle", "vertices", "manifold"]


def worst_case_offset(
    s: Scenario, known: Known, x: Design, r: Receivers, method: Method = "oracle", **options: Any
) -> WorstCase:
    """Least utility over all offsets within the range, as far as a method finds it.

    ``oracle`` looks at no offsets, all vertices and random points, then searches the box from the worst of them;
    ``vertices`` at the first two alone, which misses up to a third of the drop where carriers part by a cycle;
    ``manifold`` is the source's algorithm, corrected, for comparison (see ``manifold.by_manifold`` for its options).

    Args:    options of the oracle: samples, starts, steps, see ``oracle.Effort``; default: few where carriers part by
             at most 0.4 cycles while the snapshots last, many beyond.
    Returns: WorstCase; every method's utility is one that some offsets do attain.
    Raises:  ValueError naming the argument.
    """
    known = checked(s, known)
    require(method in ("oracle", "vertices", "manifold"), "method", "be 'oracle', 'vertices' or 'manifold'", method)
    heard = through(s, known, x, r)
    if method == "oracle":
        return as_worst_case(s, worst(s, heard, Effort(**options) if options else effort_for(s)))
    if method == "manifold":
        from beamwright.systems.cellfree.manifold import by_manifold

        return by_manifold(s, heard, **options)
    require(not options, "options", "be none for method 'vertices'", sorted(options))
    return _by_vertices(s, heard)


def worst(s: Scenario, heard: Heard, effort: Effort = Effort(), radar_only: bool = False) -> Worst:  # noqa: B008
    """The oracle on a batch: arrays with a drops axis."""
    drops = len(heard.echo)
    more = np.full(drops, s.offset_range_hz), np.full(drops, radar_only), *numbers_of(s, drops)
    return in_tiles(_compiled(shape_of(s), effort), TILE, *heard, *more, counted=True)


@cache
def _compiled(s: Scenario, effort: Effort) -> Callable[..., Worst]:
    count = len(Heard._fields)

    def one(*arrays: Any) -> Worst:
        range_hz, radar_only, *numbers = arrays[count:]
        return worst_offsets(Numbers(*numbers).within(s), Heard(*arrays[:count]), range_hz, effort, radar_only)

    return one_by_one(one)


def as_worst_case(s: Scenario, found: Worst) -> WorstCase:
    """In Hz."""
    return WorstCase(found.utility, s.offset_range_hz * found.offsets, found.found_by, found.searches)


def _by_vertices(s: Scenario, heard: Heard) -> WorstCase:
    points = np.concatenate([np.zeros((1, s.aps)), offset_vertices(s.aps)]) * s.offset_range_hz
    values = utilities(s, heard, points)
    best = values.argmin(axis=1)
    found_by = np.where(best == 0, Finder.NOMINAL, Finder.VERTEX)
    return WorstCase(values.min(axis=1), points[best], found_by, np.ones(len(best), int))


def utilities(s: Scenario, heard: Heard, offsets_hz: np.ndarray) -> np.ndarray:
    """(drops, points) of offsets (points, aps), by the plain model."""
    now = model.drift(s, offsets_hz)
    return np.stack([model.utility(s, model.ratios(s, Heard(*(a[i] for a in heard)), now))
                     for i in range(len(heard.echo))])  # fmt: skip
