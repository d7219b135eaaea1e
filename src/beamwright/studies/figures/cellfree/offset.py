"""The study ``offset``: utility on the way to the worst offsets, and beyond."""

from beamwright.studies.figures.cellfree.common import PAPER, RANGE, curves
from beamwright.studies.figures.grammar import lines, outcome, profile

_NAMES = ("moving", "fixed", "non-robust", "leakage")

STUDY = PAPER.study(
    "offset",
    "Utility on the way to the worst offsets",
    "along",
    axes=(RANGE,),
    points=((500.0,),),
    curves=curves(*_NAMES),
    metrics=(
        outcome("utility", "Utility", "bit/s/Hz", least=0.0),
        outcome("offset_hz", "Largest difference of two carriers", "Hz"),
    ),
    drops=8,
    caption="Utility on the way from no offsets to each design's own worst ones and as far again, mean over "
    "scenes with its 95 % confidence band. Designed for differences of at most 500 Hz.",
    panels=(profile("utility", "offset_hz", *lines(*_NAMES), shaded=(0.0, 500.0), shaded_label="designed for"),),
)
