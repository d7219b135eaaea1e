"""Methods: one file per question, its options and its function; a design by solve, then its audit."""

from beamwright.systems.noma_isac.methods.max_min import MaxMin, balance_sinr
from beamwright.systems.noma_isac.methods.min_power import (
    MinPower,
    NonRobustMinPower,
    RobustMinPower,
    minimise_power,
    minimise_power_non_robust,
    minimise_power_robust,
)
from beamwright.systems.noma_isac.methods.oma import OmaMaxMin, OmaMinPower, balance_sinr_oma, minimise_power_oma
from beamwright.systems.noma_isac.methods.randomisation import Randomisation, randomised
from beamwright.systems.noma_isac.methods.reference import Reference, reference

__all__ = [
    "MaxMin", "MinPower", "NonRobustMinPower", "OmaMaxMin", "OmaMinPower", "Randomisation", "Reference",
    "RobustMinPower", "balance_sinr", "balance_sinr_oma", "minimise_power", "minimise_power_non_robust",
    "minimise_power_oma", "minimise_power_robust", "randomised", "reference",
]  # fmt: skip
