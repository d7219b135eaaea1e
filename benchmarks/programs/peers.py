"""All problems of the zoo in CVXPY, written out a second time for one drop each, not reduced, not scaled."""

from collections.abc import Callable
from typing import NamedTuple

import cvxpy as cp
import numpy as np

from benchmarks.programs.cases import Data

NOISE_W, GAMMA = 0.01, 10**0.8
Parts = tuple[list[cp.Variable], list[cp.Constraint]]


class Answer(NamedTuple):
    """Optimal value of one drop, by the solver's own account."""

    value: float
    solved: bool


def solve(problem: cp.Problem) -> Answer:
    """Optimum by Clarabel; an inaccurate one counts as solved."""
    try:
        value = problem.solve(solver=cp.CLARABEL)
    except cp.SolverError:
        return Answer(np.nan, False)
    return Answer(float(value), problem.status in ("optimal", "optimal_inaccurate"))


def unicast(data: Data) -> cp.Problem:
    """Least power for a SINR of every user."""
    w, conditions = _streams(data["h"])
    return cp.Problem(_power(w), [*conditions, *_demands(w, data["h"])])


def unicast_robust(data: Data) -> cp.Problem:
    """Least power for a SINR of every user at every channel of a ball."""
    h = data["h"]
    w, conditions = _streams(h)
    for k in range(len(h)):
        phi = w[k] - GAMMA * sum(w[i] for i in range(len(h)) if i != k)
        conditions.append(_in_ball(phi, h[k], 0.1, -GAMMA * NOISE_W))
    return cp.Problem(_power(w), conditions)


def per_antenna(data: Data) -> cp.Problem:
    """Least largest antenna power."""
    w, conditions = _streams(data["h"])
    level = cp.Variable()
    limits = cp.real(cp.diag(sum(w))) <= level
    return cp.Problem(cp.Minimize(level), [*conditions, *_demands(w, data["h"]), limits])


def multicast(data: Data) -> cp.Problem:
    """Least power of one signal for all users."""
    w, conditions = _streams(data["h"][:1])
    return cp.Problem(_power(w), [*conditions, *(_received(w[0], one) >= GAMMA * NOISE_W for one in data["h"])])


