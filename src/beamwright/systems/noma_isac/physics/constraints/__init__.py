"""Constraints of NOMA-ISAC, a file each: rows, limits, multipliers and violation of one kind, stated once.

A further one is a file here, its name in ``KINDS``, and its numbers in ``Scenario``.
"""

from beamwright.systems.noma_isac.physics.constraints.antenna_power import AntennaPower
from beamwright.systems.noma_isac.physics.constraints.base import USERS, Ball, Constraint, Named, Point
from beamwright.systems.noma_isac.physics.constraints.cross_correlation import CrossCorrelation
from beamwright.systems.noma_isac.physics.constraints.power_balance import PowerBalance
from beamwright.systems.noma_isac.physics.constraints.quiet_sector import QuietDirections
from beamwright.systems.noma_isac.physics.constraints.sensing_floor import SensingFloor
from beamwright.systems.noma_isac.physics.constraints.sic_order import SicOrder
from beamwright.systems.noma_isac.physics.constraints.sinr import Sinr
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Oma

KINDS: tuple[type[Constraint], ...] = (
    SicOrder,
    SensingFloor,
    PowerBalance,
    AntennaPower,
    QuietDirections,
    CrossCorrelation,
)
"""Beside the SINR, in the order of their rows: cones last."""


def constraints(s: Scenario, oma: Oma = Oma.NONE) -> tuple[Constraint, ...]:
    """What the scenario demands beside SINRs."""
    return tuple(found for kind in KINDS if (found := kind.demanded(s, oma)) is not None)


__all__ = ["KINDS", "USERS", "Ball", "Constraint", "Named", "Point", "Sinr", "constraints"]
