"""Bounded mean squared cross-correlation of targets: ||(X_pm)_{p<m}|| <= sqrt(xi M (M-1) / 2) (spec P1 d)."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import jax.numpy as jnp
import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.constraints.base import THIN, OfTargets, Point, largest
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma

WIDE = 1e2
"""Radius in units of the powers that is as good as no limit."""


@dataclass(frozen=True)
class CrossCorrelation(OfTargets):
    """Rows Re X_pm and Im X_pm of all pairs p < m, in one cone."""

    residual: ClassVar[str] = "correlation_violation"
    cone: ClassVar[bool] = True

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> Self | None:
        """Wherever there are two targets."""
        return cls(s.targets) if s.targets > 1 else None

    def forms(self) -> np.ndarray:
        """Hermitian parts of a_m a_p^H and of -j a_m a_p^H."""
        p, m = self.pairs
        forms = np.zeros((len(p), 2, self.targets, self.targets), complex)
        for part, alpha in enumerate((0.5, -0.5j)):
            forms[np.arange(len(p)), part, m, p] = alpha
            forms[np.arange(len(p)), part, p, m] = np.conj(alpha)
        return forms.reshape(-1, self.targets, self.targets)

    def limits_w(self, s: Scenario) -> np.ndarray:
        """Radius of the cone."""
        return np.array([s.correlation_limit_w])

    def scaled(self, limits: Any) -> tuple[Any, Any]:
        """Radius between ``THIN`` and ``WIDE``; rows between those that make radius or powers one."""
        radius = jnp.clip(limits, THIN, WIDE)
        return radius, radius**-0.5

    def fields(self, y: np.ndarray, order: np.ndarray) -> dict[str, np.ndarray]:
        """Multipliers ``correlation`` and ``cross``."""
        cross = np.zeros((*y.shape[:-1], self.targets, self.targets), complex)
        cross[(..., *self.pairs)] = y[..., 1::2] + 1j * y[..., 2::2]
        return {"correlation": y[..., 0], "cross": cross}

    def of(self, m: Multipliers, order: np.ndarray) -> np.ndarray:
        """Multipliers above the diagonal."""
        z = m.cross[(..., *self.pairs)]
        parts = np.stack([z.real, z.imag], axis=-1).reshape(*z.shape[:-1], -1)
        return np.concatenate([m.correlation[..., None], parts], axis=-1)

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Excess of C_bar relative to xi, or to 1e-6 of the largest it could be, whichever is more."""
        response = at.response_w(s.steering)
        power = model.target_power_w(response)
        most = model.cross_correlation_w2(np.sqrt(power[..., :, None] * power[..., None, :]))
        excess = model.cross_correlation_w2(response) - s.cross_correlation_w2
        return largest(excess / np.maximum(s.cross_correlation_w2, 1e-6 * most))
