"""STAR-RIS surface design from statistical channel knowledge under phase noise: exact moments, certified designs."""

from importlib import import_module
from typing import Any

from beamwright.systems.star_ris.as_printed import (
    printed,
    printed_descends,
    printed_gradient,
    printed_means,
    printed_objective,
)
from beamwright.systems.star_ris.audit import moments
from beamwright.systems.star_ris.baselines import no_surface, random_surface, reflecting_only
from beamwright.systems.star_ris.brute_force import exhaustive
from beamwright.systems.star_ris.certificate import certify
from beamwright.systems.star_ris.correlated import correlated_moments
from beamwright.systems.star_ris.design import maximise_min_rate, maximise_sum_rate, minimise_interference
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.majorise import majorise_minimise
from beamwright.systems.star_ris.model import Moments, qpsk_rates, ratio_rates
from beamwright.systems.star_ris.monte_carlo import MonteCarlo, monte_carlo
from beamwright.systems.star_ris.power_map import received_power_w
from beamwright.systems.star_ris.precoders import precoder
from beamwright.systems.star_ris.realisation import Realisation, draw
from beamwright.systems.star_ris.results import Certificate, Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.scorecard import Scorecard, evaluate
from beamwright.systems.star_ris.system import METHODS, SYSTEM
from beamwright.systems.star_ris.traced import traced_statistics

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
        return getattr(import_module("beamwright.systems.star_ris.reference"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
