"""Rician fading: a known mean and an unknown, circular, scattered part."""

import numpy as np
from numpy.typing import ArrayLike


def rician_parts(gain: ArrayLike, factor: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Amplitude of the mean and variance of the scattered part, per entry.

        sqrt(gain b / (b + 1)),  gain / (b + 1)

    Args:    gain mean power; factor b linear in [0, inf]; both broadcast.
    """
    gain, b = np.broadcast_arrays(np.asarray(gain, float), np.asarray(factor, float))
    scattered = np.where(np.isinf(b), 0.0, 1.0 / (1.0 + np.where(np.isinf(b), 0.0, b)))
    return np.sqrt(gain * (1.0 - scattered)), gain * scattered
