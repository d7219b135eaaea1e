"""What a run leaves behind: tables on the terminal, a CSV with every measurement, a JSON with the machine, a figure."""

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from beamwright.records import versions, write_bytes, write_json
from beamwright.records.provenance import git_commit
from beamwright.report.style import COLOURS, MARKERS, PAGE_IN, render, styled

AXES = {"antennas": "antennas N", "users": "users K", "targets": "targets M", "batch": "batch of drops"}


def machine(dgemm_per_second: float, all_cores: bool = False) -> dict[str, Any]:
    """What the numbers depend on."""
    peers = {name: metadata.version(name) for name in ("cvxpy", "clarabel", "scs", "pymanopt")}
    return {
        "processor": _processor(),
        "cores_used": os.cpu_count() if all_cores else 1,
        "dgemm_gflops": dgemm_per_second / 1e9,
        "versions": versions() | peers,
        "commit": git_commit(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def save(folder: Path, measurements: pd.DataFrame, facts: dict[str, Any], name: str = "benchmarks") -> None:
    """``name``.csv and ``name``.json in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / f"{name}.csv", measurements.to_csv(index=False).encode())
    rows = measurements.astype(object).where(measurements.notna(), None).to_dict("records")
    write_json(folder / f"{name}.json", {**facts, "measurements": rows})


def save_figure(folder: Path, figure: Figure, name: str = "benchmarks") -> None:
    """``name``.png and ``name``.pdf in ``folder``."""
    for kind in ("png", "pdf"):
        write_bytes(folder / f"{name}.{kind}", render(figure, kind))


def show(measurements: pd.DataFrame, facts: dict[str, Any], console: Console) -> None:
    """The comparison and the growth tables."""
    console.print(f"{facts['processor']}, one core, dgemm {facts['dgemm_gflops']:.1f} GFLOP/s")
    for (study, case), rows in measurements.groupby(["study", "case"], sort=False):
        console.print(_comparison(str(case), rows) if study == "compare" else _growth(str(study), str(case), rows))


def _comparison(case: str, rows: pd.DataFrame) -> Table:
    first = rows.iloc[0]
    title = f"{case}: N={first.antennas}, K={first.users}, M={first.targets}"
    table = Table(title=title, title_justify="left", caption_justify="left")
    table.caption = (
        "CPU time per drop; x: how many times slower than our relaxation and than our whole certified design"
    )
    for name in ("solver", "drops", "ms", "x relax.", "x design", "set-up s", "assembly ms", "error", "violation"):
        table.add_column(name, justify="left" if name == "solver" else "right")
    for column in ("failed", "share of dgemm"):
        table.add_column(column, justify="right")
    for row in rows.itertuples():
        table.add_row(
            row.solver,
            str(row.drops),
            _number(1e3 * row.seconds),
            _number(row.times_relaxation),
            _number(row.times_design),
            f"{row.setup_seconds:.2f}" if row.setup_seconds > 1e-3 else "",
            _number(1e3 * row.assembly_seconds) if row.assembly_seconds else "",
            f"{row.objective_error:.0e}",
            f"{row.violation:.0e}",
            str(row.failed),
            f"{row.dgemm_share:.1%}" if row.dgemm_share > 0 else "",
        )
    return table


def _growth(study: str, case: str, rows: pd.DataFrame) -> Table:
    table = Table(title=f"{case}: CPU ms per drop against {AXES[study]}", title_justify="left")
    wide = rows.pivot_table(index="solver", columns=study, values="seconds", sort=False, aggfunc="first")
    table.add_column("solver")
    for value in sorted(wide.columns):
        table.add_column(str(value), justify="right")
    for solver, line in wide.iterrows():
        table.add_row(str(solver), *(_number(1e3 * line[value]) for value in sorted(wide.columns)))
    return table


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def draw(measurements: pd.DataFrame) -> Figure:
    """Time per drop against each axis, a row of panels per case."""
    cases = list(dict.fromkeys(measurements.case))
    studies = [name for name in AXES if name in set(measurements.study)]
    solvers = list(dict.fromkeys(measurements.solver))
    with styled():
        figure = Figure(figsize=(PAGE_IN, 2.1 * len(cases) + 0.6), layout="constrained")
        panels = figure.subplots(len(cases), len(studies), squeeze=False, sharey="row")
        for i, case in enumerate(cases):
            for j, study in enumerate(studies):
                rows = measurements[(measurements.study == study) & (measurements.case == case)]
                axes = panels[i, j]
                for n, solver in enumerate(solvers):
                    line = rows[rows.solver == solver].sort_values(study)
                    style = {"color": COLOURS[n % len(COLOURS)], "marker": MARKERS[n % len(MARKERS)]}
                    axes.plot(line[study], 1e3 * line.seconds, label=solver, **style)
                if len(rows):
                    axes.set_yscale("log")
                if len(rows) and study in ("antennas", "batch"):
                    axes.set_xscale("log", base=2)
                axes.set_xlabel(AXES[study])
            panels[i, 0].set_ylabel(f"{case}: CPU ms per drop")
        handles, labels = panels[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure
