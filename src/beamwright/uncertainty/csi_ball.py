"""Channel errors of bounded norm: what an estimate may hide."""

import jax
import numpy as np

from beamwright.core import draws


def sample_ball(
    keys: jax.Array, radius: np.ndarray, antennas: int, samples: int = 1, surface: bool = False
) -> np.ndarray:
    """Errors uniform in the ball ||d|| <= radius, or on its surface; independent per user and sample.

        d = radius u^(1/(2N)) z / ||z||,   z ~ CN(0, I), u uniform on [0, 1) (u = 1 on the surface)  spec noma_isac, A7

    Args:    keys (drops,), one per drop (``core.drop_keys``); radius (drops, users), linear amplitude.
    Returns: (samples, drops, users, antennas) complex, ready to be added to h (drops, users, antennas).
    """
    shape = (samples, radius.shape[-1], antennas)
    return np.moveaxis(_unit_ball(keys, shape, surface), 0, 1) * radius[..., None]


def _unit_ball(keys: jax.Array, shape: tuple[int, int, int], surface: bool) -> np.ndarray:
    """(drops, samples, users, antennas), norms at most one."""
    direction, length = draws.split(keys)
    z = draws.complex_normal(direction, shape)
    z /= np.sqrt(np.sum(z.real**2 + z.imag**2, axis=-1, keepdims=True))
    return z if surface else z * draws.uniform(length, (*shape[:2], 1)) ** (1 / (2 * shape[2]))
