"""Study 6: where the power goes, in range and in angle."""

from beamwright.records import Axis, Curve, Line, Metric, Panel, Picture, Study, Table
from beamwright.studies.figures.dma_noma.common import (
    ERROR,
    MEASURES,
    NO_DEMANDS,
    NOTE,
    SCENES,
    SOURCE,
    SYSTEM,
    VERIFIED,
)

_SIZES = (32, 64, 128, 256)


def _row(name: str, label: str, unit: str) -> Metric:
    return Metric(name=name, label=label, unit=unit, every_status=True)


FIG6 = Study(
    name="dma-noma/fig6",
    title="Focusing in range",
    system=SYSTEM,
    measure=f"{MEASURES}:focus",
    draw=f"{SCENES}:fixed",
    axes=(Axis(name="near_range_m", label="Distance of the focus", unit="m"),),
    points=((10.0,),),
    settings={"groups": 1, **NO_DEMANDS},
    curves=tuple(
        Curve(name=f"n{size}", label=f"{size} elements", method="focusing", settings={"columns": size})
        for size in _SIZES
    ),
    metrics=(
        _row("matched_db", "Power of the matched field", "dB"),
        _row("hologram_db", "Power of the hologram's field", "dB"),
        _row("range_m", "Distance", "m"),
        _row("near_edge_m", "Near edge at half power", "m"),
        _row("far_edge_m", "Far edge at half power", "m"),
        _row("peak_m", "Peak of the hologram's field", "m"),
        _row("rayleigh_m", "Rayleigh distance", "m"),
    ),
    drops=1,
    pictures=(
        Picture(
            name="fig6",
            caption="Array gain along the line of sight of a user at 10 m straight ahead, over its largest: (a) all "
            "phases matched to the user, (b) hologram and matched digital beams. The line is at half power.",
            panels=tuple(
                Panel(kind="profile", metric=metric, place=("range_m",), axis_scale="log", limits=(-20, 1), title=title,
                      reference=-3.0, lines=tuple(Line(curve=f"n{size}") for size in _SIZES))
                for metric, title in (("matched_db", "matched field"), ("hologram_db", "hologram"))
            ),
        ),
    ),
    tables=(
        Table(name="fig6-table", caption="Edges of the focus at half power; infinite: none within 60 m.", digits=3,
              metrics=("near_edge_m", "far_edge_m", "peak_m", "rayleigh_m"),
              curves=tuple(f"n{size}" for size in _SIZES)),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip

_KINDS = {"non-robust": ("not robust", "non-robust"), "robust": ("robust", "robust")}
_GRID = {"place": ("x_m", "y_m"), "marks": ("user_x_m", "user_y_m")}

MAP = Study(
    name="dma-noma/map",
    title="One beam around the antenna, robust and not",
    system=SYSTEM,
    measure=f"{MEASURES}:field",
    measure_options={"step_m": 0.1},
    draw=f"{SCENES}:fixed",
    axes=(ERROR,),
    points=((0.1,),),
    curves=(
        *(Curve(name=name, label=label, method=method) for name, (label, method) in _KINDS.items()),
        Curve(name="focused", label="robust, 256 elements", method="cutting-set",
              settings={"columns": 256, "cuts": 12, "rounds": 8}),
    ),
    metrics=(
        _row("power_db", "Power over noise", "dB"),
        _row("x_m", "$x$", "m"),
        _row("y_m", "$y$", "m"),
        _row("user_x_m", "User's $x$", "m"),
        _row("user_y_m", "User's $y$", "m"),
        _row("offset_m", "Offset across the line of sight", "m"),
        _row("leak_db", "Leaked power over noise", "dB"),
        VERIFIED,
    ),
    drops=1,
    pictures=(
        Picture(
            name="map",
            caption="Power of the first group's beam (users at $-20^\\circ$) over the noise, 0.1 m of position error. "
            "(a) 32 elements, designed for the estimates; (b) robust; (c) robust with 256 elements, where the beam is "
            "focused; (d) what the beam leaks to the second group's near user, who may be anywhere within 0.1 m: "
            "a spike of a null at the estimate, or a wide one.",
            panels=(
                *(Panel(kind="map", metric="power_db", lines=(Line(curve=curve),), limits=(0.0, 60.0), title=title,
                        **_GRID)  # type: ignore[arg-type]
                  for curve, title in (("non-robust", "not robust, 32 elements"), ("robust", "robust, 32 elements"),
                                       ("focused", "robust, 256 elements"))),
                Panel(kind="profile", metric="leak_db", place=("offset_m",), title="leakage, 32 elements",
                      lines=tuple(Line(curve=name) for name in _KINDS)),
            ),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip
