"""Where antennas are, and how a wave meets them."""

from beamwright.arrays.linear import linear_positions, steering_vectors
from beamwright.arrays.metasurface import centred_positions, edge_feeds, hologram, reference_wave, waveguides
from beamwright.arrays.planar import near_square, planar_positions, plane_wave, unit_vectors
from beamwright.arrays.spherical import distances_m, phasor, planar_distances_m, rayleigh_distance_m, spherical_wave

__all__ = [
    "centred_positions",
    "distances_m",
    "edge_feeds",
    "hologram",
    "linear_positions",
    "near_square",
    "phasor",
    "planar_distances_m",
    "planar_positions",
    "plane_wave",
    "rayleigh_distance_m",
    "reference_wave",
    "spherical_wave",
    "steering_vectors",
    "unit_vectors",
    "waveguides",
]
