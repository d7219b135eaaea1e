"""Beamforming for NOMA integrated sensing and communication: certified, batched and exact under channel errors."""

from beamwright.systems.noma_isac.audit import certify, evaluate
from beamwright.systems.noma_isac.methods import balance_sinr, balance_sinr_oma, minimise_power, minimise_power_oma
from beamwright.systems.noma_isac.physics import WorstCase, worst_case_sinr
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.scene import Realisation, draw
from beamwright.systems.noma_isac.system import METHODS, SYSTEM
from beamwright.systems.noma_isac.types import Certificate, Design, Multipliers, Oma, Scorecard

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
