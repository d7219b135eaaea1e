"""Channel errors of bounded norm: what an estimate may hide."""

import jax
import jax.numpy as jnp
import numpy as np

from beamwright.core import drawn


def sample_ball(
    keys: jax.Array, radius: np.ndarray, antennas: int, samples: int = 1, surface: bool = False
) -> np.ndarray:
    """Errors uniform in the ball ||d|| <= radius, or on its surface; independent per user and sample.

        d = radius u^(1/(2N)) z / ||z||,   z ~ CN(0, I), u uniform on [0, 1) (u = 1 on the surface)  spec noma_isac, A7

    Args:    keys (drops,), one per drop (``core.drop_keys``); radius (drops, users), linear amplitude.
    Returns: (samples, drops, users, antennas) complex, ready to be added to h (drops, users, antennas).
    """
    shape = (samples, radius.shape[-1], antennas)
    return np.moveaxis(np.asarray(_unit_ball(keys, shape, surface)), 0, 1) * radius[..., None]


@drawn(1, 2)
def _unit_ball(keys: jax.Array, shape: tuple[int, int, int], surface: bool) -> jax.Array:
    """(drops, samples, users, antennas), norms at most one."""

    def drop(key: jax.Array) -> jax.Array:
        direction_key, length_key = jax.random.split(key)
        z = jax.random.normal(direction_key, shape, complex)
        u = jax.random.uniform(length_key, (*shape[:2], 1))
        length = 1.0 if surface else u ** (1 / (2 * shape[2]))
        return length * z / jnp.sqrt(jnp.sum(jnp.abs(z) ** 2, axis=-1, keepdims=True))

    return jax.vmap(drop)(keys)
