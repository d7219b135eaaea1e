"""The study ``map``: one beam around the antenna, and what it leaks to a user of the other group."""

from beamwright.studies.figures.dma_noma.common import ERROR, FIXED_SCENE, PAPER, VERIFIED
from beamwright.studies.figures.grammar import curve, field_map, lines, outcome, profile

_ERROR_M = 0.1

STUDY = PAPER.study(
    "map",
    "One beam around the antenna, robust and not",
    "field",
    measure_options={"step_m": 0.1},
    draw=FIXED_SCENE,
    axes=(ERROR,),
    points=((_ERROR_M,),),
    curves=(
        curve("non-robust", "not robust", "non-robust"),
        curve("robust", "robust", "robust"),
        curve("focused", "robust, 256 elements", "cutting-set", columns=256, cuts=12, rounds=8),
    ),
    metrics=(
        outcome("power_db", "Power over noise", "dB"),
        outcome("x_m", "$x$", "m"),
        outcome("y_m", "$y$", "m"),
        outcome("user_x_m", "User's $x$", "m"),
        outcome("user_y_m", "User's $y$", "m"),
        outcome("offset_m", "Offset across the line of sight", "m"),
        outcome("leak_db", "Leaked power over noise", "dB"),
        VERIFIED,
    ),
    drops=1,
    caption="Power of the first group's beam (users at $-20^\\circ$) over the noise, 0.1 m of position error. "
    "(a) 32 elements, designed for the estimates; (b) robust; (c) robust with 256 elements, where the beam is "
    "focused; (d) what the beam leaks to the second group's near user, who may be anywhere within 0.1 m: "
    "a spike of a null at the estimate, or a wide one.",
    panels=(
        field_map("power_db", "non-robust", "not robust, 32 elements", (0.0, 60.0), "user"),
        field_map("power_db", "robust", "robust, 32 elements", (0.0, 60.0), "user"),
        field_map("power_db", "focused", "robust, 256 elements", (0.0, 60.0), "user"),
        profile("leak_db", "offset_m", *lines("non-robust", "robust"), title="leakage, 32 elements",
                shaded=(-_ERROR_M, _ERROR_M), shaded_label="position error"),
    ),
)  # fmt: skip
