"""Positions within a ball: sets that find the worst of them, and dense ones that check (spec dma_noma, section 4).

A channel turns by its phase within a fraction of a wavelength, but gains only depend on what an array can resolve:
across the line of sight lambda r / D, along it far more. The sets follow that.

An ellipsoid about the line of sight stands wherever a ball does: its semi-axes (..., 3) along u_r, u_t and u_z of
``ball_frame`` instead of a radius, and all that is in units of the radius is stretched to them.
"""

from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import numbered_keys, require, root_key

Directions = Literal["all", "radial", "tangential"]
"""Where errors may point: anywhere, along the line of sight, or across it (horizontally)."""
MOST_ACROSS = 20
"""Positions to either side across the line of sight, at most."""


def ball_frame(positions_m: np.ndarray) -> np.ndarray:
    """(..., 3, 3): rows u_r away from the origin, u_t horizontal across it, u_z = u_r x u_t."""
    radial = positions_m / np.linalg.norm(positions_m, axis=-1, keepdims=True)
    across = np.cross(np.array([0.0, 0.0, 1.0]), radial)
    size = np.linalg.norm(across, axis=-1, keepdims=True)
    across = np.where(size > 1e-9, across / np.where(size > 1e-9, size, 1.0), np.array([0.0, 1.0, 0.0]))
    return np.stack([radial, across, np.cross(radial, across)], axis=-2)


def position_scenarios(
    positions_m: ArrayLike,
    radius_m: float | np.ndarray,
    aperture_m: float,
    wavelength_m: float,
    density: float = 8.0,
    panel: bool = False,
    directions: Directions = "all",
) -> tuple[np.ndarray, np.ndarray]:
    """The set S1: estimate first, then positions on a disc through it, dense across the line of sight.

    n = ceil(density radius aperture / (r lambda)), between 1 and 20. Points at s radius u_t for 2n + 1 values of s in
    [-1, 1]; where n > 1 and |s| < 0.8 also both points of the rim, +- sqrt(1 - s^2) radius u_r from them; +- radius
    u_r; for a panel +- radius u_z and both rims in the plane of u_t and u_z.

    Args:    positions_m (..., 3) estimates; radius_m >= 0, or semi-axes (..., 3), of which n has the horizontal one;
             aperture_m horizontal extent of the array; directions restricts the errors to one line.
    Returns: points (..., S, 3), shorter sets filled up with their estimate, and how many count (...).
    Raises:  ValueError naming the argument.
    """
    positions = _checked(positions_m, radius_m, directions)
    require(density > 0, "density", "be > 0", density)
    flat = positions.reshape(-1, 3)
    axes = np.broadcast_to(radius_m, positions.shape).reshape(-1, 3)
    reach = np.linalg.norm(flat, axis=-1)
    across = np.clip(np.ceil(density * axes[:, 1] * aperture_m / (reach * wavelength_m)), 1, MOST_ACROSS).astype(int)
    offsets = {
        n: _offsets(n, panel, directions) if np.any(axes > 0) else np.zeros((1, 3)) for n in set(across.tolist())
    }
    count = np.array([len(offsets[n]) for n in across.tolist()], int)
    filled = np.zeros((len(flat), count.max(initial=1), 3))
    for row, n in zip(filled, across.tolist(), strict=True):
        row[: len(offsets[n])] = offsets[n]
    points = flat[:, None] + (axes[:, None] * filled) @ ball_frame(flat)
    shape = positions.shape[:-1]
    return points.reshape(*shape, -1, 3), count.reshape(shape)


def _offsets(n: int, panel: bool, directions: Directions) -> np.ndarray:
    """In units of the radius, coordinates (r, t, z)."""
    line = np.linspace(-1, 1, 2 * n + 1)
    zero = np.zeros_like(line)
    tangential = np.stack([zero, line, zero], axis=-1)
    ends = np.array([[1.0, 0, 0], [-1.0, 0, 0]])
    centre = np.zeros((1, 3))
    if directions == "radial":
        sets = [np.stack([line, zero, zero], axis=-1)]
    elif directions == "tangential":
        sets = [tangential]
    else:
        inner = line[np.abs(line) < 0.8] if n > 1 else line[:0]
        rim = np.sqrt(1 - inner**2)
        sets = [tangential, ends]
        sets += [np.stack([sign * rim, inner, np.zeros_like(inner)], axis=-1) for sign in (1, -1)]
        if panel:
            s = np.linspace(-0.9, 0.9, 2 * n + 1)
            sets += [ends[:, [1, 2, 0]]]
            sets += [np.stack([np.zeros_like(s), s, sign * np.sqrt(1 - s**2)], axis=-1) for sign in (1, -1)]
    offsets = np.concatenate([centre, *sets])
    _, first = np.unique(np.round(offsets, 12), axis=0, return_index=True)
    return offsets[np.sort(first)]


