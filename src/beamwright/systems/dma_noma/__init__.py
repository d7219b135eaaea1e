"""Near-field NOMA from a dynamic metasurface antenna, robust to positions that are known up to a ball."""

from beamwright.optim.power_allocation import allocate_power
from beamwright.systems.dma_noma.adversary import Verified, verify_rate
from beamwright.systems.dma_noma.baselines import (
    fdma,
    focusing,
    fully_digital,
    non_robust,
    planar_wave,
    tdma,
    zero_forcing,
)
from beamwright.systems.dma_noma.certificate import certify
from beamwright.systems.dma_noma.channel_ball import (
    BallSinr,
    ball_sinr,
    channel_radii,
    csi_ball,
    csi_error_bound,
    printed_error_bound,
)
from beamwright.systems.dma_noma.cutting_set import cutting_set
from beamwright.systems.dma_noma.geometry import channels, element_positions, feed_matrix
from beamwright.systems.dma_noma.guaranteed import first_order, maximise_guaranteed_rate
from beamwright.systems.dma_noma.realisation import Realisation, draw
from beamwright.systems.dma_noma.results import Access, Certificate, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.scorecard import Scorecard, evaluate
from beamwright.systems.dma_noma.system import METHODS, SYSTEM

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
    "first_order",
    "focusing",
    "fully_digital",
    "maximise_guaranteed_rate",
    "non_robust",
    "planar_wave",
    "printed_error_bound",
    "tdma",
    "verify_rate",
    "zero_forcing",
]
