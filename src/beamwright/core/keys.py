"""Randomness: explicit keys, and drop i always owns ``fold_in(key, i)``."""

import jax
import jax.numpy as jnp


def drop_keys(key: jax.Array, drops: int, first: int = 0) -> jax.Array:
    """Keys of drops ``first .. first+drops-1``: independent of batch size, worker count and cluster."""
    return jax.vmap(lambda i: jax.random.fold_in(key, i))(jnp.arange(first, first + drops))
