"""Limited power of every antenna: R_nn = e_n^H R e_n <= P_n, of the frame or in every slot (spec P1 f)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from beamwright.systems.noma_isac.physics.constraints.base import Constraint, Point, largest, upper_limits
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Oma


@dataclass(frozen=True)
class AntennaPower(Constraint):
    """A row -R_nn >= -P_n per antenna. It sees all antennas, so no span of channels will do (spec A1)."""

    antennas: int
    family: ClassVar[str] = "antennas"

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> Self | None:
        """Where the scenario has ``antenna_power_limit_w``."""
        return None if s.antenna_power_limit_w is None else cls(s.antennas)

    def vectors(self, s: Scenario) -> np.ndarray:
        """e_n."""
        return np.eye(s.antennas)

    def forms(self) -> np.ndarray:
        """-e_n e_n^H."""
        return -np.eye(self.antennas)[:, :, None] * np.eye(self.antennas)

    def limits_w(self, s: Scenario) -> np.ndarray:
        """-P_n."""
        return np.broadcast_to(-np.asarray(s.antenna_power_limit_w, float), (self.antennas,))

    def scaled(self, limits: Any) -> tuple[Any, Any]:
        """Those of ``upper_limits``."""
        return upper_limits(limits)

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Excess relative to the limit."""
        return largest(at.power_w(self.vectors(s)) / -self.limits_w(s) - 1)
