"""Patterns of elements: power on the sphere, limits, the same numbers from NumPy and JAX."""

import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.arrays import cosine_pattern


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 7.5, 100.0])
def test_a_pattern_directs_power_and_adds_none(exponent):
    cosine = (np.arange(2_000_000) + 0.5) / 1e6 - 1  # uniform on the sphere
    amplitude = cosine_pattern(cosine, exponent)
    np.testing.assert_allclose(np.mean(amplitude**2), 1, rtol=1e-6)
    assert np.all(amplitude[cosine <= 0] == 0)
    np.testing.assert_allclose(cosine_pattern(jnp.asarray(cosine[::9999]), exponent), amplitude[::9999], rtol=1e-12)


def test_gains_of_textbooks():
    np.testing.assert_allclose(cosine_pattern(np.array([1.0, 0.5, 0.0, -1.0]), 2.0) ** 2, [6, 1.5, 0, 0])
