"""Projected BFGS against SciPy and against answers that are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize

from beamwright.optim import Ending
from beamwright.optim import quasi_newton as qn


def rosenbrock(x):
    return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_rosenbrock_free_and_in_a_box():
    start = jnp.full(8, -1.2)
    found = qn.minimise(rosenbrock, start, options=qn.Options(iterations=500))
    np.testing.assert_allclose(found.x, 1, atol=1e-5)
    assert found.ending == Ending.STATIONARY and found.evaluations >= found.iterations
    forgetful = qn.minimise(rosenbrock, start, options=qn.Options(iterations=2000, memory=5))
    np.testing.assert_allclose(forgetful.x, 1, atol=1e-5)
    assert forgetful.iterations > found.iterations  # old curvature helps where it does not age
    boxed = qn.minimise(rosenbrock, start, -2.0, 0.5, qn.Options(iterations=500))
    reference = minimize(
        lambda x: np.asarray(rosenbrock(x)), start, jac=lambda x: np.asarray(jax.grad(rosenbrock)(x)),
        method="L-BFGS-B", bounds=[(-2, 0.5)] * 8, options={"ftol": 1e-15, "gtol": 1e-10},
    )  # fmt: skip
    assert boxed.value <= reference.fun * (1 + 1e-8) and np.all(boxed.x <= 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_quadratics_in_a_box_meet_their_conditions(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((12, 12))
    a, b = jnp.asarray(root @ root.T + 0.1 * np.eye(12)), jnp.asarray(5 * rng.standard_normal(12))
    options = qn.Options(iterations=300, tolerance=1e-9)
    solve = jax.jit(
        lambda x: qn.minimise(lambda x: 0.5 * x @ a @ x - b @ x, x, 0.0, 1.0, options),
        compiler_options={"xla_backend_optimization_level": 3},  # the last digit decides, as users' compiler has it
    )
    found = solve(jnp.zeros(12))
    slope = np.asarray(a @ found.x - b)
    inside = (found.x > 0) & (found.x < 1)
    assert np.abs(slope[inside]).max(initial=0) <= 1e-7
    assert np.all(slope[found.x == 0] >= 0) and np.all(slope[found.x == 1] <= 0)
    assert 0 < inside.sum() < 12


def test_endings():
    flat = qn.minimise(lambda x: jnp.sum(x) * 0, jnp.ones(3))
    assert flat.iterations == 0 and flat.ending == Ending.STATIONARY
    outside = qn.minimise(lambda x: jnp.sum(x**2), jnp.array([3.0, -3.0]), 1.0, 2.0)
    np.testing.assert_allclose(outside.x, 1)
    # beyond x = 1 there is no value: the step is cut until there is one
    guarded = qn.minimise(lambda x: jnp.sum(-jnp.log(1 - x) - 3 * x), jnp.zeros(2))
    np.testing.assert_allclose(guarded.x, 2 / 3, atol=1e-5)
