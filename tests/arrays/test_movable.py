"""Layouts of movable antennas: coordinates, exact projection, what does not fit."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beamwright.arrays import centred_layout, decode_layout, encode_layout, project_layout

cp = pytest.importorskip("cvxpy")

REGION, SPACING = (-2.0, 2.0), 0.5


def is_feasible(x, low, high, spacing):
    return x[0] >= low - 1e-12 and x[-1] <= high + 1e-12 and np.all(np.diff(x) >= spacing - 1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_projection_is_the_nearest_feasible_layout(seed):
    rng = np.random.default_rng(seed)
    antennas = int(rng.integers(1, 9))
    low, high = REGION
    wanted = rng.uniform(-4, 4, antennas)
    x = cp.Variable(antennas)
    limits = [x >= low, x <= high] + ([cp.diff(x) >= SPACING] if antennas > 1 else [])
    cp.Problem(cp.Minimize(cp.sum_squares(x - np.sort(wanted))), limits).solve(solver=cp.CLARABEL)
    found = np.asarray(project_layout(wanted, low, high, SPACING))
    assert is_feasible(found, low, high, SPACING)
    np.testing.assert_allclose(found, x.value, atol=1e-4)
    np.testing.assert_allclose(project_layout(found, low, high, SPACING), found, atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-30, 30), min_size=2, max_size=9))
def test_every_vector_of_logits_is_a_layout(logits):
    x = np.asarray(decode_layout(np.array(logits), *REGION, SPACING))
    assert is_feasible(x, *REGION, SPACING)


def test_coordinates_come_back():
    rng = np.random.default_rng(0)
    x = np.asarray(project_layout(rng.uniform(-2, 2, (50, 4, 7)), *REGION, SPACING))
    np.testing.assert_allclose(decode_layout(encode_layout(x, *REGION, SPACING), *REGION, SPACING), x, atol=1e-12)
    tight = centred_layout(9, *REGION)
    np.testing.assert_allclose(decode_layout(encode_layout(tight, *REGION, SPACING), *REGION, SPACING), tight)


def test_projection_and_coordinates_batch_and_differentiate():
    x = np.random.default_rng(1).uniform(-3, 3, (6, 5))
    together = jax.vmap(lambda one: project_layout(one, *REGION, SPACING))(x)
    np.testing.assert_array_equal(together, project_layout(x, *REGION, SPACING))
    slope = jax.jacobian(lambda g: decode_layout(g, *REGION, SPACING))(np.zeros(4))
    assert np.isfinite(slope).all() and np.abs(slope).max() > 0


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="region_wavelengths must hold 8 antennas 0.5 wavelengths apart"):
        centred_layout(8, -1.0, 1.0)
