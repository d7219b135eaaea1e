"""Yardsticks that need no search: fixed arrays, beams in closed form, equal user powers, filters in closed form."""

import numpy as np

from beamwright.arrays import centred_layout, near_square, square_layout
from beamwright.channels import field_response, steering
from beamwright.numerics import Values, namespace, solve_above
from beamwright.systems.cellfree.physics import model
from beamwright.systems.cellfree.physics.evaluation import paths_of
from beamwright.systems.cellfree.physics.places import RINGS, placed_paths, sample_places
from beamwright.systems.cellfree.physics.ranks import canonical_ranks
from beamwright.systems.cellfree.physics.scenario_set import closed_form_filters, filters_in_parts, offset_scenarios
from beamwright.systems.cellfree.physics.worst_case import candidates
from beamwright.systems.cellfree.scene import Known, Scenario
from beamwright.uncertainty import ALL_VERTICES_UP_TO

LEAKAGE = 100.0
"""zeta of the leakage beam, in units of the noise."""
YARDSTICKS = ("silence", "conjugate", "leakage")
"""No beams; beams matched to the targets; beams that spare the receivers."""


def fixed_layouts(s: Scenario, drops: int) -> tuple[np.ndarray, np.ndarray]:
    """Transmit and receive arrays at half a wavelength in the middle, (drops, aps, antennas) each; in a plane complex,
    and as square as may be.
    """
    low, high = s.region_wavelengths
    spacing = max(0.5, s.spacing_wavelengths)
    layouts = []
    for antennas in (s.tx_antennas, s.rx_antennas):
        gap = min(spacing, (high - low) / max((near_square(antennas)[0] if s.planar else antennas) - 1, 1))
        layout = (square_layout if s.planar else centred_layout)(antennas, low, high, gap)
        layouts.append(np.tile(layout, (drops, s.aps, 1)))
    return layouts[0], layouts[1]


def towards_targets(paths: model.Paths, tx: Values) -> Values:
    """sum_t e(t_a, c_ta), (..., aps, antennas): matched to the target, or to all of them alike."""
    return namespace(tx).sum(steering(tx[..., None, :, :], paths.target_cosine[..., None]), axis=-3)


def conjugate_beam(s: Scenario, paths: model.Paths, tx: np.ndarray) -> np.ndarray:
    """Unit beams (drops, aps, antennas) matched to the targets, with an axis of several subcarriers, all alike."""
    beams = towards_targets(paths, tx)
    alone = paths.target_cosine.shape[-2] == 1
    beams = beams / (np.sqrt(s.tx_antennas) if alone else np.linalg.norm(beams, axis=-1, keepdims=True))
    return beams if s.subcarriers == 1 else np.repeat(beams[:, None], s.subcarriers, axis=1)


def leakage_beam(s: Scenario, paths: model.Paths, tx: np.ndarray, rx: np.ndarray) -> np.ndarray:
    """Unit beams that light the targets and leak little into any receive array: (sum_b D_ba^H D_ba + zeta I)^-1 g_T.

    D is what an access point at full power does to the receive arrays, so that zeta is in units of the noise. Of
    several subcarriers one beam for each, (drops, subcarriers, aps, antennas).
    """
    if paths.direct_gain.ndim > 4:
        each = (paths._replace(direct_gain=gain) for gain in np.moveaxis(paths.direct_gain, 1, 0))
        return np.stack([leakage_beam(s, one, tx, rx) for one in each], axis=1)
    links = field_response(
        rx[:, :, None], tx[:, None], paths.direct_gain, paths.direct_rx_cosine, paths.direct_tx_cosine
    )  # (drops, rx ap, tx ap, rx antennas, tx antennas)
    leak = s.ap_powers_w[:, None, None] * np.einsum("dbamn,dbamk->dank", np.conj(links), links)
    beams = solve_above(leak, LEAKAGE, towards_targets(paths, tx)[..., None])[..., 0]
    return beams / np.linalg.norm(beams, axis=-1, keepdims=True)


def fixed_point(s: Scenario, known: Known, beams: str) -> model.Point:
    """Fixed arrays, the beams of a yardstick, and equal user powers; ``known`` is checked."""
    paths, (tx, rx) = paths_of(known), fixed_layouts(s, len(known.echo_gain))
    band = (s.subcarriers,) if s.subcarriers > 1 else ()
    powers = np.full((len(tx), *band, s.users), s.user_power_w / max(s.users, 1))
    if beams == "silence":
        return model.Point(tx, rx, np.zeros((len(tx), *band, *tx.shape[1:]), complex), powers)
    directions = conjugate_beam(s, paths, tx) if beams == "conjugate" else leakage_beam(s, paths, tx, rx)
    return model.Point(tx, rx, np.sqrt(s.ap_powers_w)[:, None] * directions, powers)


def yardstick(s: Scenario, known: Known, name: str) -> tuple[model.Point, model.Filters]:
    """One of ``YARDSTICKS``, with its filters."""
    point = fixed_point(s, known, name)
    return point, robust_filters(s, known, point)


def scenario_offsets(s: Scenario, known: Known) -> np.ndarray:
    """(drops, scenarios, aps) in Hz: no offsets, and the vertices; ``known`` is checked.

    Where those are a choice, access points take them by rank, so that they do not depend on who has which index.
    """
    points = s.offset_range_hz * candidates(s.aps, 0)
    if s.aps <= ALL_VERTICES_UP_TO:
        return np.broadcast_to(points, (len(known.echo_gain), *points.shape))
    return np.swapaxes(points[:, canonical_ranks(known).aps], 0, 1)


def robust_filters(s: Scenario, known: Known, point: model.Point) -> model.Filters:
    """Closed-form filters for no offsets and the vertices, all counting the same; ``known`` is checked.

    One drop after another where each has a set of its own: its waves take 5 MB at 16 access points, 20 MB at 32.
    """
    offsets, paths = scenario_offsets(s, known), placed_paths(s, paths_of(known), sample_places(s, RINGS))
    received = model.received_signals(paths, point, s.displaced)
    radio = s.radio._replace(targets=received.echo.shape[-3])
    weights, drops = np.full(offsets.shape[1], 1 / offsets.shape[1]), len(offsets)
    if s.aps <= ALL_VERTICES_UP_TO or not drops:
        shared = offset_scenarios(radio, offsets[0] if drops else offsets)

        def some(part: slice) -> model.Filters:
            return closed_form_filters(radio, model.ReceivedSignals(*(a[part] for a in received)), shared, weights)

        return assumed_place(s, filters_in_parts(s, some, drops, together=drops))
    each = [
        closed_form_filters(
            radio, model.ReceivedSignals(*(a[d] for a in received)), offset_scenarios(radio, offsets[d]), weights
        )
        for d in range(drops)
    ]
    return assumed_place(s, model.Filters(*map(np.stack, zip(*each, strict=True))))


def assumed_place(s: Scenario, filters: model.Filters) -> model.Filters:
    """Filters for all places of a target (drops, ...), the radar's for the assumed one alone."""
    return filters._replace(radar=filters.radar[:, :1]) if s.displaced else filters
