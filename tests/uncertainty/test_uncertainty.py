"""Error ball: norms, distribution, independence, reproducibility."""

import jax
import numpy as np
import pytest
from scipy.stats import kstest

from beamwright.core import drop_keys
from beamwright.uncertainty import sample_ball

KEY = jax.random.key(11)
RADIUS = np.array([[0.5, 0.2], [0.3, 0.0]])


@pytest.fixture(scope="module")
def errors():
    """(3000 samples, 2 drops, 2 users, 3 antennas)"""
    return sample_ball(drop_keys(KEY, 2), RADIUS, 3, samples=3000)


def test_errors_stay_in_the_ball_and_surface_draws_on_its_sphere(errors):
    inside = np.linalg.norm(errors, axis=-1)
    assert inside.shape == (3000, 2, 2)
    assert np.all(inside <= RADIUS * (1 + 1e-12)) and inside[:, 0, 0].min() < 0.3
    surface = np.linalg.norm(sample_ball(drop_keys(KEY, 2), RADIUS, 3, samples=3000, surface=True), axis=-1)
    assert np.allclose(surface, RADIUS, rtol=1e-12)


def test_the_ball_is_filled_uniformly(errors):
    of_user = errors[:, 0, 0]
    assert kstest((np.linalg.norm(of_user, axis=-1) / 0.5) ** 6, "uniform").pvalue > 1e-3  # volume below the norm
    second = of_user.T @ np.conj(of_user) / len(errors)
    assert np.allclose(second, np.eye(3) * 0.25 / 4, atol=0.25 * 5 / np.sqrt(len(errors)))  # E|d_n|^2 = r^2/(N+1)


def test_users_and_drops_have_their_own_errors(errors):
    unit = (errors / np.where(RADIUS > 0, RADIUS, 1)[..., None]).reshape(len(errors), 4, 3)
    for one in range(4):
        for other in range(one):
            overlap = np.mean(np.sum(np.conj(unit[:, one]) * unit[:, other], axis=-1))
            assert abs(overlap) < 5 / np.sqrt(len(errors))


def test_a_drop_is_the_same_in_any_batch(errors):
    alone = sample_ball(drop_keys(KEY, 1, first=1), RADIUS[1:], 3, samples=3000)
    assert np.array_equal(alone, errors[:, 1:])
