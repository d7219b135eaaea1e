"""Panels with a row of values against another row: a trace over rounds, a gain along a line."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from beamwright.records import Line, Panel
from beamwright.report import statistics
from beamwright.report.curves import draw_band, fit_bands, line_label
from beamwright.report.data import Data
from beamwright.report.style import logarithmic

FEW = 12
"""Values up to which every one is marked, else so many of them."""


def draw_profiles(ax: Axes, data: Data, panel: Panel) -> pd.DataFrame:
    """Mean over drops of every entry with its 95 % band, at the first point of each curve; returns what was drawn.

    The row that says where must be the same for all drops.
    """
    tables = []
    for number, line in enumerate(panel.lines):
        if not data.table(line.curve, line.metric or panel.metric):
            continue  # still being computed
        table = _profile(data, panel, line)
        draw_band(ax, number, line, table, "x", every=-(-len(table) // FEW))
        tables.append(table)
    ax.set_xlabel(data.study.metric(panel.place[0]).title)
    ax.set_ylabel(data.study.metric(panel.metric).title)
    drawn = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame({"x": [], "value": []})
    if panel.axis_scale == "log" and logarithmic(drawn["x"]):
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
        ax.xaxis.set_minor_formatter(lambda x, _: f"{x:g}" if f"{x:e}"[0] in "25" else "")
    elif len(places := drawn["x"].unique()) <= FEW and np.all(places == np.round(places)):
        ax.set_xticks(places)  # a count: no halves
    if panel.scale == "log" and logarithmic(drawn["value"]):
        ax.set_yscale("log")
    if panel.limits is not None:
        ax.set_ylim(*panel.limits)
    elif tables:
        fit_bands(ax, drawn)
    if panel.shaded is not None:
        ax.axvspan(*panel.shaded, color="#dddddd", lw=0, zorder=0, label=panel.shaded_label)
    if panel.reference is not None:
        ax.axhline(panel.reference, color="#444444", lw=0.8, ls=(0, (2, 2)))
    return drawn


def _profile(data: Data, panel: Panel, line: Line) -> pd.DataFrame:
    metric = line.metric or panel.metric
    values = _values(data, line.curve, metric)
    limits = data.study.metric(metric).least, data.study.metric(metric).most
    estimates = [statistics.mean(column[~np.isnan(column)]).within(*limits) for column in values.T]
    return pd.DataFrame(
        {
            "curve": line.curve, "label": line_label(data, line), "metric": metric,
            "x": _values(data, line.curve, panel.place[0])[0], "value": [e.value for e in estimates],
            "low": [e.low for e in estimates], "high": [e.high for e in estimates],
            "drops": np.count_nonzero(~np.isnan(values), axis=0),
        }
    )  # fmt: skip


def _values(data: Data, curve: str, metric: str) -> np.ndarray:
    """(drops, entries) at the first point."""
    return next(iter(data.table(curve, metric).values())).to_numpy(float)
