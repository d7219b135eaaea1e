"""STAR-RIS surface design from statistical channel knowledge under phase noise: exact moments, certified designs."""

from importlib import import_module
from typing import Any

from beamwright.systems.star_ris.audit import certify, evaluate
from beamwright.systems.star_ris.methods import (
    majorise_minimise,
    maximise_min_rate,
    maximise_sum_rate,
    minimise_interference,
    no_surface,
    random_surface,
    reflecting_only,
)
from beamwright.systems.star_ris.methods.exhaustive import exhaustive
from beamwright.systems.star_ris.methods.printed import printed
from beamwright.systems.star_ris.physics.as_printed import (
    printed_descends,
    printed_gradient,
    printed_means,
    printed_objective,
)
from beamwright.systems.star_ris.physics.model import Moments, qpsk_rates, ratio_rates
from beamwright.systems.star_ris.physics.moments import correlated_moments, moments
from beamwright.systems.star_ris.physics.monte_carlo import MonteCarlo, monte_carlo
from beamwright.systems.star_ris.physics.power_map import received_power_w
from beamwright.systems.star_ris.scene import Realisation, Scenario, Statistics, checked, draw, traced_statistics
from beamwright.systems.star_ris.solve import precoder
from beamwright.systems.star_ris.system import METHODS, SYSTEM
from beamwright.systems.star_ris.types import Certificate, Design, Goal, Scorecard

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
