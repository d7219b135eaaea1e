"""Physics: antenna, channels, rates and worst cases, once for everybody, and the nouns that they are written in."""

from beamwright.systems.dma_noma.physics.channel_ball import (
    BallSinr,
    ball_problems,
    ball_sinr,
    channel_radii,
    csi_error_bound,
    printed_error_bound,
)
from beamwright.systems.dma_noma.physics.geometry import (
    channels,
    element_positions,
    feed_matrix,
    reference_waves,
    user_channels,
)
from beamwright.systems.dma_noma.physics.scenario_set import DENSITY, guaranteed_rates, scenario_points
from beamwright.systems.dma_noma.physics.worst_case import Verified, verify_rate
from beamwright.systems.dma_noma.scene import Known, Scenario, checked
from beamwright.systems.dma_noma.types import Access, Design

__all__ = [
    "DENSITY",
    "Access",
    "BallSinr",
    "Design",
    "Known",
    "Scenario",
    "Verified",
    "ball_problems",
    "ball_sinr",
    "channel_radii",
    "channels",
    "checked",
    "csi_error_bound",
    "element_positions",
    "feed_matrix",
    "guaranteed_rates",
    "printed_error_bound",
    "reference_waves",
    "scenario_points",
    "user_channels",
    "verify_rate",
]
