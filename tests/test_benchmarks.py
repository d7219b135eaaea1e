"""The peers of the benchmarks solve the same problems, and the counts behind the rates are sane."""

import os

import jax
import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("cvxpy")

from beamwright import dma_noma as dn
from beamwright import star_ris as sr
from beamwright.systems.noma_isac.physics import model
from benchmarks import cellfree, dma_noma, learning, noma_isac, report, star_ris, timing
from benchmarks.cellfree import plan as cellfree_plan
from benchmarks.dma_noma import plan as dma_plan
from benchmarks.learning import plan as learning_plan
from benchmarks.machine import dgemm_rate
from benchmarks.noma_isac import plan as noma_plan
from benchmarks.noma_isac.cases import Case, violations
from benchmarks.noma_isac.flops import per_iteration
from benchmarks.noma_isac.peers import PEERS, Demand, clarabel_direct, scs_direct
from benchmarks.noma_isac.reduced import hermitian_basis
from benchmarks.protocol import Row
from benchmarks.star_ris import peers as star_peers
from benchmarks.star_ris import plan as star_plan
from benchmarks.timing import Times, timed_each

FACTS = {"processor": "some", "cores_used": 1, "dgemm_gflops": 10.0, "statistic": "median"}

OPTIMA_W = {  # spec noma_isac, section 5, seeds 0 to 2
    "chain 5 dB": (Case("nominal", Demand(10**0.5)), (4.47914762, 4.47264641, 4.46799397)),
    "robust 0.05": (Case("robust", Demand(10**0.8, 0.05)), (4.76914709, 4.67033984, 4.62764442)),
}


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_peer_solves_the_nominal_problem(peer):
    case, optimum = OPTIMA_W["chain 5 dB"]
    ready = peer.prepare(case.scenario, case.demand)
    answers, times = timed_each(ready.solve, case.channels(2), ready.assemble)
    covariances = np.stack([answer.covariances for answer in answers])
    assert all(answer.solved for answer in answers) and times.solve_s > 0
    np.testing.assert_allclose(model.objective_w(case.scenario, covariances), optimum[:2], rtol=5e-6)
    assert violations(case, case.channels(2), covariances).max() < 1e-4


@pytest.mark.parametrize("prepare", [clarabel_direct, scs_direct])
def test_direct_solvers_solve_the_robust_problem(prepare):
    case, optimum = OPTIMA_W["robust 0.05"]
    ready = prepare(case.scenario, case.demand)
    answer = ready.solve(ready.assemble(case.channels(1)[0]))
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
    assert dgemm_rate(128) > 1e7


