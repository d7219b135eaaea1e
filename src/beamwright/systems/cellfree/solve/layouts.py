"""Layouts of antennas as variables of a search: on a line the gaps between them, in a plane their coordinates."""

import jax
import jax.numpy as jnp
import numpy as np

from beamwright.arrays import decode_layout, encode_layout, spread_layout
from beamwright.core import draws
from beamwright.numerics import Values
from beamwright.systems.cellfree.scene import Radio, Scenario

LEAST_GAP = 0.02
"""Share of the room that is spread evenly over a given layout's gaps: a search moves gaps by their logarithms."""
EDGE = 0.98
"""Largest share of the reach at which a given layout in a plane starts: at one the coordinates have no slope."""
SWEEPS, LAST_SWEEPS = 4, 200
"""Sweeps that keep antennas in a plane apart: in every step of a search, and at its end."""


def layout_size(s: Radio, antennas: int) -> int:
    """Variables of the layout of one array."""
    return 2 * antennas if s.planar else antennas + 1


def decoded_layout(s: Radio, variables: Values, reach: Values, spacing: Values, last: bool = False) -> Values:
    """Places (aps, antennas) of variables (aps, layout_size); in a plane reach * sin of each for both coordinates.

    In a plane they keep the spacing but for what sweeps have left, next to nothing for the ``last`` ones.
    """
    if not s.planar:
        return decode_layout(variables, -reach, reach, spacing)
    x, y = jnp.split(reach * jnp.sin(variables), 2, axis=-1)
    return spread_layout(x + 1j * y, reach, spacing, LAST_SWEEPS if last else SWEEPS)


def encoded_layout(s: Scenario, places: np.ndarray) -> np.ndarray:
    """Variables (drops, aps, layout_size) of places (drops, aps, antennas), none of them without slope."""
    if s.planar:
        share = np.concatenate([places.real, places.imag], axis=-1) / max(s.half_region_wavelengths, 1e-300)
        return np.arcsin(np.clip(share, -EDGE, EDGE))
    share = np.exp(encode_layout(places, *s.region_wavelengths, s.spacing_wavelengths))
    share /= share.sum(axis=-1, keepdims=True)
    return np.log((1 - LEAST_GAP) * share + LEAST_GAP / share.shape[-1])


def random_coordinates(keys: jax.Array, starts: int, aps: int, antennas: int) -> np.ndarray:
    """Variables (drops, starts, aps, 2 * antennas) of places anywhere in a square."""
    return np.arcsin(EDGE * draws.uniform(keys, (starts, aps, 2 * antennas), -1.0, 1.0))
