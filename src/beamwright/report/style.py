"""Style of pictures: one IEEE column wide, colours that survive colour blindness and grey print, one marker a line."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

COLUMN_IN, PAGE_IN = 3.5, 7.16
"""Widths of one and of two columns of an IEEE journal, in inches."""
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#555555", "#8C6D1F")
"""Okabe and Ito, darkest first (their yellow and black left out: too faint, too strong for a line)."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")
DASHES = ("-", (0, (4, 1.5)), (0, (1, 1.3)), (0, (4, 1.3, 1, 1.3)))
_MOST_COLUMNS = 4
"""Of a legend."""
_SETTINGS: dict = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 8.5,
    "axes.labelsize": 8.5,
    "axes.titlesize": 8.5,
    "axes.linewidth": 0.6,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "beamwright",
}


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib in our style, only within the block."""
    with matplotlib.rc_context(_SETTINGS):
        yield


def legend_shape(labels: list[str], panels: int) -> tuple[int, int]:
    """Rows and columns of a legend with these labels across a figure of that many panels; widths as they are set."""
    em = rcParams["legend.fontsize"]
    font = FontProperties(family=rcParams["font.family"], size=em)
    widest = max(text_to_path.get_text_width_height_descent(label, font, is_math_text(label))[0] for label in labels)
    gap = em * rcParams["legend.columnspacing"]
    column = widest + em * (rcParams["legend.handlelength"] + rcParams["legend.handletextpad"]) + gap
    room = 72 * _width(panels) - 2 * em * rcParams["legend.borderpad"] + gap
    rows = -(-len(labels) // max(1, min(_MOST_COLUMNS, int(room // column))))
    return rows, -(-len(labels) // rows)


def _width(panels: int) -> float:
    """Inches: one panel is a column wide, more go across the page."""
    return COLUMN_IN if panels == 1 else PAGE_IN


def new_figure(panels: int, legend_rows: int) -> Figure:
    """An empty figure for that many panels side by side: one panel a column wide, more across the page."""
    rows = -(-panels // 2)
    figure = Figure(figsize=(_width(panels), 2.35 * rows + 0.16 * legend_rows + 0.15), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def logarithmic(values: np.ndarray) -> bool:
    """Whether a logarithmic axis can show any of the values (without a positive one Matplotlib fails)."""
    return bool((np.asarray(values, float) > 0).any())


def say_empty(ax: Axes) -> None:
    """Message in a panel without a single value: its drops are to come, or none of them is usable."""
    ax.text(0.5, 0.5, "no usable drops", transform=ax.transAxes, ha="center", va="center", color="#777777")


def render(figure: Figure, kind: str) -> bytes:
    """The figure as ``png`` (300 dpi), ``pdf`` or ``svg``; equal input gives equal bytes, no date inside."""
    buffer = io.BytesIO()
    undated: dict[str, dict] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
    with styled():
        figure.savefig(buffer, format=kind, dpi=300, metadata=undated[kind])
    return buffer.getvalue()
