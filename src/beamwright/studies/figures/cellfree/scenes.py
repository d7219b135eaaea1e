"""Pictures of one scene, and study 11: how well a target's position can be known."""

from beamwright.records import Axis, Line, Panel, Picture, Study, Table, sweep
from beamwright.studies.figures.cellfree.common import MEASURES, NOTE, RANGE, SOURCE, SYSTEM, UTILITY, curves, metric

_GRID = {"place": ("x_m", "y_m"), "marks": ("mark_x_m", "mark_y_m"), "marks_label": "users and target"}

MAP = Study(
    name="cellfree/map",
    title="Beams and antennas of one scene",
    system=SYSTEM,
    measure=f"{MEASURES}:field",
    measure_options={"step_m": 2.0},
    axes=(RANGE,),
    points=((500.0,),),
    curves=(*curves("moving", "leakage"),),
    metrics=(
        metric("power_db", "Power over noise", "dB"), metric("x_m", "$x$", "m"), metric("y_m", "$y$", "m"),
        metric("mark_x_m", "$x$", "m"), metric("mark_y_m", "$y$", "m"), metric("antenna", "Antenna"),
        metric("place", "Position", "wavelengths"), UTILITY,
    ),
    drops=1,
    pictures=(
        Picture(
            name="map",
            caption="Power that reaches each place from the four access points on the circle of 100 m, over the noise, "
            "without what is scattered on the way; white: users, and the target at (20, 10) m. (a) Leakage beams of "
            "fixed arrays; (b) beams and positions designed for the worst offsets; (c) transmit antennas of the first "
            "access point before and after.",
            panels=(
                Panel(kind="map", metric="power_db", lines=(Line(curve="leakage"),), limits=(60.0, 110.0),
                      title="leakage beams", **_GRID),  # type: ignore[arg-type]
                Panel(kind="map", metric="power_db", lines=(Line(curve="moving"),), limits=(60.0, 110.0),
                      title="designed", **_GRID),  # type: ignore[arg-type]
                Panel(kind="profile", metric="antenna", place=("place",), title="transmit antennas",
                      lines=(Line(curve="leakage", label="fixed"), Line(curve="moving", label="moved"))),
            ),
        ),
    ),
    source=SOURCE,
    note=NOTE,
)  # fmt: skip

_KINDS = {"known": "known", "consistent": "one per access point", "free": "one per pair"}
_GRIDS = {"diagonal": "one index", "grid": "full grid"}

FIG11 = Study(
    name="cellfree/fig11",
    title="Bounds on the target's position",
    system=SYSTEM,
    measure=f"{MEASURES}:bounds",
    axes=(Axis(name="rx_antennas", label="Receive antennas"),),
    points=sweep(1, 2, 4, 8),
    curves=curves("silence"),
    metrics=tuple(metric(f"{grid}_{kind}", "Position bound", "cm") for grid in _GRIDS for kind in _KINDS),
    drops=1,
    pictures=(
        Picture(
            name="fig11",
            caption="Least standard deviation of any unbiased estimate of the target's position against the number of "
            "receive antennas, offsets known, one per access point, one per pair of access points: (a) 256 resource "
            "elements with one index for subcarrier and symbol, (b) 256 subcarriers times 16 symbols.",
            panels=tuple(
                Panel(metric=f"{grid}_known", axis="rx_antennas", title=title,
                      lines=tuple(Line(curve="silence", metric=f"{grid}_{kind}", label=words, dash=i)
                                  for i, (kind, words) in enumerate(_KINDS.items())))
                for grid, title in _GRIDS.items()
            ),
        ),
    ),
    tables=(Table(name="fig11-table", caption="The same in numbers, columns in this order: one index with offsets "
                  "known, one per access point, one per pair; full grid likewise.", digits=4, curves=("silence",),
                  metrics=tuple(f"{grid}_{kind}" for grid in _GRIDS for kind in _KINDS)),),
    source=SOURCE,
    note="One geometry, nothing random.",
)  # fmt: skip

BOUND_MAP = Study(
    name="cellfree/bound-map",
    title="Where a target can be located",
    system=SYSTEM,
    measure=f"{MEASURES}:bound_map",
    measure_options={"step_m": 4.0},
    axes=(RANGE,),
    points=((500.0,),),
    curves=curves("silence"),
    metrics=(
        metric("consistent_db", "Bound over a metre", "dB"), metric("free_db", "Bound over a metre", "dB"),
        metric("x_m", "$x$", "m"), metric("y_m", "$y$", "m"), metric("ap_x_m", "$x$", "m"),
        metric("ap_y_m", "$y$", "m"),
    ),
    drops=1,
    pictures=(
        Picture(
            name="bound-map",
            caption="Bound on the standard deviation of the position of a target anywhere, in decibels over a metre, "
            "256 resource elements with one index for both, equal SNR; white: access points. Offsets (a) one per "
            "access point, (b) one per pair.",
            panels=tuple(
                Panel(kind="map", metric=f"{kind}_db", lines=(Line(curve="silence"),), limits=(-5.0, 2.0), title=title,
                      place=("x_m", "y_m"), marks=("ap_x_m", "ap_y_m"), marks_label="access points")
                for kind, title in (("consistent", "one offset per access point"), ("free", "one per pair"))
            ),
        ),
    ),
    source=SOURCE,
    note="One geometry, nothing random.",
)  # fmt: skip
