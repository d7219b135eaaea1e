"""Shared parts of the metasurface NOMA studies: the paper, axes, metrics."""

from typing import Any

from beamwright.records import Case, Claim
from beamwright.studies.figures.grammar import axis, claim, outcome
from beamwright.studies.figures.paper import Paper

PAPER = Paper(
    "dma_noma",
    "Y. Xiu, Y. Zhao, S. Yang, Y. Zhang, D. Niyato, H. Du and N. Wei, “Robust Beamforming Design for Near-Field "
    "DMA-NOMA mmWave Communications With Imperfect Position Information”, manuscript.",
    "The source states neither groups, feeds, weights nor pairing; scenes are those of the specification. With 32 "
    "elements the Rayleigh distance is 2.4 m: both rings of users are in the far field.",
)
FIXED_SCENE = "beamwright.studies.figures.dma_noma.scenes:fixed"
NO_DEMANDS: dict[str, Any] = {"rate_near": 0.0, "rate_far": 0.0}
"""Where a study asks what an antenna or a channel does, and no rates."""
ERROR = axis("position_error_m", "Position error", "m")
POWER = axis("power_dbm", "Transmit power", "dBm")
POWERS = (-10.0, 0.0, 10.0, 20.0, 27.0)
VERIFIED = outcome("verified", "Worst sum rate", "bit/s/Hz", least=0.0)
RATES = (
    VERIFIED,
    outcome("guaranteed", "Guaranteed sum rate", "bit/s/Hz", least=0.0),
    outcome("gap", "Guaranteed less verified", "bit/s/Hz"),
    outcome("mean", "Mean sum rate", "bit/s/Hz", least=0.0),
    outcome("radial", "Worst sum rate, radial errors", "bit/s/Hz", least=0.0),
    outcome("tangential", "Worst sum rate, tangential errors", "bit/s/Hz", least=0.0),
)
"""A design whose required rates were out of reach still has the rates it has."""


def guarantees_hold(*cases: Case) -> Claim:
    """The claim that what a design guarantees, the adversary finds too."""
    text = "Guaranteed rates hold against the dense adversary within 0.3 bit/s/Hz."
    return claim(text, "spec, section 4", "every", "gap", "<=", *cases, against=0.3)
