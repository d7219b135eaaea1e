"""Positions within a ball: sets that find the worst of them, and dense ones that check (spec dma_noma, section 4).

A channel turns by its phase within a fraction of a wavelength, but gains only depend on what an array can resolve:
across the line of sight lambda r / D, along it far more. The sets follow that.

An ellipsoid about the line of sight stands wherever a ball does: its semi-axes (..., 3) along u_r, u_t and u_z of
``ball_frame`` instead of a radius, and all that is in units of the radius is stretched to them.
"""

from typing import Literal

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import draws, numbered_keys, require, root_key

Directions = Literal["all", "radial", "tangential"]
"""Where errors may point: anywhere, along the line of sight, or across it (horizontally)."""
MIRROR = np.array([1.0, -1.0, 1.0])
"""What exchanges left and right."""


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
    extent_m: tuple[float, float],
    wavelength_m: float,
    density: float = 8.0,
    directions: Directions = "all",
) -> tuple[np.ndarray, np.ndarray]:
    """The set S1: estimate first, then positions of the ball as dense as an aperture can tell them apart.

    The phase across an aperture of extent D turns by 2 pi D t / (r lambda) when its user moves by t across the line of
    sight, and bends by 2 pi D^2 q / (4 r^2 lambda) when he moves by q along it (Fresnel). So with
    n = max(1, ceil(density radius D / (r lambda))), horizontally and vertically, and
    n_r = max(1, ceil(density radius D^2 / (4 r^2 lambda))):

        2 n + 1 positions from rim to rim across the line of sight; for a panel a lattice of these within the disc and
        8 ceil(0.75 n) positions on its rim; n_r positions to either side along the line of sight.

    Worst cases lie at the rim of the disc, where nulls are left and own beams fall. What lies between is for the dense
    adversary to find (spec dma_noma, section 4: its rims along the line of sight are not needed then).

    Args:    positions_m (..., 3) estimates; radius_m >= 0, or semi-axes (..., 3) along u_r, u_t, u_z; extent_m
             horizontal and vertical extent of the array, zero for a line; directions restricts the errors to one line.
    Returns: points (..., S, 3), shorter sets filled up with their estimate, and how many count (...).
    Raises:  ValueError naming the argument.
    """
    positions = _checked(positions_m, radius_m, directions)
    require(density > 0, "density", "be > 0", density)
    flat = positions.reshape(-1, 3)
    axes = np.broadcast_to(radius_m, positions.shape).reshape(-1, 3)
    if np.any(axes > 0):
        cells = _cells(np.linalg.norm(flat, axis=-1), axes, extent_m, wavelength_m, density)
    else:
        cells = np.zeros((len(flat), 3), int)
    offsets = {cell: _offsets(cell, directions) for cell in set(map(tuple, cells.tolist()))}
    count = np.array([len(offsets[cell]) for cell in map(tuple, cells.tolist())], int)
    filled = np.zeros((len(flat), count.max(initial=1), 3))
    for row, cell in zip(filled, map(tuple, cells.tolist()), strict=True):
        row[: len(offsets[cell])] = offsets[cell]
    points = flat[:, None] + (axes[:, None] * filled) @ ball_frame(flat)
    shape = positions.shape[:-1]
    return points.reshape(*shape, -1, 3), count.reshape(shape)


def _cells(
    reach_m: np.ndarray, axes_m: np.ndarray, extent_m: tuple[float, float], wavelength_m: float, density: float
) -> np.ndarray:
    """Cells n (..., 3) to either side of an estimate at a distance: along, horizontally and vertically across.

    At most 2^31, which no memory holds.
    """
    turn = [density * axes_m[..., 1 + i] * extent_m[i] / (reach_m * wavelength_m) for i in (0, 1)]
    bend = density * axes_m[..., 0] * np.hypot(*extent_m) ** 2 / (4 * reach_m**2 * wavelength_m)
    least = [1, 1, int(extent_m[1] > 0)]
    cells = [np.clip(np.ceil(n), k, 2.0**31) for n, k in zip((bend, *turn), least, strict=True)]
    return np.stack(cells, axis=-1).astype(int)


