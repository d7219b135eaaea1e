"""The cross-entropy method: where it ends, and what must not matter to it."""

import jax
import numpy as np
import pytest

from beamwright.optim.cross_entropy import Gaussian, moved, samples


def climbed(f, generations=60, population=12, seed=0):
    gaussian = Gaussian(np.zeros(4), np.ones(4))
    for number in range(generations):
        points = samples(gaussian, jax.random.fold_in(jax.random.key(seed), number), population)
        gaussian = moved(gaussian, points, np.array([f(point) for point in points]))
    return gaussian


TARGET = np.array([1.0, -2.0, 0.5, 0.0])


def bowl(x):
    return -np.sum((x - TARGET) ** 2 * np.array([1.0, 2.0, 5.0, 10.0]))


def test_it_ends_where_the_function_is_largest():
    found = climbed(bowl)
    np.testing.assert_allclose(found.mean, TARGET, atol=0.05)
    assert np.all(found.deviation < 0.1)


def test_only_the_order_of_the_values_counts():
    plain, bent = climbed(bowl, 10), climbed(lambda x: np.exp(bowl(x) / 10), 10)
    np.testing.assert_array_equal(plain.mean, bent.mean)


def test_samples_come_in_pairs_about_the_mean():
    gaussian = Gaussian(np.array([1.0, -3.0]), np.array([0.5, 2.0]))
    points = samples(gaussian, jax.random.key(0), 4000)
    np.testing.assert_allclose(points[:2000] + points[2000:], np.tile(2 * gaussian.mean, (2000, 1)), rtol=1e-12)
    np.testing.assert_allclose(points.std(axis=0), gaussian.deviation, rtol=0.05)
    assert samples(gaussian, jax.random.key(0), 5).shape == (5, 2)


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_what_has_no_value_is_never_among_the_best(bad):
    gaussian = Gaussian(np.zeros(1), np.ones(1))
    points, values = np.array([[9.0], [1.0], [2.0]]), np.array([bad, 1.0, 0.0])
    np.testing.assert_array_equal(moved(gaussian, points, values).mean, [1.0])
