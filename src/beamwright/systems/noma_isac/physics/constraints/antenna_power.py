"""Limited power of every antenna: R_nn = e_n^H R e_n <= P_n, of the frame or in every slot (spec P1 f)."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from beamwright.systems.noma_isac.physics.constraints.base import PowerLimits
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Oma


@dataclass(frozen=True)
class AntennaPower(PowerLimits):
    """A row per antenna. It sees all antennas, so no span of channels will do (spec A1)."""

    family: ClassVar[str] = "antennas"

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> Self | None:
        """Where the scenario has ``antenna_power_limit_w``."""
        return None if s.antenna_power_limit_w is None else cls(s.antennas)

    def vectors(self, s: Scenario) -> np.ndarray:
        """e_n."""
        return np.eye(s.antennas)

    def most_w(self, s: Scenario) -> np.ndarray:
        """``antenna_power_limit_w``."""
        return np.asarray(s.antenna_power_limit_w, float)
