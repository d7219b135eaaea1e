"""Figure 7: utility against the power of the access points."""

from beamwright.studies.figures.cellfree.common import POWER, on_average
from beamwright.studies.figures.cellfree.utility import utility
from beamwright.studies.figures.grammar import cases, claim, curve

STUDY = utility(
    "fig7",
    "Utility against the power of the access points",
    POWER,
    (1e-3, 1e-2, 1e-1, 1.0, 10.0),
    "the transmit power of an access point",
    claim("The utility rises with the power.", "Section V", "trend", "worst", ">",
          *cases({"antennas move": "moving", "antennas fixed": "fixed", "not robust": "non-robust"}), tolerance=1e-3),
    on_average("Movable antennas beat fixed ones.", ("moving", "fixed")),
    on_average("Robust design pays.", ("moving", "non-robust")),
    claim("The radar's own rate rises with the power.", "Section V", "trend", "sensing", ">=",
          *cases({"antennas move": "moving", "antennas fixed": "fixed"}), tolerance=1e-3),
    claim("With moving antennas the utility rises faster.", "Section V", "change", "worst", ">",
          *cases({"than with fixed ones": ("moving", "fixed"), "than without robustness": ("moving", "non-robust")})),
    more=(curve("no-offset", "no offsets", "robust", offset_range_hz=0.0),),
    remark="More power is more interference for a design that ignores offsets.",
    scale="log",
)  # fmt: skip
