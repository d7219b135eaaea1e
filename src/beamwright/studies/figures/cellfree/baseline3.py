"""The study ``baseline3``: fixed arrays by convex programs, the source's third baseline."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import PAPER, POWER, UTILITY_METRICS, curves, on_average
from beamwright.studies.figures.grammar import curve, lines, panel

_NAMES = ("moving", "fixed", "convex", "leakage", "silence")

STUDY = PAPER.study(
    "baseline3",
    "Fixed arrays by convex programs",
    "utilities",
    axes=(POWER,),
    points=sweep(0.1, 1.0, 10.0),
    curves=(*curves("moving", "fixed"), curve("convex", "convex programs (baseline 3)", "fixed-array-sca"),
            *curves("leakage", "silence")),
    metrics=UTILITY_METRICS,
    drops=8,
    caption="Worst-case utility against the transmit power of an access point: fixed arrays whose beams convex "
    "programs improve from leakage beams on, the source's third baseline, beside gradient search on the same arrays, "
    "and movable antennas; mean over scenes with its 95 % confidence band.",
    panels=(panel("worst", POWER, *lines(*_NAMES), axis_scale="log"),),
    numbers=("worst", "nominal", "users", "sensing"),
    claims=(
        on_average("Movable antennas beat fixed arrays by convex programs.", ("moving", "convex")),
        on_average("Gradient search on fixed arrays beats convex programs.", ("fixed", "convex"), source="ours"),
        on_average("Convex programs beat a silent radar.", ("convex", "silence"), source="ours"),
    ),
)  # fmt: skip
