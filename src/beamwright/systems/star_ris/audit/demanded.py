"""Demands on the design of a search: goal, variables, tolerance, shares of time, amplitudes, closed-form precoder."""

import numpy as np

from beamwright.core import Config, Demands, require
from beamwright.systems.star_ris.physics.closed_forms import closed_form
from beamwright.systems.star_ris.scene import Scenario, Statistics, amplitudes, checked, time_share
from beamwright.systems.star_ris.types import Design, Goal

GOALS = {
    "max-sum-rate": Goal.SUM_RATE, "max-min-rate": Goal.MIN_RATE, "min-interference": Goal.INTERFERENCE,
    "sca": Goal.INTERFERENCE, "interference": Goal.INTERFERENCE, "sum-rate": Goal.SUM_RATE,
}  # fmt: skip
"""Goals of methods, and of the objectives of ``majorise-minimise``."""
BOUND = {
    "max-sum-rate": ("amplitudes", "tolerance"), "max-min-rate": ("amplitudes", "tolerance"),
    "min-interference": ("precoder", "tolerance"), "majorise-minimise": ("objective", "tolerance"),
    "random": ("precoder", "seed"), "no-surface": ("precoder",), "reflecting-only": ("precoder", "seed"),
}  # fmt: skip
SCENERY = (
    "scale", "snr_db", "power_dbm", "noise_dbm", "rician_db", "kappa", "direct_loss_db", "direct_link",
    "surface_paths", "carrier_hz", "reflection_users",
)  # fmt: skip
TOLERANCE = 1e-3
"""Tolerance of methods that have no such option."""


def demanded(s: Scenario, known: Statistics, design: Design, method: str, options: Config) -> Demands:
    """Arrays of a searched design by name (``core.contract.System.asked``). The certificate judges the rest."""
    known = checked(known)
    drops, elements, antennas = known.surface_mean.shape
    for name, size in (("elements", elements), ("antennas", antennas), ("users", known.side.shape[1])):
        require(getattr(s, name) == size, name, f"be {size} as in the statistics", getattr(s, name))
    one, joint = np.ones(drops), getattr(options, "amplitudes", "fixed") == "joint"
    goal, share = GOALS[getattr(options, "objective", method)], time_share(s, known)
    demands: Demands = {
        "goal": one * goal, "joint": one * joint, "tolerance": one * getattr(options, "tolerance", TOLERANCE),
        "share": share,
    }  # fmt: skip
    if getattr(options, "starts", 1) == 1:
        demands["spread"] = np.full(drops, np.nan)
    if not joint:
        surface = design.u.any(axis=(1, 2), keepdims=True) | (goal is Goal.INTERFERENCE)  # rates may leave it out
        demands["u"] = surface * amplitudes(s, elements) * np.exp(1j * np.angle(design.u))
    if method == "min-interference":
        demands["precoder"] = closed_form(known, design.u, options.precoder, share)  # type: ignore[attr-defined]
    return demands
