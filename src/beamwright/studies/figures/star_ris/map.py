"""The study ``map``: where the power goes, with random phases and with designed ones."""

from beamwright.records import sweep
from beamwright.studies.figures.grammar import curve, field_map, metric
from beamwright.studies.figures.star_ris.common import ELEMENTS, PAPER, SUM_RATE

_CURVES = (
    curve("random", "Random phases, RZF", "random", precoder="rzf"),
    curve("interference", "Least interference, RZF", "min-interference", precoder="rzf"),
    curve("rate", "Largest sum rate, WMMSE", "max-sum-rate", precoder="wmmse", amplitudes="joint"),
)

STUDY = PAPER.study(
    "map",
    "Received power around the surface",
    "power_map",
    measure_options={"step_m": 0.25},
    axes=(ELEMENTS,),
    points=sweep(256),
    settings={"direct_loss_db": 20.0, "surface_paths": 4},
    curves=_CURVES,
    metrics=(
        metric("power_db", "Power over noise", "dB"),
        metric("gain_db", "Power over random phases'", "dB"),
        metric("x_m", "$x$", "m"),
        metric("y_m", "$y$", "m"),
        metric("user_x_m", "User's $x$", "m"),
        metric("user_y_m", "User's $y$", "m"),
        SUM_RATE,
    ),
    drops=1,
    caption="Expected received power of all streams at 1.5 m height around a surface of 256 elements at "
    "$x=40$ m, $y=0$, the base station at the origin: reflection on the left of the surface, transmission on "
    "its right; direct links 20 dB weaker, four paths to the surface. (a) Random phases, (b) least "
    "interference, (c) largest sum rate, (d) the latter relative to (a).",
    panels=(
        *(field_map("power_db", one.name, one.label, (0.0, 30.0), "user") for one in _CURVES),
        field_map("gain_db", "rate", "What the design gains", (-15.0, 15.0), "user"),
    ),
    source="",
)
