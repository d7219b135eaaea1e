"""Error ball: norms, distribution, independence, reproducibility."""

import jax
import numpy as np
from scipy.stats import kstest

from beamwright.core import drop_keys
from beamwright.uncertainty import sample_ball

KEY = jax.random.key(11)
RADIUS = np.array([[0.1, 0.2], [0.3, 0.0]])


def test_errors_stay_in_the_ball_and_surface_draws_on_its_sphere():
    inside = np.linalg.norm(sample_ball(drop_keys(KEY, 2), RADIUS, 4, samples=500), axis=-1)
    assert inside.shape == (500, 2, 2)
    assert np.all(inside <= RADIUS * (1 + 1e-12))
    surface = np.linalg.norm(sample_ball(drop_keys(KEY, 2), RADIUS, 4, samples=5, surface=True), axis=-1)
    assert np.allclose(surface, RADIUS, rtol=1e-12)


def test_the_ball_is_filled_uniformly():
    radius = np.full((1, 1), 0.5)
    errors = sample_ball(drop_keys(KEY, 1), radius, 3, samples=3000)[:, 0, 0]
    assert kstest((np.linalg.norm(errors, axis=-1) / 0.5) ** 6, "uniform").pvalue > 1e-3  # volume below the norm
    second = errors.T @ np.conj(errors) / len(errors)
    assert np.allclose(second, np.eye(3) * 0.25 / 4, atol=0.25 * 5 / np.sqrt(len(errors)))  # E|d_n|^2 = r^2/(N+1)


def test_users_and_drops_have_their_own_errors():
    errors = sample_ball(drop_keys(KEY, 2), np.ones((2, 2)), 3, samples=2000).reshape(2000, 4, 3)
    for one in range(4):
        for other in range(one):
            overlap = np.mean(np.sum(np.conj(errors[:, one]) * errors[:, other], axis=-1))
            assert abs(overlap) < 5 / np.sqrt(2000)


def test_a_drop_is_the_same_in_any_batch():
    whole = sample_ball(drop_keys(KEY, 5), np.ones((5, 2)), 4, samples=3)
    part = sample_ball(drop_keys(KEY, 2, first=3), np.ones((2, 2)), 4, samples=3)
    assert np.array_equal(whole[:, 3:], part)
