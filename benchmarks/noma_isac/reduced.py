"""The relaxed problems as bare conic programs in span{h_l, a_m}: what one would hand to a general solver by hand.

    minimise cost . x   subject to   constant + coefficients x in K          x = (svec Y_1 .. svec Y_K, lambda)

K is a product of nonnegative rays, second-order cones and Hermitian PSD blocks (spec noma_isac, A1: the
restriction is lossless). Power is in units of the sensing power, rows in units of the noise or of their right-hand
side.
"""

import itertools
from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac import Scenario


class Block(NamedTuple):
    """constant + sum_i x_i coefficients[i], real (rows) or Hermitian (matrices)."""

    coefficients: np.ndarray
    """(variables, rows) real, or (variables, m, m) complex."""
    constant: np.ndarray


class Program(NamedTuple):
    """A conic program of one drop and how to read its solution."""

    cost: np.ndarray
    rays: Block
    cones: list[Block]
    """Second-order cones, the bounding entry first."""
    matrices: list[Block]
    """Hermitian PSD blocks: the Y_k, then one LMI per (stream, user) where robust."""
    basis: np.ndarray
    """(antennas, d) orthonormal."""
    order: np.ndarray
    """(users,) input index of each stream, weakest first."""
    unit_w: float

    def covariances(self, x: np.ndarray) -> np.ndarray:
        """W_k in watts, input order of users, (users, antennas, antennas)."""
        d, users = self.basis.shape[1], len(self.order)
        blocks = np.tensordot(x[: users * d * d].reshape(users, d * d), hermitian_basis(d), axes=1)
        found = np.empty((users, *2 * self.basis.shape[:1]), complex)
        found[self.order] = self.unit_w * self.basis @ blocks @ self.basis.conj().T
        return found


def hermitian_basis(d: int) -> np.ndarray:
    """(d^2, d, d), orthonormal in the real inner product: diagonals, then real and imaginary pairs."""
    E = np.zeros((d * d, d, d), complex)
    E[np.arange(d), np.arange(d), np.arange(d)] = 1
    rows, columns = np.triu_indices(d, 1)
    pairs = len(rows)
    for offset, value in ((d, 1.0), (d + pairs, 1j)):
        where = offset + np.arange(pairs)
        E[where, rows, columns] = value / np.sqrt(2)
        E[where, columns, rows] = np.conj(value) / np.sqrt(2)
    return E


def build(s: Scenario, h: np.ndarray, sinr: float, csi_error: float, unit_channels: bool) -> Program:
    """Program of one drop for a common target and radius (0: nominal); h (users, antennas) in any order.

    unit_channels scales the LMIs by a congruence to channels of unit length, else they are divided by the noise.
    Measured: Clarabel needs the former (a third faster; at 128 antennas it fails without), SCS the latter.
    """
    order = np.argsort(np.linalg.norm(h, axis=-1), kind="stable")
    basis = _basis(np.concatenate([h, s.steering]))
    parts = _Parts(s, h[order] @ basis.conj(), s.steering @ basis.conj(), s.noise_vector_w[order], sinr, csi_error)
    rows, cross = parts.sensing_rows()
    matrices = parts.covariance_blocks()
    if csi_error > 0:
        matrices += [parts.lmi(index, unit_channels) for index in range(len(parts.pairs))]
        rows += [(parts.multiplier(index), 0.0) for index in range(len(parts.pairs))]
    else:
        rows += [parts.sinr_row(k, l) for k, l in parts.pairs]
    rays = Block(np.stack([row for row, _ in rows], axis=1), np.array([constant for _, constant in rows]))
    cones = [Block(np.stack([0 * cross[0], *cross], axis=1), np.eye(1 + len(cross))[0])] if cross else []
    return Program(parts.cost(), rays, cones, matrices, basis, order, s.sensing_power_w)


