"""Shared parts of the STAR-RIS studies: the paper, axes, metrics, scenes."""

from typing import Any

from beamwright.records import Case, Claim
from beamwright.studies.figures.grammar import axis, claim, metric
from beamwright.studies.figures.paper import Paper

PAPER = Paper(
    "star_ris",
    "A. B. M. Adam, M. A. M. Elhassan, E. M. Diallo and M. A. Ouamri, “Interference Mitigation in STAR-RIS-Aided "
    "Multi-User Networks with Statistical CSI”, manuscript.",
)
RATES_NOTE = (
    "The source gives neither geometry, powers nor precoder, so this judges its statements on the scene of the "
    "specification, not its curves. One kind of precoder per curve, recomputed for the final phases."
)
ELEMENTS = axis("elements", "Surface elements")
SNR = axis("snr_db", "Power over noise power", "dB")
SUM_RATE = metric("sum_rate", "Sum rate", "bit/s/Hz")
RATES = (
    SUM_RATE,
    metric("min_rate", "Least rate", "bit/s/Hz"),
    metric("interference_db", "Interference over noise", "dB"),
    metric("iterations", "Iterations"),
)
SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "open": ("direct link", {}),
    "blocked": ("direct link 20 dB weaker", {"direct_loss_db": 20.0}),
    "paths": ("the same, four paths to the surface", {"direct_loss_db": 20.0, "surface_paths": 4}),
}
"""Title and settings of each scene that figures 3 and 4 are drawn for."""


def higher_rate(text: str, source: str, *cases: Case, note: str = "") -> Claim:
    """The claim that one design's mean sum rate is higher than another's on the same scenes."""
    return claim(text, source, "mean", "sum_rate", ">", *cases, note=note)
