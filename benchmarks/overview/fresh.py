"""Measurement of one side in a process of its own: its first answers, the time of later ones, memory.

CPU seconds, which are wall seconds of a quiet core as long as ``one_thread`` was called here: the process inherits it.
What is imported before the first call is not in them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
FEW = 20
"""Drops of the second first answer."""
LIMIT_S = 900.0


class Fresh(NamedTuple):
    """What one process took."""

    first_s: float
    """One drop, everything compiled for it."""
    few_s: float
    """Then ``FEW`` drops."""
    per_drop_s: float
    """Of a batch, the median of calls once compiled in full; of a peer, drop after drop. NaN for first answers only."""
    memory_mib: float
    """Peak of what was resident beyond what imports had taken."""


def measure(table: str, index: int, side: str) -> Fresh:
    """One side of a line of a table, in a process without programs of earlier ones.

    Raises: RuntimeError with the end of what it wrote, where it failed or took longer than ``LIMIT_S``.
    """
    kept = {name: value for name, value in os.environ.items() if name != "BEAMWRIGHT_COMPILER"}
    kept["BEAMWRIGHT_CACHE_DIR"] = "off"
    command = [sys.executable, "-m", "benchmarks.overview", table, str(index), side]
    try:
        done = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"more than {LIMIT_S:g} s") from None
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}")
    return Fresh(**json.loads(done.stdout.splitlines()[-1]))
