"""Panels with a quantity against an axis: means, medians, shares, and how often one curve beats another."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from beamwright.records import Line, Panel
from beamwright.report import statistics
from beamwright.report.data import Data, on_common_drops
from beamwright.report.style import COLOURS, DASHES, MARKERS, logarithmic

HOLLOW = "hollow: most designs miss a demand"
"""Note in the legend on markers that are."""
SHIFT = 3
"""Markers between lines of one colour and different dashes."""
BAND_DROPS = 4
"""Drops from which a band of confidence is drawn: that of two is 13 standard errors wide either way."""


def draw_curves(ax: Axes, data: Data, panel: Panel) -> pd.DataFrame:
    """Draw the panel; returns what was drawn, one row per line and point, for the CSV."""
    summary = curve_summary(data, panel) if panel.kind == "curves" else versus_summary(data, panel)
    for number, line in enumerate(panel.lines):
        rows = summary[summary["line"] == number]
        hollow = panel.kind == "curves" and panel.statistic != "share" and _outcome(data, panel, line)
        rows = rows if panel.bands else rows.assign(low=np.nan, high=np.nan)
        draw_band(ax, number, line, rows, panel.axis, hollow=hollow)
    ax.set_xlabel(data.study.axis(panel.axis).title)
    if panel.axis_scale == "log" and logarithmic(summary[panel.axis]):
        _mark_points(ax, summary[panel.axis].unique())
    if panel.kind == "wins" or panel.statistic == "share":
        ax.set_ylim(-0.03, 1.03)
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        ax.set_ylabel("Share of channels")
    elif panel.kind == "gain":
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        label = data.study.metric(panel.metric).label
        what = "Saving in" if panel.better == "lower" else "Gain in"
        ax.set_ylabel(f"{what} {label[0].lower()}{label[1:]}")
    else:
        if panel.scale == "log" and logarithmic(summary["value"]):
            ax.set_yscale("log")
        ax.set_ylabel(panel.label or data.study.metric(panel.metric).title)
        fit_bands(ax, summary)
        _widen(ax, summary["value"].to_numpy(float), panel.least_span)
        if panel.limits is not None:
            ax.set_ylim(*panel.limits)
        if (
            ax.get_yscale() == "log" and np.divide(*ax.get_ylim()[::-1]) < 100
        ):  # few powers of ten: plain numbers read better
            ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
            ax.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "1246" else "")
    if panel.reference is not None:
        ax.axhline(panel.reference, color="#444444", lw=0.8, ls=(0, (2, 2)))
    return summary.drop(columns="line")


def line_label(data: Data, line: Line) -> str:
    """Label of a line in the legend."""
    return line.label or data.study.curve(line.curve).label


def curve_summary(data: Data, panel: Panel) -> pd.DataFrame:
    """Mean, median or share with its interval at every point; means and medians over common drops if the panel asks."""
    tables = [data.scalar(line.curve, line.metric or panel.metric) for line in panel.lines]
    if panel.common and not data.study.metric(panel.metric).every_status:
        tables = on_common_drops(tables)
    rows = []
    for number, (line, table) in enumerate(zip(panel.lines, tables, strict=True)):
        metric = data.study.metric(line.metric or panel.metric)
        usable = data.usable_share(line.curve, metric.name)
        for point in table.columns:
            row = _summarise(table[point].dropna().to_numpy(), panel.statistic, metric.least, metric.most)
            rows.append({**_labels(data, number, line, panel, point), **row, "unusable": 1 - usable[point]})
    return pd.DataFrame(rows, columns=[*_columns(data), *_summarise(np.zeros(2), panel.statistic), "unusable"])


def versus_summary(data: Data, panel: Panel) -> pd.DataFrame:
    """One curve against another, drop by drop: the share it wins by more than the tolerance, or its mean saving.

    The saving is relative to the other curve, (other - ours) / other; where higher is better, (ours - other) / other.
    """
    rows = []
    for number, line in enumerate(panel.lines):
        ours, other = (data.scalar(name, panel.metric) for name in (line.curve, line.versus or line.curve))
        for point in [point for point in ours.columns if point in other.columns]:
            pair = pd.concat([ours[point], other[point]], axis=1).dropna().to_numpy()
            gain = (pair[:, 1] - pair[:, 0]) * (1 if panel.better == "lower" else -1)
            margin = panel.tolerance * np.abs(pair).max(axis=1, initial=0)
            if panel.kind == "wins":
                estimate = statistics.share(int((gain > margin).sum()), len(pair))
            else:
                estimate = statistics.mean(gain / np.abs(pair[:, 1]))
            ties = float((np.abs(gain) <= margin).mean()) if len(pair) else np.nan
            row = {**estimate._asdict(), "ties": ties, "drops": len(pair)}
            rows.append({**_labels(data, number, line, panel, point), **row})
    return pd.DataFrame(rows, columns=[*_columns(data), "value", "low", "high", "ties", "drops"])


def _columns(data: Data) -> list[str]:
    return ["line", "curve", "label", "mode", "metric", "statistic", *data.axes]


def _labels(data: Data, number: int, line: Line, panel: Panel, point: tuple[float, ...]) -> dict:
    curve = data.study.curve(line.curve)
    statistic = panel.statistic if panel.kind == "curves" else f"{panel.kind} over {line.versus}"
    names = [number, line.curve, line_label(data, line), curve.mode, line.metric or panel.metric, statistic]
    return dict(zip(_columns(data), [*names, *point], strict=True))


def _summarise(
    values: np.ndarray, statistic: str, least: float | None = None, most: float | None = None
) -> dict[str, float]:
    if statistic == "share":
        estimate = statistics.share(int((values > 0.5).sum()), len(values))
    else:
        estimate = statistics.mean(values) if statistic == "mean" else statistics.median(values)
        estimate = estimate.within(least, most)
    row = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    if statistic != "share":
        empty = not len(values)
        q25, q75 = (np.nan, np.nan) if empty else np.quantile(values, [0.25, 0.75])
        row |= {"std": float(np.std(values, ddof=1)) if len(values) > 1 else np.nan, "q25": q25, "q75": q75}
    return row | {"drops": len(values)}


def _mark_points(ax: Axes, points: np.ndarray) -> None:
    """A logarithmic axis, linear next to a point at zero; a tick at every point of few, at powers of ten of many."""
    if points.min() < 0:
        return
    if points.min() == 0:
        ax.set_xscale("symlog", linthresh=points[points > 0].min(), linscale=0.5)
    else:
        ax.set_xscale("log")
    if len(points) <= 7:
        ax.set_xticks(points, [f"{point:g}" for point in points])
        ax.set_xticks([], minor=True)


def _widen(ax: Axes, values: np.ndarray, least_span: float) -> None:
    """A quantity that hardly varies looks constant: the axis spans at least 2 % of it, or what the panel asks."""
    values = values[np.isfinite(values)]
    if ax.get_yscale() == "log" or not len(values):
        return
    middle = (values.max() + values.min()) / 2
    span, (low, high) = max(0.02 * abs(middle), least_span), ax.get_ylim()
    if high - low < span:
        ax.set_ylim(middle - span / 2, middle + span / 2)
    ax.ticklabel_format(axis="y", useOffset=False)


def _outcome(data: Data, panel: Panel, line: Line) -> bool:
    """Whether designs that are not usable count in the line."""
    return data.study.metric(line.metric or panel.metric).every_status


def draw_band(
    ax: Axes, number: int, line: Line, rows: pd.DataFrame, along: str, every: int = 1, hollow: bool = False
) -> None:
    """A line in its colour, dash and marker, with what is between ``low`` and ``high`` where drops are not too few.

    Markers at one of ``every`` values, each line's at others; a line that is given its colour has its marker by it, the
    same in every panel. Hollow are markers of points where most designs are not usable (column ``unusable``), if asked.
    """
    if rows.empty:
        return
    given = number if line.colour is None else line.colour
    place = number if line.colour is None else line.colour + SHIFT * line.dash
    colour, marker = COLOURS[given % len(COLOURS)], MARKERS[place % len(MARKERS)]
    x, y, low, high = (rows[name].to_numpy(float) for name in (along, "value", "low", "high"))
    style: dict[str, Any] = {"color": colour, "marker": marker, "markevery": (2 * number % every, every)}
    ax.plot(x, y, ls=DASHES[line.dash % len(DASHES)], label=rows["label"].iloc[0], **style)
    empty = rows["unusable"].to_numpy() > 0.5 if hollow else np.zeros(len(rows), bool)
    if empty.any():
        ax.plot(x[empty], y[empty], ls="none", markerfacecolor="white", **style)
        ax.plot([], [], ls="none", marker="o", color="#444444", markerfacecolor="white", label=HOLLOW)
    bounded = np.isfinite(low) & np.isfinite(high) & (rows["drops"].to_numpy() >= BAND_DROPS)
    ax.fill_between(x, low, high, where=bounded, color=colour, alpha=0.15, lw=0)


def fit_bands(ax: Axes, drawn: pd.DataFrame) -> None:
    """Limits of the vertical axis by the lines: their bands, which few drops make huge, get as much room at most."""
    values = drawn[["low", "value", "high"]].replace([np.inf, -np.inf], np.nan).to_numpy(float)
    few = (drawn["drops"].to_numpy() < BAND_DROPS)[:, None]
    values = np.where(np.isnan(values) | few, values[:, 1:2], values)
    logarithmic = ax.get_yscale() == "log"
    if logarithmic:
        values = np.log10(np.where(values > 0, values, np.nan))
    values = values[np.isfinite(values[:, 1])]
    if not len(values):
        return
    bottom, top = values[:, 1].min(), values[:, 1].max()
    room = max(top - bottom, 0.3 if logarithmic else 0.1 * max(abs(top), abs(bottom)), 1e-300)
    low, high = max(np.nanmin(values), bottom - room), min(np.nanmax(values), top + room)
    limits = np.array([low - 0.05 * (high - low), high + 0.05 * (high - low)])
    if high > low:
        ax.set_ylim(*(10**limits if logarithmic else limits))
