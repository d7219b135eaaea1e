"""Settings for the device at hand: threads, lanes per tile."""

import os

import jax

THREADS = "BEAMWRIGHT_THREADS"
"""Environment variable: how many tiles are computed at a time, instead of one per core of this process."""


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
