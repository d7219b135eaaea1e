"""Signals of a target that is elsewhere than assumed: users' filters stay, the radar's are made for where it looks.

A radar tries one place after another, so its filter may know the place that it tries; beams, positions and users'
filters may not. The filter of a place is the closed form for no offsets and the vertices, from the design alone.
"""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array, numbers, renamed, require
from beamwright.systems.cellfree.physics import model
from beamwright.systems.cellfree.physics.evaluation import (
    figures,
    filtered_by,
    filtered_signals,
    filters_of,
    offsets_of,
    paths_of,
    point_of,
)
from beamwright.systems.cellfree.physics.places import placed_paths
from beamwright.systems.cellfree.physics.scenario_set import closed_form_filters, offset_scenarios
from beamwright.systems.cellfree.physics.yardsticks import scenario_offsets
from beamwright.systems.cellfree.scene import Design, Known, Receivers, Scenario, Sinr, checked


def signals_at_places(s: Scenario, known: Known, x: Design, r: Receivers, places: np.ndarray) -> model.FilteredSignals:
    """Filtered signals (drops * places, ...) of every place (places, 2), the assumed one first with the design's own
    filter, phases of echoes whatever is worst; where the target's place is known, those of the drops."""
    if not s.displaced:
        return filtered_signals(s, known, x, r)
    paths, point = _lanes(s, known, x, places)
    received = model.received_signals(paths, point, True)
    filters, own = _filters(s, known, received, r), filters_of(s, known, r)
    filters.radar[:: len(places)] = own.radar
    return filtered_by(s, received, filters, None)


@renamed
def sinr_at_place(
    scenario: Scenario, known: Known, x: Design, r: Receivers, offsets_hz: ArrayLike, place: ArrayLike,
    errors: ArrayLike | None = None,
) -> Sinr:  # fmt: skip
    """``sinr`` of a target that is elsewhere, with the phases that its echoes have there and the filter for that place.

    Args:    place (drops, 2) from where it is assumed, over the largest distance that ``target_error_m`` allows.
    Raises:  ValueError naming the argument.
    """
    known, drops = checked(scenario, known), len(known.echo_gain)
    require(scenario.displaced, "target_error_m", "be > 0", scenario.target_error_m)
    there = as_array(place, "place", "drops xy", drops=drops, xy=2)
    paths, point = _lanes(scenario, known, x, there[:, None])
    filters = _filters(scenario, known, model.received_signals(paths, point, True), r)
    certain = scenario.derived(target_error_m=0.0)
    off = None if errors is None else numbers(errors, "errors", complex)
    filtered = filtered_by(certain, model.received_signals(paths, point), filters, off)
    return figures(certain, filtered, offsets_of(certain, offsets_hz, drops))


def _lanes(s: Scenario, known: Known, x: Design, places: np.ndarray) -> tuple[model.Paths, model.Point]:
    """Paths and points (drops * places, ...), every place a target of its own."""
    paths, count = placed_paths(s, paths_of(known), places), places.shape[-2]
    radar = {"echo_gain", "target_cosine"} | ({"sight"} if s.metric == "position" else set())
    each = model.Paths(*(
        a.reshape(-1, 1, *a.shape[2:]) if name in radar else np.repeat(a, count, axis=0)
        for name, a in zip(paths._fields, paths, strict=True)
    ))  # fmt: skip
    return each, model.Point(*(np.repeat(a, count, axis=0) for a in point_of(s, known, x)))


def _filters(s: Scenario, known: Known, received: model.ReceivedSignals, r: Receivers) -> model.Filters:
    """The design's filters of users, and for the radar those of every place; drop by drop."""
    own, offsets = filters_of(s, known, r), scenario_offsets(s, known)
    count, weights = len(received.echo) // len(offsets), np.full(offsets.shape[1], 1 / offsets.shape[1])
    radar = []
    for drop, seen in enumerate(offsets):
        some = model.ReceivedSignals(*(a[drop * count : (drop + 1) * count] for a in received))
        radar.append(closed_form_filters(s.radio, some, offset_scenarios(s.radio, seen), weights).radar)
    return model.Filters(np.repeat(own.users, count, axis=0), np.concatenate(radar))
