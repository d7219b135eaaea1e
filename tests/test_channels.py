"""Channels: the statistics are those of the formula, and a drop does not depend on its neighbours."""

import jax
import numpy as np
import pytest
from scipy.stats import gamma, kstest

from beamwright.channels import rayleigh
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
