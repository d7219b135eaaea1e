"""What a design must hold that was asked for like that: goal, variables, tolerance, shares of time, amplitudes; for
surfaces that nobody searched all of it, by making them again."""

from typing import Any

import numpy as np

from beamwright.core import Config, require
from beamwright.systems.star_ris.baselines import no_surface, random_surface, reflecting_only
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.precoders import precoder
from beamwright.systems.star_ris.results import Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.surfaces import amplitudes, time_share

BASELINES = {"random": random_surface, "no-surface": no_surface, "reflecting-only": reflecting_only}
GOALS = {
    "max-sum-rate": Goal.SUM_RATE, "max-min-rate": Goal.MIN_RATE, "min-interference": Goal.INTERFERENCE,
    "sca": Goal.INTERFERENCE, **dict.fromkeys(BASELINES, Goal.SUM_RATE),
    "interference": Goal.INTERFERENCE, "sum-rate": Goal.SUM_RATE,
}  # fmt: skip
"""Of methods, and of the objectives of ``majorise-minimise``."""
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
"""Of methods that have no such option."""


def asked(s: Scenario, known: Statistics, design: Design, method: str, options: Config) -> dict[str, Any]:
    """See ``core.contract.System.asked``. Phases and precoders of a search are judged by the certificate."""
    known = checked(known)
    drops, elements, antennas = known.surface_mean.shape
    for name, size in (("elements", elements), ("antennas", antennas), ("users", known.side.shape[1])):
        require(getattr(s, name) == size, name, f"be {size} as in the statistics", getattr(s, name))
    one, joint = np.ones(drops), getattr(options, "amplitudes", "fixed") == "joint"
    goal = GOALS[getattr(options, "objective", method)]
    demands: dict[str, Any] = {
        "goal": one * goal, "joint": one * joint,
        "tolerance": one * getattr(options, "tolerance", TOLERANCE), "share": time_share(s, known),
    }  # fmt: skip
    if getattr(options, "starts", 1) == 1:
        demands["spread"] = np.full(drops, np.nan)
    if method in BASELINES:
        again = BASELINES[method](s, known, **dict(options))
        return demands | {name: getattr(again, name) for name in ("u", "precoder", "design_precoder")}
    if not joint:
        there = design.u.any(axis=(1, 2), keepdims=True) | (goal is Goal.INTERFERENCE)
        demands["u"] = there * amplitudes(s, elements) * np.exp(1j * np.angle(design.u))  # rates may leave it out
    if method == "min-interference":
        demands["precoder"] = precoder(known, design.u, options.precoder, time_share(s, known))  # type: ignore[attr-defined]
    return demands
