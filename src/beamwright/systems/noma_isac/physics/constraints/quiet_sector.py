"""Limited power towards a sector: (a_q + d)^H R (a_q + d) <= Q_q for all ||d|| <= steering_error (spec P1 g)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from beamwright.systems.noma_isac.physics.constraints.base import Ball, Constraint, Point, PowerLimits, largest
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Oma


@dataclass(frozen=True)
class QuietDirections(PowerLimits):
    """A row -a_q^H R a_q >= -Q_q per direction, for steering vectors that are known exactly."""

    family: ClassVar[str] = "sector"

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> Constraint | None:
        """Where the scenario has ``quiet_angles_deg``; with an error, for all steering vectors in the balls."""
        kind = QuietSector if s.steering_error else QuietDirections
        return kind(len(s.quiet_angles_deg)) if s.quiet_angles_deg else None

    def vectors(self, s: Scenario) -> np.ndarray:
        """Steering vectors of the directions."""
        return s.steering_towards(s.quiet_angles_deg)

    def most_w(self, s: Scenario) -> np.ndarray:
        """``quiet_power_w``."""
        return np.asarray(s.quiet_power_w, float)


@dataclass(frozen=True)
class QuietSector(QuietDirections, Ball):
    """The same for all steering vectors in a ball around each."""

    def signs(self) -> np.ndarray:
        """Power is limited from above."""
        return -np.ones(self.count)

    def radii(self, s: Scenario) -> np.ndarray:
        """Steering error."""
        return np.full(self.count, s.steering_error)

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Excess of the power at the worst steering vector, relative to the limit."""
        least_w, _ = at.worst(self.vectors(s), self.radii(s), self.signs())
        return largest(least_w / self.limits_w(s) - 1)
