"""The peers of the benchmarks solve the same problems, and the counts behind the rates are sane."""

import numpy as np
import pytest

pytest.importorskip("cvxpy")

from beamwright.systems.noma_isac import model
from benchmarks.flops import dgemm_rate, per_iteration
from benchmarks.measure import Case, violations
from benchmarks.peers import PEERS, Demand, clarabel_direct, scs_direct
from benchmarks.reduced import hermitian_basis

OPTIMA_W = {  # spec section 5, seeds 0 to 2
    "chain 5 dB": (Case("nominal", Demand(10**0.5)), (4.47914762, 4.47264641, 4.46799397)),
    "robust 0.05": (Case("robust", Demand(10**0.8, 0.05)), (4.76914709, 4.67033984, 4.62764442)),
}


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_peer_solves_the_nominal_problem(peer):
    case, optimum = OPTIMA_W["chain 5 dB"]
    solve = peer.prepare(case.scenario, case.demand)
    answers = [solve(h) for h in case.channels(2)]
    covariances = np.stack([answer.covariances for answer in answers])
    assert all(answer.solved and answer.seconds > 0 for answer in answers)
    np.testing.assert_allclose(model.objective_w(case.scenario, covariances), optimum[:2], rtol=5e-6)
    assert violations(case, case.channels(2), covariances).max() < 1e-4


@pytest.mark.parametrize("prepare", [clarabel_direct, scs_direct])
def test_direct_solvers_solve_the_robust_problem(prepare):
    case, optimum = OPTIMA_W["robust 0.05"]
    answer = prepare(case.scenario, case.demand)(case.channels(1)[0])
    np.testing.assert_allclose(model.objective_w(case.scenario, answer.covariances[None]), optimum[:1], rtol=1e-5)
    assert violations(case, case.channels(1), answer.covariances[None]).max() < 1e-3


def test_violations_are_seen():
    case, _ = OPTIMA_W["chain 5 dB"]
    h = case.channels(2)
    plenty = np.tile(np.eye(8, dtype=complex), (2, 3, 1, 1))
    assert violations(case, h, plenty).min() > 0.1  # equal powers drown the first stream


def test_hermitian_coordinates_are_orthonormal():
    E = hermitian_basis(4)
    np.testing.assert_allclose(np.einsum("iab,jba->ij", E, E), np.eye(16), atol=1e-15)


def test_counts_grow_with_the_problem():
    case, _ = OPTIMA_W["chain 5 dB"]
    assert per_iteration(case.scenario, True) > per_iteration(case.scenario, False) > 1e4
    assert dgemm_rate(128, 2) > 1e7
