"""Programs solved: lossless reduction, any units, any batch, certificates that find what is altered or forged."""

import dataclasses

import numpy as np
import pytest
from programs.cases import ZOO, channels

from beamwright import programs as bp
from beamwright.core import Status
from beamwright.optim import minimise_quadratic_over_ball
from beamwright.programs.bound import bound

H = channels(range(3), 3, antennas=4)
GAMMA, NOISE_W = 4.0, 0.01


def least_power(h, noise_w=NOISE_W, error=None, gamma=GAMMA):
    """Three users, least power, nominal or robust."""
    w = bp.covariances(3, antennas=h.shape[-1])
    at = [h[..., k, :] if error is None else bp.ball(h[..., k, :], error) for k in range(3)]
    return bp.Problem(bp.minimise(sum(w).power()), [bp.sinr(w[k], at[k], w, noise_w) >= gamma for k in range(3)])


@pytest.fixture(scope="module")
def robust():
    return least_power(H, error=0.1).solve()


def test_reduction_loses_nothing() -> None:
    """A power demand in the direction of every antenna that asks for nothing keeps the program at all antennas."""
    problem = least_power(H)
    w = [bp.Combination({v: np.ones(1)}, v.name) for v in problem.model.covariances]
    whole = bp.Problem(problem.objective, [*problem.model.conditions, sum(w).antenna_power() >= 0.0])
    assert problem.model.layout.blocks == (3, 3, 3) and whole.model.layout.blocks == (4, 4, 4)
    assert "lossless" in problem.explain() and "lossless" not in whole.explain()
    np.testing.assert_allclose(whole.solve().value, problem.solve().value, rtol=1e-7)


def test_a_ball_holds_at_its_worst_channel(robust) -> None:
    assert robust.status_text == ["optimal"] * 3
    for d in range(3):
        for k in range(3):
            others = [robust.beams[i][d] for i in range(3) if i != k]
            own = robust.beams[k][d]
            phi = np.outer(own, own.conj()) - GAMMA * sum(np.outer(b, b.conj()) for b in others)
            least = minimise_quadratic_over_ball(phi, phi @ H[d, k], 0.1).bound + H[d, k].conj() @ phi @ H[d, k]
            assert least.real >= GAMMA * NOISE_W * (1 - 1e-6)
    nominal = least_power(H).solve()
    assert (robust.value > nominal.value * 1.01).all()
    missed = bp.verify(robust.problem, nominal.beams)
    assert (missed.violation > 1e-3).all() and set(missed.status) <= {Status.STALLED, Status.RANK_GAP}


def test_no_radius_is_no_error() -> None:
    np.testing.assert_allclose(least_power(H, error=0.0).solve().value, least_power(H).solve().value, rtol=1e-7)


@pytest.mark.parametrize("error", [None, 0.1])
def test_units_change_nothing(error) -> None:
    small, ours = 1e-7, least_power(H, error=error).solve()
    theirs = least_power(H * small, NOISE_W * 1e-13, None if error is None else error * small).solve()
    np.testing.assert_allclose(theirs.value, ours.value * 10, rtol=1e-7)
    assert theirs.status_text == ours.status_text == ["optimal"] * 3
    assert (theirs.certificate.gap < 1e-7).all()


def test_a_drop_alone_has_the_same_bits(robust) -> None:
    alone = least_power(H[1:2], error=0.1).solve()
    for ours, theirs in zip(robust.beams, alone.beams, strict=True):
        np.testing.assert_array_equal(ours[1], theirs[0])
    one = least_power(H[1], error=0.1).solve()
    np.testing.assert_array_equal(one.value, alone.value)


def test_the_order_of_users_changes_nothing(robust) -> None:
    turned = least_power(H[:, ::-1], error=0.1).solve()
    np.testing.assert_allclose(turned.value, robust.value, rtol=1e-7)


def test_verify_finds_what_is_altered(robust) -> None:
    assert bp.verify(robust.problem, robust).status_text == robust.status_text
    for k in range(3):
        for antenna in range(4):
            beams = [np.array(b) for b in robust.beams]
            beams[k][:, antenna] *= 0.99
            altered = bp.verify(robust.problem, beams, multipliers=robust.multipliers)
            assert (altered.status != Status.OPTIMAL).all(), (k, antenna)
    blind = bp.verify(robust.problem, robust.beams)
    np.testing.assert_array_equal(blind.bound, 0.0)
    with pytest.raises(ValueError, match=r"beams of w\[1\] must have shape"):
        bp.verify(robust.problem, [b if k != 1 else b[:, :2] for k, b in enumerate(robust.beams)])


