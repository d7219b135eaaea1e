"""Where a target may be that is assumed at a place with an error: a sample of the disc, and the paths to each.

Echoes at another place have other directions and path losses, which change over metres, and other phases, which turn
within centimetres. A sample of places sees the former; what is counted for the latter is in ``model`` (any phases).
"""

import numpy as np

from beamwright.arrays import as_plane
from beamwright.channels import power_law
from beamwright.systems.cellfree import sizes
from beamwright.systems.cellfree.physics import model
from beamwright.systems.cellfree.scene import ECHO_EXPONENT, Scenario

RINGS, DENSE_RINGS = 1, sizes.RINGS
"""Rings of places around the assumed one: in a search (7 places), and in a certificate (91)."""


def sample_places(s: Scenario, rings: int) -> np.ndarray:
    """(places, 2) in units of the radius: the assumed place first, 6 i places on ring i, the last of which is the edge.
    One place where the target's is known."""
    places = [np.zeros((1, 2))]
    for ring in range(1, rings + 1 if s.displaced else 1):
        turn = 2 * np.pi * np.arange(6 * ring) / (6 * ring)
        places.append(ring / rings * np.stack([np.cos(turn), np.sin(turn)], axis=-1))
    return np.concatenate(places)


def placed_paths(s: Scenario, paths: model.Paths, places: np.ndarray) -> model.Paths:
    """Paths (drops, ...) with the echoes of places (places, 2) or (drops, places, 2) in the place of targets.

    Of the scenario's geometry: echoes change by the path losses and phases of the ways there, directions by as much as
    there. The phase of a way's length counts in full. As they are where the target's place is known.
    """
    if not s.displaced:
        return paths
    (aps, axes), assumed = s.aps_m, s.targets_m[0]
    away = assumed + s.target_error_m * places[..., None, :] - aps  # (..., places, aps, 2)
    before, far = np.linalg.norm(assumed - aps, axis=-1), np.linalg.norm(away, axis=-1)
    leg = np.sqrt(power_law(far, ECHO_EXPONENT) / power_law(before, ECHO_EXPONENT))
    leg = leg * np.exp(-2j * np.pi * (far - before) / s.wavelength_m)
    here, there = as_plane(assumed - aps) / np.maximum(before, 1e-9), as_plane(away) / np.maximum(far, 1e-9)
    if s.planar:
        cosine = paths.target_cosine * (there / here)
    else:
        axis = np.conj(as_plane(axes))
        cosine = np.clip(paths.target_cosine + ((there - here) * axis).real, -1, 1)
    sight = paths.sight
    if s.metric == "position":
        sight = np.broadcast_to(s.sight_of(away), (*cosine.shape, 2))
    return paths._replace(
        echo_gain=paths.echo_gain * leg[..., :, None] * leg[..., None, :], target_cosine=cosine, sight=sight
    )
