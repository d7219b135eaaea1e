"""Tables: a row per curve and point, mean and spread over drops of each metric."""

import numpy as np
import pandas as pd

from beamwright.records import Table
from beamwright.report.data import Data


def summarise(data: Data, table: Table) -> pd.DataFrame:
    """Mean, standard deviation, smallest and largest over usable drops; metrics per user or target get a column each.

    Columns: curve, label, mode, the axes, drops, then ``<metric>[<i>] mean|std|min|max`` ([i] from 1, if there are
    several).
    """
    rows = []
    for name in table.curves:
        curve = data.study.curve(name)
        measured = {metric: data.table(name, metric) for metric in table.metrics}
        for point in data.study.points_of(curve):
            row: dict[str, object] = {"curve": name, "label": curve.label, "mode": curve.mode}
            row |= dict(zip(data.axes, point, strict=True)) | {"drops": 0}
            for metric, tables in measured.items():
                if point not in tables:
                    continue
                values = tables[point].dropna(how="all")
                row["drops"] = max(int(row["drops"]), len(values))  # type: ignore[call-overload]
                row |= _columns(metric, values)
            rows.append(row)
    return pd.DataFrame(rows)


def _columns(metric: str, values: pd.DataFrame) -> dict[str, float]:
    columns: dict[str, float] = {}
    for index in values.columns:
        name = metric if len(values.columns) == 1 else f"{metric}[{int(index) + 1}]"
        column = values[index].dropna()
        columns |= {f"{name} mean": column.mean(), f"{name} std": column.std()}
        columns |= {f"{name} min": column.min(), f"{name} max": column.max()}
    return columns


def readable(data: Data, table: Table, summary: pd.DataFrame) -> pd.DataFrame:
    """Table for people: ``mean ± std`` in one cell, the axes and metrics by their titles."""
    shown = pd.DataFrame({"Method": summary["label"], "Mode": summary["mode"]})
    for axis in data.study.axes:
        shown[axis.title] = [f"{value:g}" for value in summary[axis.name]]
    for column in [column for column in summary.columns if column.endswith(" mean")]:
        name = column.removesuffix(" mean")
        metric = data.study.metric(name.split("[")[0])
        number = f" {name.split('[')[1].rstrip(']')}" if "[" in name else ""
        title = f"{metric.label}{number}" + (f" ({metric.unit})" if metric.unit else "")
        pairs = zip(summary[column], summary[f"{name} std"], strict=True)
        shown[title] = [_cell(mean, std, table.digits) for mean, std in pairs]
    shown["Drops"] = summary["drops"]
    return shown


def _cell(mean: float, std: float, digits: int) -> str:
    if not np.isfinite(mean):
        return "–"
    spread = (
        f" ± {std:.{max(digits - 2, 1)}g}" if np.isfinite(std) and std > 10.0 ** (-digits) * max(abs(mean), 1) else ""
    )
    return f"{mean:.{digits}f}{spread}"
