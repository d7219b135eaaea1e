"""Results of a run: tables on the terminal, a CSV with every measurement, a JSON with the machine, a figure."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from beamwright.records import write_bytes, write_json
from beamwright.report.style import COLOURS, MARKERS, PAGE_IN, render, styled
from benchmarks.protocol import Benchmark, Row, Tradeoff

# ----------------------------------------------------------------------------------------------------- table and files


def table(benchmark: Benchmark, rows: list[Row], facts: dict[str, Any]) -> pd.DataFrame:
    """One line per measurement, with ratios to ours in the same study, case and sizes, and the share of dgemm."""
    frame = pd.DataFrame([row.record() for row in rows])
    frame.insert(0, "system", benchmark.name)
    frame["whole_s"] = frame.assembly_s + frame.solve_s
    places = [(row.study, row.case, *row.sizes.items()) for row in rows]
    for ratio in benchmark.ratios:
        ours, own = frame.solver.isin(ratio.solvers), {}
        for place, seconds in reversed([(places[i], frame[ratio.time][i]) for i in frame.index[ours]]):
            own[place] = seconds
        times = frame[ratio.time] / [own.get(place, np.nan) for place in places]
        frame[f"times_{ratio.name}"] = times.where(frame.certified <= frame.certified[ours].any())
    frame["dgemm_share"] = frame.flops / frame.solve_s / (1e9 * facts["dgemm_gflops"])
    return frame


def save(folder: Path, benchmark: Benchmark, frame: pd.DataFrame, facts: dict[str, Any]) -> None:
    """``benchmarks-<system>.csv`` and ``.json`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / f"benchmarks-{benchmark.name}.csv", frame.to_csv(index=False).encode())
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    words = {"objective": benchmark.objective, "error": benchmark.error}
    write_json(folder / f"benchmarks-{benchmark.name}.json", {**facts, **words, "measurements": rows})


def save_figure(folder: Path, benchmark: Benchmark, figure: Figure) -> None:
    """``benchmarks-<system>.png`` and ``.pdf`` in ``folder``."""
    for kind in ("png", "pdf"):
        write_bytes(folder / f"benchmarks-{benchmark.name}.{kind}", render(figure, kind))


# ------------------------------------------------------------------------------------------------------------ terminal


def show(benchmark: Benchmark, frame: pd.DataFrame, facts: dict[str, Any], console: Console) -> None:
    """A table per study: every measurement of a comparison; of growth, time against the size."""
    console.print(f"{facts['processor']}, dgemm {facts['dgemm_gflops']:.1f} GFLOP/s, {facts['cores_used']} core(s)")
    console.print(f"Times: {facts['statistic']}; once: compilation and set-up. x: times longer than ours.")
    console.print(f"Objective: {benchmark.objective}. Error, least, median and most: {benchmark.error}.")
    for study, rows in frame.groupby("study", sort=False):
        shown = _growth if study in benchmark.axes else _comparison
        console.print()
        console.print(*shown(benchmark, str(study), rows), sep="\n")
    for note in benchmark.notes(frame):
        console.print(note)


def _comparison(benchmark: Benchmark, study: str, rows: pd.DataFrame) -> tuple[str, Table]:
    """Title, and every measurement."""
    known = [name for name in benchmark.axes if name != "batch" and rows[name].notna().any()]
    sizes = ", ".join(f"{name} {rows[name].iloc[0]:g}" for name in known)
    title = f"{benchmark.title}, {benchmark.studies[study]}"
    told = {name: texts for name, texts in _columns(benchmark, rows) if any(texts)}
    table = _empty(told)
    for line in zip(*told.values(), strict=True):
        table.add_row(*line)
    return f"{title}: {sizes}" if sizes else title, table


def _empty(columns: Iterable[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in columns:
        left = name in ("case", "solver")
        table.add_column(name, justify="left" if left else "right", no_wrap=left or name == "error")
    return table


def _columns(benchmark: Benchmark, rows: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """Heading and texts of every column; empty where there is nothing to tell."""
    yield "case", list(rows.case) if rows.case.nunique() > 1 else []
    yield "solver", list(rows.solver)
    yield "drops", [f"{row.drops // row.batch} x {row.batch}" for row in rows.itertuples()]
    yield "ms", [_number(1e3 * x) for x in rows.solve_s]
    yield "assembly ms", [_number(1e3 * x) if x > 0 else "" for x in rows.assembly_s]
    for ratio in benchmark.ratios:
        yield f"x {ratio.name}", [_number(x) for x in rows[f"times_{ratio.name}"]]
    yield "once s", [f"{x:.1f}" if x >= 0.05 else "" for x in rows.compile_s + rows.set_up_s]
    yield "objective", [_number(x, 4) for x in rows.objective]
    yield benchmark.bound, [_number(x, 4) for x in rows.bound] if benchmark.bound else []
    yield "error", [_errors(row) for row in rows.itertuples()]
    yield "violation", [_number(x, 1) for x in rows.violation]
    yield "failed", [str(n) if n else "" for n in rows.failed]
    yield "its", [_number(x) for x in rows.iterations]
    yield "dgemm", [f"{x:.1%}" if x > 0 else "" for x in rows.dgemm_share]


def _growth(benchmark: Benchmark, study: str, rows: pd.DataFrame) -> tuple[str, Table]:
    """Title; milliseconds per drop against the size, and how many times longer the largest takes than the smallest."""
    label = benchmark.axes[study].label.replace("$", "")
    wide = rows.pivot_table(index=["case", "solver"], columns=study, values=benchmark.time, sort=False)
    sizes, cases = sorted(wide.columns), rows.case.nunique() > 1
    columns = [*(["case"] if cases else []), "solver", *(f"{size:g}" for size in sizes), "last / first"]
    table = _empty(columns)
    for names, line in wide.iterrows():
        texts = [_number(1e3 * line[size]) for size in sizes]
        table.add_row(*names[0 if cases else 1 :], *texts, _number(line[sizes[-1]] / line[sizes[0]]))
    share = rows.dgemm_share.dropna()
    found = [f"{share.min():.1%} to {share.max():.1%} of dgemm"] if len(share) else []
    for name, column in (("largest error", rows.error_most), ("largest violation", rows.violation)):
        found += [f"{name} {column.max():.0e}"] if column.max() > 0 else []
    notes = f" ({', '.join(found)})" if found else ""
    return f"{benchmark.title}, ms per drop against {label}{notes}", table


def _errors(row: Any) -> str:
    """Three numbers, or one where they are the same."""
    three = [_number(x, 2 if abs(x) >= 0.01 else 1) for x in (row.error_least, row.error_median, row.error_most)]
    return three[0] if len(set(three)) == 1 else ", ".join(three)


def _number(value: float, digits: int = 3) -> str:
    return "" if pd.isna(value) else f"{value:.{digits}g}" if abs(value) < 1000 else f"{value:.0f}"


# -------------------------------------------------------------------------------------------------------------- figure


def draw(benchmark: Benchmark, frame: pd.DataFrame) -> Figure:
    """Objective against time, then time against every size."""
    layout = _layout(benchmark, frame)
    shown = frame[frame.study.isin({panel.study for row in layout for panel in row}) & (frame.solve_s > 0)]
    styles = {
        solver: {"color": COLOURS[i % len(COLOURS)], "marker": MARKERS[i % len(MARKERS)], "label": solver}
        for i, solver in enumerate(dict.fromkeys(shown.solver))
    }
    with styled():
        height = 2.1 * len(layout) + 0.2 * (1 + len(styles) // 3)
        figure, labels = Figure(figsize=(PAGE_IN, height), layout="constrained"), {}
        columns = int(np.lcm.reduce([len(row) for row in layout]))
        grid = figure.add_gridspec(len(layout), columns)
        for i, row in enumerate(layout):
            first, wide = None, columns // len(row)
            for j, panel in enumerate(row):
                ax = figure.add_subplot(grid[i, j * wide : (j + 1) * wide], sharey=first)
                draw_panel = _draw_tradeoff if isinstance(panel, Tradeoff) else _draw_growth
                draw_panel(ax, benchmark, frame[frame.study == panel.study], panel, styles)
                ax.set_title(panel.title, loc="left")
                ax.set_ylabel(ax.get_ylabel() if first is None else "")
                ax.tick_params(labelleft=first is None)
                labels |= {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
                first = first or ax
        figure.legend(labels.values(), labels.keys(), loc="outside lower center", ncols=3)
    return figure


class _Growth(NamedTuple):
    study: str
    case: str
    title: str


def _layout(benchmark: Benchmark, frame: pd.DataFrame) -> list[list[Tradeoff | _Growth]]:
    """Rows of panels: the trade-offs, then sizes side by side for every case; one size has its cases side by side.

    Where cases grow along sizes of their own, all that were measured follow each other, three in a row.
    """
    sizes = [study for study in benchmark.axes if study in set(frame.study)]
    cases = list(dict.fromkeys(frame[frame.study.isin(sizes)].case))
    met = [[study for study in sizes if ((frame.study == study) & (frame.case == case)).any()] for case in cases]
    titles = cases if len(cases) > 1 else [""] * len(cases)
    if len(sizes) > 1 and all(row == sizes for row in met):
        rows = [
            [_Growth(study, case, title if study == sizes[0] else "") for study in sizes]
            for case, title in zip(cases, titles, strict=True)
        ]
    else:
        panels = [_Growth(study, *name) for *name, row in zip(cases, titles, met, strict=True) for study in row]
        across = 3 if len(sizes) > 1 else max(len(panels), 1)
        rows = [panels[first : first + across] for first in range(0, len(panels), across)]
    return [row for row in (list(benchmark.tradeoffs), *rows) if row]


def _draw_growth(ax: Axes, benchmark: Benchmark, rows: pd.DataFrame, panel: _Growth, styles: dict[str, Any]) -> None:
    """Time per drop of every solver against one size."""
    study, rows = panel.study, rows[rows.case == panel.case]
    for solver, line in rows.groupby("solver", sort=False):
        line = line.sort_values(study)
        ax.plot(line[study], 1e3 * line[benchmark.time], **styles[str(solver)])
    label, log = benchmark.axes[study]
    ax.set_yscale("log")
    if log:
        ax.set_xscale("log", base=2)
    ticks = sorted(set(rows[study]))
    ax.set_xticks(ticks, [f"{size:g}" for size in ticks])
    ax.xaxis.minorticks_off()
    ax.set_xlabel(label)
    ax.set_ylabel("ms per drop")


def _draw_tradeoff(ax: Axes, benchmark: Benchmark, rows: pd.DataFrame, panel: Tradeoff, styles: dict[str, Any]) -> None:
    """Objective of every solver against its time, faint; what none of its quicker runs beats, joined by a line."""
    for solver, line in rows[rows.solve_s > 0].groupby("solver", sort=False):
        ms, objective = 1e3 * (line.solve_s + line.set_up_s / panel.drops).to_numpy(), line.objective.to_numpy()
        style = styles[str(solver)]
        ax.plot(ms, objective, ls="", alpha=0.35, **{**style, "label": None})
        order = np.argsort(ms)
        best = np.maximum.accumulate(objective[order])
        kept = order[np.concatenate([[True], best[1:] > best[:-1]])]
        ax.plot(ms[kept], objective[kept], **style)
    free = [f"{row.solver}: {row.objective:.1f}" for row in rows[rows.solve_s == 0].itertuples()]
    ax.text(0.98, 0.03, "\n".join(free), transform=ax.transAxes, ha="right")
    ax.margins(y=0.15)
    ax.set_xscale("log")
    ax.set_xlabel("ms per drop")
    ax.set_ylabel(benchmark.objective)
