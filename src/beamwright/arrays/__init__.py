"""Where antennas are, and how a wave meets them."""

from beamwright.arrays.linear import linear_positions, steering_vectors

__all__ = ["linear_positions", "steering_vectors"]
