"""Closed-form powers against a general solver, their conditions, and the examples of spec dma_noma, section 5."""

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

from beamwright.optim import Ending, allocate_power
from beamwright.optim.power_allocation import _spent, allocate_fairly, fair_power, least_power, power_at_price


def allocated(*arguments):
    """Powers, and whether the required rates are met."""
    powers, ending, share = allocate_power(*arguments)
    met = ending == Ending.SOLVED
    assert np.all((share == 1) == met) and np.all((share >= 0) & (share <= 1))
    return powers, met


def rates(a, b, powers):
    near, far = powers[..., 0], powers[..., 1]
    return np.log2(1 + near / a), np.log2(1 + far / (near + np.maximum(a, b)))


def objective(a, b, powers, weight, weight_far):
    near, far = rates(a, b, powers)
    return np.sum(weight * near + weight_far * far, axis=-1)


def cases(count, groups, seed):
    rng = np.random.default_rng(seed)
    return 10 ** rng.uniform(-6, -1, (count, groups)), 10 ** rng.uniform(-6, -1, (count, groups))


def test_examples():
    powers, feasible = allocated([1e-4, 2e-4], [1e-3, 5e-4], 0.5, 0.5, 1.0, 1.0)
    np.testing.assert_allclose(powers[0], [[0.124675, 0.125675], [0.124575, 0.125075]], atol=1e-6)
    powers, also = allocated([1e-4, 0.05], [1e-3, 0.06], 0.5, 0.5, 1.0, 1.0)
    np.testing.assert_allclose(powers[0], [[0.1347, 0.1357], [0.0848, 0.1448]], atol=5e-5)
    assert feasible.all() and also.all()


