"""Any number of lanes through a function compiled for a few: pad, cut into tiles, compute side by side, join."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

THREADS = "BEAMWRIGHT_THREADS"
"""Environment variable: how many tiles are computed at a time, instead of one per core of this process."""

_compiled: WeakKeyDictionary[Callable[..., Any], set[tuple[Any, ...]]] = WeakKeyDictionary()


def in_tiles(function: Callable[..., Any], tile: int, *arrays: np.ndarray, counted: bool = False) -> Any:
    """``function`` on slices of the leading axis, results joined along it as NumPy arrays.

    function, a ``jax.jit``, maps arrays (tile, ...) to a pytree of arrays (tile, ...), each lane by itself. One size is
    ever compiled, whatever the batch, and a lane has the same bits in any batch and with any number of threads. The
    last tile is filled up with the last lane. A ``counted`` function (see ``one_by_one``) is told how many lanes count,
    and gets about as many in every tile, so that no core waits for another.
    """
    lanes = len(arrays[0])
    tiles = -(-lanes // tile)
    if counted:
        tiles = min(lanes, threads() * -(-tiles // threads()))
        bounds = [lanes * i // tiles for i in range(tiles + 1)]
    else:
        bounds = [*range(0, lanes, tile), lanes]

    def compute(first: int) -> Any:
        start, end = bounds[first], bounds[first + 1]
        index = np.minimum(np.arange(start, start + tile), lanes - 1)
        values = function(*([end - start] if counted else []), *(a[index] for a in arrays))
        return jax.tree.map(lambda a: np.asarray(a)[: end - start], values)

    waiting, parts = list(range(tiles)), []
    sizes = tuple((tile, *a.shape[1:], a.dtype) for a in arrays)
    compiled = _compiled.setdefault(function, set())
    if sizes not in compiled:
        parts.append(compute(waiting.pop(0)))  # compiles: threads at once would all do it
        compiled.add(sizes)
    workers = min(threads(), len(waiting))
    if workers > 1:
        with ThreadPoolExecutor(workers) as pool:
            parts += pool.map(compute, waiting)
    else:
        parts += map(compute, waiting)
    return jax.tree.map(lambda *pieces: np.concatenate(pieces), *parts)


def one_by_one(one: Callable[..., Any]) -> Callable[..., Any]:
    """The compiled function of (count, *arrays) that maps ``one`` over the first ``count`` lanes, one after another.

    No lane waits for a slower one, and lanes that only fill up the tile cost nothing (they come out as zeros).
    """

    def mapped(count: Array, *arrays: Array) -> Any:
        def step(i: Array, done: Any) -> Any:
            return jax.tree.map(lambda all, new: all.at[i].set(new), done, one(*(a[i] for a in arrays)))

        shapes = jax.eval_shape(one, *(a[0] for a in arrays))
        empty = jax.tree.map(lambda a: jnp.zeros((len(arrays[0]), *a.shape), a.dtype), shapes)
        return lax.fori_loop(0, count, step, empty)

    return jax.jit(mapped, compiler_options=compiler_options(lanes=False))


def threads() -> int:
    """Tiles in flight: one per core this process may use (one tile keeps one core busy), one on other devices.

    Raises: ValueError where ``BEAMWRIGHT_THREADS`` is no whole number from 1 to 1024.
    """
    given = os.environ.get(THREADS, "")
    if given:
        if not (given.isdigit() and 1 <= int(given) <= 1024):
            raise ValueError(f"{THREADS} must be a whole number from 1 to 1024, got {given!r}")
        return int(given)
    if jax.default_backend() != "cpu":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def lanes_per_tile(cached: int, flooded: int = 2048) -> int:
    """``cached`` lanes where a tile should stay in a core's cache (CPU), ``flooded`` where it should fill a device."""
    return cached if jax.default_backend() == "cpu" else flooded


def compiler_options(lanes: bool = True) -> dict[str, Any]:
    """For ``jax.jit`` on a CPU: full vectors (1.5x faster with AVX-512) and a third less to wait for the compiler, by
    cheaper passes and as many compilation units as cores.

    Args:    lanes, whether the program runs over lanes together. One lane after another is small arrays and many
             operations: without XLA's fusion emitters it compiles in three quarters of the time and runs as fast
             (cell-free), while lanes together run a third slower without them (robust NOMA-ISAC).
    """
    if jax.default_backend() != "cpu":
        return {}
    return {
        "xla_cpu_prefer_vector_width": 512,
        "xla_cpu_use_fusion_emitters": lanes,
        "xla_backend_optimization_level": 1,
        "xla_cpu_parallel_codegen_split_count": os.cpu_count() or 1,
    }
