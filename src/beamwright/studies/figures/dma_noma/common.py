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
DISTANCE = axis("near_range_m", "Distance of near users", "m")
FAR_DISTANCE = axis("far_range_m", "Distance of far users", "m")
SIZE = axis("columns", "Elements")
POWERS = (-10.0, 0.0, 10.0, 20.0, 27.0)
BY_POWER = tuple((power, 10.0, 15.0) for power in POWERS)
BY_DISTANCE = tuple((27.0, d - 2.5, d + 2.5) for d in (7.5, 10.0, 12.5, 16.0, 20.0))
"""Points of power and of the distances of near and far users, 5 m apart."""
VERIFIED = outcome("verified", "Worst sum rate", "bit/s/Hz", least=0.0)
RATES = (
    VERIFIED,
    outcome("guaranteed", "Guaranteed sum rate", "bit/s/Hz", least=0.0),
    outcome("gap", "Guaranteed less verified", "bit/s/Hz"),
    outcome("near", "Worst sum rate of near users", "bit/s/Hz", least=0.0),
    outcome("far", "Worst sum rate of far users", "bit/s/Hz", least=0.0),
    outcome("mean", "Mean sum rate", "bit/s/Hz", least=0.0),
    outcome("radial", "Worst sum rate, radial errors", "bit/s/Hz", least=0.0),
    outcome("tangential", "Worst sum rate, tangential errors", "bit/s/Hz", least=0.0),
    outcome("near_errors", "Worst sum rate, near users' errors", "bit/s/Hz", least=0.0),
    outcome("far_errors", "Worst sum rate, far users' errors", "bit/s/Hz", least=0.0),
    outcome("kept", "Worst sum rate over that at the estimates", least=0.0),
    outcome("radial_kept", "The same for radial errors", least=0.0),
    outcome("interference_db", "Largest interference over noise", "dB"),
    outcome("order_db", "Near over far users' noise over gain", "dB"),
)
"""A design whose required rates were out of reach still has the rates it has."""


def guarantees_hold(*cases: Case) -> Claim:
    """The claim that what a design guarantees, the adversary finds too."""
    text = "Guaranteed rates hold against the dense adversary within 0.05 bit/s/Hz."
    return claim(text, "spec, section 4", "every", "gap", "<=", *cases, against=0.05)
