"""How calls that compile at first are timed."""

import time
from collections.abc import Callable
from typing import Any


def timed(call: Callable[[], Any], repeats: int = 3) -> tuple[Any, float, float]:
    """Result, seconds of the best of some calls (the machine is shared), and what the first took beyond that."""
    tick = time.perf_counter()
    found = call()
    first, spent = time.perf_counter() - tick, []
    for _ in range(repeats):
        tick = time.perf_counter()
        found = call()
        spent.append(time.perf_counter() - tick)
    return found, min(spent), max(first - min(spent), 0.0)
