"""``python -m benchmarks.overview <table> <line> ours|theirs``: the process that ``fresh.measure`` starts."""

import json
import os
import resource
import sys
from importlib import import_module

from benchmarks.overview import lines
from benchmarks.overview.fresh import FEW, Fresh
from benchmarks.timing import once, timed

PEERS = ("cvxpy", "clarabel", "pymanopt")
"""Packages that are imported before a peer's clock starts."""


def measured(table: str, index: int, side: str) -> Fresh:
    """One side of a line."""
    line = (lines.LINES if table == "overview" else lines.methods())[index]
    ours = side == "ours"
    for package in () if ours else PEERS:
        import_module(package)
    prepare = line.ours if ours else line.theirs
    one, few = prepare(1), prepare(FEW) if ours else None
    before = _resident_mib()
    first_s = once(one)[2]
    few_s = once(few)[2] if few else float("nan")
    per_drop_s = float("nan")
    if line.drops and ours:
        os.environ["BEAMWRIGHT_COMPILER"] = "full"  # who has a batch gets there by itself
        per_drop_s = timed(prepare(line.drops), line.drops)[1].cpu_s
    elif line.drops:
        per_drop_s = once(prepare(line.peer_drops))[2] / line.peer_drops
    return Fresh(first_s, few_s, per_drop_s, _resident_mib() - before)


def _resident_mib() -> float:
    """Peak so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), sys.argv[3])._asdict()))
