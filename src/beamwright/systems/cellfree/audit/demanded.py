"""Arrays that a design must hold because they were demanded: required radar SINR, powers, layouts; whole yardsticks."""

import numpy as np

from beamwright.core import Config, Demands, db_to_linear
from beamwright.learn import AGENTS
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Design, Known, Scenario, checked

FIXED = ("fixed-array", "fixed-array-sca")
BOUND = dict.fromkeys(("robust", "fixed-array", "non-robust"), ("radar_sinr_db", "full_power"))
_GRID = ("subcarrier_spacing_hz", "subcarrier_step", "fft_size")
SCENERY = (
    "paths", "noise_dbm", "self_interference_db", "inter_ap_extra_db", "radar_cross_section", "wavelength_m",
    "ap_radius_m", "user_radius_m", "target_range_m", "target_azimuth_deg", "delay_spread_s", *_GRID,
)  # fmt: skip


def scenery_read(scenario: Scenario) -> tuple[str, ...]:
    """Parameters of the circle and the target that a position bound, or a target that may be elsewhere, is seen by; of
    the grid, by which subcarriers leak into each other."""
    if scenario.mixed:
        return _GRID
    if scenario.metric != "position" and not scenario.displaced:
        return ()
    return "wavelength_m", "ap_radius_m", "target_range_m", "target_azimuth_deg"


def demanded(scenario: Scenario, known: Known, design: Design, method: str, options: Config) -> Demands:
    """Arrays by name, see ``core.contract.System.asked``; filters have norm one, so their scale is demanded, too."""
    drops, least_db = len(design.beams), getattr(options, "radar_sinr_db", None)
    least = 0.0 if least_db is None else float(db_to_linear(least_db))
    demands: Demands = {"required_radar_sinr": np.full(drops, least)}
    if scenario.metric != "position":
        demands["certificate.position_bound_m"] = None
    if not scenario.displaced:
        demands["certificate.worst_target_m"] = None
    if method not in AGENTS:
        demands["curve"] = None
    if method in physics.YARDSTICKS:
        point, filters = physics.yardstick(scenario, checked(scenario, known), method)
        point = point._replace(tx=physics.positions_of(scenario, point.tx), rx=physics.positions_of(scenario, point.rx))
        demands |= dict(zip(("tx_positions", "rx_positions", "beams", "powers_w"), point, strict=True))
        receivers = physics.receivers_of(scenario, filters)
        return demands | {"user_filters": receivers.users, "radar_filter": receivers.radar}
    if method in FIXED:
        layouts = (physics.positions_of(scenario, places) for places in physics.fixed_layouts(scenario, drops))
        demands["tx_positions"], demands["rx_positions"] = layouts
    if getattr(options, "full_power", False):
        demands["certificate.radiated_w"] = np.tile(scenario.ap_powers_w, (drops, 1))
    for name in ("user_filters", "radar_filter"):
        filters = getattr(design, name)
        size = np.linalg.norm(filters, axis=-1, keepdims=True)
        demands[name] = filters / np.where(size > 0, size, 1.0)
    return demands
