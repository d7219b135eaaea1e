"""Figure 8: utility against the carrier offset."""

from beamwright.studies.figures.cellfree.common import RANGE, on_average
from beamwright.studies.figures.cellfree.utility import utility
from beamwright.studies.figures.grammar import case, claim

STUDY = utility(
    "fig8",
    "Utility against the carrier offset",
    RANGE,
    (0.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0),
    "Worst-case utility and least radar SINR against the largest difference of two carriers; mean over scenes with its "
    "95 % confidence band.",
    claim("Carrier offsets lower the utility.", "Section V", "mean", "worst", "<",
          case("non-robust", "not robust, 500 Hz", offset_range_hz=500.0), against="nominal"),
    claim("The robust design loses little.", "Section V", "mean", "worst", ">",
          case("moving", "4000 Hz", offset_range_hz=4000.0), against=18.0, note="Read as: above 18 bit/s/Hz."),
    on_average("Movable antennas beat fixed ones.", ("moving", "fixed")),
    on_average("Robust design pays wherever there is an offset.", ("moving", "non-robust"),
               offset_range_hz=(125.0, 4000.0)),
)  # fmt: skip
