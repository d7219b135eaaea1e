"""Any number of lanes through a function compiled for a few: pad, cut into tiles, join."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

WIDEST = 64
"""Lanes of a full tile. Measured on a CPU with 2 MB of cache per core: 32 to 128 cost the same per lane."""
NARROW = 8
"""Lanes of the last tile where few are left: one vector register; a lane's result does not depend on the tile."""


def in_tiles(function: Callable[..., Any], *arrays: np.ndarray, widest: int = WIDEST, narrow: int = NARROW) -> Any:
    """``function`` on slices of the leading axis, results joined along it as NumPy arrays.

    function maps arrays (tile, ...) to a pytree of arrays (tile, ...), each lane by itself. Two tile sizes at most are
    ever compiled, whatever the batch. Lanes that fill up the last tile repeat the last lane and are cut off again.
    """
    lanes = len(arrays[0])
    parts: list[Any] = []
    start = 0
    while start < lanes:
        tile = narrow if lanes - start <= narrow else widest
        index = np.minimum(np.arange(start, start + tile), lanes - 1)
        parts.append(jax.tree.map(np.asarray, function(*(a[index] for a in arrays))))
        start += tile
    return jax.tree.map(lambda *pieces: np.concatenate(pieces)[:lanes], *parts)
