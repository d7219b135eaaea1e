"""Uniform linear arrays: where the antennas are and how a plane wave meets them."""

import numpy as np
from numpy.typing import ArrayLike


def linear_positions(antennas: int, spacing_wavelengths: float = 0.5) -> np.ndarray:
    """Positions along the array in wavelengths, first antenna at zero: (antennas,)."""
    return spacing_wavelengths * np.arange(antennas)


def steering_vectors(angles_deg: ArrayLike, positions_wavelengths: np.ndarray) -> np.ndarray:
    """Plane-wave steering vectors of a linear array.

        a(theta)[n] = exp(2j pi x_n sin theta)                                spec noma_isac, section 1

    Args:    angles_deg (...) from broadside, degrees; positions_wavelengths (antennas,) in wavelengths.
    Returns: (..., antennas) complex, each of squared norm ``antennas``.
    """
    sines = np.sin(np.deg2rad(np.asarray(angles_deg, float)))
    return np.exp(2j * np.pi * sines[..., None] * positions_wavelengths)
