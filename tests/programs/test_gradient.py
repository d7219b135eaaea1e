"""The gradient of an optimal value against finite differences, and closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from programs.cases import channels

from beamwright import programs as bp

H = channels(range(3), 3, antennas=4)
STEP = 1e-4


def robust(data):
    """Three users in balls, least power, budgets for antennas 0 and 1 apart from the objective."""
    w, h = bp.covariances(3, antennas=4), data["h"]
    at = [bp.ball(h[:, k], data["radius"]) for k in range(3)]
    return bp.Problem(
        bp.minimise(sum(w).power()), [bp.sinr(w[k], at[k], w, data["noise"]) >= data["sinr"] for k in range(3)]
    )


DATA = {"h": H, "radius": 0.1, "noise": np.array([0.01, 0.02, 0.03]), "sinr": 4.0}


def difference(build, data, name, way):
    """Central difference (drops,) of the value along a direction of one of the data."""
    ahead, behind = ({**data, name: data[name] + sign * STEP * way} for sign in (1, -1))
    return (build(ahead).relaxed_value() - build(behind).relaxed_value()) / (2 * STEP)


def test_the_gradient_is_that_of_finite_differences() -> None:
    """Of a robust program: channels, the radius, one noise per drop, the target; each drop by itself."""
    rng = np.random.default_rng(0)
    slopes = jax.jacrev(lambda data: bp.value(robust, data))(jax.tree.map(jnp.asarray, DATA))
    ways = {
        "h": rng.standard_normal(H.shape) + 1j * rng.standard_normal(H.shape),
        "radius": 1.0, "noise": np.ones(3), "sinr": 1.0,
    }  # fmt: skip
    for name, way in ways.items():
        along = jnp.sum((slopes[name] * way).real.reshape(3, -1), axis=1)
        np.testing.assert_allclose(along, difference(robust, DATA, name, way), rtol=1e-5, err_msg=name)


def test_norms_matrices_scalars_and_a_maximum() -> None:
    """Largest t with [[gain - t, c], [c*, power]] >= 0, a norm below a level, an equation, within a budget."""

    def build(data):
        (w,) = bp.covariances(1, antennas=4, rank_one=False)
        t, level = bp.scalar("t"), bp.scalar("level")
        c = data["c"] * w.cross(data["h"][:, 0], data["h"][:, 1])
        matrix = bp.hermitian([[w.gain(data["h"][:, 0]) - t, c], [0.0, w.power(data["m"])]])
        conditions = [
            matrix >= 0, bp.norm([w.gain(data["h"][:, 1]), 0.1 * t]) <= level, level == data["level"],
            w.power() <= data["budget"],
        ]  # fmt: skip
        return bp.Problem(bp.maximise(t), conditions)

    data = {"h": H, "c": 0.4 + 0.2j, "m": np.diag([1.0, 2, 3, 4]), "level": 1.0, "budget": 2.0}
    slopes = jax.jacrev(lambda d: bp.value(build, d))(jax.tree.map(jnp.asarray, data))
    ways = {"h": H[::-1] * 1j, "c": 1.0 - 0.5j, "m": np.diag([1.0, -1, 0, 2]), "level": 1.0, "budget": 1.0}
    assert (build(data).relaxed_value() > 0.1).all()
    for name, way in ways.items():
        along = jnp.sum((slopes[name] * way).real.reshape(3, -1), axis=1)
        wanted = difference(build, data, name, way)
        np.testing.assert_allclose(along, wanted, rtol=1e-5, atol=1e-6, err_msg=name)


def test_one_user_has_a_closed_form() -> None:
    """Least power gamma sigma^2 / ||h||^2: derivatives 1/||h||^2 in the demand, -2 P h / ||h||^2 in the channel."""

    def power(h, demand):
        def build(data):
            (w,) = bp.covariances(1, antennas=4)
            return bp.Problem(bp.minimise(w.power()), [w.gain(data[0]) >= data[1]])

        return bp.value(build, (h, demand)).sum()

    h, size = jnp.asarray(H[:, 0]), np.sum(np.abs(H[:, 0]) ** 2, axis=1)
    value, (by_channel, by_demand) = jax.value_and_grad(power, (0, 1))(h, 0.04)
    np.testing.assert_allclose(value, (0.04 / size).sum(), rtol=1e-8)
    np.testing.assert_allclose(by_demand, (1 / size).sum(), rtol=1e-6)
    np.testing.assert_allclose(np.conj(by_channel), -2 * (0.04 / size**2)[:, None] * H[:, 0], rtol=1e-5)


def test_a_drop_without_a_design_has_no_slope() -> None:
    data = {**DATA, "radius": np.array([0.1, 9.0, 0.1])}
    value, back = jax.vjp(lambda d: bp.value(robust, d), jax.tree.map(jnp.asarray, data))
    (slope,) = back(jnp.ones(3))
    assert np.isinf(value[1]) and np.isfinite(value[jnp.array([0, 2])]).all()
    for leaf in jax.tree.leaves(slope):
        assert np.isfinite(leaf).all()
    assert slope["radius"][1] == 0 and (slope["radius"][jnp.array([0, 2])] > 0).all()


def test_what_cannot_be_differentiated_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="outside jax.jit"):
        jax.jit(lambda data: bp.value(robust, data))(DATA)
    with pytest.raises(ValueError, match="build must return a Problem"):
        bp.value(lambda data: None, DATA)
