"""The public questions one asks of any design: filters, SINRs."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array, numbers, require
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.known import checked, paths_of, point_of
from beamwright.systems.cellfree.model import Filters
from beamwright.systems.cellfree.results import Design, Known, Receivers, Sinr
from beamwright.systems.cellfree.scenario import Scenario


def receivers(
    s: Scenario, known: Known, x: Design, offsets_hz: ArrayLike, weights: ArrayLike | None = None
) -> Receivers:
    """Closed-form filters for a set of offsets, the best for its mean interference; exact for a single scenario.

    Args:    offsets_hz (scenarios, aps) for all drops, or (drops, scenarios, aps); weights (scenarios,) or (drops,
             scenarios), default all equal; scaled to sum to one.
    Raises:  ValueError naming the argument.
    Source:  spec cellfree, section 4.
    """
    known = checked(s, known)
    point, drops = point_of(s, known, x), len(known.echo_gain)
    f = numbers(offsets_hz, "offsets_hz")
    f = as_array(np.broadcast_to(f, (drops, *f.shape[-2:])) if f.ndim == 2 else f, "offsets_hz",
                 "drops scenarios aps", drops=drops, aps=s.aps)  # fmt: skip
    count = f.shape[1]
    given = np.ones(count) if weights is None else numbers(weights, "weights")
    given = as_array(np.broadcast_to(given, (drops, count)) if given.ndim == 1 else given, "weights",
                     "drops scenarios", drops=drops, scenarios=count)  # fmt: skip
    require(bool(np.all(given >= 0)) and bool(np.all(given.sum(axis=1) > 0)), "weights", "be >= 0, not all 0", given)
    there = model.air(paths_of(known), point)
    found = model.best_filters(s, there, model.scenarios_of(s, f), given / given.sum(axis=1, keepdims=True))
    return as_receivers(found)


def sinr(s: Scenario, known: Known, x: Design, r: Receivers, offsets_hz: ArrayLike) -> Sinr:
    """SINRs of users and radar and the utility, at offsets (drops, aps) or (aps,) for all drops.

    Raises: ValueError naming the argument.
    Source: spec cellfree, section 3.
    """
    known = checked(s, known)
    drops = len(known.echo_gain)
    f = numbers(offsets_hz, "offsets_hz")
    f = np.broadcast_to(f, (drops, *f.shape)) if f.ndim == 1 else f
    f = as_array(f, "offsets_hz", "drops aps", drops=drops, aps=s.aps)
    heard = through(s, known, x, r)
    found = model.ratios(s, heard, model.drift(s, f))
    return Sinr(found.users, found.radar, model.utility(s, found))


def through(s: Scenario, known: Known, x: Design, r: Receivers) -> model.Heard:
    """What filters make of what arrives; ``known`` is checked."""
    return model.through(s, model.air(paths_of(known), point_of(s, known, x)), filters_of(s, known, r))


def filters_of(s: Scenario, known: Known, r: Receivers) -> Filters:
    """By access point. Raises ValueError naming the filter."""
    drops, size = len(known.echo_gain), s.aps * s.rx_antennas
    users = as_array(r.users, "users", "drops users filter", complex, drops=drops, users=s.users, filter=size)
    radar = as_array(r.radar, "radar", "drops filter", complex, drops=drops, filter=size)
    shape = s.aps, s.rx_antennas
    return Filters(users.reshape(drops, s.users, *shape), radar.reshape(drops, *shape))


def as_receivers(found: Filters) -> Receivers:
    """Filters over all antennas of all access points."""
    size = found.radar.shape[-2] * found.radar.shape[-1]
    users, radar = (filters.reshape(*filters.shape[:-2], size) for filters in found)
    return Receivers(users, radar)