def multigroup(data: Data) -> cp.Problem:
    """Least power of one signal per group of three."""
    h = data["h"]
    w, conditions = _streams(h[:2])
    for k in range(6):
        own, other = w[k // 3], w[1 - k // 3]
        conditions.append(_received(own, h[k]) >= 10**0.5 * (_received(other, h[k]) + NOISE_W))
    return cp.Problem(_power(w), conditions)


def cognitive(data: Data) -> cp.Problem:
    """Least power while receivers in balls are spared."""
    w, conditions = _streams(data["h"])
    quiet = [_in_ball(-sum(w), g, 0.2, 0.01) for g in data["g"]]
    return cp.Problem(_power(w), [*conditions, *_demands(w, data["h"]), *quiet])


def secrecy(data: Data) -> cp.Problem:
    """Least power of a stream and artificial noise against listeners in balls."""
    h, g = data["h"][0], data["g"]
    (w, q), conditions = _streams(data["h"], 1)
    heard = _received(w, h) >= 10 * (_received(q, h) + NOISE_W)
    secret = [_in_ball(0.5 * q - w, one, 0.2, 0.5 * NOISE_W) for one in g]
    return cp.Problem(_power([w, q]), [*conditions, heard, *secret])


def swipt(data: Data) -> cp.Problem:
    """Least power for SINRs and harvesters, with an energy beam."""
    w, conditions = _streams(data["h"], 1)
    fed = [_received(sum(w), g) >= 1.0 for g in data["g"]]
    return cp.Problem(_power(w), [*conditions, *_demands(w, data["h"]), *fed])


def beampattern(data: Data) -> cp.Problem:
    """Least root mean square distance to a desired pattern at given antenna powers."""
    a, desired = data["steering"], data["desired"]
    w, conditions = _streams(data["h"], 1)
    total, alpha = sum(w), cp.Variable(nonneg=True)
    pattern = cp.hstack([_received(total, one) for one in a])
    misfit = cp.norm(pattern - alpha * desired) / np.sqrt(len(a))
    equal = cp.real(cp.diag(total)) == 1 / 8
    return cp.Problem(cp.Minimize(misfit), [*conditions, *_demands(w, data["h"]), equal])


def crb(data: Data) -> cp.Problem:
    """Largest information about a target's angle within a power budget."""
    a, da = data["response"], data["slope"]
    w, conditions = _streams(data["h"], 1)
    total, t = sum(w), cp.Variable()
    angle = cp.real(cp.trace(da @ total @ da.conj().T)) / 1e3 - t
    size = cp.real(cp.trace(a @ total @ a.conj().T)) / 10
    mixed = cp.trace(a @ total @ da.conj().T) / 100
    matrix = cp.bmat([[angle, mixed], [cp.conj(mixed), size]])
    budget = cp.real(cp.trace(total)) <= 1.0
    return cp.Problem(cp.Maximize(t), [*conditions, *_demands(w, data["h"]), budget, matrix >> 0])


def coordinated(data: Data) -> cp.Problem:
    """Least total power of three stations with two users each, (stations, users, antennas)."""
    h, target = data["h"], 10**0.5
    w, conditions = _streams(h[0])
    for k in range(6):
        received = [_received(w[i], h[i // 2, k]) for i in range(6)]
        conditions.append(received[k] >= target * (sum(received[i] for i in range(6) if i != k) + NOISE_W))
    return cp.Problem(_power(w), conditions)


def network(data: Data) -> cp.Problem:
    """Least largest power of three sites that transmit together."""
    w, conditions = _streams(data["h"])
    level, powers = cp.Variable(), cp.real(cp.diag(sum(w)))
    limits = [cp.sum(powers[4 * s : 4 * s + 4]) <= level for s in range(3)]
    return cp.Problem(cp.Minimize(level), [*conditions, *_demands(w, data["h"]), *limits])


def bernstein(data: Data) -> cp.Problem:
    """Least power for SINRs that hold but for an outage of 0.1, errors of variance 0.002."""
    h, target, variance, delta = data["h"], 10**0.5, 0.002, -np.log(0.1)
    w, conditions = _streams(h)
    for k in range(len(h)):
        phi = w[k] - target * sum(w[i] for i in range(len(h)) if i != k)
        x, y, q, r = cp.Variable(), cp.Variable(nonneg=True), variance * phi, np.sqrt(variance) * phi @ h[k]
        spread = cp.norm(cp.hstack([cp.vec(q, order="F"), np.sqrt(2) * r]))
        mean = cp.real(cp.trace(q)) + _received(phi, h[k]) - target * NOISE_W
        conditions += [mean >= np.sqrt(2 * delta) * x + delta * y, spread <= x, y * np.eye(len(h[k])) + q >> 0]
    return cp.Problem(_power(w), conditions)


PEERS: dict[str, Callable[[Data], cp.Problem]] = {
    build.__name__: build
    for build in (
        unicast, unicast_robust, per_antenna, multicast, multigroup, cognitive, secrecy, swipt, beampattern, crb,
        coordinated, network, bernstein,
    )
}  # fmt: skip


def _received(w: cp.Expression, h: np.ndarray) -> cp.Expression:
    return cp.real(cp.trace(w @ np.outer(h, h.conj())))


def _power(w: list[cp.Variable]) -> cp.Minimize:
    return cp.Minimize(sum(cp.real(cp.trace(x)) for x in w))


def _streams(h: np.ndarray, more: int = 0) -> Parts:
    """A Hermitian variable per user, and ``more``, and that each be positive semidefinite."""
    w = [cp.Variable((h.shape[-1],) * 2, hermitian=True) for _ in range(len(h) + more)]
    return w, [x >> 0 for x in w]


def _demands(w: list[cp.Variable], h: np.ndarray) -> list[cp.Constraint]:
    """SINR of every user; all other variables interfere."""
    return [
        _received(w[k], h[k]) >= GAMMA * (sum(_received(x, h[k]) for i, x in enumerate(w) if i != k) + NOISE_W)
        for k in range(len(h))
    ]


def _in_ball(phi: cp.Expression, h: np.ndarray, radius: float, constant: float) -> cp.Constraint:
    """S-lemma block of (h+d)^H Phi (h+d) + constant >= 0 for all ||d|| <= radius."""
    lam, n = cp.Variable(nonneg=True), len(h)
    b = np.concatenate([radius * np.eye(n), h[:, None]], axis=1)
    sign, corner = np.diag([*np.ones(n), -1.0]), np.diag([*np.zeros(n), 1.0])
    return b.conj().T @ phi @ b + lam * sign + constant * corner >> 0
