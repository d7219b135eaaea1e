"""What a constraint is: rows that are linear in the covariances, stated once for solvers, bound, recovery and audit.

    sum_i q_ri tr(F_r W_i) >= b_r  for all r,    or a cone  ||(sum_i q_ri tr(F_r W_i))_r|| <= b,    F_r = V P_r V^H

with V the vectors of one family (channels, steering vectors, ...), P_r small constant matrices and q_ri constant
weights of the streams in decoding order. A multiplier y_r >= 0 of a row, (s, z) with s >= ||z|| of a cone, adds
y_r q_ri F_r to the matrix G_i of stream i, and y_r b_r, or -s b, to the value of the combined inequality (spec A3).
What must hold for all errors of a vector is a ``Ball``.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp
import numpy as np

from beamwright.optim import minimise_quadratic_over_ball
from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma, Problem

USERS = "users"
"""Family of the channels, in decoding order."""


THIN = 1e-10
"""Least limit in units of the powers: below it no solver finds an inside."""


class Point(NamedTuple):
    """Beams or covariances that constraints are judged at, in coordinates of an orthonormal basis."""

    problem: Problem
    h: np.ndarray
    """(drops, users, r) channels."""
    streams: np.ndarray
    """(drops, beams, r) or (drops, streams, r, r)."""
    basis: np.ndarray
    """(drops, antennas, r), or (antennas, antennas)."""
    sinr: np.ndarray
    """(drops, users l, users k) linear, NaN where l does not decode k."""

    def response_w(self, vectors: np.ndarray) -> np.ndarray:
        """v_p^H R v_m in W of the frame or of every slot, (drops, slots, n, n), for ``vectors`` (n, antennas)."""
        return model.target_response_w(vectors @ np.conj(self.basis), self.streams, self.problem.oma)

    def power_w(self, vectors: np.ndarray) -> np.ndarray:
        """v_m^H R v_m in W of the frame or of every slot, (drops, slots, n), for ``vectors`` (n, antennas)."""
        v = vectors @ np.conj(self.basis)
        gains = model.stream_gains(np.broadcast_to(v, (len(self.streams), *v.shape[-2:])), self.streams)
        return np.swapaxes(gains, -1, -2) if self.problem.oma is Oma.SLOT else gains.sum(axis=-1)[:, None]

    def worst(self, vectors: np.ndarray, radii: np.ndarray, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """min c (v + d)^H R (v + d) over all ||d|| <= radius, exactly; vectors v (n, antennas), radii and signs c (n,).

        Returns: the least value in W, proven, (drops, slots, n), NaN without a design; and d (drops, slots, n, r).
        """
        w = self.streams[..., None] * np.conj(self.streams[..., None, :]) if self.streams.ndim == 3 else self.streams
        w = w if self.problem.oma is Oma.SLOT else w.sum(axis=1, keepdims=True)
        finite = np.isfinite(w).all(axis=(-1, -2), keepdims=True)
        r = np.where(finite, w, 0)[:, :, None] * signs[:, None, None]
        v = (vectors @ np.conj(self.basis))[..., None, :, :] * np.ones((len(w), 1, 1, 1))
        slope = (r @ v[..., None])[..., 0]
        found = minimise_quadratic_over_ball(r, slope, radii)
        centre = np.sum(np.conj(v) * slope, axis=-1).real
        return np.where(finite[..., 0], centre + found.bound, np.nan), found.x


@dataclass(frozen=True)
class Constraint(ABC):
    """One kind of constraint; instances hold sizes only, numbers come with the scenario."""

    family: ClassVar[str]
    """Name of the vectors V; ``USERS``, or one of its own."""
    residual: ClassVar[str] = "limit_violation"
    """Field of ``Residuals`` that its violation belongs to."""
    cone: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def demanded(cls, s: Scenario, oma: Oma) -> "Constraint | None":
        """The constraint where the scenario demands it."""

    def vectors(self, s: Scenario) -> np.ndarray:
        """V (n, antennas), which the basis of a design must hold; of ``USERS`` they are in it anyway."""
        return np.zeros((0, s.antennas))

    @abstractmethod
    def forms(self) -> np.ndarray:
        """P (rows, n, n) Hermitian."""

    def streams(self) -> np.ndarray | None:
        """q (rows, users) in decoding order; None: all streams count alike, rows are about R, or that of a slot."""
        return None

    @abstractmethod
    def limits_w(self, s: Scenario) -> np.ndarray:
        """b (rows,), of a cone (1,)."""

    def scaled(self, limits: Any) -> tuple[Any, Any]:
        """Limits b (rows or 1, lanes) as a solver sees them, and factors of the rows (rows or 1, lanes); JAX arrays.

        Args:    limits in units of the powers: vectors have unit length.
        """
        return limits, 1.0 + 0.0 * limits

    def narrowed(self, s: Scenario, response: np.ndarray, limits_w: np.ndarray) -> np.ndarray:
        """Limits (drops, rows) to be tried next, where ``scaled`` ones let a solution pass; usually those there are.

        Args:    response (drops, n, n) V^H R V of the solution.
        """
        return limits_w

    @abstractmethod
    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Relative violation at beams or covariances: (drops,), at least zero."""


