"""The certificate of a design, recomputed from its arrays alone.

SINRs, utilities, filters of a silent radar and residuals are evaluated by NumPy. A compiled search, denser than the
design's own, only proposes the worst offsets; NumPy evaluates utility and SINRs at them. With the search of the design
it shares the formulas of ``physics.model`` and ``physics.yardsticks`` and the oracle of ``physics.worst_case``.
"""

import numpy as np

from beamwright.core import Status, guarded, require
from beamwright.numerics import square_modulus
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.audit.bound import utility_bound
from beamwright.systems.cellfree.scene import MET, SOUND, Certificate, Design, Known, Scenario, checked, squeezed


@guarded(Scenario)
def certify(scenario: Scenario, known: Known, design: Design) -> Certificate:
    """Recompute the certificate; of the design only positions, beams, powers, filters and what was required are read.

    The worst case is at the worst offsets that a search finds, see ``physics.dense_effort``: an estimate from above,
    whose ``searches`` says how many ended there. So are the least SINRs of radar and users, by searches of their own:
    each is worst at other offsets than the utility. ``bound`` is rigorous. Of a target that may be elsewhere all this
    is the least of a sample of places, echoes with whatever phases are worst.

    Raises: ValueError naming what has a wrong shape or is not finite.
    """
    s, known = scenario, checked(scenario, known)
    require(design.user_filters is not None and design.radar_filter is not None, "user_filters, radar_filter",
            "be given", "none", "cf.receivers makes them")  # fmt: skip
    point, drops = physics.point_of(s, known, design), len(known.echo_gain)
    places = physics.sample_places(s, physics.DENSE_RINGS)
    filtered = physics.signals_at_places(s, known, design, design.receivers, places)
    worst = physics.find_worst_offsets_of_drops(s, filtered, physics.dense_effort(s))
    offsets = s.offset_range_hz * worst.offsets
    nominal = _sinrs(s, filtered, np.zeros_like(offsets))
    every = _sinrs(s, filtered, offsets)
    lane = _worst_lane(physics.utility(s.radio, every), len(places))
    offsets, at_worst = offsets[lane], physics.Sinrs(*(None if a is None else a[lane] for a in every))
    worst_utility = physics.utility(s.radio, at_worst)
    least = _over_places(_least_sinrs(s, filtered), len(places))
    there = physics.FilteredSignals(*(a[lane] for a in filtered))
    required = np.zeros(drops) if design.required_radar_sinr is None else np.asarray(design.required_radar_sinr)
    seen = physics.weakest(least.radar)
    shortfall = np.maximum(0, 1 - np.divide(seen, required, out=np.ones(drops), where=required > 0))
    radiated, spent = np.sum(square_modulus(point.beams), axis=-1), point.powers.sum(axis=-1)
    if s.subcarriers > 1:  # budgets are of means
        radiated, spent = radiated.mean(axis=1), spent.mean(axis=1)
    power, layout = _power_residual(s, radiated, spent), _layout_residual(s, point)
    sound = (power <= SOUND) & (layout <= SOUND) & np.isfinite(worst_utility)
    return Certificate(
        worst_case_utility=worst_utility,
        worst_offsets_hz=offsets,
        found_by=worst.found_by[lane],
        searches=worst.searches[lane],
        nominal_utility=physics.utility(s.radio, nominal)[:: len(places)],
        user_sinr=at_worst.users,
        radar_sinr=squeezed(s, at_worst.radar),
        least_user_sinr=least.users,
        least_radar_sinr=squeezed(s, least.radar),
        bound=utility_bound(s, known),
        silence_utility=silence_utility(s, known),
        radiated_w=radiated,
        power_residual=power,
        layout_residual=layout,
        radar_shortfall=shortfall,
        status=np.select([~sound, shortfall > MET], [Status.STALLED, Status.QOS_INFEASIBLE], Status.FEASIBLE),
        position_bound_m=physics.position_bounds(s, there, physics.offset_phases(s.radio, offsets)),
        worst_target_m=s.targets_m[0] + s.target_error_m * places[lane % len(places)] if s.displaced else None,
    )


