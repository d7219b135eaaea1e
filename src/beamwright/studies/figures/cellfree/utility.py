"""Worst-case utility of the deterministic methods against an axis, for figures 6b to 9."""

from beamwright.records import Axis, Claim, Curve, Setting, Study, sweep
from beamwright.records.study import Scale
from beamwright.studies.figures.cellfree.common import PAPER, UTILITY, curves
from beamwright.studies.figures.grammar import line, lines, outcome, panel

ALL = ("moving", "fixed", "non-robust", "leakage", "silence")


def utility(
    name: str,
    title: str,
    over: Axis,
    points: tuple[float, ...],
    caption: str,
    *claims: Claim,
    names: tuple[str, ...] = ALL,
    more: tuple[Curve, ...] = (),
    scale: Scale = "linear",
    **settings: Setting,
) -> Study:
    """Worst case and radar SINR of the methods named (and of ``more`` curves, worst case only)."""
    drawn = (*curves(*names), *more)
    heard = (line(one, colour=i) for i, one in enumerate(names) if one != "silence")
    return PAPER.study(
        name,
        title,
        "utilities",
        axes=(over,),
        points=sweep(*points),
        curves=drawn,
        metrics=(
            UTILITY,
            outcome("nominal", "Utility without offsets", "bit/s/Hz"),
            outcome("users", "Sum rate of the users", "bit/s/Hz"),
            outcome("radar_db", "Least radar SINR", "dB"),
            outcome("radiated", "Radiated power", "W"),
        ),
        settings=settings,
        drops=8,
        caption=caption,
        panels=(
            panel("worst", over, *lines(*(one.name for one in drawn)), axis_scale=scale, title="worst-case utility"),
            panel("radar_db", over, *heard, axis_scale=scale, title="what the radar sees"),
        ),
        numbers=("worst", "nominal", "users", "radar_db", "radiated"),
        claims=claims,
    )
