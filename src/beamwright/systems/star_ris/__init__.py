"""STAR-RIS surface design from statistical channel knowledge under phase noise: exact moments, certified designs."""

from importlib import import_module
from typing import Any

from beamwright.systems.star_ris.audit import certify, evaluate
from beamwright.systems.star_ris.methods import (
    exhaustive,
    majorise_minimise,
    maximise_min_rate,
    maximise_sum_rate,
    minimise_interference,
    no_surface,
    printed,
    random_surface,
    reflecting_only,
)
from beamwright.systems.star_ris.physics import (
    Moments,
    MonteCarlo,
    correlated_moments,
    moments,
    monte_carlo,
    printed_descends,
    printed_gradient,
    printed_means,
    printed_objective,
    qpsk_rates,
    ratio_rates,
    received_power_w,
)
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.scene import Realisation, checked, draw, traced_statistics
from beamwright.systems.star_ris.solve.precoders import precoder
from beamwright.systems.star_ris.system import METHODS, SYSTEM
from beamwright.systems.star_ris.types import Certificate, Design, Goal, Scorecard, Statistics

__all__ = [
    "METHODS",
    "SYSTEM",
    "Certificate",
    "Design",
    "Goal",
    "Moments",
    "MonteCarlo",
    "Realisation",
    "Scenario",
    "Scorecard",
    "Statistics",
    "certify",
    "checked",
    "correlated_moments",
    "draw",
    "evaluate",
    "exhaustive",
    "majorise_minimise",
    "maximise_min_rate",
    "maximise_sum_rate",
    "minimise_interference",
    "moments",
    "monte_carlo",
    "no_surface",
    "precoder",
    "printed",
    "printed_descends",
    "printed_gradient",
    "printed_means",
    "printed_objective",
    "qpsk_rates",
    "random_surface",
    "ratio_rates",
    "received_power_w",
    "reflecting_only",
    "sca",
    "sdr_bound",
    "traced_statistics",
]


def __getattr__(name: str) -> Any:
    """``sca`` and ``sdr_bound`` need CVXPY (the extra ``reference``), imported when they are asked for."""
    if name in ("sca", "sdr_bound"):
        return getattr(import_module("beamwright.systems.star_ris.methods.reference"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
