"""Powers towards targets that differ by little: |P_p - P_m| <= Pdiff for all pairs (spec P1 c)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import jax.numpy as jnp
import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.constraints.base import OfTargets, Point, largest
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma

THIN, WIDE = 1e-6, 1e2
"""Widths in units of the powers: in a narrower one no solver finds an inside, a wider one is as good as no limit."""


@dataclass(frozen=True)
class PowerBalance(OfTargets):
    """Rows P_m - P_p >= -Pdiff of all pairs p < m, then P_p - P_m >= -Pdiff."""

    residual: ClassVar[str] = "slab_violation"

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> Self | None:
        """Wherever there are two targets."""
        return cls(s.targets) if s.targets > 1 else None

    def forms(self) -> np.ndarray:
        """+-(a_m a_m^H - a_p a_p^H)."""
        unit, (p, m) = np.eye(self.targets)[:, :, None] * np.eye(self.targets), self.pairs
        return np.concatenate([unit[m] - unit[p], unit[p] - unit[m]])

    def limits_w(self, s: Scenario) -> np.ndarray:
        """-Pdiff."""
        return np.full(2 * len(self.pairs[0]), -s.power_difference_w)

    def scaled(self, limits: Any) -> tuple[Any, Any]:
        """Widths increased where neither side leaves an inside; rows between those that make width or powers one."""
        width = jnp.minimum(-limits, WIDE)
        upper, lower = jnp.split(width, 2)
        missing = jnp.maximum(THIN - 0.5 * (upper + lower), 0.0)
        width = width + jnp.concatenate([missing, missing])
        factor = jnp.mean(width.reshape(2, -1, width.shape[-1]), axis=0) ** -0.5
        return -width, jnp.concatenate([factor, factor])

    def narrowed(self, s: Scenario, response: np.ndarray, limits_w: np.ndarray) -> np.ndarray:
        """The side that was passed, demanded alone.

        A power balance far thinner than its powers has no inside for a solver, which gets a wider one. Where that
        shows, the side that was passed is demanded alone: at the optimum the other does not bind.
        """
        power, (p, m) = model.target_power_w(response), self.pairs
        difference = power[:, p] - power[:, m]
        excess = np.concatenate([difference, -difference], axis=1) - s.power_difference_w
        missed = excess > 1e-7 * np.maximum(power.max(axis=1), s.sensing_power_w)[:, None]
        other = np.roll(missed, len(p), axis=1)
        return np.where(missed, -s.power_difference_w, np.where(other, -np.inf, limits_w))

    def fields(self, y: np.ndarray, order: np.ndarray) -> dict[str, np.ndarray]:
        """Multipliers ``slab_upper`` and ``slab_lower``."""
        (p, m), sides = self.pairs, np.zeros((2, *y.shape[:-1], self.targets, self.targets))
        sides[0][..., p, m], sides[1][..., p, m] = np.split(y, 2, axis=-1)
        return {"slab_upper": sides[0], "slab_lower": sides[1]}

    def of(self, m: Multipliers, order: np.ndarray) -> np.ndarray:
        """Multipliers above the diagonals."""
        above = (..., *self.pairs)
        return np.concatenate([m.slab_upper[above], m.slab_lower[above]], axis=-1)

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Excess relative to Ps or to the larger of the two powers: far above Ps they are known to rounding only."""
        power = model.target_power_w(at.response_w(s.steering))
        p, m = self.pairs
        larger = np.maximum(np.maximum(power[..., p], power[..., m]), s.sensing_power_w)
        return largest((np.abs(power[..., p] - power[..., m]) - s.power_difference_w) / larger)
