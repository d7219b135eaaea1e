"""Records of arrays: the problem of every drop, its design, certificate and scorecard."""

from beamwright.systems.noma_isac.types.certificate import VIOLATION, Certificate, Residuals, Scorecard
from beamwright.systems.noma_isac.types.design import Design, Multipliers
from beamwright.systems.noma_isac.types.problem import Covariances, Oma, Problem

__all__ = [
    "VIOLATION",
    "Certificate",
    "Covariances",
    "Design",
    "Multipliers",
    "Oma",
    "Problem",
    "Residuals",
    "Scorecard",
]
