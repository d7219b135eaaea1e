"""Least power by SciPy's sequential quadratic programs on the beams themselves: an upper bound that shares no code.

Chain decoding, all streams decoded by all stronger users, errors in balls of one radius. With S_k = w_k w_k^H, user l
decodes stream k for all errors d if

    (h+d)^H ( S_k / g - sum_{i>k} S_i ) (h+d) - sum_{i<k} d^H S_i d >= noise

of which the left side is least where a trust region problem says; its gradient is that at the worst d (Danskin).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize


@dataclass(frozen=True)
class Beams:
    """A problem of K users: h (K, N) from weakest to strongest, steering vectors (2, N), target and radius of all."""

    h: np.ndarray
    steering: np.ndarray
    target: float
    radius: float
    noise_w: float = 0.01
    sensing_w: float = 2.0
    difference_w: float = 1e-3
    correlation_w2: float = 10.0

    def cost(self, x):
        """Power radiated and received by targets, and its gradient."""
        w = self.beams(x)
        echo = self.steering.conj() @ w.T
        slope = 2 * w + 2 * echo.T @ self.steering
        return np.sum(np.abs(w) ** 2) + np.sum(np.abs(echo) ** 2), self.numbers(slope)

    def slack(self, x):
        """What all demands leave, at least zero where they are met, and its Jacobian."""
        w = self.beams(x)
        found = [self._slack_of_sinr(w, user, stream) for user in range(len(w)) for stream in range(user + 1)]
        echo = self.steering.conj() @ w.T
        power = np.sum(np.abs(echo) ** 2, axis=1)
        slope = 2 * echo[:, :, None] * self.steering[:, None]
        found += [(power[m] - self.sensing_w, slope[m]) for m in range(2)]
        found += [(self.difference_w - sign * (power[0] - power[1]), sign * (slope[1] - slope[0])) for sign in (1, -1)]
        cross = np.vdot(echo[1], echo[0])
        towards = self.steering[0] * (cross * echo[1])[:, None] + self.steering[1] * (cross.conj() * echo[0])[:, None]
        found.append((1 - np.abs(cross) ** 2 / self.correlation_w2, -2 * towards / self.correlation_w2))
        return np.array([value for value, _ in found]), np.array([self.numbers(g) for _, g in found])

    def _slack_of_sinr(self, w, user, stream):
        left, later, h = w[:stream], w[stream + 1 :], self.h[user]
        ours = _covariance(w[[stream]]) / self.target - _covariance(later)
        d = worst_error(ours - _covariance(left), ours @ h, self.radius)
        y = h + d
        value = (y.conj() @ ours @ y - d.conj() @ _covariance(left) @ d).real
        slope = np.zeros_like(w)
        slope[:stream] = -2 * d * (left @ d.conj())[:, None]
        slope[stream] = 2 * y * (y.conj() @ w[stream]) / self.target
        slope[stream + 1 :] = -2 * y * (later @ y.conj())[:, None]
        return value / self.noise_w - 1, slope / self.noise_w

    def search(self, x, steps=200):
        """Beams (K, N), their cost, and the least slack, from numbers x or beams."""
        x = self.numbers(x) if np.iscomplexobj(x) else x
        demand = {"type": "ineq", "fun": lambda x: self.slack(x)[0], "jac": lambda x: self.slack(x)[1]}
        options = {"maxiter": steps, "ftol": 1e-10}
        x = minimize(self.cost, x, jac=True, constraints=[demand], method="SLSQP", options=options).x
        return self.beams(x), self.cost(x)[0], self.slack(x)[0].min()

    def beams(self, x):
        """Numbers to beams (K, N)."""
        re, im = x.reshape(2, len(self.h), -1)
        return re + 1j * im

    @staticmethod
    def numbers(w):
        """Beams to numbers."""
        return np.concatenate([w.real.ravel(), w.imag.ravel()])


def _covariance(beams):
    return beams.T @ beams.conj()


def worst_error(matrix, vector, radius):
    """Error d of at most that length where d^H M d + 2 Re d^H v is least."""
    values, axes = np.linalg.eigh(matrix)
    v, scale = axes.conj().T @ vector, np.abs(values).max()

    def length(mu):
        return np.linalg.norm(v / (values + mu)) - radius

    low = max(0.0, -values[0]) + 1e-13 * scale
    if values[0] > 0 and length(0.0) <= 0:
        return axes @ (-v / values)
    if length(low) > 0:
        low = brentq(length, low, low + np.linalg.norm(v) / radius + scale, xtol=1e-15 * scale, rtol=1e-14)
        return axes @ (-v / (values + low))
    d = -v / (values + low)
    d[0] -= np.exp(1j * np.angle(v[0])) * np.sqrt(max(radius**2 - np.linalg.norm(d) ** 2, 0))
    return axes @ d
