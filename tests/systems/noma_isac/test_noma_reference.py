"""The CVXPY reference reproduces the specification's table, its dual values prove its optima; randomisation."""

import jax
import numpy as np
import pytest

pytest.importorskip("cvxpy")

from beamwright.core import Status
from beamwright.systems.noma_isac import Oma, Scenario
from beamwright.systems.noma_isac.audit import certificate_of
from beamwright.systems.noma_isac.methods import cvxpy_relaxation as reference
from beamwright.systems.noma_isac.methods.cvxpy_relaxation import balance_sinr, minimise_power, slot_sinr
from beamwright.systems.noma_isac.methods.randomisation import randomise
from beamwright.systems.noma_isac.physics import dual_bound, model
from beamwright.systems.noma_isac.types import Covariances, Problem

SEEDS = (0, 1, 2)
CHAIN, OWN, NARROW = Scenario(), Scenario(decoding="own"), Scenario(cross_correlation_w2=0.2)
POWER_W = {  # spec section 5, certified to 1e-8: scenario, target in dB, eps, OMA, optimum of the three seeds
    "chain 5 dB": (CHAIN, 5, 0.0, Oma.NONE, (4.47914762, 4.47264641, 4.46799397)),
    "chain 10 dB": (CHAIN, 10, 0.0, Oma.NONE, (5.73115082, 5.43154637, 5.67613362)),
    "own 20 dB": (OWN, 20, 0.0, Oma.NONE, (4.70681030, 4.77488705, 4.66448317)),
    "robust 0.05": (CHAIN, 8, 0.05, Oma.NONE, (4.76914709, 4.67033984, 4.62764442)),
    "robust 0.1": (CHAIN, 8, 0.1, Oma.NONE, (5.20444829, 4.90589744, 4.98949441)),
    "OMA 10 dB": (CHAIN, 10, 0.0, Oma.AVERAGE, (6.40800348, 6.94128083, 5.93293946)),
    "narrow xi": (NARROW, 8, 0.0, Oma.NONE, (4.72146404, 4.64380248, 4.67119789)),
}
BALANCED = {
    Oma.NONE: (10.5641665, 11.3182526, 10.5747183),
    Oma.AVERAGE: (9.3785325, 8.7850355, 10.1137938),
}


def channels(seed, users=3, antennas=8):
    z = np.random.default_rng(seed).standard_normal((users, antennas, 2))
    return (z[..., 0] + 1j * z[..., 1])[None] / np.sqrt(2)


def problem_of(h, found, eps, oma):
    return Problem(
        h=h,
        order=model.decoding_order(h),
        sinr_target=found.sinr_target,
        csi_error=np.broadcast_to(np.asarray(eps, float), h.shape[:2]),
        power_limit_w=np.full(len(h), np.inf),
        oma=oma,
    )


def proven_w(s, h, found, eps, oma):
    return dual_bound(s, problem_of(h, found, eps, oma), found.multipliers).bound_w


def check_power(name, seed):
    s, sinr_db, eps, oma, expected = POWER_W[name]
    h, sinr = channels(seed), 10 ** (sinr_db / 10)
    found = minimise_power(s, h, slot_sinr(sinr, s.users) if oma else sinr, eps, oma)
    assert found.status[0] == Status.OPTIMAL
    np.testing.assert_allclose(found.objective_w, expected[seed], rtol=1e-6)
    np.testing.assert_allclose(model.objective_w(s, found.covariances, oma), expected[seed], rtol=1e-6)
    np.testing.assert_allclose(proven_w(s, h, found, eps, oma), expected[seed], rtol=2e-6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [name for name in POWER_W if "robust" not in name])
def test_table_of_nominal_optima(name, seed):
    check_power(name, seed)


