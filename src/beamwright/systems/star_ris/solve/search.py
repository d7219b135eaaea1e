"""The search for a surface: Riemannian conjugate gradient from given starts, compiled once per shape."""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import in_tiles, one_by_one, square_modulus
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim.manifolds import UnitNorm
from beamwright.systems.star_ris.physics.model import SHARPNESS
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.solve import kernel
from beamwright.systems.star_ris.types import Goal

EXACT = 1e9
"""Sharp enough to be the least rate itself."""


class SearchResult(NamedTuple):
    """Surfaces that a search reached, and how it went; drops first."""

    u: np.ndarray
    objective: np.ndarray
    """Interference over its reference, sum rate, least rate."""
    gradient_norm: np.ndarray
    iterations: np.ndarray
    ending: np.ndarray
    trace: np.ndarray


def search_surfaces(
    goal: Goal,
    known: Statistics,
    start: np.ndarray,
    precoder: np.ndarray,
    share: np.ndarray,
    joint: bool,
    options: cg.Options,
) -> SearchResult:
    """Search from ``start`` (drops, 2, elements), whose amplitudes stay unless ``joint``."""
    drops, rank = kernel.make_drops(known, start, precoder, share)
    return SearchResult(*in_tiles(_compiled(goal, joint, rank, options), kernel.TILE, *drops, counted=True))


def start_point(u: Array, joint: bool) -> tuple[Array, Array]:
    """Amplitudes of one drop that stay (or one), and its variables (parts, 2, elements); traceable.

    Phases of elements without amplitude are zero: the map holds the amplitude, so nothing comes of them.
    """
    size = jnp.ones(u.shape) if joint else jnp.sqrt(square_modulus(u))
    z = jnp.where(size > 0, u / jnp.where(size > 0, size, 1.0), 1.0)
    return size, jnp.stack([z.real, z.imag])


@cache
def _compiled(goal: Goal, joint: bool, rank: int, options: cg.Options) -> Callable[..., tuple[Array, ...]]:
    manifold = UnitNorm(2 if joint else 1)
    sign = 1.0 if goal is Goal.INTERFERENCE else -1.0

    def one(*arrays: Array) -> tuple[Array, ...]:
        drop = kernel.Drop(*arrays)
        size, x = start_point(drop.u, joint)
        result = minimum(kernel.map_of_drop(drop, rank, joint), x)
        u = size * (result.x[0] + 1j * result.x[1])
        return u, sign * result.value, result.residual, result.iterations, result.ending, sign * result.trace

    def minimum(drop: kernel.PhaseMap, x: Array) -> cg.Found:
        value = partial(kernel.objective, goal, drop)
        terms = kernel.surface_terms(drop, joint)
        if goal is not Goal.MIN_RATE:
            return cg.minimise(value, x, manifold, options, terms)

        def sharpen(x: Array, sharpness: Array) -> tuple[Array, cg.Found]:
            result = cg.minimise(partial(value, sharpness=sharpness), x, manifold, options, terms)
            return result.x, result

        x, stages = lax.scan(sharpen, x, jnp.array(SHARPNESS))
        last: cg.Found = jax.tree.map(lambda a: a[-1], stages)
        return last._replace(
            value=value(terms(x), sharpness=EXACT),
            iterations=jnp.sum(stages.iterations),
            trace=stages.trace.reshape(-1),
        )

    return one_by_one(one)
