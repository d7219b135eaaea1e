"""Adam on functions whose minima are known, and on ones that change or break."""

import jax.numpy as jnp
import numpy as np

from beamwright.optim import adam


def test_reaches_the_minimum_of_a_quadratic():
    target = jnp.array([1.0, -2.0, 0.5])
    found = adam.minimise(lambda x, _: jnp.sum((x - target) ** 2), jnp.zeros(3), adam.Options(2000, 0.05)).x
    np.testing.assert_allclose(found, target, atol=1e-3)


def test_the_first_step_is_as_long_as_the_rate_and_long_gradients_are_clipped():
    one = adam.minimise(lambda x, _: 1e6 * jnp.sum(x), jnp.zeros(2), adam.Options(1)).x
    np.testing.assert_allclose(one, -0.03, rtol=1e-6)


def test_the_objective_may_change_on_the_way():
    def f(x, share):
        return jnp.sum((x - share) ** 2)

    found = adam.minimise(f, jnp.array([0.0, 3.0]), adam.Options(4000, 0.05))
    np.testing.assert_allclose(found.x, 1.0, atol=0.05)


def test_gradients_that_are_no_numbers_move_nothing():
    found = adam.minimise(lambda x, _: jnp.sum(x) * jnp.nan, jnp.ones(2), adam.Options(5)).x
    np.testing.assert_array_equal(found, jnp.ones(2))
