"""Limited power of every antenna: R_nn = e_n^H R e_n <= P_n, of the frame or in every slot (spec P1 f)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import jax.numpy as jnp
import numpy as np

from beamwright.systems.noma_isac.physics.constraints.base import Constraint, Point, largest
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
        """Rows divided by limits above one, and by the root of those below: neither limits nor powers are large."""
        return limits, jnp.where(limits < -1.0, -1.0 / limits, (-limits) ** -0.5)

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Excess relative to the limit."""
        return largest(at.power_w(self.vectors(s)) / -self.limits_w(s) - 1)
