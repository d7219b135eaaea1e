"""Facts that the numbers depend on: the machine, its rate of floating-point operations, versions."""

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from beamwright.records import versions
from beamwright.records.provenance import git_commit
from benchmarks.timing import STATISTIC, timed

PEERS = ("cvxpy", "clarabel", "scs", "pymanopt", "stable-baselines3")


def facts(all_cores: bool = False) -> dict[str, Any]:
    """Processor, cores, floating-point rate, what times are, versions of everybody who takes part, commit."""
    return {
        "processor": _processor(),
        "cores_used": os.cpu_count() if all_cores else 1,
        "dgemm_gflops": dgemm_rate() / 1e9,
        "statistic": STATISTIC,
        "versions": versions() | dict(_installed()),
        "commit": git_commit(),
    }


def dgemm_rate(size: int = 1024) -> float:
    """Floating-point operations per second of NumPy's double-precision matrix product."""
    a, b = np.random.default_rng(0).standard_normal((2, size, size))
    return 2 * size**3 / timed(lambda: a @ b)[1].solve_s


def _installed() -> list[tuple[str, str]]:
    found = []
    for name in PEERS:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
