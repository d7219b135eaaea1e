"""The study ``map``: beams and antennas of one scene."""

from beamwright.studies.figures.cellfree.common import PAPER, RANGE, UTILITY, curves
from beamwright.studies.figures.grammar import field_map, line, mark, outcome, profile

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
        *(outcome(f"{name}_{axis}_m", f"${axis}$", "m") for name in ("user", "target", "ap") for axis in "xy"),
        outcome("antenna", "Transmit antenna"),
        outcome("moved_loudest", "Shift from the fixed place", "wavelengths"),
        UTILITY,
    ),
    drops=1,
    caption="Power that reaches each place from the four access points on the circle of 100 m, over the noise, "
    "without what is scattered on the way. (a) Leakage beams of fixed arrays, all access points at full power; (b) "
    "beams and positions designed for the worst offsets, where few of them radiate; (c) how far that design has moved "
    "the transmit antennas of the access point that radiates most from where fixed arrays have them.",
    panels=(
        *(
            field_map(
                "power_db",
                name,
                title,
                (60.0, 110.0),
                "user",
                more_marks=(mark("target", "target"), mark("ap", "access points")),
            )
            for name, title in (("leakage", "leakage beams"), ("moving", "designed"))
        ),
        profile(
            "moved_loudest",
            "antenna",
            line("moving", "transmit antennas"),
            title="how far antennas moved",
            reference=0.0,
        ),
    ),
)
