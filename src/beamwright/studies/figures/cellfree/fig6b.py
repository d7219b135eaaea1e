"""Figure 6, its other half: utility against the region of the antennas."""

from beamwright.studies.figures.cellfree.common import REGION
from beamwright.studies.figures.cellfree.utility import utility
from beamwright.studies.figures.grammar import case, claim

STUDY = utility(
    "fig6b",
    "Utility against the region of the antennas",
    REGION,
    (0.75, 1.0, 1.5, 2.0, 3.0, 4.0),
    "Worst-case utility and least radar SINR against half of the region in which antennas may move, four transmit "
    "antennas per access point; mean over scenes with its 95 % confidence band.",
    claim(
        "A larger region gives a higher utility.", "Section V", "mean", "worst", ">",
        *(case("moving", f"moving antennas against fixed ones, {half:g} wavelengths", "fixed",
               half_region_wavelengths=half) for half in (1.0, 2.0, 4.0)),
        note="At 0.75 wavelengths there is no room to move, and both are the same.",
    ),
    names=("moving", "fixed", "silence"),
    tx_antennas=4,
)  # fmt: skip
