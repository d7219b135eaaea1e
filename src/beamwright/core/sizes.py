"""Memory limits, checked before anything is allocated.

A system states what its draws and methods need in bytes, from the sizes of their largest arrays: a floor, not a
measurement. What needs more than the limit is refused with the size it would need.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from beamwright.core.checks import require
from beamwright.core.ranges import as_numbers, brief

MEMORY = "BEAMWRIGHT_MEMORY_GB"
"""Environment variable: the limit in gigabytes, instead of a share of what the machine has."""
SHARE = 0.8
"""Share of the machine's memory (or of what its container may use) that a call may need."""
COMPLEX, REAL = 16, 8
"""Bytes of a number."""
MOST_DROPS = 2**32 - 1
"""Drop i owns ``fold_in(key, i)``, which counts so far."""
_UNKNOWN = 16e9
_CONTAINER = Path("/sys/fs/cgroup/memory.max")


def require_memory(need: float, **sizes: int) -> None:
    """Refuse sizes whose product does not fit.

    Raises: ValueError naming the sizes, the memory they need and the limit.
    """
    limit = memory_limit()
    if need > limit:
        which = " x ".join(f"{name} {value}" for name, value in sizes.items())
        raise ValueError(
            f"{which} must fit into memory: at least {_gigabytes(need)} of {_gigabytes(limit)} that may be used. "
            f"Ask for less at a time, or set {MEMORY}"
        )


def whole(options: Mapping[str, object], name: str, default: int) -> int:
    """The whole number that an option holds, in any form that ``as_numbers`` reads; the default where it holds none."""
    value = as_numbers(options.get(name, default))
    return default if value is None or value.ndim or not np.isfinite(value) else int(value)


def require_drops(drops: int, first: int = 0) -> None:
    """Raise ValueError naming ``drops`` or ``first`` unless they are numbers of drops that a key can count."""
    for name, value in (("drops", drops), ("first", first)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        require(whole, name, "be a whole number", brief(value))
        require(value >= 0, name, "be >= 0", brief(value))
    require(
        int(drops) + int(first) <= MOST_DROPS,
        "drops",
        f"end at drop {MOST_DROPS} at most",
        brief(int(drops) + int(first)),
    )


def memory_limit() -> float:
    """Bytes that a call may need: ``BEAMWRIGHT_MEMORY_GB``, else a share of the machine's memory."""
    given = os.environ.get(MEMORY, "").strip()
    if given:
        try:
            limit = 1e9 * float(given)
        except ValueError:
            limit = 0.0
        require(limit > 0, MEMORY, "be a number of gigabytes > 0", brief(given))
        return limit
    return SHARE * _machine()


def _machine() -> float:
    """Physical memory, or less where a container is given less."""
    try:
        physical = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, OSError, ValueError):
        physical = _UNKNOWN
    try:
        container = float(_CONTAINER.read_text())
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        container = physical
    return min(physical, container)


def _gigabytes(need: float) -> str:
    return f"{need / 1e9:,.0f} GB" if need > 1e11 else f"{need / 1e9:.3g} GB"
