"""Panels with a quantity against an axis: means, medians, shares, and how often one curve beats another."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from beamwright.records import Line, Panel
from beamwright.report import statistics
from beamwright.report.data import Data, common_drops
from beamwright.report.style import COLOURS, DASHES, MARKERS


def draw_curves(ax: Axes, data: Data, panel: Panel) -> pd.DataFrame:
    """Draw the panel; returns what was drawn, one row per line and point, for the CSV."""
    summary = wins_summary(data, panel) if panel.kind == "wins" else curve_summary(data, panel)
    for number, line in enumerate(panel.lines):
        rows = summary[summary["line"] == number]
        _draw_line(ax, data, panel, number, line, rows)
    ax.set_xlabel(data.study.axis(panel.axis).title)
    is_share = panel.kind == "wins" or panel.statistic == "share"
    if is_share:
        ax.set_ylim(-0.03, 1.03)
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        ax.set_ylabel("Share of channels" if panel.kind == "wins" else data.study.metric(panel.metric).label)
    else:
        ax.set_yscale(panel.scale)
        ax.set_ylabel(data.study.metric(panel.metric).title)
    if panel.reference is not None:
        ax.axhline(panel.reference, color="#444444", lw=0.8, ls=(0, (2, 2)))
    return summary.drop(columns="line")


def line_label(data: Data, line: Line) -> str:
    """What the legend calls a line."""
    return line.label or data.study.curve(line.curve).label


def curve_summary(data: Data, panel: Panel) -> pd.DataFrame:
    """Mean, median or share with its interval at every point; means and medians over the panel's common drops."""
    every = panel.statistic == "share"
    tables = [data.scalar(line.curve, panel.metric, every_status=every) for line in panel.lines]
    shared = common_drops(tables)
    rows = []
    for number, (line, table) in enumerate(zip(panel.lines, tables, strict=True)):
        for point in table.columns:
            column = table[point]
            values = (column if every else column.loc[shared]).dropna().to_numpy()
            rows.append({**_labels(data, number, line, panel, point), **_summarise(values, panel.statistic)})
    return pd.DataFrame(rows, columns=[*_columns(data), *_summarise(np.zeros(2), panel.statistic)])


def wins_summary(data: Data, panel: Panel) -> pd.DataFrame:
    """Share of drops on which the line's curve beats the other by more than the tolerance, and of ties."""
    rows = []
    for number, line in enumerate(panel.lines):
        ours, other = (data.scalar(name, panel.metric) for name in (line.curve, line.versus or line.curve))
        for point in [point for point in ours.columns if point in other.columns]:
            pair = pd.concat([ours[point], other[point]], axis=1).dropna().to_numpy()
            gain = (pair[:, 1] - pair[:, 0]) * (1 if panel.better == "lower" else -1)
            margin = panel.tolerance * np.abs(pair).max(axis=1, initial=0)
            wins, ties = int((gain > margin).sum()), int((np.abs(gain) <= margin).sum())
            estimate = statistics.share(wins, len(pair))
            row = {
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "ties": ties / max(len(pair), 1),
            }
            rows.append({**_labels(data, number, line, panel, point), **row, "drops": len(pair)})
    return pd.DataFrame(rows, columns=[*_columns(data), "value", "low", "high", "ties", "drops"])


def _columns(data: Data) -> list[str]:
    return ["line", "curve", "label", "mode", "metric", "statistic", *data.axes]


def _labels(data: Data, number: int, line: Line, panel: Panel, point: tuple[float, ...]) -> dict:
    curve = data.study.curve(line.curve)
    statistic = f"beats {line.versus}" if panel.kind == "wins" else panel.statistic
    names = [number, line.curve, line_label(data, line), curve.mode, panel.metric, statistic]
    return dict(zip(_columns(data), [*names, *point], strict=True))


def _summarise(values: np.ndarray, statistic: str) -> dict[str, float]:
    if statistic == "share":
        estimate = statistics.share(int((values > 0.5).sum()), len(values))
    else:
        estimate = statistics.mean(values) if statistic == "mean" else statistics.median(values)
    row = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    if statistic != "share":
        empty = not len(values)
        q25, q75 = (np.nan, np.nan) if empty else np.quantile(values, [0.25, 0.75])
        row |= {"std": float(np.std(values, ddof=1)) if len(values) > 1 else np.nan, "q25": q25, "q75": q75}
    return row | {"drops": len(values)}


def _draw_line(ax: Axes, data: Data, panel: Panel, number: int, line: Line, rows: pd.DataFrame) -> None:
    colour = COLOURS[(number if line.colour is None else line.colour) % len(COLOURS)]
    x, y = rows[panel.axis].to_numpy(), rows["value"].to_numpy()
    ax.plot(
        x,
        y,
        color=colour,
        ls=DASHES[line.dash % len(DASHES)],
        marker=MARKERS[number % len(MARKERS)],
        markerfacecolor="white" if line.dash else colour,
        label=line_label(data, line),
    )
    low, high = (rows[name].to_numpy() for name in ("low", "high"))
    bounded = np.isfinite(low) & np.isfinite(high)
    ax.fill_between(x, low, high, where=bounded, color=colour, alpha=0.15, lw=0)
