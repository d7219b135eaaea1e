"""The study ``map``: beams and antennas of one scene."""

from beamwright.studies.figures.cellfree.common import PAPER, RANGE, UTILITY, curves
from beamwright.studies.figures.grammar import field_map, line, outcome, profile

STUDY = PAPER.study(
    "map",
    "Beams and antennas of one scene",
    "field",
    measure_options={"step_m": 2.0},
    axes=(RANGE,),
    points=((500.0,),),
    curves=curves("moving", "leakage"),
    metrics=(
        outcome("power_db", "Power over noise", "dB"),
        outcome("x_m", "$x$", "m"),
        outcome("y_m", "$y$", "m"),
        outcome("mark_x_m", "$x$", "m"),
        outcome("mark_y_m", "$y$", "m"),
        outcome("antenna", "Antenna"),
        outcome("place", "Position", "wavelengths"),
        UTILITY,
    ),
    drops=1,
    caption="Power that reaches each place from the four access points on the circle of 100 m, over the noise, "
    "without what is scattered on the way; white: users, and the target at (20, 10) m. (a) Leakage beams of "
    "fixed arrays; (b) beams and positions designed for the worst offsets; (c) transmit antennas of the first "
    "access point before and after.",
    panels=(
        *(
            field_map("power_db", name, title, (60.0, 110.0), "mark", marks_label="users and target")
            for name, title in (("leakage", "leakage beams"), ("moving", "designed"))
        ),
        profile("antenna", "place", line("leakage", "fixed"), line("moving", "moved"), title="transmit antennas"),
    ),
)