def scenario_count(
    positions_m: np.ndarray,
    radius_m: float | np.ndarray,
    extent_m: tuple[float, float],
    wavelength_m: float,
    density: float,
) -> float:
    """Positions (about) of the largest set of ``position_scenarios``, before anything is allocated."""
    flat = positions_m.reshape(-1, 3)
    axes, reach = np.broadcast_to(radius_m, positions_m.shape).reshape(-1, 3), np.linalg.norm(flat, axis=-1)
    if not np.any(axes > 0):
        return 1.0
    along, across, up = _cells(np.maximum(reach, 1e-300), axes, extent_m, wavelength_m, density).astype(float).T
    disc = np.where(up > 0, np.pi / 4 * (2 * across + 1) * (2 * up + 1) + 6 * np.maximum(across, up), 2 * across + 1)
    return float(np.max(disc + 2 * along, initial=1.0))


def _offsets(cell: tuple[int, ...], directions: Directions) -> np.ndarray:
    """In units of the radius, coordinates (r, t, z), the estimate first; without cells the estimate alone."""
    lines, (_, across, up) = [np.arange(-n, n + 1) / max(n, 1) for n in cell], cell
    radial, tangential = (np.outer(line, axis) for line, axis in zip(lines, np.eye(3)[:2], strict=False))
    sets = {"radial": [radial], "tangential": [tangential]}.get(directions, [radial, tangential])
    if up and directions == "all":
        t, z = (grid.ravel() for grid in np.meshgrid(*lines[1:]))
        disc = np.stack([np.zeros_like(t), t, z], axis=-1)[t**2 + z**2 < 1 - 1e-9]
        angle = np.linspace(0, 2 * np.pi, 8 * int(np.ceil(0.75 * max(across, up))), endpoint=False)
        sets += [disc, np.stack([np.zeros_like(angle), np.cos(angle), np.sin(angle)], axis=-1)]
    offsets = np.concatenate([np.zeros((1, 3)), *sets])
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

    The random offsets are the same for all users of a drop, and each comes with its mirror image (but for a last odd
    one): what is found does not depend on the order of users, nor on a mirror.

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
    halves = [-(-count // 2) for count in (inside, surface)]
    drawn = np.split(_in_and_on(keys, 1, *halves), halves[:1], axis=-2)
    both = [np.concatenate([half, half * MIRROR], axis=-2) for half in drawn]
    random = np.concatenate([both[0][..., :inside, :], both[1][..., :surface, :]], axis=-2)
    random = np.broadcast_to(random, (*positions.shape[:2], *random.shape[2:]))
    offsets = np.concatenate([random, along["tangential"], along["radial"]], axis=-2)
    return _moved(positions, offsets, radius_m)


def sample_position_ball(positions_m: ArrayLike, radius_m: float | np.ndarray, keys: jax.Array) -> np.ndarray:
    """One true position per estimate (drops, users, 3), uniform in its ball or ellipsoid, one key per drop."""
    positions = _checked(positions_m, radius_m, "all")
    return _moved(positions, _in_and_on(keys, positions.shape[1], 1, 0), radius_m)[..., 0, :]


def _moved(positions: np.ndarray, offsets: np.ndarray, radius_m: float | np.ndarray) -> np.ndarray:
    """Positions (..., 3) moved by offsets (..., count, 3) of a unit ball: times the radius, or stretched."""
    if np.ndim(radius_m) == 0:
        return positions[..., None, :] + radius_m * offsets
    frame = ball_frame(positions)
    stretched = (offsets @ np.swapaxes(frame, -1, -2)) * np.asarray(radius_m)[..., None, :]
    return positions[..., None, :] + stretched @ frame


def _in_and_on(keys: jax.Array, users: int, inside: int, surface: int) -> np.ndarray:
    """Uniform in the unit ball, then on its sphere: (drops, users, inside + surface, 3)."""
    first, second = draws.split(keys)
    found = draws.normal(first, (users, inside + surface, 3))
    found /= np.linalg.norm(found, axis=-1, keepdims=True)
    found[:, :, :inside] *= np.cbrt(draws.uniform(second, (users, inside, 1)))
    return found


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
