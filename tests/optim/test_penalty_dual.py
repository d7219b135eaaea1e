"""Penalty dual decomposition on a problem whose answer is known."""

import jax.numpy as jnp
import numpy as np

from beamwright.optim import penalty_dual


def solved(**options):
    """The point of the line x_1 = x_2 nearest to (3, 1)."""
    wanted = jnp.array([3.0, 1.0])

    def descend(x, target, rho):
        return (wanted + target / (2 * rho)) / (1 + 1 / (2 * rho))  # of |x - wanted|^2 + |x - target|^2 / (2 rho)

    def fit(point, _):
        middle = jnp.mean(point)
        return jnp.full(2, middle), middle

    start = jnp.zeros(2)
    return penalty_dual.decompose(descend, fit, start, jnp.array(0.0), jnp.array(1.0), penalty_dual.Options(**options))


def test_both_sides_meet_at_the_answer():
    found = solved(iterations=500, tolerance=1e-8, shrink=0.97)
    np.testing.assert_allclose(found.x, 2, atol=1e-4)
    assert found.residual <= 1e-8 and found.iterations < 500 and np.isclose(found.state, found.x[0])


def test_duals_close_the_gap_sooner():
    with_duals, without = (solved(iterations=10, tolerance=0.0, duals=duals) for duals in (True, False))
    assert with_duals.residual < without.residual
