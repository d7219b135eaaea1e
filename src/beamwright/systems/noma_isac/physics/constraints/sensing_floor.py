"""Least power towards every target: P_m = a_m^H R a_m >= Ps (spec P1 b)."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.constraints.base import OfTargets, Point, largest
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma


@dataclass(frozen=True)
class SensingFloor(OfTargets):
    """A row per target."""

    residual: ClassVar[str] = "sensing_violation"

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> Self | None:
        """Wherever there are targets."""
        return cls(s.targets) if s.targets else None

    def forms(self) -> np.ndarray:
        """a_m a_m^H."""
        return np.eye(self.targets)[:, :, None] * np.eye(self.targets)

    def limits_w(self, s: Scenario) -> np.ndarray:
        """Ps."""
        return np.full(self.targets, s.sensing_power_w)

    def fields(self, y: np.ndarray, order: np.ndarray) -> dict[str, np.ndarray]:
        """Multipliers ``floor``."""
        return {"floor": y}

    def of(self, m: Multipliers, order: np.ndarray) -> np.ndarray:
        """Multipliers ``floor``."""
        return m.floor

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Shortfall of P_m relative to Ps."""
        return largest(1 - model.target_power_w(at.response_w(s.steering)) / s.sensing_power_w)
