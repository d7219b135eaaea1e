"""Mean power gain of a link from its length."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import SPEED_OF_LIGHT


def free_space_gain(distance_m: ArrayLike, carrier_hz: float) -> np.ndarray:
    """(lambda / 4 pi d)^2, linear power (Friis with isotropic antennas)."""
    return (SPEED_OF_LIGHT / carrier_hz / (4 * np.pi * np.asarray(distance_m, float))) ** 2


def inverse_gain(distance_m: ArrayLike, least: float = 0.01, most: float = 1.0) -> np.ndarray:
    """1 / d clipped to [least, most], linear power: the range 0 to -20 dB of the source behind star_ris."""
    return np.clip(1.0 / np.asarray(distance_m, float), least, most)


def power_law(distance_m: ArrayLike, exponent: float, at_one_metre: float = 1e-3, nearest_m: float = 1.0) -> np.ndarray:
    """g d^-n, linear power; nearer than ``nearest_m`` as at ``nearest_m``."""
    return at_one_metre * np.maximum(np.asarray(distance_m, float), nearest_m) ** -exponent
