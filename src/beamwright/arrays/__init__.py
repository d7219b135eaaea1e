"""Where antennas are, and how a wave meets them."""

from beamwright.arrays.linear import linear_positions, steering_vectors
from beamwright.arrays.planar import near_square, planar_positions, plane_wave, unit_vectors

__all__ = [
    "linear_positions",
    "near_square",
    "planar_positions",
    "plane_wave",
    "steering_vectors",
    "unit_vectors",
]
