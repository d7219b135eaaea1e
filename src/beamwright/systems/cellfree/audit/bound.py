"""Bounds that no design exceeds: utility of a drop, and position error of a target (spec cellfree, section 8)."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import known_of, renamed, require
from beamwright.metrics import Offsets, PositionBound, ResourceGrid, spectral_efficiency
from beamwright.metrics import position_bound as bound_of
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Geometry, Known, Scenario


@renamed
def utility_bound(scenario: Scenario, known: Known) -> np.ndarray:
    """(drops,) utility that no design exceeds: no interference, every path in phase at every antenna, wherever it is.

        gamma_u <= p_u H_u (1 - csi_error)^2,  H_u = sum_a M (sum_l |g_ual|)^2;
        gamma_t <= S N M sum_a P_a |kappa_taa|^2

    and powers filled over the users (rates), or given to the strongest (SINRs). A position bound by these SINRs at
    every access point, antennas as far apart across its line of sight as the region is wide. Of several subcarriers
    every one is taken for the loudest, over which powers are best spread evenly.
    """
    known = known_of(known, Known)
    reach = scenario.rx_antennas * np.sum(np.sum(np.abs(known.uplink_gain), axis=-1) ** 2, axis=-1)
    reach = reach * (1 - scenario.csi_error) ** 2
    own = np.abs(np.diagonal(known.echoes[0], axis1=-2, axis2=-1)) ** 2
    if scenario.subcarriers > 1:
        reach, own = reach.max(axis=1), own.max(axis=1)
    local = scenario.snapshots * scenario.tx_antennas * scenario.rx_antennas * own * scenario.ap_powers_w
    radar = local.sum(axis=-1).min(axis=1)  # of the target that can be seen least
    if scenario.metric == "rate":
        radar, users = spectral_efficiency(radar), _filled(reach, scenario.user_power_w)
    elif scenario.metric == "position":
        radar, users = _widest_bits(scenario, known, local).min(axis=1), _filled(reach, scenario.user_power_w)
    else:
        users = scenario.user_power_w * reach.max(axis=-1, initial=0.0)
    return scenario.sensing_weight * radar + (1 - scenario.sensing_weight) * users


def _widest_bits(s: Scenario, known: Known, local: np.ndarray) -> np.ndarray:
    """(drops, targets) bits of positions by SINRs (drops, targets, aps), half the antennas at either end of the region
    across the line of sight: log2 of sigma sqrt(2) over the root of tr(M^-1)."""
    cosine = known.echoes[1]
    half = np.abs(cosine).sum(axis=-1) if s.planar else np.sqrt(np.maximum(1 - cosine**2, 0.0))
    looks = np.sqrt(2) * 2 * np.pi * s.half_region_wavelengths * half[..., None] * s.sight
    told = np.einsum("dta,dtai,dtaj->dtij", local, looks, looks) * s.position_prior_m**2
    left = np.trace(np.linalg.inv(np.eye(2) + told), axis1=-2, axis2=-1)
    return 0.5 * np.log2(2 / left)


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


def position_bound(
    geometry: Geometry,
    resource_grid: ResourceGrid,
    snr: ArrayLike,
    offsets: Offsets = "consistent",
    scenario: Scenario | None = None,
    rx_positions: ArrayLike | None = None,
    target_m: ArrayLike | None = None,
) -> PositionBound:
    """``beamwright.metrics.position_bound`` for the first drop of a geometry, of its target, or of every one alone.

    Args:    snr per resource element and antenna over the noise, (aps, aps) or a number; rx_positions (aps, antennas)
             or (aps, antennas, xy) in wavelengths, default four half a wavelength apart (the scenario's number);
             target_m (..., 2) instead of the geometry's, for maps.
    """
    s = Scenario() if scenario is None else scenario
    aps, axes = geometry.ap_positions_m[0], geometry.ap_axes[0]
    if rx_positions is None:
        require(len(aps) == s.aps, "scenario", f"have {len(aps)} aps like the geometry", s.aps)
        rx_positions = physics.positions_of(s, physics.fixed_layouts(s, 1)[1])[0]
    target = geometry.target_m[0] if target_m is None else target_m
    return bound_of(aps, axes, target, np.asarray(rx_positions), resource_grid, snr, s.wavelength_m, offsets)
