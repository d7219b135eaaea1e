"""Beamforming for NOMA integrated sensing and communication: certified, batched and exact under channel errors."""

from beamwright.systems.noma_isac.results import Certificate, Design, Multipliers, Oma
from beamwright.systems.noma_isac.scenario import Scenario

__all__ = ["Certificate", "Design", "Multipliers", "Oma", "Scenario"]