class Clock:
    """A clock that moves only when told to; all of it is CPU time."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    process_time = perf_counter

    def spend(self, seconds):
        self.now += seconds
        return seconds


def test_the_median_counts_and_the_rest_of_the_first_call_is_compilation(monkeypatch):
    monkeypatch.setattr(timing, "time", clock := Clock())
    waits = iter([5.0, 0.3, 0.1, 1.9, 7.0])
    found, times = timing.timed(lambda: clock.spend(next(waits)), drops=2)
    assert found == 1.9  # after three calls and two seconds, no more
    np.testing.assert_allclose(times, Times(0.15, 0.15, compile_s=4.7))


def test_drops_are_solved_until_the_time_is_spent(monkeypatch):
    monkeypatch.setattr(timing, "time", clock := Clock())
    found, times = timed_each(clock.spend, range(1, 9), lambda x: clock.spend(0.5) * x, limit_s=4, warm=True)
    assert found == [0.5, 1.0, 1.5]
    np.testing.assert_allclose(times, Times(1.0, 1.0, 0.5, 0.0))


def test_pymanopt_and_ours_reach_the_same_surface():
    case = star_plan.case_of(16, 2)
    for problem in star_plan.PROBLEMS:
        mine = star_plan.ours(problem, case, star_plan.FINE)[0]
        theirs = star_plan.by_pymanopt(problem, case, 2, star_plan.FINE)
        np.testing.assert_allclose(mine.objective, theirs.objective, rtol=1e-7 if problem == "P1" else 1e-4)
        assert mine.times.solve_s > 0 and mine.times.assembly_s > 0 and theirs.times.assembly_s > 0
    x = np.exp(2j * np.pi * np.random.default_rng(0).random(32))
    known = case.known.take([0])
    dense = star_peers.dense(known, case.start[:1], sr.precoder(known, case.start[:1], "rzf"))
    move = np.random.default_rng(1).standard_normal((2, 32))
    move = move[0] + 1j * move[1]
    for problem in star_plan.PROBLEMS:
        ahead, behind = (star_peers.value(problem, dense, x + h * move) for h in (1e-6, -1e-6))
        along = np.sum(np.conj(star_peers.slope(problem, dense, x)) * move).real
        assert np.isclose((ahead - behind) / 2e-6, along, rtol=1e-5)


def measured(benchmark, plan):
    """Table of a short plan, shown and drawn."""
    frame = report.table(benchmark, list(benchmark.run(plan)), FACTS)
    with open(os.devnull, "w") as nowhere:
        report.show(benchmark, frame, FACTS, Console(file=nowhere))
    report.draw(benchmark, frame)
    return frame


@pytest.mark.slow
def test_scipy_and_ours_reach_metasurfaces_of_about_the_same_rate():
    s = dn.Scenario(columns=8)
    known = dn.draw(s, jax.random.key(0), 2).known
    theirs, times = dma_plan.by_scipy(s, known)
    mine = dma_plan.ours(s, known)
    assert times.solve_s > 0 and mine.certified.solve_s > mine.search.solve_s > 0
    difference = mine.design.guaranteed_sum_rate - theirs.guaranteed_sum_rate
    assert np.all(np.abs(difference) < 2) and np.all(theirs.certificate.box_residual < 1e-9)


@pytest.mark.slow
def test_noma_isac_plan_is_measured_and_tabulated():
    frame = measured(noma_isac.BENCHMARK, noma_plan.Plan(2, 1, 9.0, (8, 16), (2,), (0,), (1, 2)))
    assert set(frame.study) == {"compare", *noma_isac.BENCHMARK.axes}
    assert {peer.name for peer in PEERS} < set(frame.solver)
    by_scs = frame.solver.str.contains("SCS")  # a first-order method: its residuals are small, its objective less right
    assert frame[~by_scs].error_most.max() < 1e-4 and frame[by_scs].error_most.max() < 1e-2
    assert (frame[frame.solver == noma_plan.RELAXATION].dgemm_share > 0).all()


@pytest.mark.slow
def test_cellfree_plan_is_measured_and_tabulated():
    plan = cellfree_plan.Plan(4, 2, 1, 1, (10,), (10,), 1, (2,), (2,), (8,), (1,), 1)
    frame = measured(cellfree.BENCHMARK, plan)
    assert (frame[frame.study == "oracle"].error_most <= 1e-6).all()
    assert set(frame.study) == {"oracle", "design", *cellfree.BENCHMARK.axes}


@pytest.mark.slow
def test_dma_noma_plan_is_measured_and_tabulated():
    frame = measured(
        dma_noma.BENCHMARK,
        dma_plan.Plan(2, 1, 1, (8, 16), (1, 2), (4.0,), (1, 2), 1, 1, {"one group": {"groups": 1, "columns": 8}}, 2),
    )
    assert {dma_plan.SEARCH, "SciPy L-BFGS-B", "CVXPY SDR and SCA"} <= set(frame.solver)
    assert frame.times_certified[frame.solver == "CVXPY SDR and SCA"].item() > 5


@pytest.mark.slow
def test_star_ris_plan_is_measured_and_tabulated():
    frame = measured(star_ris.BENCHMARK, star_plan.Plan(3, 2, 1, 4, (4, 8), 1))
    assert {star_plan.SEARCH, "majorise-minimise", "pymanopt", "CVXPY SCA"} <= set(frame.solver)
    grown = frame[frame.study == "elements"]
    assert (grown[grown.solver == star_plan.SEARCH].dgemm_share > 0).all() and grown.error_most.max() < 0.1


def test_learning_compares_like_with_like():
    def row(study, solver, case, seconds, training=0.0, score=np.nan):
        return Row(study, case, solver, Times(seconds, seconds, set_up_s=training), 1, objective=score)

    rows = [
        row("environment", "NumPy twin", "literal", 2e-4),
        row("environment", learning_plan.COMPILED, "literal", 1e-5),
        row("training", learning_plan.DDPG, "", 2.0, 0.0, 11.8),
        row("training", "ours, ddpg, 16 updates per 16 steps", "", 6.0, 0.0, 12.0),
        row("training", "Stable-Baselines3 DDPG on the twin, 1 per 1", "", 40.0, 0.0, 11.9),
        *(row("time", "optimiser", str(i), 1e-3 * i, 0.0, 10 + i / 10) for i in (1, 20, 30)),
        *(row("time", "optimiser from the policy", str(i), 2e-3 * i, 50.0, 11 + i / 10) for i in (1, 20)),
        row("time", "radar silent", "", 0.0, 0.0, 6.0),
    ]
    frame = report.table(learning.BENCHMARK, rows, FACTS)
    np.testing.assert_allclose(frame.times_ours[:5], [20, 1, 1, 3, 20])
    assert learning_plan.share_reached(frame, 0.9) == {"optimiser": 0.02, "optimiser from the policy": 0.04}
    assert len(report.draw(learning.BENCHMARK, frame).axes) == 2
