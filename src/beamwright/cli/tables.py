"""Tables of parameters, methods and drops for the terminal."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from beamwright.core import Config


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A plain table; numbers to the right, four significant digits."""
    cells = [list(row) for row in rows]
    made = Table(
        title=Text(title) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for index, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[index], float | int | np.number) for row in cells)
        made.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        made.add_row(*(show(cell) for cell in row))
    return made


def records(title: str, rows: Sequence[Mapping[str, object]]) -> Table:
    """A table whose columns are the keys of its rows."""
    columns = list(rows[0]) if rows else []
    return table(title, columns, ([row[column] for column in columns] for row in rows))


def parameters(title: str, model: type[Config]) -> Table:
    """Every parameter of a scenario or of a method's options: unit, default, range, source."""
    rows = model.describe()
    columns = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    return table(title, columns, ([row[name] for name in columns] for row in rows))


def values(title: str, model: Config) -> Table:
    """The resolved values of a scenario or of options, with units."""
    units = {row["name"]: row["unit"] for row in type(model).describe()}
    return table(title, ("parameter", "value"), ((n, f"{v} {units[n]}".strip()) for n, v in model))


def show(value: object) -> str:
    """One cell: four significant digits, a dash for what does not exist; square brackets are text, not markup."""
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return "-"
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.4g}"
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(show(item) for item in np.asarray(value).tolist())
    return str(value).replace("[", r"\[")


def console() -> Console:
    """Standard output; wide where it is not a terminal, so that files and pipes get whole lines."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=max(made.width, 120))


def tell(out: Console, words: str) -> None:
    """Print a line that may hold names of files: as they are, brackets too, and in one piece."""
    out.print(words, markup=False, soft_wrap=True)
