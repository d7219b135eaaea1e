"""Problems of the zoo in CVXPY, written out from the specification a second time, not reduced, not scaled."""

from collections.abc import Callable
from typing import NamedTuple

import cvxpy as cp
import numpy as np

NOISE_W, GAMMA = 0.01, 10**0.8


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


def unicast(h: np.ndarray) -> cp.Problem:
    """Least power for a SINR of every user."""
    w, conditions = _streams(h)
    return cp.Problem(_power(w), [*conditions, *_demands(w, h)])


def per_antenna(h: np.ndarray) -> cp.Problem:
    """Least largest antenna power."""
    w, conditions = _streams(h)
    level = cp.Variable()
    limits = cp.real(cp.diag(sum(w))) <= level
    return cp.Problem(cp.Minimize(level), [*conditions, *_demands(w, h), limits])


def unicast_robust(h: np.ndarray, radius: float = 0.1) -> cp.Problem:
    """Least power for a SINR of every user at every channel of a ball."""
    w, conditions = _streams(h)
    for k in range(len(h)):
        phi = w[k] - GAMMA * sum(w[i] for i in range(len(h)) if i != k)
        conditions.append(_in_ball(phi, h[k], radius, -GAMMA * NOISE_W))
    return cp.Problem(_power(w), conditions)


def multicast(h: np.ndarray) -> cp.Problem:
    """Least power of one signal for all users."""
    w, conditions = _streams(h[:1])
    return cp.Problem(_power(w), [*conditions, *(_received(w[0], one) >= GAMMA * NOISE_W for one in h)])


PEERS: dict[str, Callable[[np.ndarray], cp.Problem]] = {
    "unicast": unicast,
    "unicast_robust": unicast_robust,
    "per_antenna": per_antenna,
    "multicast": multicast,
}


def _received(w: cp.Expression, h: np.ndarray) -> cp.Expression:
    return cp.real(cp.trace(w @ np.outer(h, h.conj())))


def _power(w: list[cp.Variable]) -> cp.Minimize:
    return cp.Minimize(cp.real(cp.trace(sum(w))))


def _streams(h: np.ndarray) -> tuple[list[cp.Variable], list[cp.Constraint]]:
    """A Hermitian variable per user, and that each be positive semidefinite."""
    w = [cp.Variable((h.shape[-1],) * 2, hermitian=True) for _ in h]
    return w, [x >> 0 for x in w]


def _demands(w: list[cp.Variable], h: np.ndarray) -> list[cp.Constraint]:
    return [
        _received(w[k], h[k]) >= GAMMA * (sum(_received(w[i], h[k]) for i in range(len(h)) if i != k) + NOISE_W)
        for k in range(len(h))
    ]


def _in_ball(phi: cp.Expression, h: np.ndarray, radius: float, constant: float) -> cp.Constraint:
    """S-lemma block of (h+d)^H Phi (h+d) + constant >= 0 for all ||d|| <= radius."""
    lam, n = cp.Variable(nonneg=True), len(h)
    b = np.concatenate([radius * np.eye(n), h[:, None]], axis=1)
    sign, corner = np.diag([*np.ones(n), -1.0]), np.diag([*np.zeros(n), 1.0])
    return b.conj().T @ phi @ b + lam * sign + constant * corner >> 0
