"""The study ``bound-map``: where a target can be located."""

from beamwright.studies.figures.cellfree.common import ONE_GEOMETRY, PAPER, RANGE, curves
from beamwright.studies.figures.grammar import field_map, outcome

STUDY = PAPER.study(
    "bound-map",
    "Where a target can be located",
    "bound_map",
    measure_options={"step_m": 4.0},
    axes=(RANGE,),
    points=((500.0,),),
    curves=curves("silence"),
    metrics=(
        outcome("consistent_db", "Bound over a metre", "dB"),
        outcome("free_db", "Bound over a metre", "dB"),
        outcome("x_m", "$x$", "m"),
        outcome("y_m", "$y$", "m"),
        outcome("ap_x_m", "$x$", "m"),
        outcome("ap_y_m", "$y$", "m"),
    ),
    drops=1,
    caption="Bound on the standard deviation of the position of a target anywhere, in decibels over a metre, "
    "256 resource elements with one index for both, equal SNR; white: access points. Offsets (a) one per "
    "access point, (b) one per pair.",
    panels=(
        field_map(f"{kind}_db", "silence", title, (-5.0, 2.0), "ap", marks_label="access points")
        for kind, title in (("consistent", "one offset per access point"), ("free", "one per pair"))
    ),
    note=ONE_GEOMETRY,
)