def _worst_lane(values: np.ndarray, places: int) -> np.ndarray:
    """(drops,) which of the lanes (drops * places,) has the least value of its drop."""
    return np.arange(0, len(values), places) + values.reshape(-1, places).argmin(axis=1)


def _over_places(sinrs: physics.Sinrs, places: int) -> physics.Sinrs:
    """Least SINRs of every drop over its places."""
    users, radar = (a.reshape(len(a) // places, places, a.shape[-1]).min(axis=1) for a in sinrs[:2])
    return physics.Sinrs(users, radar)


def _sinrs(s: Scenario, filtered: physics.FilteredSignals, offsets_hz: np.ndarray) -> physics.Sinrs:
    """SINRs at offsets (drops, aps), by NumPy."""
    return physics.sinrs(s.radio, filtered, physics.offset_phases(s.radio, offsets_hz))


def _least_sinrs(s: Scenario, filtered: physics.FilteredSignals) -> physics.Sinrs:
    """Least SINR of every target and user over the offsets, each by a search of its own."""

    def there(figure: int) -> physics.Sinrs:
        found = physics.find_worst_offsets_of_drops(s, filtered, physics.dense_effort(s), figure)
        return _sinrs(s, filtered, s.offset_range_hz * found.offsets)

    first = physics.FIRST_USER
    users = [there(first + u).users[:, u] for u in range(s.users)]
    targets = [there(first + s.users + t).radar[:, t] for t in range(s.targets)]
    return physics.Sinrs(
        np.stack(users, axis=1) if users else np.zeros((len(filtered.floor), 0)), np.stack(targets, axis=1)
    )


def silence_utility(s: Scenario, known: Known) -> np.ndarray:
    """(drops,) utility of a radar that does not radiate: fixed arrays, equal user powers; offsets do not change it."""
    point, none = physics.fixed_point(s, known, "silence"), np.zeros((len(known.echo_gain), s.aps))
    received = physics.received_signals(physics.paths_of(known), point, s.displaced)
    scenarios = physics.offset_scenarios(s.radio, none[:, None])
    filters = physics.closed_form_filters(s.radio, received, scenarios, np.ones((len(none), 1)))
    return physics.utility(s.radio, _sinrs(s, physics.apply_filters(s.radio, received, filters), none))


def _power_residual(s: Scenario, radiated: np.ndarray, spent: np.ndarray) -> np.ndarray:
    """Largest relative excess of powers (drops, aps) and (drops,); negative ones of users are refused before."""

    def excess(spent: np.ndarray, budgets: np.ndarray) -> np.ndarray:
        return np.maximum(spent - budgets, 0) / np.where(budgets > 0, budgets, 1.0)

    users = excess(spent, np.asarray(s.user_power_w))
    return np.maximum(excess(radiated, s.ap_powers_w).max(axis=-1), users)


def _layout_residual(s: Scenario, point: physics.Point) -> np.ndarray:
    if s.planar:
        return _planar_residual(s, point)
    low, high = s.region_wavelengths
    residual = np.zeros(len(point.tx))
    for places in (point.tx, point.rx):
        outside = np.maximum(low - places, places - high).max(axis=(1, 2))
        close = (s.spacing_wavelengths - np.diff(places, axis=-1)).max(axis=(1, 2), initial=0.0)
        residual = np.maximum(residual, np.maximum(outside, close))
    return np.maximum(residual, 0)


def _planar_residual(s: Scenario, point: physics.Point) -> np.ndarray:
    """The same of places in a plane: every coordinate in the region, every pair of antennas apart."""
    residual = np.zeros(len(point.tx))
    for places in (point.tx, point.rx):
        first, second = np.triu_indices(places.shape[-1], 1)
        apart = np.abs(places[..., first] - places[..., second])
        outside = np.maximum(np.abs(places.real), np.abs(places.imag)) - s.half_region_wavelengths
        close = (s.spacing_wavelengths - apart).max(axis=(1, 2), initial=0.0)
        residual = np.maximum.reduce([residual, outside.max(axis=(1, 2)), close])
    return residual
