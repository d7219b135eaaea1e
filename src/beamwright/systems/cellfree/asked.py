"""What a design must hold that was asked for like that: radar SINR, powers, places that stay; all of yardsticks."""

from typing import Any

import numpy as np

from beamwright.core import Config, db_to_linear
from beamwright.learn import AGENTS
from beamwright.systems.cellfree.baselines import conjugate_beams, leakage_beams, silence
from beamwright.systems.cellfree.results import Design, Known
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.start import fixed_layouts

YARDSTICKS = {"silence": silence, "conjugate": conjugate_beams, "leakage": leakage_beams}
"""Methods without a search: made again and compared."""
FIXED = ("fixed-array", "fixed-array-sca")
BOUND = dict.fromkeys(("robust", "fixed-array", "non-robust"), ("radar_sinr_db", "full_power"))
SCENERY = (
    "paths", "noise_dbm", "self_interference_db", "inter_ap_extra_db", "radar_cross_section", "wavelength_m",
    "ap_radius_m", "user_radius_m", "target_range_m", "target_azimuth_deg",
)  # fmt: skip


def asked(s: Scenario, known: Known, design: Design, method: str, options: Config) -> dict[str, Any]:
    """See ``core.contract.System.asked``. Filters have norm one: SINRs do not depend on their scale, so it is given."""
    drops, least_db = len(design.beams), getattr(options, "radar_sinr_db", None)
    least = 0.0 if least_db is None else float(db_to_linear(least_db))
    demands: dict[str, Any] = {"required_radar_sinr": np.full(drops, least)}
    if method not in AGENTS:
        demands["curve"] = None
    if method in YARDSTICKS:
        again = YARDSTICKS[method](s, known)
        names = ("tx_positions", "rx_positions", "beams", "powers_w", "user_filters", "radar_filter")
        return demands | {name: getattr(again, name) for name in names}
    if method in FIXED:
        demands["tx_positions"], demands["rx_positions"] = fixed_layouts(s, drops)
    if getattr(options, "full_power", False):
        demands["certificate.radiated_w"] = np.full((drops, s.aps), s.ap_power_w)
    for name in ("user_filters", "radar_filter"):
        filters = getattr(design, name)
        size = np.linalg.norm(filters, axis=-1, keepdims=True)
        demands[name] = filters / np.where(size > 0, size, 1.0)
    return demands
