"""Any number of lanes through a function compiled for a few: pad, cut into tiles, join."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np


def in_tiles(function: Callable[..., Any], tile: int, *arrays: np.ndarray) -> Any:
    """``function`` on slices of the leading axis, results joined along it as NumPy arrays.

    function maps arrays (tile, ...) to a pytree of arrays (tile, ...), each lane by itself. One size is ever compiled,
    whatever the batch, and a lane has the same bits in any batch. The last tile is filled up with the last lane.
    """
    lanes = len(arrays[0])
    parts: list[Any] = []
    for start in range(0, lanes, tile):
        index = np.minimum(np.arange(start, start + tile), lanes - 1)
        parts.append(jax.tree.map(np.asarray, function(*(a[index] for a in arrays))))
    return jax.tree.map(lambda *pieces: np.concatenate(pieces)[:lanes], *parts)


def lanes_per_tile(cached: int, flooded: int = 2048) -> int:
    """``cached`` lanes where a tile should stay in a core's cache (CPU), ``flooded`` where it should fill a device."""
    return cached if jax.default_backend() == "cpu" else flooded


def compiler_options() -> dict[str, Any]:
    """For ``jax.jit`` on a CPU: full vectors (1.5x faster with AVX-512) and cheaper passes (a third less to wait)."""
    if jax.default_backend() != "cpu":
        return {}
    return {"xla_cpu_prefer_vector_width": 512, "xla_backend_optimization_level": 1}
