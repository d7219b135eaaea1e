"""The overview: every line in fresh processes, one table, the history of its ratios, failure where one fell."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from beamwright.records import write_bytes
from benchmarks.overview import fresh, history
from benchmarks.overview.lines import LINES, Line, methods

OVERVIEW, METHODS = "overview", "methods"
"""Tables: ours beside peers, and the first answer of every method."""


def run(name: str, facts: dict[str, Any], out: Path, console: Console) -> bool:
    """Measure, print, save; whether all lines were measured and no ratio fell."""
    lines = LINES if name == OVERVIEW else methods()
    rows, failed = [], []
    for index, line in enumerate(lines):
        rows.append(_measured(name, index, line, failed))
        console.print(f"{name} {len(rows)} of {len(lines)}: {line.name}", highlight=False, soft_wrap=True)
        out.mkdir(parents=True, exist_ok=True)
        write_bytes(out / f"benchmarks-{name}.csv", pd.DataFrame(rows).to_csv(index=False).encode())
    console.print(_table(rows))
    console.print(
        "CPU seconds on one core, imports not counted; memory beyond what they take. x: times longer than ours."
    )
    console.print(f"Written: {out}/benchmarks-{name}.csv")
    for text in failed:
        console.print(f"[bold red]FAILED[/] {text}", highlight=False, soft_wrap=True)
    as_fast = name != OVERVIEW or _as_fast_as_ever(lines, rows, facts, console)
    return as_fast and not failed


def _measured(name: str, index: int, line: Line, failed: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"system": line.system, "case": line.case, "drops": line.drops, "peer": line.peer}
    for side in ("ours", *(["theirs"] if line.theirs else [])):
        try:
            found = fresh.measure(name, index, side)._asdict()
        except RuntimeError as error:
            failed.append(f"{line.name}, {side}: {error}")
            continue
        row |= {f"{side}_{what}": value for what, value in found.items()}
    row["ratio"] = row.get("theirs_per_drop_s", np.nan) / row.get("ours_per_drop_s", np.nan)
    return row


def _as_fast_as_ever(
    lines: tuple[Line, ...], rows: list[dict[str, Any]], facts: dict[str, Any], console: Console
) -> bool:
    """Whether no ratio fell; this run is remembered, lines that failed left out."""
    ratios = {line.name: row["ratio"] for line, row in zip(lines, rows, strict=True) if np.isfinite(row["ratio"])}
    path = history.file()
    earlier = history.remembered(path, facts["processor"])
    history.remember(path, facts | {"when": datetime.datetime.now(datetime.UTC).isoformat()}, ratios)
    console.print(f"History: {len(earlier)} earlier runs on this processor in {path}", soft_wrap=True)
    fell = history.fallen(earlier, ratios)
    for name, usual in fell.items():
        console.print(
            f"[bold red]SLOWER[/] {name}: {ratios[name]:.3g} times the peer's speed, {usual:.3g} in earlier runs",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
    return not fell


def _table(rows: list[dict[str, Any]]) -> Table:
    """Columns that no line fills are left out."""
    columns = {
        "system": [row["system"] for row in rows],
        "case": [row["case"] for row in rows],
        "first s": [_number(row, "ours_first_s") for row in rows],
        f"first {fresh.FEW} s": [_number(row, "ours_few_s") for row in rows],
        "drops": [str(row["drops"] or "") for row in rows],
        "ms a drop": [_number(row, "ours_per_drop_s", 1e3) for row in rows],
        "MiB": [_number(row, "ours_memory_mib") for row in rows],
        "peer": [row["peer"] for row in rows],
        "its first s": [_number(row, "theirs_first_s") for row in rows],
        "its ms": [_number(row, "theirs_per_drop_s", 1e3) for row in rows],
        "x": [_number(row, "ratio") for row in rows],
    }
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    shown = {name: texts for name, texts in columns.items() if any(texts)}
    for name in shown:
        left = name in ("system", "case", "peer")
        table.add_column(name, justify="left" if left else "right", no_wrap=left)
    for texts in zip(*shown.values(), strict=True):
        table.add_row(*texts)
    return table


def _number(row: dict[str, Any], name: str, factor: float = 1.0) -> str:
    value = factor * row.get(name, np.nan)
    return "" if np.isnan(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
