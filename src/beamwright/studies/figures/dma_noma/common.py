"""Shared parts of the metasurface NOMA studies: the paper, axes, metrics."""

from beamwright.records import Axis, Metric

SYSTEM = "beamwright.systems.dma_noma"
MEASURES = "beamwright.studies.figures.dma_noma.measures"
SCENES = "beamwright.studies.figures.dma_noma.scenes"
SOURCE = (
    "Y. Xiu, Y. Zhao, S. Yang, Y. Zhang, D. Niyato, H. Du and N. Wei, “Robust Beamforming Design for Near-Field "
    "DMA-NOMA mmWave Communications With Imperfect Position Information”, manuscript."
)
NOTE = (
    "The source states neither groups, feeds, weights nor pairing; scenes are those of the specification. With 32 "
    "elements the Rayleigh distance is 2.4 m: both rings of users are in the far field."
)
NO_DEMANDS = {"rate_near": 0.0, "rate_far": 0.0}
"""Where a study asks what an antenna or a channel does, and no rates."""
ERROR = Axis(name="position_error_m", label="Position error", unit="m")
POWER = Axis(name="power_dbm", label="Transmit power", unit="dBm")
VERIFIED = Metric(name="verified", label="Worst sum rate", unit="bit/s/Hz", every_status=True)
RATES = (
    VERIFIED,
    Metric(name="guaranteed", label="Guaranteed sum rate", unit="bit/s/Hz", every_status=True),
    Metric(name="gap", label="Guaranteed less verified", unit="bit/s/Hz", every_status=True),
    Metric(name="mean", label="Mean sum rate", unit="bit/s/Hz", every_status=True),
    Metric(name="radial", label="Worst sum rate, radial errors", unit="bit/s/Hz", every_status=True),
    Metric(name="tangential", label="Worst sum rate, tangential errors", unit="bit/s/Hz", every_status=True),
)
"""A design whose required rates were out of reach still has the rates it has."""
