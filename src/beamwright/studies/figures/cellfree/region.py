"""The study ``region``: utility against the region of the antennas."""

from beamwright.studies.figures.cellfree.common import REGION
from beamwright.studies.figures.cellfree.utility import utility
from beamwright.studies.figures.grammar import case, claim

STUDY = utility(
    "region",
    "Utility against the region of the antennas",
    REGION,
    (0.75, 1.0, 1.5, 2.0, 3.0, 4.0),
    "half of the region in which antennas may move, four transmit antennas per access point",
    claim(
        "A larger region gives a higher utility.", "Section V", "mean", "worst", ">",
        *(case("moving", f"moving antennas against fixed ones, {half:g} wavelengths", "fixed",
               half_region_wavelengths=half) for half in (1.0, 2.0, 4.0)),
        note="At 0.75 wavelengths there is no room to move, and both are the same.",
    ),
    claim("A larger region never gives less than a smaller one.", "Section V", "trend", "worst", ">=",
          case("moving", "step by step"), tolerance=5e-3,
          note="What fits into a region fits into a larger one: a fall is the search's. Read as: by more than 0.5 %."),
    claim("A region of four wavelengths gives more than one of one.", "Section V", "change", "worst", ">",
          case("moving", "four against one", half_region_wavelengths=(1.0, 4.0))),
    names=("moving", "fixed", "silence"),
    tx_antennas=4,
)  # fmt: skip
