"""The SINR of every stream at every user that decodes it, whatever the channel error (spec P1 a, P2, P4).

    (h+d)^H (W_k - g_k sum_{i disturbs k} W_i) (h+d) - g_k d^H (sum_{i cancelled before k} W_i) d >= g_k noise_l

for all ||d|| <= eps_l: without an error a row with weights q on h_l h_l^H, with one a matrix inequality by the S-lemma.
Its multiplier T_kl (nominal diag(0, y_kl)) adds E_l T E_l^H to G_k, -g_k times that to what disturbs k, and
-g_k F_l T F_l^H to what is cancelled before, with E_l = [eps_l B, h_l], F_l = [eps_l B, 0], B = ``multipliers.basis``;
errors L_l z in an ellipsoid have L_l B for B.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.cones import adjoint, lmi_cone, nonnegative
from beamwright.systems.noma_isac.physics.constraints.base import Point, largest
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma, Problem


@dataclass(frozen=True)
class Sinr:
    """Who decodes whom, streams and users in decoding order."""

    users: int
    decoding: str
    """``chain``, ``own``, ``noise``, or ``alone`` for OMA: streams never meet."""
    sensing: str = "none"
    """Dedicated sensing signal, the stream after the users': ``none``, ``noise`` or ``known``."""
    residual: ClassVar[str] = "sinr_violation"

    @classmethod
    def demanded(cls, s: Scenario, oma: Oma) -> "Sinr":
        """Always: targets may be zero."""
        return cls(s.users, s.decoding if oma is Oma.NONE else "alone", s.sensing_signal)

    @property
    def streams(self) -> int:
        """Streams of the users, and the sensing signal."""
        return self.users + (self.sensing != "none")

    @property
    def chain(self) -> bool:
        """Whether stronger users decode the streams of weaker ones."""
        return self.decoding == "chain"

    def disturbing(self, k: int) -> list[int]:
        """Streams that disturb stream k."""
        first = {"noise": 0, "alone": self.users}.get(self.decoding, k + 1)
        return [i for i in range(first, self.users) if i != k] + [self.users] * (self.sensing == "noise")

    def cancelled(self, k: int) -> list[int]:
        """Streams that are cancelled before stream k."""
        users = list(range(k)) if self.decoding in ("chain", "own") else []
        return users + [self.users] * (self.sensing == "known")

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Decoding set D as (stream k, user l)."""
        users = self.users
        return [(k, l) for k in range(users) for l in (range(k, users) if self.chain else (k,))]

    def stream_weights(self, gamma: Array) -> Array:
        """Weights q (pairs, streams, lanes) of W_k less gamma_k times those that disturb it."""
        zero = jnp.zeros_like(gamma[0])
        rows = [
            [zero + 1 if i == k else -gamma[k] if i in self.disturbing(k) else zero for i in range(self.streams)]
            for k, _ in self.pairs
        ]
        return jnp.stack([jnp.stack(row) for row in rows])

    def violation(self, s: Scenario, at: Point) -> np.ndarray:
        """Shortfall relative to the target."""
        target = np.broadcast_to(at.problem.sinr_target[:, None, :], at.sinr.shape)
        demanded = model.decoding_mask(s, at.problem.order, at.problem.oma) & (target > 0)
        return largest(np.where(demanded, 1 - at.sinr / np.where(demanded, target, 1), 0))


class Terms(NamedTuple):
    """Terms of the multipliers in the combined inequality, stream by stream, input order."""

    wanted: np.ndarray
    """(drops, users, r, r) sum_l E_l T_kl E_l^H: in G_k, and with -g_k in G_i of every stream i that disturbs k."""
    mass: np.ndarray
    """(drops, users, r, r) sum_l 2 F_l T_kl F_l^H + 2 T22_kl h_l h_l^H >= ``wanted``: nothing cancels in it."""
    residual: np.ndarray
    """(drops, users, r, r) sum_l F_l T_kl F_l^H: with -g_k in G_i of every stream i that is cancelled before k."""
    value: np.ndarray
    """(drops, users) sum_l g_k noise_l T22_kl."""


def terms(s: Scenario, problem: Problem, m: Multipliers, basis: np.ndarray) -> Terms:
    """Terms of multipliers, put into their cones first, in coordinates of ``basis``."""
    h = problem.h @ np.conj(basis)
    sinr, robust = in_cone(s, problem, m)
    wanted, residual, corner = (
        _weighted_gram(sinr, h),
        np.zeros((*sinr.shape[:2], *2 * basis.shape[-1:]), complex),
        sinr,
    )
    mass = wanted
    if robust.shape[-1]:
        ball = problem.csi_error[..., None, None] * _directions(problem, m, basis)
        wanted = wanted + _congruence(np.concatenate([ball, h[..., None]], axis=-1), robust)
        residual = _congruence(ball, robust[..., :-1, :-1])
        mass = mass + 2 * residual + 2 * _weighted_gram(robust[..., -1, -1].real, h)
        corner = corner + robust[..., -1, -1].real
    return Terms(wanted, mass, residual, model.slot_target(s, problem) * np.sum(corner * s.noise_vector_w, axis=-1))


def _directions(problem: Problem, m: Multipliers, basis: np.ndarray) -> np.ndarray:
    """L_l B in coordinates of ``basis``, (drops, users or 1, r, directions)."""
    if problem.error_shape is None:
        return (adjoint(basis) @ m.basis)[:, None]
    return adjoint(basis)[:, None] @ problem.error_shape @ m.basis[:, None]


def in_cone(s: Scenario, problem: Problem, m: Multipliers) -> tuple[np.ndarray, np.ndarray]:
    """Nearest admissible ``sinr`` and ``lmi``, zero for users that do not decode a stream."""
    decodes = np.swapaxes(model.decoding_mask(s, problem.order, problem.oma), -1, -2)
    return (
        np.where(decodes, nonnegative(m.sinr), 0),
        np.where(decodes[..., None, None], lmi_cone(m.lmi, m.basis), 0),
    )


def relief(s: Scenario, problem: Problem, wanted: np.ndarray, residual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Terms (drops, streams, r, r) that G_k loses to streams that k disturbs, and before which k is cancelled."""
    disturbs, cancelled = (
        np.swapaxes(mask(s, problem.order, problem.oma), -1, -2).astype(float)
        for mask in (model.disturbs, model.cancelled)
    )
    weight = model.slot_target(s, problem)[..., None, None]
    return _mix(disturbs, weight * wanted), _mix(cancelled, weight * residual)


def _congruence(edges: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Sums sum_l E_l T_kl E_l^H: edges (drops, l, r, n), inner (drops, k, l, n, n) -> (drops, k, r, r)."""
    edges = edges[:, None]
    return np.sum(edges @ inner @ adjoint(edges), axis=2)


def _weighted_gram(weights: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Sums sum_l y_kl h_l h_l^H: weights (drops, k, l), vectors (drops, l, r) -> (drops, k, r, r)."""
    columns = np.swapaxes(vectors, -1, -2)[:, None]
    return (columns * weights[:, :, None, :]) @ adjoint(columns)


def _mix(weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Sums sum_j w_kj M_j: (drops, k, j), (drops, j, r, r) -> (drops, k, r, r)."""
    flat = matrices.reshape(*matrices.shape[:2], -1)
    return (weights @ flat).reshape(*weights.shape[:2], *matrices.shape[2:])
