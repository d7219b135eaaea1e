"""The paper that studies belong to, and how its figures are gathered."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from beamwright.records import Curve, Panel, Picture, Study, Table


@dataclass(frozen=True)
class Paper:
    """The paper behind a system: what all its studies share."""

    system: str
    """Name of the system's package."""
    source: str
    note: str = ""

    def study(
        self,
        name: str,
        title: str,
        measure: str,
        *,
        curves: Iterable[Curve],
        caption: str = "",
        panels: Iterable[Panel] = (),
        pictures: tuple[Picture, ...] = (),
        numbers: tuple[str, ...] = (),
        numbers_caption: str = "The same in numbers.",
        tables: tuple[Table, ...] = (),
        **more: Any,
    ) -> Study:
        """A figure: its panels, its numbers (metrics, in a table of all curves), and further pictures and tables.

        ``measure`` is a function of the system's ``measures``; ``more`` are further fields of a study.
        """
        curves, panels = tuple(curves), tuple(panels)
        if panels:
            pictures = (Picture(name=name, caption=caption, panels=panels), *pictures)
        if numbers:
            every = tuple(curve.name for curve in curves)
            tables = (
                Table(name=f"{name}-table", caption=numbers_caption, metrics=numbers, curves=every, digits=3),
                *tables,
            )
        shared = {
            "name": f"{self.system.replace('_', '-')}/{name}",
            "system": f"beamwright.systems.{self.system}",
            "measure": f"{__package__}.{self.system}.measures:{measure}",
            "source": self.source,
            "note": self.note,
        }
        return Study(**{**shared, "title": title, "curves": curves, "pictures": pictures, "tables": tables, **more})


def collect(package: str, *figures: str) -> tuple[Study, ...]:
    """The ``STUDY`` of every module named, in this order."""
    return tuple(import_module(f"{package}.{figure}").STUDY for figure in figures)
