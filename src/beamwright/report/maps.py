"""Panels that show a metric over places: one drop, one map."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable

from beamwright.records import Mark, Panel
from beamwright.report.data import Data

SIGNS = ("*", "^", "s", "D")
"""Signs of what is marked beside the users."""


def draw_map(ax: Axes, data: Data, panel: Panel) -> pd.DataFrame:
    """Draw the first drop of the panel's first line; returns place and value of every point, for the CSV.

    Places on a full grid become an image, others a scatter. Nothing is drawn of a drop that has no usable value yet.
    """
    curve = panel.lines[0].curve
    ax.set_xlabel(data.study.metric(panel.place[0]).title)
    ax.set_ylabel(data.study.metric(panel.place[1]).title)
    x, y, value = (_values(data, curve, name) for name in (*panel.place, panel.metric))
    finite = value[np.isfinite(value)]
    if not finite.size:
        return pd.DataFrame({"curve": [], "metric": [], "x": [], "y": [], "value": []})
    low, high = panel.limits or (float(finite.min()), float(finite.max()))
    columns, rows = np.unique(x), np.unique(y)
    if len(columns) * len(rows) == len(value):
        image = np.full((len(rows), len(columns)), np.nan)
        image[np.searchsorted(rows, y), np.searchsorted(columns, x)] = value
        shown: ScalarMappable = ax.pcolormesh(
            columns, rows, image, vmin=low, vmax=high, cmap="viridis", rasterized=True
        )
    else:
        shown = ax.scatter(x, y, c=value, s=6, vmin=low, vmax=high, cmap="viridis")
    if panel.marks:
        _mark(ax, data, curve, Mark(place=(panel.marks[0], panel.marks[1]), label=panel.marks_label), "o")
    for mark, sign in zip(panel.more_marks, SIGNS, strict=False):
        _mark(ax, data, curve, mark, sign)
    ax.set_aspect("equal")
    ax.grid(False)
    ends = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    beyond = ends[bool((value < low).any()), bool((value > high).any())]
    ax.figure.colorbar(shown, ax=ax, label=data.study.metric(panel.metric).title, extend=beyond, shrink=0.9)
    return pd.DataFrame({"curve": curve, "metric": panel.metric, "x": x, "y": y, "value": value})


def _mark(ax: Axes, data: Data, curve: str, mark: Mark, sign: str) -> None:
    place, size = [_values(data, curve, name) for name in mark.place], 8 if sign == "*" else 4.5
    ax.plot(*place, ls="none", marker=sign, ms=size, mfc="white", mec="black", mew=0.8, label=mark.label)


def _values(data: Data, curve: str, metric: str) -> np.ndarray:
    """All values of the first drop at the first point; none where there is no drop."""
    tables = list(data.table(curve, metric).values())
    return tables[0].iloc[0].to_numpy(float) if tables else np.zeros(0)
