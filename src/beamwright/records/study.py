"""A study as data: what is computed, how it is drawn, and what the paper claims about it.

Studies write it beside their records and the report reads it from there, so a picture can be restyled and a claim
judged again where no solver is installed. Nothing here runs anything.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from beamwright.core import Config, require

Setting = float | int | bool | str | tuple[float, ...]
Scale = Literal["linear", "log"]
Rule = Literal["mean", "every", "share", "trend", "change", "sooner", "published"]
Relation = Literal["<", "<=", "=", ">=", ">"]
_WORD = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"


def _file_name(name: str) -> str:
    rule = "be letters, digits, dots, dashes and underscores, beginning with a letter or a digit"
    require(re.fullmatch(_WORD, name) is not None, "name", rule, repr(name))
    return name


def _study_name(name: str) -> str:
    for part in name.split("/"):
        _file_name(part)
    return name


FileName = Annotated[str, AfterValidator(_file_name)]
"""The name of a file beside the records: it cannot lead out of their folder."""
StudyName = Annotated[str, AfterValidator(_study_name)]
"""Such names joined by slashes: a folder below the one for all records."""


class Axis(Config):
    """A quantity that varies from point to point: a field of the scenario or an option of the method."""

    name: str
    label: str
    unit: str = ""

    @property
    def title(self) -> str:
        """The label with its unit, as an axis of a picture says it."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


class Metric(Axis):
    """A number measured for each drop (or a row of numbers: one per user, target or sample)."""

    every_status: bool = False
    """Whether it means something however the design ended (a drop it says nothing about is NaN)."""
    least: float | None = None
    """Least value there can be: bands of confidence end there."""
    most: float | None = None
    """Largest value there can be, likewise."""


class Curve(Config):
    """One way to design under one variant of the scenario; ``points`` replaces the study's own where given."""

    name: str
    label: str
    method: str
    mode: str = ""
    """The variant in one word, e.g. the decoding rule, for the reader of a table."""
    settings: dict[str, Setting] = {}
    """Scenario fields and method options by name, e.g. ``{"decoding": "own", "csi_error": 0.05}``."""
    points: tuple[tuple[float, ...], ...] | None = None


class Line(Config):
    """A curve as it is drawn, in ``wins`` and ``gain`` panels against another."""

    curve: str
    versus: str | None = None
    metric: str = ""
    """Default: the panel's."""
    label: str = ""
    """Default: the curve's own label."""
    colour: int | None = None
    """Index into the palette, for lines that belong together; default: a new one."""
    dash: int = 0
    """Index of the dash pattern: 0 solid, 1 dashed, 2 dotted, 3 dash-dotted."""


class Mark(Config):
    """Places marked on a map, in a sign of their own."""

    place: tuple[str, str]
    """Two metrics: the coordinates."""
    label: str


class Panel(Config):
    """One pair of axes: ``curves`` against an axis, ``wins`` (share of drops) and ``gain`` (mean relative saving) of
    one curve over another, ``density`` and ``cdf`` of a metric's values, ``map`` of its values over places,
    ``profile`` of a row of values against another row."""

    kind: Literal["curves", "wins", "gain", "density", "cdf", "map", "profile"] = "curves"
    metric: str
    axis: str = ""
    lines: tuple[Line, ...]
    statistic: Literal["mean", "median", "share"] = "mean"
    title: str = ""
    label: str = ""
    """Label of the vertical axis of curves, where lines show different metrics; default: the metric's own."""
    scale: Scale = "linear"
    axis_scale: Scale = "linear"
    """Scale of the horizontal axis of curves; log marks the points themselves."""
    better: Literal["lower", "higher"] = "lower"
    tolerance: float = Field(default=1e-5, ge=0)
    """Relative difference below which ``wins`` calls a tie."""
    marks: tuple[str, ...] = ()
    """Further metrics marked on a distribution, e.g. the exact worst case; on a map, two metrics: places of users."""
    marks_label: str = "users"
    """Name of what is marked on a map."""
    more_marks: tuple[Mark, ...] = ()
    """What else is marked on a map."""
    place: tuple[str, ...] = ()
    """Position metrics, in m: the two that place each value of the metric on a map, the one of a profile."""
    limits: tuple[float, float] | None = None
    """Limits of a map's colours, so that panels can be compared, or of the vertical axis of curves and profiles."""
    reference: float | None = None
    """A threshold drawn as a thin line."""
    shaded: tuple[float, float] | None = None
    """A range of the horizontal axis of a profile that is shaded, e.g. a ball of positions."""
    shaded_label: str = ""
    common: bool = True
    """Whether means and medians are over drops that all lines and points share, so that they can be compared."""
    bands: bool = True
    """Whether curves have their bands of confidence; those of shares of few drops hide everything else."""
    least_span: float = Field(default=0.0, ge=0)
    """The vertical axis spans at least this much, so that what hardly varies looks constant; 2 % of it anyway."""


class Picture(Config):
    """A figure of one or more panels beside each other."""

    name: FileName
    caption: str
    panels: tuple[Panel, ...]


