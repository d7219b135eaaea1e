"""Channels: the statistics are those of the formula, and a drop does not depend on its neighbours."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import gamma, kstest

from beamwright.channels import arriving, departing, field_response, power_law, rayleigh
from beamwright.core import drop_keys

KEY = jax.random.key(5)


@pytest.fixture(scope="module")
def h():
    return rayleigh(drop_keys(KEY, 4000), 3, 8)


def test_entries_have_unit_power_no_mean_and_no_preferred_phase(h):
    assert h.shape == (4000, 3, 8) and h.dtype == np.complex128
    tolerance = 5 / np.sqrt(h.size)
    assert abs(h.mean()) < tolerance
    assert abs(np.mean(np.abs(h) ** 2) - 1) < tolerance
    assert abs(np.mean(h**2)) < tolerance


def test_users_and_antennas_are_uncorrelated(h):
    flat = h.reshape(len(h), -1)
    correlation = flat.T @ np.conj(flat) / len(h)
    assert np.abs(correlation - np.eye(24)).max() < 6 / np.sqrt(len(h))


def test_squared_norm_follows_its_gamma_law(h):
    power = np.sum(np.abs(h[:, 0]) ** 2, axis=-1)
    assert kstest(power, gamma(8).cdf).pvalue > 1e-3


def test_a_drop_is_the_same_in_any_batch(h):
    later = rayleigh(drop_keys(KEY, 5, first=3), 3, 8)
    assert np.array_equal(later, h[3:8])
    assert not np.array_equal(h[0], h[1])


def test_a_link_is_what_departs_and_arrives():
    rng = np.random.default_rng(0)
    rx, tx = rng.uniform(-2, 2, (3, 4)), rng.uniform(-2, 2, (3, 6))
    gain = rng.standard_normal((3, 5)) + 1j * rng.standard_normal((3, 5))
    at_rx, at_tx = rng.uniform(-1, 1, (2, 3, 5))
    w = rng.standard_normal((3, 6)) + 1j * rng.standard_normal((3, 6))
    matrix = field_response(rx, tx, gain, at_rx, at_tx)
    heard = arriving(rx, at_rx, gain * departing(tx, at_tx, w))
    np.testing.assert_allclose((matrix @ w[..., None])[..., 0], heard, rtol=1e-12)
    np.testing.assert_allclose(field_response(*map(jnp.asarray, (rx, tx, gain, at_rx, at_tx))), matrix, rtol=1e-12)
    moved = field_response(rx, tx + 0.3, gain, at_rx, at_tx)  # a move turns every path by its own phase
    np.testing.assert_allclose(np.abs(field_response(rx, tx + 0.3, gain[:, :1], at_rx[:, :1], at_tx[:, :1])),
                               np.abs(field_response(rx, tx, gain[:, :1], at_rx[:, :1], at_tx[:, :1])))  # fmt: skip
    assert not np.allclose(np.abs(moved), np.abs(matrix))


def test_power_law_stops_at_the_nearest_distance():
    np.testing.assert_allclose(power_law([0.1, 1.0, 10.0], 2.8), [1e-3, 1e-3, 1e-3 * 10**-2.8])
