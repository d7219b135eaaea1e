"""Panels with the distribution of a metric: density and cumulative, with exact worst cases and thresholds marked."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from beamwright.records import Line, Panel
from beamwright.report.curves import line_label
from beamwright.report.data import Data
from beamwright.report.style import COLOURS, DASHES, MARKERS

_BINS = 60
_STEPS = 400
"""Steps of a staircase at most: one per value up to so many."""


def draw_distribution(ax: Axes, data: Data, panel: Panel) -> pd.DataFrame:
    """Draw a density (histogram of unit area) or a cumulative distribution over all drops and samples.

    Returns one row per line and abscissa, for the CSV; a mark's rows give its least value over drops.
    """
    drawn = [(number, line, _pooled(data, line, panel.metric)) for number, line in enumerate(panel.lines)]
    everything = np.concatenate([values for *_, values in drawn]) if drawn else np.zeros(0)
    edges = np.histogram_bin_edges(everything, _BINS) if len(everything) else np.linspace(0, 1, 2)
    rows = []
    for number, line, values in drawn:
        if not len(values):
            continue
        colour = COLOURS[(number if line.colour is None else line.colour) % len(COLOURS)]
        name = line_label(data, line)
        if panel.kind == "density":
            density, _ = np.histogram(values, edges, density=True)
            x, y = (edges[1:] + edges[:-1]) / 2, density
            ax.stairs(density, edges, color=colour, fill=True, alpha=0.25)
            ax.stairs(density, edges, color=colour, ls=DASHES[line.dash % len(DASHES)], lw=1.1, label=name)
        else:
            x, y = _staircase(values)
            ax.step(x, y, where="post", color=colour, ls=DASHES[line.dash % len(DASHES)], label=name)
        drops = max(len(table) for table in data.table(line.curve, panel.metric).values())
        labels = {"curve": line.curve, "label": name, "metric": panel.metric, "drops": drops}
        rows += [{**labels, "x": a, "y": b} for a, b in zip(x, y, strict=True)]
        rows += _draw_marks(ax, data, panel, number, line, colour)
    if panel.reference is not None:
        ax.axvline(panel.reference, color="#444444", lw=0.8, ls=(0, (2, 2)))
    ax.set_xlabel(data.study.metric(panel.metric).title)
    ax.set_ylabel("Probability density" if panel.kind == "density" else "Cumulative probability")
    if panel.scale == "log" and rows:
        ax.set_yscale("log")
    if panel.scale == "linear":
        ax.set_ylim(bottom=0 if panel.kind == "density" else -0.02)
    return pd.DataFrame(rows, columns=["curve", "label", "metric", "drops", "x", "y"])


def _staircase(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values in order and the share of all that each reaches, from (least, 0): a step per value, at most 400."""
    share = np.linspace(0, 1, min(len(values), _STEPS) + 1)
    return np.quantile(values, share, method="inverted_cdf"), share


def _pooled(data: Data, line: Line, metric: str) -> np.ndarray:
    tables = data.table(line.curve, metric).values()
    values = np.concatenate([table.to_numpy().ravel() for table in tables]) if tables else np.zeros(0)
    return values[np.isfinite(values)]


def _draw_marks(ax: Axes, data: Data, panel: Panel, number: int, line: Line, colour: str) -> list[dict]:
    """A rug of each drop's value of the marked metrics on the abscissa."""
    rows = []
    for name in panel.marks:
        values = _pooled(data, line, name)
        if not len(values):
            continue
        height = 0.02 + 0.035 * number
        label = f"{line_label(data, line)}: {data.study.metric(name).label.lower()}"
        ax.plot(
            values,
            np.full(len(values), height),
            ls="none",
            marker=MARKERS[(number + 2) % len(MARKERS)],
            ms=3,
            mfc="none",
            mew=0.7,
            color=colour,
            label=label,
            transform=ax.get_xaxis_transform(),
        )
        rows.append({"curve": line.curve, "label": label, "metric": name, "x": float(values.min()), "y": 0.0})
    return rows
