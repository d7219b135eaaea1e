"""Randomness: explicit keys, and drop i always owns ``fold_in(key, i)``."""

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core.device import require_jax


def drop_keys(key: jax.Array, drops: int, first: int = 0) -> jax.Array:
    """Keys of drops ``first .. first+drops-1``: independent of batch size, worker count and cluster."""
    return numbered_keys(key, np.arange(first, first + drops))


def numbered_keys(key: jax.Array, numbers: ArrayLike) -> jax.Array:
    """Keys of the drops with these numbers (drops,), wherever in a batch they are."""
    require_jax()
    return jax.vmap(lambda i: jax.random.fold_in(key, i))(jnp.asarray(numbers))
