"""Channels: the statistics are those of the formula, and a drop does not depend on its neighbours."""

import jax
import numpy as np

from beamwright.channels import rayleigh
from beamwright.core import drop_keys

KEY = jax.random.key(5)


def test_entries_have_unit_power_no_mean_and_no_preferred_phase():
    h = rayleigh(drop_keys(KEY, 4000), 3, 8)
    assert h.shape == (4000, 3, 8) and h.dtype == np.complex128
    tolerance = 5 / np.sqrt(h.size)
    assert abs(h.mean()) < tolerance
    assert abs(np.mean(np.abs(h) ** 2) - 1) < tolerance
    assert abs(np.mean(h**2)) < tolerance


def test_users_and_antennas_are_uncorrelated():
    h = rayleigh(drop_keys(KEY, 4000), 2, 3).reshape(4000, 6)
    correlation = h.T @ np.conj(h) / len(h)
    assert np.abs(correlation - np.eye(6)).max() < 5 / np.sqrt(len(h))


def test_squared_norm_follows_its_gamma_law():
    from scipy.stats import gamma, kstest

    power = np.sum(np.abs(rayleigh(drop_keys(KEY, 2000), 1, 4)) ** 2, axis=-1).ravel()
    assert kstest(power, gamma(4).cdf).pvalue > 1e-3


def test_a_drop_is_the_same_in_any_batch():
    whole = rayleigh(drop_keys(KEY, 9), 3, 8)
    parts = [rayleigh(drop_keys(KEY, n, first), 3, 8) for n, first in ((4, 0), (1, 4), (4, 5))]
    assert np.array_equal(whole, np.concatenate(parts))
    assert not np.array_equal(whole[0], whole[1])
