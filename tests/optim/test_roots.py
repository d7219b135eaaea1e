"""Bracketed roots: SciPy agrees, flat and infinite stretches do not stop them, and the bracket is honest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from beamwright.optim import Ending, bracketed_root

FUNCTIONS = {
    "linear": lambda x: 3 * x - 2.5,
    "cubic": lambda x: (x - 0.7) ** 3 + 0.1 * (x - 0.7),
    "flat root": lambda x: (x - 0.7) ** 9,
    "exponential": lambda x: np.exp(20 * x) - 5,
    "step": lambda x: np.where(x < 0.3, -1.0, 2.0),
    "arctan": lambda x: np.arctan(200 * (x - 0.123)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_scipy_agrees(name):
    f = FUNCTIONS[name]
    root = bracketed_root(f, 0.0, 1.0, rtol=1e-12, iterations=200)
    assert root.ending[0] == Ending.SOLVED
    assert f(root.x)[0] <= 0 < f(root.infeasible)[0]
    np.testing.assert_allclose(root.x, brentq(f, 0, 1, xtol=1e-14, maxiter=1000), rtol=1e-11)


def power_law(t, floor, knee, order, wall):
    """log J*(t): flat at the sensing floor, then t^order, infeasible beyond a wall."""
    with np.errstate(over="ignore"):
        return np.where(t < wall, np.log(floor) + np.logaddexp(0, 8 * order * np.log(t / knee)) / 8, np.inf)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_flat_then_rising_then_infinite(seed):
    rng = np.random.default_rng(seed)
    floor, knee, order = 4.0, rng.uniform(0.1, 10, 30), rng.integers(1, 5, 30)
    wall, budget = knee * rng.uniform(1.01, 50, 30), rng.uniform(4.2, 100, 30)
    root = bracketed_root(
        lambda t: power_law(t, floor, knee, order, wall) - np.log(budget),
        np.full(30, 1e-4),
        1e4,
        rtol=1e-6,
        logarithmic=True,
    )
    answer = knee * np.expm1(8 * np.log(budget / floor)) ** (1 / (8 * order))
    answer = np.minimum(answer, wall)
    assert (root.ending == Ending.SOLVED).all()
    assert (root.x <= answer * (1 + 1e-12)).all() and (root.infeasible >= answer * (1 - 1e-12)).all()
    assert (root.infeasible - root.x <= 1e-6 * root.infeasible).all()


def test_fewer_evaluations_than_bisection():
    budget = np.linspace(4.2, 40, 50)
    root = bracketed_root(
        lambda t: power_law(t, 4.0, 1.0, 3, np.inf) - np.log(budget),
        np.full(50, 1e-4),
        1e3,
        rtol=1e-6,
        logarithmic=True,
    )
    assert np.median(root.iterations) <= 9 and root.iterations.max() <= 20  # bisection: log2(log(1e7) / 1e-6) = 24


def test_largest_zero_of_a_function_that_vanishes_on_an_interval():
    root = bracketed_root(lambda x: np.clip(x - 0.8, 0, None) + np.clip(x - 0.2, None, 0), 0.0, 1.0, rtol=1e-9)
    np.testing.assert_allclose(root.x, 0.8, rtol=2e-9)


def test_statuses_and_one_sided_lanes():
    shift = np.array([-1.0, 0.5, 2.0])
    root = bracketed_root(lambda x: x - shift, np.zeros(3), 1.0, rtol=1e-9)
    assert root.ending.tolist() == [Ending.INFEASIBLE, Ending.SOLVED, Ending.ALL_FEASIBLE]
    np.testing.assert_allclose(root.x, [np.nan, 0.5, 1.0], rtol=2e-9)
    np.testing.assert_allclose(root.infeasible, [0.0, 0.5, np.nan], rtol=2e-9)
    np.testing.assert_allclose(root.value, [np.nan, 0, -1.0], atol=1e-9)
    assert root.iterations[0] == root.iterations[2] == 0


def test_out_of_steps_keeps_a_valid_bracket():
    root = bracketed_root(lambda x: np.where(x < 0.3, -1.0, np.inf), 0.0, 1.0, rtol=1e-9, iterations=5)
    assert root.ending[0] == Ending.ITERATIONS and root.iterations[0] == 5
    assert root.x[0] < 0.3 <= root.infeasible[0]


def test_nan_is_not_feasible():
    root = bracketed_root(lambda x: np.where(x < 0.3, -1.0, np.nan), 0.0, 1.0, rtol=1e-9)
    np.testing.assert_allclose(root.x, 0.3, rtol=1e-8)


def test_one_call_per_step_on_all_lanes_and_a_known_end_is_not_evaluated():
    calls = []

    def f(x):
        calls.append(x.copy())
        return x**3 - np.array([0.1, 0.5, 0.2])

    root = bracketed_root(f, np.zeros(3), 1.0, rtol=1e-8, value_high=np.inf)
    assert len(calls) == 1 + root.iterations.max() and all(len(x) == 3 for x in calls)
    assert not any((x == 1.0).any() for x in calls)
    np.testing.assert_allclose(root.x, np.cbrt([0.1, 0.5, 0.2]), rtol=2e-8)


def test_a_function_that_drops_lanes_is_refused():
    with pytest.raises(ValueError, match=r"function must return shape \(3,\)"):
        bracketed_root(lambda x: x[:1], np.zeros(3), 1.0)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"low": 1.0, "high": 0.5}, "low must be < high"),
        ({"low": 0.0, "high": 1.0, "logarithmic": True}, "low must be > 0"),
        ({"low": 0.0, "high": 1.0, "rtol": 0.0}, "rtol must be > 0"),
        ({"low": 0.0, "high": np.inf}, "both finite"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        bracketed_root(lambda x: x, **arguments)
