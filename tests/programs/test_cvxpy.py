"""Programs against CVXPY with Clarabel, written out a second time from the specification, not reduced, not scaled."""

import numpy as np
import pytest
from programs.cases import NOISE_W, channels

from beamwright.programs import zoo

cp = pytest.importorskip("cvxpy")
GAMMA = 10**0.8
SEEDS = (20, 21)


def received(w, h):
    """h^H W h."""
    return cp.real(cp.trace(w @ np.outer(h, h.conj())))


def streams(h):
    """A Hermitian variable per user, and that each be positive semidefinite."""
    w = [cp.Variable((h.shape[-1],) * 2, hermitian=True) for _ in h]
    return w, [x >> 0 for x in w]


def demands(w, h):
    """SINR of every user."""
    return [
        received(w[k], h[k]) >= GAMMA * (sum(received(w[i], h[k]) for i in range(len(h)) if i != k) + NOISE_W)
        for k in range(len(h))
    ]


def in_ball(phi, h, radius, constant):
    """S-lemma block of (h+d)^H Phi (h+d) + constant >= 0 for all ||d|| <= radius."""
    lam, n = cp.Variable(nonneg=True), len(h)
    b = np.concatenate([radius * np.eye(n), h[:, None]], axis=1)
    sign, corner = np.diag([*np.ones(n), -1.0]), np.diag([*np.zeros(n), 1.0])
    return b.conj().T @ phi @ b + lam * sign + constant * corner >> 0


def optimum(objective, conditions):
    """Value by Clarabel."""
    problem = cp.Problem(cp.Minimize(objective), conditions)
    return problem.solve(solver=cp.CLARABEL)


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize("name", ["per_antenna", "unicast_robust"])
def test_values_agree(name: str) -> None:
    h = channels(SEEDS, 3)
    values = []
    for one in h:
        w, conditions = streams(one)
        total = sum(w)
        if name == "per_antenna":
            level = cp.Variable()
            values.append(optimum(level, [*conditions, *demands(w, one), cp.real(cp.diag(total)) <= level]))
        else:
            phi = [w[k] - GAMMA * sum(w[i] for i in range(3) if i != k) for k in range(3)]
            robust = [in_ball(phi[k], one[k], 0.1, -GAMMA * NOISE_W) for k in range(3)]
            values.append(optimum(cp.real(cp.trace(total)), [*conditions, *robust]))
    ours = zoo.per_antenna(h, 8, NOISE_W) if name == "per_antenna" else zoo.unicast_robust(h, 8, NOISE_W, 0.1)
    np.testing.assert_allclose(ours.solve().value, values, rtol=1e-5 if name == "per_antenna" else 1e-4)
