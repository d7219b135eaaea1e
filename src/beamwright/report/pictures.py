"""A picture: its panels beside each other, one legend for all, and the numbers behind it."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from beamwright.records import Picture
from beamwright.report.curves import HOLLOW, draw_curves, line_label
from beamwright.report.data import Data
from beamwright.report.distributions import draw_distribution
from beamwright.report.maps import draw_map
from beamwright.report.profiles import draw_profiles
from beamwright.report.style import legend_shape, new_figure, say_empty, styled

_DRAW = {
    "curves": draw_curves,
    "wins": draw_curves,
    "gain": draw_curves,
    "density": draw_distribution,
    "cdf": draw_distribution,
    "map": draw_map,
    "profile": draw_profiles,
}


def draw(data: Data, picture: Picture) -> tuple[Figure, pd.DataFrame]:
    """The figure and the table of everything drawn in it (a column ``panel`` says where)."""
    with styled():
        labels = {line_label(data, line) for panel in picture.panels for line in panel.lines}
        marked = [panel for panel in picture.panels if panel.kind in ("density", "cdf")]
        marks = [f"{label}: {data.study.metric(m).label}" for p in marked for m in p.marks for label in labels]
        marks += [mark.label for p in picture.panels for mark in p.more_marks]
        shaded = [panel.shaded_label for panel in picture.panels if panel.shaded_label]
        count, entries = len(picture.panels), [*labels, *marks, *shaded]
        rows, columns = legend_shape(entries, count)
        figure = new_figure(count, rows)
        grid = figure.subplots(-(-count // 2), min(count, 2), squeeze=False).ravel()
        tables: list[pd.DataFrame] = []
        handles: dict[str, Artist] = {}
        for letter, panel, ax in zip("abcdefgh", picture.panels, grid, strict=False):
            table = _DRAW[panel.kind](ax, data, panel)
            if not np.isfinite(table["y" if "value" not in table else "value"].to_numpy(float)).any():
                say_empty(ax)
            tables.append(table.assign(panel=letter))
            for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
                handles.setdefault(label, handle)
            title = f"({letter}) {panel.title}".strip() if count > 1 else panel.title
            ax.set_title(title, loc="left" if count > 1 else "center")
        for spare in grid[count:]:
            spare.set_axis_off()
        if HOLLOW in handles:  # the note comes last
            handles[HOLLOW] = handles.pop(HOLLOW)
        figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=columns)  # type: ignore[call-overload]
    return figure, pd.concat(tables, ignore_index=True)