class Ball(Constraint):
    """Rows that hold for all errors of their vectors: c_r (v_r + d)^H R (v_r + d) >= b_r for all ||d|| <= radius_r.

    By the S-lemma that is a matrix inequality. A multiplier T_r >= 0 with tr T11 <= T22 adds c_r E T_r E^H to the
    matrix of every stream and b_r T22 to the value, E = [radius_r B, v_r], B = ``multipliers.basis``.
    """

    @abstractmethod
    def signs(self) -> np.ndarray:
        """c (rows,)."""

    @abstractmethod
    def radii(self, s: Scenario) -> np.ndarray:
        """Radii (rows,)."""

    def forms(self) -> np.ndarray:
        """c_r e_r e_r^T: a vector per row."""
        eye = np.eye(len(self.signs()))
        return self.signs()[:, None, None] * eye[:, :, None] * eye


class Named(Constraint):
    """A constraint whose multipliers have fields of their own; those of all others follow each other in ``limits``."""

    @abstractmethod
    def fields(self, y: np.ndarray, order: np.ndarray) -> dict[str, np.ndarray]:
        """Fields of ``Multipliers``, from y (drops, [slots], rows), of a cone (..., 1 + rows)."""

    @abstractmethod
    def of(self, m: Multipliers, order: np.ndarray) -> np.ndarray:
        """Inverse of ``fields``, entries that no formula reads left out."""


@dataclass(frozen=True)
class OfTargets(Named):
    """A constraint on what goes towards the targets."""

    targets: int
    family: ClassVar[str] = "targets"

    @property
    def pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Indices p and m of all pairs p < m."""
        return np.triu_indices(self.targets, 1)

    def vectors(self, s: Scenario) -> np.ndarray:
        """Steering vectors."""
        return s.steering


@dataclass(frozen=True)
class PowerLimits(Constraint):
    """A row -v_r^H R v_r >= -P_r per vector: power that is limited from above."""

    count: int

    def forms(self) -> np.ndarray:
        """-e_r e_r^T."""
        return -np.eye(self.count)[:, :, None] * np.eye(self.count)

    @abstractmethod
    def most_w(self, s: Scenario) -> np.ndarray:
        """P: one value, or one per vector."""

    def limits_w(self, s: Scenario) -> np.ndarray:
        """-P."""
        return np.broadcast_to(-self.most_w(s), (self.count,))

    def scaled(self, limits: Any) -> tuple[Any, Any]:
        """Divided by limits above one, and by the root of those below; those below ``THIN`` are raised to it.

        Neither limits nor powers are then large.
        """
        limits = jnp.maximum(-limits, THIN)
        return -limits, jnp.where(limits > 1.0, 1.0 / limits, limits**-0.5)

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Excess relative to the limit."""
        return largest(at.power_w(self.vectors(s)) / -self.limits_w(s) - 1)


def largest(excess: np.ndarray) -> np.ndarray:
    """Largest excess of a drop, at least zero: (drops, ...) -> (drops,)."""
    return np.max(excess, axis=tuple(range(1, excess.ndim)), initial=0.0)
