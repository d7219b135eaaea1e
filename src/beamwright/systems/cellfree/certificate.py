"""The certificate of a design, recomputed from arrays alone: exact SINRs, a dense search of the offsets, residuals."""

import numpy as np

from beamwright.core import Status, guarded, require
from beamwright.metrics import spectral_efficiency
from beamwright.numerics import square_modulus
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.evaluation import filters_of
from beamwright.systems.cellfree.known import checked, paths_of, point_of
from beamwright.systems.cellfree.oracle import Effort
from beamwright.systems.cellfree.results import MET, SOUND, Certificate, Design, Known
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.start import fixed_layouts
from beamwright.systems.cellfree.worst_case import worst

DENSE = Effort(samples=2048, starts=32, steps=60)
"""Of the certificate's search."""


@guarded(Scenario)
def certify(scenario: Scenario, known: Known, design: Design) -> Certificate:
    """Recompute the certificate; of the design only positions, beams, powers, filters and what was required are read.

    The worst case is the least that a search finds, 2048 points and 32 local searches: an estimate from above, whose
    ``searches`` says how many ended there. ``bound`` is rigorous.

    Raises: ValueError naming what has a wrong shape or is not finite.
    """
    s, known = scenario, checked(scenario, known)
    require(design.user_filters is not None and design.radar_filter is not None, "user_filters, radar_filter",
            "be given", "none", "cf.receivers makes them")  # fmt: skip
    point, paths = point_of(s, known, design), paths_of(known)
    there = model.air(paths, point)
    heard = model.through(s, there, filters_of(s, known, design.receivers))
    found, radar = worst(s, heard, DENSE), worst(s, heard, DENSE, radar_only=True)
    offsets = s.offset_range_hz * found.offsets
    at_worst = model.ratios(s, heard, model.drift(s, offsets))
    drops = len(known.echo_gain)
    required = np.zeros(drops) if design.required_radar_sinr is None else np.asarray(design.required_radar_sinr)
    short = np.maximum(0, 1 - np.divide(radar.utility, required, out=np.ones(drops), where=required > 0))
    radiated = np.sum(square_modulus(point.beams), axis=-1)
    power, place = _power_residual(s, radiated, point.powers), _layout_residual(s, point)
    sound = (power <= SOUND) & (place <= SOUND) & np.isfinite(found.utility)
    return Certificate(
        worst_case_utility=found.utility,
        worst_offsets_hz=offsets,
        found_by=found.found_by,
        searches=found.searches,
        nominal_utility=found.nominal,
        user_sinr=at_worst.users,
        radar_sinr=at_worst.radar,
        least_radar_sinr=radar.utility,
        bound=utility_bound(s, known),
        silence_utility=silence_utility(s, known),
        radiated_w=radiated,
        power_residual=power,
        layout_residual=place,
        radar_shortfall=short,
        status=np.select([~sound, short > MET], [Status.STALLED, Status.QOS_INFEASIBLE], Status.FEASIBLE),
    )


def silence_utility(s: Scenario, known: Known) -> np.ndarray:
    """(drops,) utility if nobody radiates, the yardstick of every design; offsets do not change it."""
    drops = len(known.echo_gain)
    tx, rx = fixed_layouts(s, drops)
    powers = np.full((drops, s.users), s.user_power_w / max(s.users, 1))
    there = model.air(paths_of(known), model.Point(tx, rx, np.zeros(tx.shape, complex), powers))
    none = np.zeros((drops, s.aps))
    filters = model.best_filters(s, there, model.scenarios_of(s, none[:, None]), np.ones((drops, 1)))
    return model.utility(s, model.ratios(s, model.through(s, there, filters), model.drift(s, none)))


def utility_bound(s: Scenario, known: Known) -> np.ndarray:
    """(drops,) utility that no design exceeds: no interference, every path in phase at every antenna, wherever it is.

        gamma_u <= p_u H_u,  H_u = sum_a M (sum_l |g_ual|)^2;     gamma_r <= S N P sum_a M |kappa_aa|^2

    and powers filled over the users (rates), or given to the strongest (SINRs).
    """
    reach = s.rx_antennas * np.sum(np.sum(np.abs(known.uplink_gain), axis=-1) ** 2, axis=-1)
    own = np.abs(np.diagonal(known.echo_gain, axis1=1, axis2=2)) ** 2
    radar = s.snapshots * s.tx_antennas * s.ap_power_w * s.rx_antennas * own.sum(axis=-1)
    if s.metric == "rate":
        radar, users = spectral_efficiency(radar), _filled(reach, s.user_power_w)
    else:
        users = s.user_power_w * reach.max(axis=-1, initial=0.0)
    return s.sensing_weight * radar + (1 - s.sensing_weight) * users


def _filled(reach: np.ndarray, power_w: float) -> np.ndarray:
    """max sum_u log2(1 + p_u H_u) over p >= 0 that add up to the power: water-filling, exactly."""
    if not reach.shape[1]:
        return np.zeros(len(reach))
    order = -np.sort(-reach, axis=1)
    floors = 1 / np.maximum(order, 1e-300)
    served = np.tri(reach.shape[1], dtype=bool)  # (how many, user): the strongest ones
    above = floors[:, None, :] - floors[:, :, None]  # (drops, user, other): by how much the other's floor is higher
    powers = (power_w + np.einsum("cv,duv->dcu", served, above)) / (1 + np.arange(reach.shape[1]))[:, None]
    valid = np.all((powers > 0) | ~served, axis=-1)  # whoever is served stands above its floor
    filled = np.where(served & valid[..., None], powers, 0)
    return spectral_efficiency(filled * order[:, None, :]).sum(axis=-1).max(axis=1)


def _power_residual(s: Scenario, radiated: np.ndarray, powers: np.ndarray) -> np.ndarray:
    def excess(spent: np.ndarray, budget: float) -> np.ndarray:
        return np.maximum(spent - budget, 0) / budget if budget > 0 else np.maximum(spent, 0)

    return np.maximum(excess(radiated, s.ap_power_w).max(axis=-1), excess(powers.sum(axis=-1), s.user_power_w))


def _layout_residual(s: Scenario, point: model.Point) -> np.ndarray:
    low, high = s.region_wavelengths
    worst_place = np.zeros(len(point.tx))
    for places in (point.tx, point.rx):
        outside = np.maximum(low - places, places - high).max(axis=(1, 2))
        close = (s.spacing_wavelengths - np.diff(places, axis=-1)).max(axis=(1, 2), initial=0.0)
        worst_place = np.maximum(worst_place, np.maximum(outside, close))
    return np.maximum(worst_place, 0)
