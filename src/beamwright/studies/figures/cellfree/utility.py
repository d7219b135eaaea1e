"""Worst-case utility of the deterministic methods against an axis, for figures 6b to 9."""

from beamwright.records import Axis, Claim, Curve, Setting, Study, sweep
from beamwright.records.study import Scale
from beamwright.studies.figures.cellfree.common import PAPER, UTILITY_METRICS, curves
from beamwright.studies.figures.grammar import line, lines, panel

ALL = ("moving", "fixed", "non-robust", "leakage", "silence")


def utility(
    name: str,
    title: str,
    over: Axis,
    points: tuple[float, ...],
    against: str,
    *claims: Claim,
    names: tuple[str, ...] = ALL,
    more: tuple[Curve, ...] = (),
    sensing: tuple[Curve, ...] = (),
    scale: Scale = "linear",
    remark: str = "",
    **settings: Setting,
) -> Study:
    """Worst case of the methods named (and of ``more`` curves), median radar SINR, share of blind ones, and the radar's
    own rate (and that of ``sensing`` curves, whose utility is of another kind).
    """
    drawn = (*curves(*names), *more)
    heard = tuple(line(one, colour=i) for i, one in enumerate(names) if one != "silence")
    alone = (line(one.name, colour=len(names) + i) for i, one in enumerate(sensing))
    return PAPER.study(
        name,
        title,
        "utilities",
        axes=(over,),
        points=sweep(*points),
        curves=(*drawn, *sensing),
        metrics=UTILITY_METRICS,
        settings=settings,
        drops=8,
        caption="(a) Worst-case utility, (b) median of the least radar SINR where a radar sees at all, (c) share of "
        "scenes where it does not (below −20 dB), (d) least rate of the radar, "
        f"against {against}; with 95 % confidence bands. {remark}".strip(),
        panels=(
            panel("worst", over, *lines(*(one.name for one in drawn)), axis_scale=scale, title="worst-case utility"),
            panel("radar_db", over, *heard, axis_scale=scale, statistic="median", title="radars that see, median"),
            panel(
                "blind", over, *heard, axis_scale=scale, statistic="share", title="radars that see nothing", bands=False
            ),
            panel("sensing", over, *heard, *alone, axis_scale=scale, title="the radar's own rate"),
        ),
        numbers=("worst", "nominal", "users", "sensing", "blind", "radiated", "loud"),
        claims=claims,
    )
