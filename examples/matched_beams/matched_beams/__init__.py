"""Least power for given SNRs, users one after another: matched beams, certified by weak duality."""

from matched_beams.audit import certify, evaluate
from matched_beams.methods import minimise_power
from matched_beams.scenario import Scenario
from matched_beams.scene import draw
from matched_beams.studies import STUDIES
from matched_beams.system import METHODS, SYSTEM
from matched_beams.types import Certificate, Design

__all__ = [
    "METHODS", "STUDIES", "SYSTEM", "Certificate", "Design", "Scenario", "certify", "draw", "evaluate",
    "minimise_power",
]  # fmt: skip
