"""Figure 8: utility against the carrier offset."""

from beamwright.studies.figures.cellfree.common import RANGE, on_average
from beamwright.studies.figures.cellfree.utility import utility
from beamwright.studies.figures.grammar import case, cases, claim

STUDY = utility(
    "fig8",
    "Utility against the carrier offset",
    RANGE,
    (0.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0),
    "the largest difference of two carriers",
    claim("Carrier offsets lower the utility.", "Section V", "mean", "worst", "<",
          case("non-robust", "not robust, 500 Hz", offset_range_hz=500.0), against="nominal"),
    claim("The robust design loses little.", "Section V", "mean", "worst", ">",
          case("moving", "4000 Hz", offset_range_hz=4000.0), against=18.0, note="Read as: above 18 bit/s/Hz."),
    on_average("Movable antennas beat fixed ones.", ("moving", "fixed")),
    on_average("Robust design pays wherever there is an offset.", ("moving", "non-robust"),
               offset_range_hz=(125.0, 4000.0)),
    claim("The robust design falls least from no offsets to the largest.", "Section V", "change", "worst", ">",
          *cases({"than fixed arrays": ("moving", "fixed"), "than without robustness": ("moving", "non-robust")})),
    claim("It radiates from at most two of four access points.", "ours", "every", "loud", "<=",
          case("moving", "antennas move, 250 Hz and more", offset_range_hz=(250.0, 4000.0)),
          case("fixed", "antennas fixed, 250 Hz and more", offset_range_hz=(250.0, 4000.0)),
          case("moving", "antennas move, 125 Hz", offset_range_hz=125.0), against=2.0,
          note="How robustness is achieved: who radiates alone cannot drift against others. Loud: 1 % of the power."),
    claim("So does a design that ignores offsets.", "ours", "every", "loud", "<=",
          case("non-robust", "not robust"), against=2.0),
    scale="log",
)  # fmt: skip