class Table(Config):
    """A table with a row per curve and point: mean and spread over drops of each metric."""

    name: FileName
    caption: str
    metrics: tuple[str, ...]
    curves: tuple[str, ...]
    digits: int = 4


class Case(Config):
    """Case of a claim: one curve, or one curve against another on the same drops."""

    curve: str
    versus: str | None = None
    label: str = ""
    where: dict[str, tuple[float, float]] = {}
    """Only the points with these axes between these limits (both included)."""
    against: float | str | None = None
    """Replaces the claim's own."""


class Claim(Config):
    """A statement of the paper, in our words, and the rule that judges it from records.

    ``mean``       the mean (paired with ``versus``: the mean difference) stands in ``relation`` to ``against``
    ``every``      each drop's value stands in ``relation`` to ``against`` (one counterexample refutes)
    ``share``      the share of drops in that relation is at least ``share``
    ``trend``      on each drop the metric moves along the axis as ``relation`` says (``>=``: never falls)
    ``change``     the mean change from the first point of the axis to the last (paired with ``versus``: the difference
                   of both changes) stands in ``relation`` to zero
    ``sooner``     the mean difference of the places (metric ``against``) where the rows of two curves first come within
                   5 % of the worse of both last values stands in ``relation`` to zero; drops of which both are there
                   from their first value on say nothing, and are left out
    ``published``  the published number ``against`` lies within the central 95 % of the drops

    ``against`` is a number, another metric or an axis; with ``versus`` in the case, the same metric of that curve.
    """

    text: str
    source: str
    rule: Rule
    metric: str
    cases: tuple[Case, ...]
    relation: Relation = "="
    against: float | str = 0.0
    tolerance: float = Field(default=1e-6, ge=0)
    """Relative to the larger side."""
    share: float = Field(default=0.95, gt=0, le=1)
    better: Literal["higher", "lower"] = "higher"
    """Which values a row of rule ``sooner`` moves towards."""
    note: str = ""
    """Note for the reader about the measured figure, e.g. which reading of the paper is judged."""


class Study(Config):
    """An entry per figure or table: what to compute, what to keep, how to show it, what the paper says.

    ``system`` is the module that offers ``SYSTEM``; ``measure`` is ``"module:function"`` with signature
    ``measure(scenario, realisation, design, keys, **measure_options) -> {metric: (drops,) or (drops, n) array}``,
    one key per drop; every setting of a curve and every axis is either a field of the scenario or an option of the
    curve's method, found by name. Records keep the study's ``metrics`` of what ``measure`` returns.
    """

    name: StudyName
    title: str
    system: str
    measure: str
    measure_options: dict[str, Setting] = {}
    draw: str = ""
    """``"module:function"`` that draws instead of the system: ``draw(scenario, key, drops, first)``."""
    axes: tuple[Axis, ...]
    points: tuple[tuple[float, ...], ...]
    curves: tuple[Curve, ...]
    metrics: tuple[Metric, ...]
    settings: dict[str, Setting] = {}
    drops: int = Field(default=24, ge=1)
    chunk: int = Field(default=64, ge=1)
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    claims: tuple[Claim, ...] = ()
    source: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> "Study":
        curves = {curve.name for curve in self.curves}
        metrics = {metric.name for metric in self.metrics}
        axes = [axis.name for axis in self.axes]
        require(len(curves) == len(self.curves), f"{self.name}.curves", "have different names", self.curves)
        files = [*(picture.name for picture in self.pictures), *(table.name for table in self.tables), "claims"]
        require(len(set(files)) == len(files), f"{self.name}: pictures and tables", "have names of their own", files)
        for curve in self.curves:
            for point in self.points_of(curve):
                require(len(point) == len(axes), f"{self.name}/{curve.name}", f"have {len(axes)} values a point", point)
        drawn = [
            (line.metric or p.metric, line) for picture in self.pictures for p in picture.panels for line in p.lines
        ]
        tested = [(claim.metric, case) for claim in self.claims for case in claim.cases]
        limited = {axis for _, case in tested for axis in case.where}
        require(limited <= set(axes), f"{self.name}: where", f"name axes, of {axes}", sorted(limited - set(axes)))
        for metric, where in drawn + tested:
            require(metric in metrics, f"{self.name}: metric", f"be one of {sorted(metrics)}", metric)
            for name in (where.curve, where.versus or where.curve):
                require(name in curves, f"{self.name}: curve", f"be one of {sorted(curves)}", name)
        return self

    def points_of(self, curve: Curve) -> tuple[tuple[float, ...], ...]:
        """The points of a curve: its own, or the study's."""
        return self.points if curve.points is None else curve.points

    def curve(self, name: str) -> Curve:
        """The curve with that name."""
        return next(one for one in self.curves if one.name == name)

    def metric(self, name: str) -> Metric:
        """The metric with that name."""
        return next(one for one in self.metrics if one.name == name)

    def axis(self, name: str) -> Axis:
        """The axis with that name."""
        return next(one for one in self.axes if one.name == name)


def sweep(*values: float) -> tuple[tuple[float, ...], ...]:
    """Points along a single axis."""
    return tuple((float(value),) for value in values)
