"""Programs over lanes together, compiled twice: cheaply for the first tiles, in full once those would have paid for it.

Plain code without fusion is ready three to four times as soon and runs at a half to a fifth of the speed. Whoever has
one channel of a new size waits for the cheap program alone; whoever has thousands waits for the full one alone. Both
are the same source and agree to the accuracy of a solver, not to the last bit.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jax

from beamwright.core import compiler_options

COMPILER = "BEAMWRIGHT_COMPILER"
"""Environment variable: ``auto``, or ``quick`` or ``full`` for programs of one kind throughout."""
QUICK_TILES = 64
"""Tiles after which a full program would have been ready and ahead, by its costs: robust NOMA-ISAC 55, nominal 170 (of
32 lanes)."""

_in_full: ContextVar[bool] = ContextVar("_in_full", default=False)
_used: set[str] = set()


class LaneProgram:
    """A function of arrays, lanes together, compiled quickly at first; ``in_tiles`` asks which program to run."""

    def __init__(self, function: Callable[..., Any], quick_tiles: int = QUICK_TILES) -> None:
        """Nothing is compiled yet; the device is asked for when a program is."""
        self._function, self._quick_tiles = function, quick_tiles
        self._programs: dict[str, Callable[..., Any]] = {}
        self._tiles: Counter[tuple[object, ...]] = Counter()

    def chosen(self, tiles: int, sizes: tuple[object, ...]) -> Callable[..., Any]:
        """The program for the next tiles of these sizes; their number counts.

        Raises: ValueError naming ``BEAMWRIGHT_COMPILER`` where that is set to anything else than it may be.
        """
        asked = os.environ.get(COMPILER) or "auto"
        if asked not in ("auto", "quick", "full"):
            raise ValueError(f"{COMPILER} must be auto, quick or full, got {asked!r}")
        self._tiles[sizes] += tiles
        if asked == "auto":
            quick = self._tiles[sizes] <= self._quick_tiles and not _in_full.get() and jax.default_backend() == "cpu"
            asked = "quick" if quick else "full"
        _used.add(asked)
        if asked not in self._programs:
            self._programs[asked] = jax.jit(self._function, compiler_options=compiler_options(quick=asked == "quick"))
        return self._programs[asked]


@contextmanager
def in_full() -> Iterator[None]:
    """Full programs, whatever the number of tiles: the same bits in any batch, as records need them.

    Only ``BEAMWRIGHT_COMPILER=quick`` has its way, throughout.
    """
    before = _in_full.set(True)
    try:
        yield
    finally:
        _in_full.reset(before)


def programs_used() -> list[str]:
    """Kinds of programs over lanes that this process has run so far: ``full``, ``quick``."""
    return sorted(_used)
