"""Beamforming for NOMA integrated sensing and communication: certified, batched and exact under channel errors."""

from beamwright.systems.noma_isac.certificate import certify
from beamwright.systems.noma_isac.realisation import Realisation, draw
from beamwright.systems.noma_isac.results import Certificate, Design, Multipliers, Oma
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.scorecard import Scorecard, evaluate
from beamwright.systems.noma_isac.worst_case import WorstCase, worst_case_sinr

__all__ = [
    "Certificate",
    "Design",
    "Multipliers",
    "Oma",
    "Realisation",
    "Scenario",
    "Scorecard",
    "WorstCase",
    "certify",
    "draw",
    "evaluate",
    "worst_case_sinr",
]
