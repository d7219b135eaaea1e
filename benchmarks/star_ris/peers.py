"""pymanopt on a STAR-RIS surface: objective and gradient in closed form, with matrices prepared once per drop."""

from typing import NamedTuple

import numpy as np
import pymanopt

from beamwright import star_ris as sr
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.solve import Precoding, precoder
from beamwright.uncertainty import mean_phasor


class Dense(NamedTuple):
    """One drop as pymanopt gets it: m = d + A x with A real-coefficient rows over both sides, set up once."""

    rows: np.ndarray
    """(users k, users j, 2 elements)."""
    direct: np.ndarray
    variance: np.ndarray
    noise: float
    reference: float


def dense(known: sr.Statistics, u: np.ndarray, w: np.ndarray) -> Dense:
    """Data of a single drop (arrays with a drops axis of one)."""
    seen = np.eye(2)[known.side[0]][:, :, None] * np.abs(u[0])
    arriving = mean_phasor(known.kappa)[0] * np.conj(known.user_mean[0])[:, None] * seen
    x = known.surface_mean[0] @ w[0]
    rows = arriving[:, None] * x.T[None, :, None]
    users = len(rows)
    return Dense(
        rows.reshape(users, users, -1), np.conj(known.direct_mean[0]) @ w[0],
        model.moments(known, u, w).variance[0], known.noise_power_w[0], model.reference_w(known, u, w)[0],
    )  # fmt: skip


def value(problem: str, d: Dense, x: np.ndarray) -> float:
    """The objective, to be minimised."""
    mean = d.direct + d.rows @ x
    power = np.abs(mean) ** 2 + d.variance
    if problem == "P1":
        return float((power.sum() - np.trace(power)) / d.reference)
    signal = np.abs(np.diagonal(mean)) ** 2
    return float(-np.sum(np.log2(1 + signal / (power.sum(axis=1) - signal + d.noise))))


def slope(problem: str, d: Dense, x: np.ndarray) -> np.ndarray:
    """Its Euclidean gradient, in closed form (spec section 5)."""
    mean = d.direct + d.rows @ x
    if problem == "P1":
        outer = 2 * mean / d.reference
        np.fill_diagonal(outer, 0)
    else:
        power = np.abs(mean) ** 2 + d.variance
        own = np.diagonal(mean)
        total = power.sum(axis=1) + d.noise
        rest = total - np.abs(own) ** 2
        outer = -2 * mean * (1 / total - 1 / rest)[:, None] / np.log(2)
        np.fill_diagonal(outer, -2 * own / total / np.log(2))
    return np.conj(d.rows).reshape(-1, len(x)).T @ outer.ravel()


class Prepared(NamedTuple):
    """A problem and an optimiser of pymanopt, and where it starts."""

    task: pymanopt.Problem
    optimiser: pymanopt.optimizers.optimizer.Optimizer
    start: np.ndarray


def prepare(
    problem: str, known: sr.Statistics, u: np.ndarray, kind: Precoding, tolerance: float, iterations: int
) -> Prepared:
    """The problem of a single drop (arrays with a drops axis of one), with the precoder of its start."""
    d = dense(known, u, precoder(known, u, kind))
    manifold = pymanopt.manifolds.ComplexCircle(u[0].size)
    cost = pymanopt.function.numpy(manifold)(lambda x: value(problem, d, x))
    gradient = pymanopt.function.numpy(manifold)(lambda x: slope(problem, d, x))
    task = pymanopt.Problem(manifold, cost, euclidean_gradient=gradient)
    optimiser = pymanopt.optimizers.ConjugateGradient(
        verbosity=0, min_gradient_norm=tolerance, max_iterations=iterations
    )
    return Prepared(task, optimiser, (u[0] / np.abs(u[0])).ravel())


def solve(ready: Prepared) -> tuple[float, int]:
    """Objective and iterations."""
    found = ready.optimiser.run(ready.task, initial_point=ready.start)
    return found.cost, found.iterations
