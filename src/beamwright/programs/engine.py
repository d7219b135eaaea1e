"""Solutions of standard forms by the interior point, in the smaller of two spaces, all drops at once.

Covariance space: the unknowns are w, the Schur complement is H_w + A^T H A. Multiplier space: the unknowns are u, it is
H + A H_w A^T (no H for equations).
"""

from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.tree_util import PyTreeDef

from beamwright.core import REAL
from beamwright.numerics import LaneProgram, in_tiles, lanes_per_tile
from beamwright.numerics.lane_programs import QUICK_TILES
from beamwright.optim import Ending, conic
from beamwright.programs.form import Form
from beamwright.programs.frames import Seen, seen_rows, sets
from beamwright.programs.layout import Layout
from beamwright.programs.maps import CovarianceMap, MultiplierMap
from beamwright.programs.scaling import units
from beamwright.programs.sides import parts, point, sides, split

OPTIONS = conic.Options(tolerance=1e-10, accept=1e-7, settled=3)
"""Accuracy of the solver, beyond what a certificate asks for."""
_VECTOR = 8
"""Lanes that a core computes at a time: tiles of whole vectors."""
_TILE_BYTES = 2**21
"""Size of a tile's Schur complements that still fits into a core's cache."""
_QUICK_BYTES = 2**22
"""Tiles times bytes of a lane after which a full program would have been ready and ahead: by their costs robust unicast
after 90 tiles, cognitive 37, a beam pattern 10, chance constraints 4."""


class Solved(NamedTuple):
    """Solutions of the forms of all drops, in their own units."""

    w: np.ndarray
    """(drops, n)."""
    u: np.ndarray
    """(drops, m) multipliers; where there is no solution, of the proof."""
    ending: np.ndarray
    """(drops,) ``Ending`` of the solver: INFEASIBLE where no w meets the conditions."""
    residual: np.ndarray
    iterations: np.ndarray


def solve(form: Form) -> Solved:
    """Solution of every drop."""
    layout, size = form.layout, units(form)
    scaled = size.scaled(form)
    whole = _lane_bytes(layout)
    cached = _VECTOR * int(np.clip(round(_TILE_BYTES / whole / _VECTOR), 2, 4))
    tile = lanes_per_tile(cached, int(np.clip(2**32 // whole, 1, 2048)))
    seen, frames = seen_rows(scaled) if layout.in_multipliers else (Seen(), sets(scaled))
    parts_of_frames, names = jax.tree.flatten(frames)
    arrays = (scaled.a, scaled.b, scaled.c, *parts_of_frames)
    w, u, ending, residual, iterations = in_tiles(_compiled(layout, seen, names), tile, *arrays)
    return Solved(size.unknowns(w), size.multipliers(u), ending, residual, iterations)


@cache
def _compiled(layout: Layout, seen: Seen, names: PyTreeDef) -> LaneProgram:
    tiles = int(np.clip(_QUICK_BYTES // _lane_bytes(layout), 4, QUICK_TILES))
    return LaneProgram(partial(_solve_tile, layout, seen, names), tiles)


def _lane_bytes(layout: Layout) -> int:
    """Size of the arrays of one lane that a step reads most."""
    n = layout.entries if layout.in_multipliers else layout.unknowns
    return max(n * n, 2 * layout.entries * layout.unknowns) * REAL


def _solve_tile(layout: Layout, seen: Seen, names: PyTreeDef, *arrays: Array) -> tuple[Array, ...]:
    """Arrays of ``Solved`` for one tile, scaled: drops are the first axis outside, the last inside."""
    a, b, c, *more = (jnp.moveaxis(x, 0, -1) for x in arrays)
    frames = jax.tree.unflatten(names, more)
    turned = jnp.swapaxes(a, 0, 1)
    own, other = sides(layout)
    zero_w, zero_u = jnp.zeros_like(c), jnp.zeros_like(b)
    if layout.in_multipliers:
        h = point(parts(own, c), parts(other, zero_u))
        found = conic.solve(conic.Problem(b, MultiplierMap(a, turned, frames, layout, seen), h, layout.cone), OPTIONS)
        w, u = split(layout, found.z)[0], found.x
    else:
        h = point(parts(own, zero_w), parts(other, b))
        found = conic.solve(conic.Problem(c, CovarianceMap(a, turned, layout, frames), h, layout.cone), OPTIONS)
        w, u = found.x, split(layout, found.z)[1]
    ending = found.ending
    if layout.in_multipliers:  # a ray of the multipliers is the proof that no w exists, and the other way round
        none, unbounded = ending == Ending.DUAL_INFEASIBLE, ending == Ending.INFEASIBLE
        ending = jnp.select([none, unbounded], [int(Ending.INFEASIBLE), int(Ending.DUAL_INFEASIBLE)], ending)
    return w.T, u.T, ending, found.residual, found.iterations
