"""Filters and SINRs of any design, from its checked arrays, in plain NumPy."""

from dataclasses import fields, replace

import numpy as np
from numpy.typing import ArrayLike

from beamwright.arrays import as_plane, as_xy
from beamwright.core import as_array, numbers, plain_array, renamed, require
from beamwright.systems.cellfree.physics import model
from beamwright.systems.cellfree.physics.offset_phases import OffsetPhases, offset_phases
from beamwright.systems.cellfree.physics.scenario_set import closed_form_filters, offset_scenarios
from beamwright.systems.cellfree.scene import Design, Known, Receivers, Scenario, Sinr, checked, squeezed

UNSEEN = 1e-12
"""Information about one direction that is less than this share of that about the other counts as none."""


@renamed
def receivers(
    scenario: Scenario, known: Known, x: Design, offsets_hz: ArrayLike, weights: ArrayLike | None = None
) -> Receivers:
    """Closed-form filters for a set of offsets, the best for its mean interference; exact for a single scenario.

    Args:    offsets_hz (scenarios, aps) for all drops, or (drops, scenarios, aps); weights (scenarios,) or (drops,
             scenarios), default all equal; scaled to sum to one.
    Raises:  ValueError naming the argument.
    Source:  spec cellfree, section 4.
    """
    known = checked(scenario, known)
    point, drops = point_of(scenario, known, x), len(known.echo_gain)
    f = numbers(offsets_hz, "offsets_hz")
    f = as_array(np.broadcast_to(f, (drops, *f.shape[-2:])) if f.ndim == 2 else f, "offsets_hz",
                 "drops scenarios aps", drops=drops, aps=scenario.aps)  # fmt: skip
    count = f.shape[1]
    w = np.ones(count) if weights is None else numbers(weights, "weights")
    w = as_array(np.broadcast_to(w, (drops, count)) if w.ndim == 1 else w, "weights",
                 "drops scenarios", drops=drops, scenarios=count)  # fmt: skip
    require(bool(np.all(w >= 0)) and bool(np.all(w.sum(axis=1) > 0)), "weights", "be >= 0, not all 0", w)
    received = model.received_signals(paths_of(known), point, scenario.displaced)
    scenarios = offset_scenarios(scenario.radio, f)
    return receivers_of(
        scenario, closed_form_filters(scenario.radio, received, scenarios, w / w.sum(axis=1, keepdims=True))
    )


@renamed
def sinr(
    scenario: Scenario, known: Known, x: Design, r: Receivers, offsets_hz: ArrayLike, errors: ArrayLike | None = None
) -> Sinr:
    """SINRs of users and radar and the utility, at offsets (drops, aps) or (aps,) for all drops.

    Args:    errors (drops, users, aps * rx antennas) of the users' channels, over the largest that ``csi_error`` allows
             (norm 1); default: for every SINR those that are worst for it; of several subcarriers with their axis.
    Raises:  ValueError naming the argument.
    Source: spec cellfree, section 3.
    """
    known = checked(scenario, known)
    drops = len(known.echo_gain)
    f = offsets_of(scenario, offsets_hz, drops)
    filtered = filtered_signals(scenario, known, x, r, None if errors is None else numbers(errors, "errors", complex))
    return figures(scenario, filtered, f)


def offsets_of(s: Scenario, offsets_hz: ArrayLike, drops: int) -> np.ndarray:
    """Offsets (drops, aps), given for every drop or for all alike. Raises ValueError."""
    f = numbers(offsets_hz, "offsets_hz")
    f = np.broadcast_to(f, (drops, *f.shape)) if f.ndim == 1 else f
    return as_array(f, "offsets_hz", "drops aps", drops=drops, aps=s.aps)


def figures(s: Scenario, filtered: model.FilteredSignals, offsets_hz: np.ndarray) -> Sinr:
    """SINRs and utility at offsets (drops, aps)."""
    phases = offset_phases(s.radio, offsets_hz)
    at = model.sinrs(s.radio, filtered, phases)
    bound = position_bounds(s, filtered, phases)
    each = model.sinrs_by_subcarrier(s.radio, filtered, phases) if s.subcarriers > 1 else None
    return Sinr(
        at.users, squeezed(s, at.radar), model.utility(s.radio, at), bound,
        None if each is None else each.users, None if each is None else squeezed(s, each.radar, axis=2),
    )  # fmt: skip


def position_bounds(s: Scenario, filtered: model.FilteredSignals, phases: OffsetPhases) -> np.ndarray | None:
    """(drops,) or (drops, targets) position error bound in metres, no prior; None but for metric position."""
    if s.metric != "position":
        return None
    told = np.sqrt(model.local_sinrs(s.radio, filtered, phases.rho))[..., None] * filtered.looks
    value = np.linalg.eigvalsh(np.einsum("...ai,...aj->...ij", told, told))
    with np.errstate(divide="ignore"):
        bound = np.sqrt(np.sum(1 / np.maximum(value, 0.0), axis=-1))
    return squeezed(s, np.where(value[..., 0] > UNSEEN * value[..., 1], bound, np.inf))


