"""Randomness: explicit keys, and drop i always owns ``fold_in(key, i)``."""

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import draws
from beamwright.core.checks import require
from beamwright.core.device import require_jax
from beamwright.core.ranges import SEED, brief


def root_key(seed: int) -> jax.Array:
    """``jax.random.key(seed)``. Raises ValueError naming ``seed`` unless it is a whole number from 0 to 2^63 - 1."""
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    require(whole and SEED["ge"] <= seed <= SEED["le"], "seed", "be a whole number from 0 to 2^63 - 1", brief(seed))
    return draws.key(int(seed))


def drop_keys(key: jax.Array, drops: int, first: int = 0) -> jax.Array:
    """Keys of drops ``first .. first+drops-1``: independent of batch size, worker count and cluster."""
    return numbered_keys(key, np.arange(first, first + drops))


def numbered_keys(key: jax.Array, numbers: ArrayLike) -> jax.Array:
    """Keys of the drops with these numbers (drops,), wherever in a batch they are."""
    require_jax()
    return draws.fold_in(key, np.asarray(numbers))
