"""Antennas that move in a square: anywhere inside it, at least a spacing apart. Places x + j y in wavelengths, complex.

Layouts that keep the spacing are no convex set, and no smooth coordinates reach all of them. ``spread_layout`` moves
pairs that are too close apart along the line between them, all pairs at once, again and again: a layout that keeps the
spacing stays as it is, one that does not is moved little, and what is left of the overlaps halves with every sweep
where there is room. Where there is none they remain, which ``least_distance`` tells.
"""

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.arrays.planar import near_square
from beamwright.numerics import Values, namespace, square_modulus

_TINY = 1e-30
"""Added to squares under a root, which has no slope at zero."""


def square_layout(antennas: int, low: float, high: float, spacing: float = 0.5) -> np.ndarray:
    """(antennas,) complex: a fixed array of near-square rows and columns in the middle of the square, rows along x."""
    columns, rows = near_square(antennas)
    column, row = np.divmod(np.arange(antennas), rows)
    away = column - (columns - 1) / 2 + 1j * (row - (rows - 1) / 2)
    return (low + high) / 2 * (1 + 1j) + spacing * away


def least_distance(places: Values) -> Values:
    """(...) least distance of two of the places (..., n), infinite for one."""
    xp = namespace(places)
    apart = xp.sqrt(square_modulus(places[..., :, None] - places[..., None, :]))
    return xp.min(apart + np.diag(np.full(places.shape[-1], np.inf)), axis=(-2, -1))


def spread_layout(places: Array, reach: Values, spacing: Values, sweeps: int) -> Array:
    """Places (..., n) inside the square [-reach, reach]^2, pairs moved apart to the spacing. Traceable, differentiable.

    z_i += sum_j (spacing - |z_i - z_j|)^+ / 2 (z_i - z_j) / |z_i - z_j|,   then clipped,   ``sweeps`` times.
    """
    others = 1 - np.eye(places.shape[-1])

    def sweep(_: int, z: Array) -> Array:
        away = z[..., :, None] - z[..., None, :]
        apart = jnp.sqrt(square_modulus(away) + _TINY)
        lack = others * jnp.maximum(0.0, spacing - apart) / 2
        return inside(z + jnp.sum(lack / apart * away, axis=-1))

    def inside(z: Array) -> Array:
        return jnp.clip(z.real, -reach, reach) + 1j * jnp.clip(z.imag, -reach, reach)

    return lax.fori_loop(0, sweeps, sweep, inside(places))


def as_plane(xy: np.ndarray) -> np.ndarray:
    """Complex numbers x + j y of (..., xy)."""
    return xy[..., 0] + 1j * xy[..., 1]


def as_xy(places: np.ndarray) -> np.ndarray:
    """(..., xy) of complex numbers x + j y."""
    return np.stack([places.real, places.imag], axis=-1)