@pytest.mark.parametrize("name", ["robust 0.05", "robust 0.1"])
def test_table_of_robust_optima(name):
    check_power(name, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", (1, 2))
@pytest.mark.parametrize("name", ["robust 0.05", "robust 0.1"])
def test_table_of_robust_optima_other_seeds(name, seed):
    check_power(name, seed)


@pytest.mark.parametrize("oma", BALANCED)
def test_balanced_sinr_of_the_table_costs_the_budget(oma):
    for seed in SEEDS:
        sinr = BALANCED[oma][seed]
        found = minimise_power(CHAIN, channels(seed), slot_sinr(sinr, 3) if oma else sinr, 0.0, oma)
        np.testing.assert_allclose(found.objective_w, 6.0, rtol=1e-6)


def test_balanced_sinr_spends_the_budget():
    s = Scenario.small()
    balanced, found = balance_sinr(s, channels(0, 2, 4), 4.0, rtol=1e-5)
    np.testing.assert_allclose(found.objective_w, 4.0, rtol=2e-5)
    assert minimise_power(s, channels(0, 2, 4), balanced * 1.0001).objective_w > 4.0


@pytest.mark.slow
@pytest.mark.parametrize("oma, seed", [(oma, seed) for oma in BALANCED for seed in SEEDS])
def test_table_of_balanced_sinr(oma, seed):
    balanced, _ = balance_sinr(CHAIN, channels(seed), 6.0, oma=oma)
    np.testing.assert_allclose(balanced, BALANCED[oma][seed], rtol=2e-6)


def test_below_the_sensing_floor_nothing_is_balanced():
    balanced, _ = balance_sinr(CHAIN, channels(0), 4.0)
    assert np.isnan(balanced[0])


def test_one_user_without_targets_has_a_closed_form():
    s, h = Scenario(users=1, target_angles_deg=()), channels(4, users=1)
    norm = np.linalg.norm(h)
    np.testing.assert_allclose(minimise_power(s, h, 5.0).objective_w, 5 * 0.01 / norm**2, rtol=1e-5)
    np.testing.assert_allclose(minimise_power(s, h, 5.0, 0.3).objective_w, 5 * 0.01 / (norm - 0.3) ** 2, rtol=1e-5)


def test_what_cannot_be_served_is_not_called_optimal():
    dark = channels(5) * np.array([0, 1, 1])[:, None]
    found = minimise_power(CHAIN, dark, 1.0)
    assert found.status[0] == Status.INFEASIBLE and np.isinf(found.objective_w[0])
    h = channels(5, users=1)
    found = minimise_power(Scenario(users=1), h, 1.0, float(np.linalg.norm(h)) * 1.1)
    assert found.status[0] != Status.OPTIMAL and np.isnan(found.covariances).all()


@pytest.mark.parametrize(
    "scenario, sinr, eps, oma",
    [
        (Scenario(sic_order=True, decoding="own"), 0.2, 0.0, Oma.NONE),
        (Scenario(cross_correlation_w2=0.2), 20.0, 0.0, Oma.SLOT),
        (Scenario(noise_power_w=(0.04, 0.01, 0.02)), 2.0, np.array([0.1, 0.0, 0.05]), Oma.NONE),
        (Scenario(target_angles_deg=(10.0, -30.0, 50.0), cross_correlation_w2=0.5), (3.0, 0.0, 2.0), 0.0, Oma.NONE),
        (Scenario(), 30.0, 0.05, Oma.AVERAGE),
    ],
    ids=["power order", "slots", "unequal", "three targets", "robust OMA"],
)
def test_dual_values_prove_the_optimum_in_every_variant(scenario, sinr, eps, oma):
    h = channels(1)[:, ::-1]
    found = minimise_power(scenario, h, sinr, eps, oma)
    assert found.status[0] == Status.OPTIMAL
    np.testing.assert_allclose(proven_w(scenario, h, found, eps, oma), found.objective_w, rtol=5e-6)


def test_input_order_of_users_does_not_matter():
    h, order = channels(2), [2, 0, 1]
    noise, sinr = np.array([0.01, 0.02, 0.03]), np.array([2.0, 3.0, 4.0])
    one = minimise_power(Scenario(noise_power_w=tuple(noise)), h, sinr)
    other = minimise_power(Scenario(noise_power_w=tuple(noise[order])), h[:, order], sinr[order])
    np.testing.assert_allclose(other.objective_w, one.objective_w, rtol=1e-6)
    np.testing.assert_allclose(other.covariances, one.covariances[:, order], atol=1e-3)


def test_another_solver_agrees():
    found = minimise_power(CHAIN, channels(0), 10**0.5, solver="SCS", eps_abs=1e-6, eps_rel=1e-6, max_iters=20000)
    np.testing.assert_allclose(found.objective_w, POWER_W["chain 5 dB"][-1][0], rtol=1e-3)


@pytest.mark.parametrize(
    "scenario, sinr, eps, oma",
    [
        (CHAIN, 10.0, 0.0, Oma.NONE),
        (Scenario(power_difference_w=10.0), 10**0.8, 0.02, Oma.NONE),
        (CHAIN, 30.0, 0.0, Oma.AVERAGE),
        (Scenario(target_angles_deg=(30.0,)), 30.0, 0.0, Oma.SLOT),
    ],
    ids=["chain", "robust", "OMA", "slots"],
)
def test_randomisation_keeps_every_constraint(scenario, sinr, eps, oma):
    h = np.concatenate([channels(1), channels(2)])
    found = minimise_power(scenario, h, sinr, eps, oma)
    problem = problem_of(h, found, eps, oma)
    beams = randomise(scenario, problem, found.covariances, jax.random.key(0), samples=10)
    judged = certificate_of(scenario, problem, beams, Covariances.of(found.covariances), found.multipliers)
    assert np.isfinite(judged.objective_w).all() and (judged.violation <= 1e-6).all()
    assert (judged.objective_w >= judged.bound_w).all()
    tight = judged.rank_ratio.max(axis=-1) < 1e-6
    np.testing.assert_allclose(judged.objective_w[tight], found.objective_w[tight], rtol=1e-5)
    alone = randomise(scenario, Problem(*(x[1:] for x in problem[:5]), oma), found.covariances[1:],
                      jax.random.key(0), samples=10, first=1)  # fmt: skip
    np.testing.assert_allclose(np.abs(alone[0]), np.abs(beams[1]), atol=1e-6)


def test_without_cvxpy_the_extra_is_named(monkeypatch):
    import importlib
    import sys

    monkeypatch.setitem(sys.modules, "cvxpy", None)
    with pytest.raises(ImportError, match=r"beamwright\[reference\]"):
        importlib.reload(reference)
