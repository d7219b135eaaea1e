"""Rayleigh fading: no line of sight, rich scattering."""

import jax
import numpy as np

from beamwright.core import draws


def rayleigh(keys: jax.Array, users: int, antennas: int) -> np.ndarray:
    """Independent CN(0, 1) entries: E |h_n|^2 = 1, real and imaginary part of variance 1/2 each.

    Args:    keys (drops,), one per drop (``core.drop_keys``): a drop does not depend on its neighbours.
    Returns: (drops, users, antennas) complex, linear amplitude.
    """
    return draws.complex_normal(keys, (users, antennas))
