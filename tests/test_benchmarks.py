"""The peers of the benchmarks solve the same problems, and the counts behind the rates are sane."""

import jax
import numpy as np
import pytest

pytest.importorskip("cvxpy")

from beamwright import dma_noma as dn
from beamwright import star_ris as sr
from beamwright.systems.noma_isac.physics import model
from benchmarks import cellfree, dma_noma, learning, star_ris
from benchmarks.flops import dgemm_rate, per_iteration
from benchmarks.measure import Case, violations
from benchmarks.peers import PEERS, Demand, clarabel_direct, scs_direct
from benchmarks.reduced import hermitian_basis

OPTIMA_W = {  # spec noma_isac, section 5, seeds 0 to 2
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


def test_pymanopt_and_ours_reach_the_same_surface():
    case = star_ris.case_of(16, 2)
    for problem in star_ris.GOALS:
        mine, times = star_ris.ours(problem, case, 1e-7)
        theirs = [star_ris.by_pymanopt(problem, case, drop, 1e-7)[0] for drop in range(2)]
        np.testing.assert_allclose(mine, theirs, rtol=1e-7 if problem == "P1" else 1e-4)
        assert times["solve"] > 0 and times["end_to_end"] > 0
    x = np.exp(2j * np.pi * np.random.default_rng(0).random(32))
    dense = star_ris.dense(
        case.known.take([0]), case.start[:1], sr.precoder(case.known.take([0]), case.start[:1], "rzf")
    )
    move = np.random.default_rng(1).standard_normal((2, 32))
    move = move[0] + 1j * move[1]
    for problem in star_ris.GOALS:
        ahead, behind = (star_ris.value(problem, dense, x + h * move) for h in (1e-6, -1e-6))
        along = np.sum(np.conj(star_ris.slope(problem, dense, x)) * move).real
        assert np.isclose((ahead - behind) / 2e-6, along, rtol=1e-5)


@pytest.mark.slow
def test_scipy_and_ours_reach_metasurfaces_of_about_the_same_rate():
    s = dn.Scenario(columns=8)
    known = dn.draw(s, jax.random.key(0), 2).known
    theirs, spent = dma_noma.by_scipy(s, known)
    mine = dma_noma.ours(s, known)
    assert spent > 0 and mine.certified > mine.solve > 0
    difference = mine.design.guaranteed_sum_rate - theirs.guaranteed_sum_rate
    assert np.all(np.abs(difference) < 2) and np.all(theirs.certificate.box_residual < 1e-9)


@pytest.mark.slow
def test_cellfree_plan_is_measured_and_tabulated():
    rows = list(cellfree.run(cellfree.Plan(4, 2, 1, 1, (10,), (10,), 1, (2,), (2,), (8,), (1,), 1)))
    frame = cellfree.table(rows, 1e10)
    assert (frame[frame.study == "oracle"].behind <= 1e-6).all() and set(frame.study) == {
        "oracle", "design", "aps", "antennas", "snapshots", "batch",
    }  # fmt: skip
    cellfree.draw(frame)


@pytest.mark.slow
def test_dma_noma_plan_is_measured_and_tabulated():
    rows = list(dma_noma.run(dma_noma.Plan(2, 1, 1, (8, 16), (1, 2), (4.0,), (1, 2), 1)))
    frame = dma_noma.table(rows, 1e10)
    assert {"ours", "SciPy L-BFGS-B", "CVXPY SDR and SCA"} <= set(frame.solver)
    assert frame.times_certified[frame.solver == "CVXPY SDR and SCA"].item() > 5
    dma_noma.draw(frame)


@pytest.mark.slow
def test_star_ris_plan_is_measured_and_tabulated():
    rows = list(star_ris.run(star_ris.Plan(3, 2, 1, (4, 8), 1)))
    frame = star_ris.table(rows, 1e10)
    assert {"ours", "majorise-minimise", "pymanopt"} <= set(frame.solver)
    assert (frame[frame.solver == "ours"].dgemm_share > 0).all() and (frame.worse_most < 0.1).all()
    star_ris.draw(frame)


def test_learning_compares_like_with_like():
    rows = [
        learning.Row("environment", "NumPy twin", "literal", 2e-4),
        learning.Row("environment", "compiled, 16 at a time", "literal", 1e-5),
        learning.Row("training", "ours, ddpg", "4 per 16", 2.0, 0.0, 11.8),
        learning.Row("training", "ours, ddpg", "16 per 16", 6.0, 0.0, 12.0),
        learning.Row("training", "Stable-Baselines3 DDPG on the twin", "1 per 1", 40.0, 0.0, 11.9),
        *(learning.Row("time", "optimiser", str(i), 1e-3 * i, 0.0, 10 + i / 10) for i in (1, 20, 30)),
        *(learning.Row("time", "optimiser from the policy", str(i), 2e-3 * i, 50.0, 11 + i / 10) for i in (1, 20)),
        learning.Row("time", "radar silent", "", 0.0, 0.0, 6.0),
    ]
    frame = learning.table(rows, 1e9)
    np.testing.assert_allclose(frame.times[:5], [20, 1, 1, 3, 20])
    assert learning.share_reached(frame, 0.9) == {"optimiser": 0.02, "optimiser from the policy": 0.04}
    assert len(learning.draw(frame).axes) == 2