def verification_positions(
    positions_m: ArrayLike,
    radius_m: float | np.ndarray,
    numbers: ArrayLike,
    seed: int = 0,
    directions: Directions = "all",
    inside: int = 2000,
    surface: int = 1000,
    line: int = 200,
) -> np.ndarray:
    """Dense positions to check a design with: random in the ball and on its sphere, lines along u_t and u_r.

    Args:    positions_m (drops, users, 3); radius_m, or semi-axes (drops, users, 3); numbers (drops,): drop number i
             draws from fold_in(key(seed), i).
    Returns: (drops, users, inside + surface + 2 line, 3); restricted directions: (drops, users, 2 line, 3).
    Raises:  ValueError naming the argument.
    """
    positions = _checked(positions_m, radius_m, directions)
    steps = np.linspace(-1, 1, 2 * line if directions != "all" else line)[:, None]
    frame = ball_frame(positions)
    along = {"radial": frame[..., None, 0, :] * steps, "tangential": frame[..., None, 1, :] * steps}
    if directions != "all":
        return _moved(positions, along[directions], radius_m)
    keys = numbered_keys(root_key(seed), np.asarray(numbers))
    random = np.asarray(_in_and_on(keys, positions.shape[1], inside, surface))
    offsets = np.concatenate([random, along["tangential"], along["radial"]], axis=-2)
    return _moved(positions, offsets, radius_m)


def sample_position_ball(positions_m: ArrayLike, radius_m: float | np.ndarray, keys: jax.Array) -> np.ndarray:
    """One true position per estimate (drops, users, 3), uniform in its ball or ellipsoid, one key per drop."""
    positions = _checked(positions_m, radius_m, "all")
    return _moved(positions, np.asarray(_in_and_on(keys, positions.shape[1], 1, 0)), radius_m)[..., 0, :]


def _moved(positions: np.ndarray, offsets: np.ndarray, radius_m: float | np.ndarray) -> np.ndarray:
    """Positions (..., 3) moved by offsets (..., count, 3) of a unit ball: times the radius, or stretched."""
    if np.ndim(radius_m) == 0:
        return positions[..., None, :] + radius_m * offsets
    frame = ball_frame(positions)
    stretched = (offsets @ np.swapaxes(frame, -1, -2)) * np.asarray(radius_m)[..., None, :]
    return positions[..., None, :] + stretched @ frame


@partial(jax.jit, static_argnums=(1, 2, 3))
def _in_and_on(keys: jax.Array, users: int, inside: int, surface: int) -> jax.Array:
    """Uniform in the unit ball, then on its sphere: (drops, users, inside + surface, 3)."""

    def drop(key: jax.Array) -> jax.Array:
        first, second = jax.random.split(key)
        normal = jax.random.normal(first, (users, inside + surface, 3))
        direction = normal / jnp.linalg.norm(normal, axis=-1, keepdims=True)
        radius = jnp.cbrt(jax.random.uniform(second, (users, inside, 1)))
        return direction * jnp.concatenate([radius, jnp.ones((users, surface, 1))], axis=1)

    return jax.vmap(drop)(keys)


def _checked(positions_m: ArrayLike, radius_m: float | np.ndarray, directions: str) -> np.ndarray:
    positions = np.asarray(positions_m, float)
    require(positions.ndim >= 1 and positions.shape[-1] == 3, "positions_m", "have axes (... 3)", positions.shape)
    require(bool(np.isfinite(positions).all()), "positions_m", "be finite", "NaN or infinity")
    shape = np.shape(radius_m)
    require(shape in ((), positions.shape), "radius_m", f"be one number or semi-axes {positions.shape}", shape)
    require(bool(np.all(np.asarray(radius_m) >= 0)), "radius_m", "be >= 0", np.min(radius_m))
    away, reach = np.linalg.norm(positions, axis=-1), np.broadcast_to(radius_m, positions.shape).max(axis=-1)
    rule = f"be farther from the origin than radius_m, {reach.max(initial=0):g} m"
    require(bool((away > reach).all()), "positions_m", rule, f"{away.min(initial=np.inf):g} m")
    known = ("all", "radial", "tangential")
    require(directions in known, "directions", f"be one of {', '.join(known)}", repr(directions))
    return positions
