"""Any number of lanes through a function compiled for a few: pad, cut into tiles, compute side by side, join."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakKeyDictionary

import jax
import numpy as np

from beamwright.numerics.array_api import Tree
from beamwright.numerics.backend import threads
from beamwright.numerics.lane_programs import LaneProgram

_compiled: WeakKeyDictionary[Callable[..., Tree], set[tuple[object, ...]]] = WeakKeyDictionary()


def in_tiles(
    function: Callable[..., Tree] | LaneProgram, tile: int, *arrays: np.ndarray, counted: bool = False
) -> Tree:
    """``function`` on slices of the leading axis, results joined along it as NumPy arrays.

    function, a ``jax.jit`` or a ``LaneProgram``, maps arrays (tile, ...) to a pytree of arrays (tile, ...), each lane
    by itself. One size is ever compiled, whatever the batch, and a lane has the same bits in any batch and with any
    number of threads (of a ``LaneProgram``: as long as that is the same one). The last tile is filled up with the last
    lane. A ``counted`` function (see ``one_by_one``) is told how many lanes count, and gets about as many in every
    tile, so that no core waits for another.
    """
    lanes = len(arrays[0])
    tiles = -(-lanes // tile)
    if counted:
        tiles = min(lanes, threads() * -(-tiles // threads()))
        bounds = [lanes * i // tiles for i in range(tiles + 1)]
    else:
        bounds = [*range(0, lanes, tile), lanes]

    def compute(first: int) -> Tree:
        start, end = bounds[first], bounds[first + 1]
        index = np.minimum(np.arange(start, start + tile), lanes - 1)
        # handed over and fetched on purpose: nothing crosses to a device by the way (``jax.transfer_guard``)
        given = jax.device_put((*([end - start] if counted else []), *(a[index] for a in arrays)))
        return jax.tree.map(lambda a: a[: end - start], jax.device_get(program(*given)))

    waiting, parts = list(range(tiles)), []
    sizes = tuple((tile, *a.shape[1:], a.dtype) for a in arrays)
    program = function.chosen(tiles, sizes) if isinstance(function, LaneProgram) else function
    compiled = _compiled.setdefault(program, set())
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
