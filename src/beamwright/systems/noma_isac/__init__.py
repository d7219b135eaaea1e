"""Beamforming for NOMA integrated sensing and communication: certified, batched and exact under channel errors."""

from beamwright.systems.noma_isac.certificate import certify
from beamwright.systems.noma_isac.design import minimise_power
from beamwright.systems.noma_isac.max_min import balance_sinr
from beamwright.systems.noma_isac.oma import balance_sinr_oma, minimise_power_oma
from beamwright.systems.noma_isac.realisation import Realisation, draw
from beamwright.systems.noma_isac.results import Certificate, Design, Multipliers, Oma
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.scorecard import Scorecard, evaluate
from beamwright.systems.noma_isac.system import METHODS, SYSTEM
from beamwright.systems.noma_isac.worst_case import WorstCase, worst_case_sinr

__all__ = [
    "METHODS",
    "SYSTEM",
    "Certificate",
    "Design",
    "Multipliers",
    "Oma",
    "Realisation",
    "Scenario",
    "Scorecard",
    "WorstCase",
    "balance_sinr",
    "balance_sinr_oma",
    "certify",
    "draw",
    "evaluate",
    "minimise_power",
    "minimise_power_oma",
    "worst_case_sinr",
]
