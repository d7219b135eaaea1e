"""Judges of any design, also of one made elsewhere."""

from beamwright.metrics.beam_pattern import pattern_w
from beamwright.metrics.detection import Target, detection_probability, required_radar_sinr
from beamwright.metrics.position_bound import Offsets, PositionBound, ResourceGrid, position_bound
from beamwright.metrics.rates import equivalent_sinr, qpsk_information, slot_sinr, spectral_efficiency
from beamwright.metrics.sinr import beam_gains, covariance_gains, least_over_users, sinr_after_cancellation

__all__ = [
    "Offsets",
    "Target",
    "detection_probability",
    "required_radar_sinr",
    "PositionBound",
    "ResourceGrid",
    "position_bound",
    "beam_gains",
    "covariance_gains",
    "equivalent_sinr",
    "least_over_users",
    "pattern_w",
    "sinr_after_cancellation",
    "qpsk_information",
    "slot_sinr",
    "spectral_efficiency",
]
