"""Local search for the worst position in a ball or an ellipsoid: one round, for arrays of NumPy and JAX alike.

Users lead, whatever else does. A region is the radius of balls, (), or ellipsoids (..., 2, 3, 3): their semi-axes as
rows, which take the unit ball to them, and the inverse.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from beamwright.numerics import Values, namespace
from beamwright.systems.dma_noma.scene import Known, Scenario
from beamwright.uncertainty import ball_frame


class Climb(NamedTuple):
    """State of a search from several positions per user."""

    position: Values
    """(..., starts, 3)."""
    best: Values
    """(..., starts) the value there."""
    step: Values
    """(..., starts) in m, in an ellipsoid in units of its semi-axes."""


def region_of(s: Scenario, known: Known) -> np.ndarray:
    """Region about the estimates. A semi-axis of zero is not left: its inverse counts as zero."""
    size = np.asarray(s.error_size_m(known.positions_m, known.users))
    if size.ndim == 0:
        return size
    frame = ball_frame(known.positions_m)
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    return np.stack([size[..., None] * frame, np.swapaxes(frame, -1, -2) * inverse[..., None, :]], axis=-3)


def first_step(region: Values) -> Values:
    """Length of the first step, a tenth of the region."""
    return 0.1 if region.ndim else 0.1 * region


def climbed(
    state: Climb, directions: Values, value_at: Callable[[Values], Values], centre: Values, region: Values
) -> Climb:
    """One round: the best of the moves along unit directions (..., moves, 3); where none gains, shorter steps.

    Args: value_at of positions (..., count, 3), (..., count); centre (..., 3).
    """
    xp = namespace(state.position)
    if region.ndim:
        directions = directions @ region[..., None, 0, :, :]
    tried = state.position[..., None, :] + state.step[..., None, None] * directions
    tried = _inside(tried, centre[..., None, None, :], region)
    value = value_at(tried.reshape(*tried.shape[:-3], -1, 3)).reshape(tried.shape[:-1])
    pick = xp.argmax(value, axis=-1)[..., None]
    now = xp.take_along_axis(value, pick, axis=-1)[..., 0]
    move = xp.take_along_axis(tried, pick[..., None], axis=-2)[..., 0, :]
    better = now > state.best
    return Climb(
        xp.where(better[..., None], move, state.position),
        xp.where(better, now, state.best),
        xp.where(better, state.step, 0.6 * state.step),
    )


def highest(state: Climb) -> Values:
    """(..., 3) the position of the largest value."""
    xp = namespace(state.position)
    return xp.take_along_axis(state.position, xp.argmax(state.best, axis=-1)[..., None, None], axis=-2)[..., 0, :]


def _inside(points: Values, centre: Values, region: Values) -> Values:
    """Points, those outside the region drawn back to its surface towards the centre."""
    xp, away = namespace(points), points - centre
    size = xp.linalg.norm(away @ region[..., None, 1, :, :] if region.ndim else away, axis=-1, keepdims=True)
    return centre + away * xp.minimum(1.0, (1.0 if region.ndim else region) / xp.where(size > 0, size, 1.0))