@pytest.mark.parametrize(
    "name",
    ["unicast_robust", "per_antenna"]
    + [pytest.param(n, marks=pytest.mark.slow) for n in ZOO if n not in ("unicast_robust", "per_antenna")],
)
def test_no_forged_multiplier_raises_the_bound(name: str) -> None:
    """No bound of 1000 exceeds the optimum, whatever the multipliers."""
    problem = ZOO[name].make(range(3))
    found = problem.solve()
    drops, u = np.arange(1000) % 3, found.multipliers[np.arange(1000) % 3]
    sign = 1.0 if problem.sense == "minimise" else -1.0
    optimum = sign * found.certificate.relaxed_objective
    lowest = (optimum + 1e-6 * np.abs(optimum))[drops]
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(u.shape) * np.abs(u).max(axis=1, keepdims=True)
    forgeries = {
        "drawn": noise * 10.0 ** rng.uniform(-6, 6, (1000, 1)),
        "disturbed": u + 10.0 ** rng.uniform(-12, 0, (1000, 1)) * noise,
        "scaled": u * 10.0 ** rng.uniform(-3, 3, (1000, 1)),
        "scaled entry by entry": u * 10.0 ** rng.uniform(-1, 1, u.shape),
        "signs changed": u * rng.choice([-1.0, 1.0], u.shape),
        "swapped": rng.permuted(u, axis=1),
        "of another drop": found.multipliers[(drops + 1) % 3] * 10.0 ** rng.uniform(-2, 2, (1000, 1)),
        "with NaN": np.where(rng.random(u.shape) < 0.2, rng.choice([np.nan, np.inf, -np.inf], u.shape), u),
    }
    kinds = list(forgeries)
    which = rng.integers(len(kinds), size=1000)
    forged = np.choose(which[:, None], list(forgeries.values()))
    proven = bound(problem.model.form.take(drops), forged).value
    assert (proven <= lowest).all(), [kinds[i] for i in which[proven > lowest]]
    assert np.mean(np.isfinite(proven) & (proven > lowest - 1e-3 * np.abs(lowest))) > 0.05  # some are nearly the truth


def test_what_no_design_meets_is_proven() -> None:
    found = least_power(H, error=0.5, gamma=4000.0).solve()
    assert found.status_text == ["infeasible"] * 3
    np.testing.assert_array_equal(found.bound, np.inf)
    assert all(np.isnan(b).all() for b in found.beams)


def test_what_no_design_meets_is_proven_where_a_norm_is_least() -> None:
    """The norm's bound is a scalar that every multiplier of the norm charges: none may be left in the proof."""
    w, error = bp.covariances(2, antennas=4, rank_one=False), bp.scalar("error")
    total = sum(w)
    demands = [bp.sinr(w[k], H[:, k], w, NOISE_W) >= np.array([GAMMA, 1e3 * GAMMA, GAMMA]) for k in range(2)]
    misfit = bp.norm([total.gain(H[:, 2]) - 0.3, total.cross(H[:, 0], H[:, 2])]) <= error
    found = bp.Problem(bp.minimise(error), [*demands, total.antenna_power() == 0.05, misfit]).solve()
    assert found.status_text == ["optimal", "infeasible", "optimal"]
    assert found.bound[1] == np.inf and found.certificate.gap[[0, 2]].max() < 1e-6


def test_a_maximum_is_bounded_from_above() -> None:
    """Largest received power under a power budget: P ||h||^2, by a beam along h."""
    (w,) = bp.covariances(1, antennas=4)
    problem = bp.Problem(bp.maximise(w.gain(H[:, 0])), [(w.power() <= 2.0).named("budget")])
    found = problem.solve()
    np.testing.assert_allclose(found.value, 2 * np.linalg.norm(H[:, 0], axis=1) ** 2, rtol=1e-8)
    assert (found.bound >= found.value * (1 - 1e-12)).all() and found.status_text == ["optimal"] * 3
    assert found.certificate.violations["budget"].amount.shape == (3,)
    np.testing.assert_allclose(found[w.power()], 2.0, rtol=1e-6)
    np.testing.assert_allclose(np.trace(found[w], axis1=1, axis2=2).real, 2.0, rtol=1e-6)
    assert "budget" in str(dataclasses.asdict(found.certificate)["names"])


def test_largest_common_sinr_within_a_budget() -> None:
    """Least power at the largest SINR is the budget, and one user alone gets P ||h||^2 / noise."""
    found = bp.largest(lambda t: least_power(H, gamma=t), low=1e-3, high=1e3, budget=2.0)
    np.testing.assert_allclose(found.solution.value, 2.0, rtol=1e-5)
    assert found.attained.all() and found.solution.status_text == ["optimal"] * 3
    assert (found.bound > found.level).all() and (found.bound <= found.level * (1 + 2e-6)).all()

    (w,) = bp.covariances(1, antennas=4)
    alone = bp.largest(
        lambda t: bp.Problem(bp.minimise(w.power()), [bp.sinr(w, H[:, 0], [w], NOISE_W) >= t]),
        1e-3,
        1e6,
        [1.0, 2.0, 3.0],
    )
    np.testing.assert_allclose(alone.level, np.linalg.norm(H[:, 0], axis=1) ** 2 * [1, 2, 3] / NOISE_W, rtol=2e-6)
    hopeless = bp.largest(lambda t: least_power(H, gamma=t), low=10.0, high=1e3, budget=1e-6)
    assert np.isnan(hopeless.level).all() and not hopeless.attained.any() and (hopeless.bound == 10.0).all()
