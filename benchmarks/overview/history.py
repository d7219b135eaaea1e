"""Ratios of earlier runs on this machine, in a file outside the repository; what fell since is said.

``$XDG_STATE_HOME/beamwright/benchmarks.jsonl`` (``~/.local/state/...``): a line per run.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

RUNS = 5
"""Earlier runs whose median a ratio is held against."""
FALL = 0.3
"""A ratio that fell by more fails the run."""


def file() -> Path:
    """Where the history is kept."""
    root = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(root) / "beamwright" / "benchmarks.jsonl"


def remembered(path: Path, processor: str) -> list[Mapping[str, float]]:
    """Ratios, by line, of the runs on this kind of processor, oldest first; a torn line counts for nothing."""
    found = []
    for text in path.read_text().splitlines() if path.exists() else []:
        try:
            run = json.loads(text)
        except ValueError:
            continue
        if run["processor"] == processor:
            found.append(run["ratios"])
    return found


def remember(path: Path, facts: Mapping[str, Any], ratios: Mapping[str, float]) -> None:
    """One line more."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as out:
        out.write(json.dumps({**facts, "ratios": dict(ratios)}) + "\n")


def fallen(earlier: list[Mapping[str, float]], ratios: Mapping[str, float]) -> dict[str, float]:
    """Median of the last ``RUNS`` ratios of every line that is now lower than that by more than ``FALL``."""
    usual = {name: np.median([run[name] for run in earlier if name in run][-RUNS:] or [np.nan]) for name in ratios}
    return {name: float(usual[name]) for name, now in ratios.items() if now < (1 - FALL) * usual[name]}