def utilities(s: Scenario, filtered: model.FilteredSignals, offsets_hz: np.ndarray) -> np.ndarray:
    """(drops, points) utility at offsets (points, aps), or (drops, points, aps)."""
    drops = len(filtered.echo)
    offsets = np.broadcast_to(offsets_hz, (drops, *offsets_hz.shape[-2:]))
    values = np.empty(offsets.shape[:2])
    for i in range(drops):
        one = model.FilteredSignals(*(a[i] for a in filtered))
        values[i] = model.utility_at(s.radio, one, offset_phases(s.radio, offsets[i]))
    return values


def filtered_signals(
    s: Scenario, known: Known, x: Design, r: Receivers, errors: np.ndarray | None = None
) -> model.FilteredSignals:
    """Signals after the design's filters; ``known`` is checked. With errors of the channels these, not the worst."""
    point, filters = point_of(s, known, x), filters_of(s, known, r)
    received = model.received_signals(paths_of(known), point, s.displaced)
    return filtered_by(s, received, filters, errors)


def filtered_by(
    s: Scenario, received: model.ReceivedSignals, filters: model.Filters, errors: np.ndarray | None
) -> model.FilteredSignals:
    """Signals after filters, with errors of the channels that are given, or the worst."""
    if errors is None:
        return model.apply_filters(s.radio, received, filters)
    band = (s.subcarriers,) if s.subcarriers > 1 else ()
    shape = (len(received.echo), *band, s.users, s.aps * s.rx_antennas)
    require(errors.shape == shape, "errors", f"have shape {shape}", errors.shape)
    size = model.error_sizes(s.radio, received.uplink)[..., None, None]
    true = received._replace(uplink=received.uplink + size * errors.reshape(received.uplink.shape))
    return model.apply_filters(s.radio._replace(uncertain=False), true, filters)


def filters_of(s: Scenario, known: Known, r: Receivers) -> model.Filters:
    """Filters by access point. Raises ValueError naming the filter."""
    sizes = {"drops": len(known.echo_gain), "subcarriers": s.subcarriers, "filter": s.aps * s.rx_antennas}
    lead, band = ("drops subcarriers", 2) if s.subcarriers > 1 else ("drops", 1)
    users = as_array(r.users, "users", f"{lead} users filter", complex, **sizes, users=s.users)
    axes = f"{lead} filter" if s.targets == 1 else f"{lead} targets filter"
    radar = as_array(r.radar, "radar", axes, complex, **sizes, targets=s.targets)
    batch, shape = users.shape[:band], (s.aps, s.rx_antennas)
    return model.Filters(users.reshape(*batch, s.users, *shape), radar.reshape(*batch, s.targets, *shape))


def receivers_of(s: Scenario, filters: model.Filters) -> Receivers:
    """Filters over all antennas of all access points."""
    users, radar = (each.reshape(*each.shape[:-2], each.shape[-2] * each.shape[-1]) for each in filters)
    return Receivers(users, squeezed(s, radar, axis=users.ndim - 2))


def paths_of(known: Known) -> model.Paths:
    """Paths as the model takes them; of antennas in a plane with directions as complex numbers."""
    echo_gain, target_cosine = known.echoes
    given = model.Paths(*(getattr(known, name) for name in model.Paths._fields))
    sight = np.zeros((len(echo_gain), 0)) if known.sight is None else known.sight
    given = given._replace(echo_gain=echo_gain, target_cosine=target_cosine, sight=sight)
    if known.uplink_cosine.ndim == 4:  # drops users aps paths, on a line
        return given
    return given._replace(**{name: as_plane(getattr(given, name)) for name in given._fields if "cosine" in name})


def positions_of(s: Scenario, places: np.ndarray) -> np.ndarray:
    """Places (drops, aps, antennas) as a person sees them: in a plane with an axis ``xy``."""
    return as_xy(places + 0j) if s.planar else places


def on_line(known: Known) -> Known:
    """The same paths as antennas see them that stay on the axis: cosines alone."""
    return replace(known, **{f.name: getattr(known, f.name)[..., 0] for f in fields(known) if "cosine" in f.name})


def point_of(s: Scenario, known: Known, x: Design) -> model.Point:
    """Positions, beams and powers of a design, checked for shape and numbers; a drops axis is given to a single one.

    Raises: ValueError naming the array.
    """
    drops, place = len(known.echo_gain), " xy" if s.planar else ""
    band = " subcarriers" if s.subcarriers > 1 else ""
    axes = {
        "tx_positions": (f"drops aps tx_antennas{place}", float),
        "rx_positions": (f"drops aps rx_antennas{place}", float),
        "beams": (f"drops{band} aps tx_antennas", complex), "powers_w": (f"drops{band} users", float),
    }  # fmt: skip
    values = []
    for name, (names, kind) in axes.items():
        array = plain_array(getattr(x, name), name)
        array = array[None] if array.ndim == len(names.split()) - 1 else array
        sizes = {"drops": drops, "aps": s.aps, "users": s.users, "tx_antennas": s.tx_antennas, "xy": s.xy}
        sizes |= {"rx_antennas": s.rx_antennas, "subcarriers": s.subcarriers}
        array = as_array(array, name, names, kind, **sizes)
        values.append(as_plane(array) if names.endswith("xy") else array)
    require(bool(np.all(values[3] >= 0)), "powers_w", "be >= 0", values[3].min(initial=0))
    return model.Point(*values)
