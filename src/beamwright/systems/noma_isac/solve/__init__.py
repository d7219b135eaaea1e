"""Solve: relaxation, rank-one beams and multipliers that prove a bound; it does not know the audit."""

from beamwright.systems.noma_isac.solve.least_power import Solution, least_power
from beamwright.systems.noma_isac.solve.max_min import at_level, balance
from beamwright.systems.noma_isac.solve.relax import relax

__all__ = ["Solution", "at_level", "balance", "least_power", "relax"]
