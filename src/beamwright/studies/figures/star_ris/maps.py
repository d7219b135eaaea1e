"""The study ``map``: where the power goes, with random phases and with designed ones."""

from typing import Any

from beamwright.records import Axis, Curve, Line, Metric, Panel, Picture, Setting, Study, sweep
from beamwright.studies.figures.star_ris.common import MEASURES, SYSTEM

_METHODS: dict[str, tuple[str, str, dict[str, Setting]]] = {
    "random": ("Random phases, RZF", "random", {"precoder": "rzf"}),
    "interference": ("Least interference, RZF", "min-interference", {"precoder": "rzf"}),
    "rate": ("Largest sum rate, WMMSE", "max-sum-rate", {"precoder": "wmmse", "amplitudes": "joint"}),
}
_GRID: dict[str, Any] = {"place": ("x_m", "y_m"), "marks": ("user_x_m", "user_y_m")}

MAP = Study(
    name="star-ris/map",
    title="Received power around the surface",
    system=SYSTEM,
    measure=f"{MEASURES}:power_map",
    measure_options={"step_m": 0.25},
    axes=(Axis(name="elements", label="Surface elements"),),
    points=sweep(256),
    settings={"direct_loss_db": 20.0, "surface_paths": 4},
    curves=tuple(
        Curve(name=name, label=label, method=method, settings=settings)
        for name, (label, method, settings) in _METHODS.items()
    ),
    metrics=(
        Metric(name="power_db", label="Power over noise", unit="dB"),
        Metric(name="gain_db", label="Power over random phases'", unit="dB"),
        Metric(name="x_m", label="$x$", unit="m"),
        Metric(name="y_m", label="$y$", unit="m"),
        Metric(name="user_x_m", label="User's $x$", unit="m"),
        Metric(name="user_y_m", label="User's $y$", unit="m"),
        Metric(name="sum_rate", label="Sum rate", unit="bit/s/Hz"),
    ),
    drops=1,
    pictures=(
        Picture(
            name="map",
            caption="Expected received power of all streams at 1.5 m height around a surface of 256 elements at "
            "$x=40$ m, $y=0$, the base station at the origin: reflection on the left of the surface, transmission on "
            "its right; direct links 20 dB weaker, four paths to the surface. (a) Random phases, (b) least "
            "interference, (c) largest sum rate, (d) the latter relative to (a).",
            panels=(
                *(
                    Panel(kind="map", metric="power_db", lines=(Line(curve=name),), limits=(0.0, 30.0),
                          title=label, **_GRID)
                    for name, (label, *_) in _METHODS.items()
                ),
                Panel(kind="map", metric="gain_db", lines=(Line(curve="rate"),), limits=(-15.0, 15.0),
                      title="What the design gains", **_GRID),
            ),
        ),
    ),
)  # fmt: skip
