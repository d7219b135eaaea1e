"""Words that figures are written in: each makes one piece of a study, with what every figure says of it in order."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from beamwright.records import Axis, Case, Claim, Curve, Line, Mark, Metric, Panel, Picture, Setting
from beamwright.records.study import Relation, Rule

Points = tuple[tuple[float, ...], ...]


def axis(name: str, label: str, unit: str = "") -> Axis:
    """A quantity that varies from point to point."""
    return Axis(name=name, label=label, unit=unit)


def metric(name: str, label: str, unit: str = "") -> Metric:
    """A number measured on designs that were found."""
    return Metric(name=name, label=label, unit=unit)


def outcome(name: str, label: str, unit: str = "", least: float | None = None, most: float | None = None) -> Metric:
    """A number that means something however a design ended, between the ``least`` and the ``most`` there can be."""
    return Metric(name=name, label=label, unit=unit, every_status=True, least=least, most=most)


def curve(
    name: str, label: str, method: str, mode: str = "", *, points: Points | None = None, **settings: Setting
) -> Curve:
    """A way to design; ``settings`` are scenario fields and the method's options."""
    return Curve(name=name, label=label, method=method, mode=mode, points=points, settings=settings)


def variant(one: Curve, name: str, mode: str, **settings: Setting) -> Curve:
    """A curve under further settings, which ``mode`` says in a word."""
    return Curve(name=name, label=one.label, method=one.method, mode=mode, settings={**one.settings, **settings})


def line(
    name: str, label: str = "", colour: int | None = None, dash: int = 0, *, metric: str = "", versus: str | None = None
) -> Line:
    """The curve of that name as it is drawn."""
    return Line(curve=name, label=label, colour=colour, dash=dash, metric=metric, versus=versus)


def lines(*names: str, colours: Sequence[int] = (), dashes: Sequence[int] = ()) -> tuple[Line, ...]:
    """A line per curve, in groups of colour and dash where given."""
    return tuple(
        line(name, colour=colours[i] if colours else None, dash=dashes[i] if dashes else 0)
        for i, name in enumerate(names)
    )


def panel(metric: str, over: Axis, *lines: Line, **more: Any) -> Panel:
    """A metric against an axis."""
    return Panel(metric=metric, axis=over.name, lines=lines, **more)


def profile(metric: str, along: str, *lines: Line, **more: Any) -> Panel:
    """A row of values against another row of each design."""
    return Panel(kind="profile", metric=metric, place=(along,), lines=lines, **more)


def distribution(kind: Literal["density", "cdf"], metric: str, *lines: Line, **more: Any) -> Panel:
    """Distribution of a metric's values."""
    return Panel(kind=kind, metric=metric, lines=lines, **more)


def field_map(metric: str, name: str, title: str, limits: tuple[float, float], marked: str, **more: Any) -> Panel:
    """A metric of one curve over places; ``marked`` are the places marked, e.g. ``"user"`` at ``user_x_m``."""
    marks = (f"{marked}_x_m", f"{marked}_y_m")
    return Panel(
        kind="map", metric=metric, lines=lines(name), title=title, limits=limits, place=("x_m", "y_m"), marks=marks,
        **more,
    )  # fmt: skip


def mark(name: str, label: str) -> Mark:
    """Places marked on a map: ``name`` "ap" for those at ``ap_x_m``, ``ap_y_m``."""
    return Mark(place=(f"{name}_x_m", f"{name}_y_m"), label=label)


def picture(name: str, caption: str, *panels: Panel) -> Picture:
    """Panels beside each other."""
    return Picture(name=name, caption=caption, panels=panels)


def case(
    name: str,
    label: str,
    versus: str | None = None,
    *,
    against: float | str | None = None,
    **where: float | tuple[float, float],
) -> Case:
    """A curve, or one against another, where axes have a value or lie between two: ``power_dbm=27.0``."""
    limits = {over: value if isinstance(value, tuple) else (value, value) for over, value in where.items()}
    return Case(curve=name, label=label, versus=versus, against=against, where=limits)


def cases(
    curves: Mapping[str, str | tuple[str, str]],
    *,
    against: float | str | None = None,
    **where: float | tuple[float, float],
) -> tuple[Case, ...]:
    """A case per label: its curve, or its curve and the one that it is compared with."""
    pairs = {label: (one, None) if isinstance(one, str) else one for label, one in curves.items()}
    return tuple(case(one, label, other, against=against, **where) for label, (one, other) in pairs.items())


def claim(
    text: str,
    source: str,
    rule: Rule,
    metric: str,
    relation: Relation,
    *cases: Case,
    against: float | str = 0.0,
    **more: Any,
) -> Claim:
    """A statement and its rule, e.g. ``"mean", "sum_rate", ">"``."""
    return Claim(
        text=text, source=source, rule=rule, metric=metric, relation=relation, cases=cases, against=against, **more
    )
