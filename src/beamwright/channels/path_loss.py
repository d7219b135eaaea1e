"""Mean power gain of a link from its length."""

import numpy as np
from numpy.typing import ArrayLike

SPEED_OF_LIGHT = 299_792_458.0
"""m/s."""


def free_space_gain(distance_m: ArrayLike, carrier_hz: float) -> np.ndarray:
    """(lambda / 4 pi d)^2, linear power (Friis with isotropic antennas)."""
    return (SPEED_OF_LIGHT / carrier_hz / (4 * np.pi * np.asarray(distance_m, float))) ** 2


def inverse_gain(distance_m: ArrayLike, least: float = 0.01, most: float = 1.0) -> np.ndarray:
    """1 / d clipped to [least, most], linear power: the range 0 to -20 dB of the source behind star_ris."""
    return np.clip(1.0 / np.asarray(distance_m, float), least, most)
