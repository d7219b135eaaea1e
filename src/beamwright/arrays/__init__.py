"""Antenna arrays: positions of the elements and their response to a wave."""

from beamwright.arrays.linear import linear_positions, steering_vectors
from beamwright.arrays.metasurface import (
    REFRACTION,
    centred_positions,
    edge_feeds,
    hologram,
    lorentzian,
    phase_hologram,
    reference_wave,
    waveguides,
)
from beamwright.arrays.movable import centred_layout, decode_layout, encode_layout, project_layout, require_room
from beamwright.arrays.movable_plane import as_plane, as_xy, least_distance, spread_layout, square_layout
from beamwright.arrays.patterns import cosine_pattern
from beamwright.arrays.planar import near_square, planar_positions, plane_wave, unit_vectors
from beamwright.arrays.spherical import (
    distances_m,
    planar_distances_m,
    rayleigh_distance_m,
    spherical_wave,
)

__all__ = [
    "REFRACTION",
    "as_plane",
    "as_xy",
    "centred_layout",
    "centred_positions",
    "cosine_pattern",
    "decode_layout",
    "distances_m",
    "edge_feeds",
    "encode_layout",
    "hologram",
    "least_distance",
    "linear_positions",
    "lorentzian",
    "near_square",
    "phase_hologram",
    "planar_distances_m",
    "planar_positions",
    "project_layout",
    "plane_wave",
    "rayleigh_distance_m",
    "reference_wave",
    "require_room",
    "spherical_wave",
    "spread_layout",
    "square_layout",
    "steering_vectors",
    "unit_vectors",
    "waveguides",
]