class _Parts:
    """The constraints one by one, in coordinates of the basis, users in decoding order."""

    def __init__(
        self, s: Scenario, h: np.ndarray, a: np.ndarray, noise: np.ndarray, sinr: float, csi_error: float
    ) -> None:
        self.s, self.h, self.a, self.sinr, self.csi_error = s, h, a, sinr, csi_error
        self.noise = noise / s.sensing_power_w
        self.K, self.d = h.shape
        self.E = hermitian_basis(self.d)
        self.pairs = [(k, l) for k in range(self.K) for l in ([k] if s.decoding == "own" else range(k, self.K))]
        self.size = self.K * self.d**2 + (len(self.pairs) if csi_error > 0 else 0)

    def spread(self, weights: list[float], functional: np.ndarray) -> np.ndarray:
        """Coefficients of sum_i weights_i F(Y_i) from those of F: (d^2, ...) -> (variables, ...)."""
        full = np.zeros((self.size, *functional.shape[1:]), functional.dtype)
        full[: self.K * self.d**2] = np.multiply.outer(weights, functional).reshape(-1, *functional.shape[1:])
        return full

    def gain(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """left^H E_i right, (d^2,)."""
        return (self.E @ right) @ left.conj()

    def multiplier(self, index: int) -> np.ndarray:
        """Picks lambda of a (stream, user) pair."""
        return np.eye(1, self.size, self.K * self.d**2 + index)[0]

    def wanted(self, k: int) -> list[float]:
        """Phi_k = W_k / gamma_k - sum_{i>k} W_i."""
        return [1 / self.sinr if i == k else -1.0 if i > k else 0.0 for i in range(self.K)]

    def cost(self) -> np.ndarray:
        """J."""
        weight = self.s.comm_weight * np.eye(self.d) + self.s.sensing_weight * self.a.T @ self.a.conj()
        return self.spread([1.0] * self.K, np.einsum("iab,ba->i", self.E, weight).real)

    def covariance_blocks(self) -> list[Block]:
        """Y_k >= 0."""
        zero = np.zeros((self.d, self.d), complex)
        return [Block(self.spread(list(row), self.E), zero) for row in np.eye(self.K)]

    def sinr_row(self, k: int, l: int) -> tuple[np.ndarray, float]:
        """Row (a) over the noise."""
        return self.spread(self.wanted(k), self.gain(self.h[l], self.h[l]).real) / self.noise[l], -1.0

    def lmi(self, index: int, unit_channels: bool) -> Block:
        """The printed LMI of P2, scaled."""
        k, l = self.pairs[index]
        edges = np.concatenate([np.eye(self.d), self.h[l][:, None]], axis=1)
        ball = np.eye(self.d, self.d + 1)
        before = [-1.0 if i < k else 0.0 for i in range(self.K)]
        coefficients = self.spread(self.wanted(k), edges.conj().T @ self.E @ edges)
        coefficients += self.spread(before, ball.T @ self.E @ ball)
        coefficients[self.K * self.d**2 + index] = np.diag(np.append(np.ones(self.d), -(self.csi_error**2)))
        constant = np.diag(np.append(np.zeros(self.d), -self.noise[l] + 0j))
        if unit_channels:
            scale = np.append(np.ones(self.d), 1 / np.linalg.norm(self.h[l]))
            return Block(scale[:, None] * coefficients * scale, scale[:, None] * constant * scale)
        return Block(coefficients / self.noise[l], constant / self.noise[l])

    def sensing_rows(self) -> tuple[list[tuple[np.ndarray, float]], list[np.ndarray]]:
        """Rows (b) and (c), and the entries of the cone (d), over their right-hand sides."""
        s, ones = self.s, [1.0] * self.K
        power = [self.spread(ones, self.gain(a, a).real) for a in self.a]
        rows, cross = [(row, -1.0) for row in power], []
        for p, m in itertools.combinations(range(s.targets), 2):
            tilt = (power[p] - power[m]) * s.sensing_power_w / s.power_difference_w
            rows += [(tilt, 1.0), (-tilt, 1.0)]
            value = self.spread(ones, self.gain(self.a[p], self.a[m])) * s.sensing_power_w / s.correlation_limit_w
            cross += [value.real, value.imag]
        return rows, cross


def _basis(vectors: np.ndarray) -> np.ndarray:
    """Orthonormal columns for the span of the rows, (antennas, d)."""
    left, values, _ = np.linalg.svd(vectors.T, full_matrices=False)
    return left[:, values > 1e-12 * values[0]]
