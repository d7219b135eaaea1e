"""Near-field NOMA from a dynamic metasurface antenna, robust to positions that are known up to a ball."""

from beamwright.channels import register_channels
from beamwright.optim.power_allocation import allocate_power
from beamwright.systems.dma_noma.audit.certificate import certify
from beamwright.systems.dma_noma.audit.scorecard import evaluate
from beamwright.systems.dma_noma.methods.baselines import (
    focusing,
    fully_digital,
    non_robust,
    phase_shifters,
    planar_wave,
    zero_forcing,
)
from beamwright.systems.dma_noma.methods.csi_ball import csi_ball
from beamwright.systems.dma_noma.methods.cutting_set import cutting_set
from beamwright.systems.dma_noma.methods.orthogonal import fdma, tdma
from beamwright.systems.dma_noma.methods.published_alternation import published_alternation
from beamwright.systems.dma_noma.methods.quantised import quantised
from beamwright.systems.dma_noma.methods.robust import maximise_guaranteed_rate
from beamwright.systems.dma_noma.physics import (
    BallSinr,
    Verified,
    ball_sinr,
    channel_radii,
    channels,
    csi_error_bound,
    element_positions,
    feed_matrix,
    printed_error_bound,
    verify_rate,
)
from beamwright.systems.dma_noma.scene import Known, Realisation, Scenario, draw
from beamwright.systems.dma_noma.system import METHODS, SYSTEM
from beamwright.systems.dma_noma.types import Access, Certificate, Design, Scorecard

__all__ = [
    "METHODS",
    "SYSTEM",
    "Access",
    "BallSinr",
    "Certificate",
    "Design",
    "Known",
    "Realisation",
    "Scenario",
    "Scorecard",
    "Verified",
    "allocate_power",
    "ball_sinr",
    "certify",
    "channel_radii",
    "channels",
    "csi_ball",
    "csi_error_bound",
    "cutting_set",
    "draw",
    "element_positions",
    "evaluate",
    "fdma",
    "feed_matrix",
    "focusing",
    "fully_digital",
    "maximise_guaranteed_rate",
    "non_robust",
    "phase_shifters",
    "planar_wave",
    "printed_error_bound",
    "published_alternation",
    "quantised",
    "register_channels",
    "tdma",
    "verify_rate",
    "zero_forcing",
]