@pytest.mark.parametrize("weight", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("groups", [1, 2, 5])
def test_powers_are_spent_rates_met_and_scaling_commutes(weight, groups):
    a, b = cases(60, groups, groups)
    powers, feasible = allocated(a, b, 0.5, weight, 1.0, 0.7)
    assert feasible.any()
    np.testing.assert_allclose(powers.sum(axis=(1, 2)), 0.5, rtol=1e-12)
    near, far = rates(a, b, powers)
    assert np.all(powers >= 0)
    assert np.all(near[feasible] >= 1.0 - 1e-9) and np.all(far[feasible] >= 0.7 - 1e-9)
    again, same = allocated(1e3 * a, 1e3 * b, 500.0, weight, 1.0, 0.7)
    np.testing.assert_allclose(again, 1e3 * powers, rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(same, feasible)
    # infeasible: both rates lowered by one factor, met by every user
    lowered = np.minimum(near / 1.0, far / 0.7)[~feasible]
    if len(lowered):
        assert np.all(lowered < 1) and np.all(lowered.max(axis=1) - lowered.min(axis=1) <= 1e-6)


@pytest.mark.parametrize(("weight", "count"), [(0.3, 12), (0.5, 14), (0.7, 14)])
def test_no_general_solver_does_better(weight, count):
    compare(weight, count, 7)


@pytest.mark.slow
@pytest.mark.parametrize("weight", [0.3, 0.5, 0.7])
def test_three_hundred_cases_against_a_general_solver(weight):
    compare(weight, 100, 11)


@pytest.mark.parametrize("kind", ["near users", "far users", "mixed"])
def test_no_general_solver_does_better_with_weights_and_rates_of_every_group(kind):
    rng = np.random.default_rng(5)
    for groups in (2, 3):
        a, b = cases(7, groups, 20 + groups)
        weight, weight_far = rng.uniform(0.1, 3, (2, 7, groups))
        if kind != "mixed":
            light, heavy = np.minimum(weight, weight_far), np.maximum(weight, weight_far)
            weight, weight_far = (heavy, light) if kind == "near users" else (light, heavy)
        near, far = rng.uniform(0, 1, (2, 7, groups))
        powers, feasible = allocated(a, b, 0.5, weight, near, far, weight_far)
        assert feasible.any()
        for i in np.flatnonzero(feasible):
            check(a[i], b[i], powers[i], (weight[i], weight_far[i]), np.concatenate([near[i], far[i]]))


def test_values_of_every_group_alike_are_one_value():
    a, b = cases(30, 3, 2)
    every = np.ones((30, 3))
    for weight in (0.3, 0.7):
        one = allocate_power(a, b, 0.5, weight, 0.5, 0.7)
        for other in (
            allocate_power(a, b, 0.5, weight * every, 0.5 * every, 0.7 * every, (1 - weight) * every),
            allocate_power(a, b, 0.5, weight * every[:, 0], 0.5, 0.7 * every[:, 0]),
        ):
            np.testing.assert_array_equal(one.x, other.x)
        scaled = allocate_power(a, b, 0.5, 70 * weight, 0.5, 0.7, 70 * (1 - weight))
        np.testing.assert_allclose(scaled.x, one.x, rtol=1e-9, atol=1e-12)
    alone = allocate_power(a[0], b[0], 0.5, [0.6, 0.2, 0.9], [0.0, 1.0, 2.0], 1.0)
    assert alone.x.shape == (1, 3, 2)
    moved = allocate_power(a[0, ::-1], b[0, ::-1], 0.5, [0.9, 0.2, 0.6], [2.0, 1.0, 0.0], 1.0)
    np.testing.assert_allclose(moved.x[:, ::-1], alone.x, rtol=1e-12, atol=1e-15)


def compare(weight, count, seed):
    for groups in (2, 3):
        a, b = cases(count, groups, seed + groups)
        powers, feasible = allocated(a, b, 0.5, weight, 0.5, 0.5)
        assert feasible.any()
        for i in np.flatnonzero(feasible):
            check(a[i], b[i], powers[i], (weight, 1 - weight), 0.5)


def check(a, b, powers, weights, least):
    """Nothing that is found from equal powers, or from beside ours, is better."""
    groups = len(a)
    starts = np.full(2 * groups, 0.5 / groups), powers.ravel() / 0.5 * 0.9 + 0.05 / groups
    best = max(by_slsqp(a, b, start, weights, least) for start in starts)
    assert best <= objective(a, b, powers, *weights) * (1 + 1e-6) + 1e-9


def by_slsqp(a, b, start, weights, least):
    """The best feasible objective it finds for P = 0.5 and least rates, in shares of P; -inf for none."""

    def powers(p):
        return 0.5 * np.maximum(p, 1e-12).reshape(-1, 2)

    def slack(p):
        return np.concatenate(rates(a, b, powers(p))) - least

    found = minimize(
        lambda p: -objective(a, b, powers(p), *weights), start, method="SLSQP", bounds=[(1e-9, 1)] * len(start),
        constraints=[{"type": "eq", "fun": lambda p: p.sum() - 1}, {"type": "ineq", "fun": slack}],
        options={"ftol": 1e-12, "maxiter": 300},
    )  # fmt: skip
    valid = slack(found.x).min() >= -1e-7 and abs(found.x.sum() - 1) <= 1e-9
    return -found.fun if valid else -np.inf


@pytest.mark.parametrize("demand", [0.0, 1.5, (0.2, 3.0, 1.0)])
def test_no_general_solver_has_a_larger_least_rate(demand):
    for groups in (1, 2, 3):
        least = np.resize(demand, groups)
        for a, b in zip(*cases(8, groups, 20 + groups), strict=True):
            c = np.maximum(a, b)
            if np.sum(least_power(a, c, least, 0.0)) > 0.5:
                continue
            power = np.asarray(allocate_fairly(a, b, 0.5, least, 0.0))
            near = np.asarray(fair_power(power, a, c, least, 0.0))
            ours = np.min(rates(a, b, np.stack([near, power - near], axis=-1)))
            assert np.isclose(power.sum(), 0.5) and np.all(power >= 0)
            start = np.append(np.stack([near, power - near], axis=-1).ravel() / 0.5, 0.9 * ours)

            def slack(p, a=a, b=b, least=least):
                near, far = rates(a, b, 0.5 * np.maximum(p[:-1], 1e-12).reshape(-1, 2))
                return np.concatenate([near - p[-1], far - p[-1], near - least])

            found = minimize(
                lambda p: -p[-1], start, method="SLSQP", bounds=[(1e-12, 1)] * (2 * groups) + [(0, 100)],
                constraints=[{"type": "eq", "fun": lambda p: p[:-1].sum() - 1}, {"type": "ineq", "fun": slack}],
                options={"ftol": 1e-13, "maxiter": 300},
            )  # fmt: skip
            if slack(found.x).min() >= -1e-8:
                assert found.x[-1] <= ours + 1e-6


@pytest.mark.parametrize("weights", [(0.3, 0.7), (0.5, 0.5), (0.7, 0.3), (1.0, 1.6)])
def test_power_at_a_price_is_what_a_search_along_one_power_finds(weights):
    price = 3.0

    def best(a, b, power):
        return allocate_power(a, b, power, weights[0], 0.5, 0.5, weight_far=weights[1]).x[0]

    for a, b in zip(*cases(10, 1, 31), strict=True):
        power = float(power_at_price(a, b, weights, 0.5, 0.5, price)[0])
        worth = minimize_scalar(
            lambda x, a=a, b=b: price * np.exp(x)
            - np.log(2) * objective(a, b, best(a, b, np.exp(x)), *weights),
            bounds=(np.log(np.sum(least_power(a, np.maximum(a, b), 0.5, 0.5))), 3.0), method="bounded",
            options={"xatol": 1e-9},
        )  # fmt: skip
        np.testing.assert_allclose(power, np.exp(worth.x), rtol=1e-4)


def test_edges():
    powers, feasible = allocated([1e-4, np.inf], [1e-3, 1e-3], 0.5, 0.5, 1.0, 1.0)
    assert not feasible.any() and np.isfinite(powers).all() and np.isclose(powers.sum(), 0.5)
    powers, feasible = allocated([1e-4], [1e-3], 0.5, 0.5, 12.0, 1.0)
    assert feasible.shape == (1,) and not feasible and np.isfinite(powers).all()
    powers, feasible = allocated([1e-4, 1e-3], [1e-3, 1e-2], 0.5, 0.5, 12.0, 0.0)
    assert not feasible.any() and np.isclose(powers.sum(), 0.5)
    powers, feasible = allocated([1e-4], [1e-3], 0.5, 0.5, 0.0, 0.0)
    assert feasible.all() and np.isclose(powers[0, 0, 0], 0.5)
    for change, words in (
        ({"a": [0.0]}, "a must be > 0"), ({"power_w": 0.0}, "power_w must be > 0"),
        ({"weight": 1.5}, "weight must be between 0 and 1"), ({"rate_far": -1.0}, "rate_far must be >= 0"),
        ({"b": [1.0, 2.0]}, "b must have the shape of a"), ({"weight_far": 0.0}, "weight_far must be > 0"),
        ({"rate_near": [1.0, 2.0]}, r"rate_near must be one value or have shape \(1,\), got \(2,\)"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            allocate_power(**{
                "a": [1.0], "b": [1.0], "power_w": 1.0, "weight": 0.5, "rate_near": 1.0, "rate_far": 1.0, **change,
            })  # fmt: skip


def test_power_below_the_rounding_of_noise_is_still_spent_exactly():
    """Levels of water are differences of equal numbers there: rounding of 1e-16 W, and P is 1e-33 W."""
    for groups in ([1e-16, 3e-16, 0.0], [1e-16, 0.0, 0.0], [0.0, 0.0, 0.0]):
        spent = np.asarray(_spent(np.array(groups), np.zeros(3), 1e-33))
        np.testing.assert_allclose(spent.sum(), 1e-33, rtol=1e-12)
        assert np.all(spent >= 0)
