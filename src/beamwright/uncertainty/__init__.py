"""Uncertainty of the designer: sets of errors, distributions, and draws from them."""

from beamwright.uncertainty.channel_error import channel_error, channel_error_bound
from beamwright.uncertainty.csi_ball import sample_ball
from beamwright.uncertainty.offset_box import (
    ALL_VERTICES_UP_TO,
    offset_phasors,
    offset_range_of,
    offset_samples,
    offset_vertices,
)
from beamwright.uncertainty.phase_noise import mean_phasor, sample_von_mises, von_mises_angles
from beamwright.uncertainty.position_ball import (
    MIRROR,
    Directions,
    ball_frame,
    position_scenarios,
    sample_position_ball,
    scenario_count,
    verification_positions,
)

__all__ = [
    "ALL_VERTICES_UP_TO",
    "MIRROR",
    "Directions",
    "ball_frame",
    "channel_error",
    "channel_error_bound",
    "mean_phasor",
    "offset_phasors",
    "offset_range_of",
    "offset_samples",
    "offset_vertices",
    "position_scenarios",
    "sample_ball",
    "sample_position_ball",
    "sample_von_mises",
    "scenario_count",
    "verification_positions",
    "von_mises_angles",
]
