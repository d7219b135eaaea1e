"""The search for a surface: Riemannian conjugate gradient from given starts, compiled once per shape."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import in_tiles, one_by_one, square_modulus
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim.manifolds import UnitNorm, inner
from beamwright.systems.star_ris import coherent
from beamwright.systems.star_ris.results import Goal, Statistics

SHARPNESS = (2.0, 8.0, 32.0, 128.0)
"""Of the soft least rate, per bit/s/Hz (spec P3)."""
EXACT = 1e9
"""Sharp enough to be the least rate itself."""


class Reached(NamedTuple):
    """Drops first."""

    u: np.ndarray
    objective: np.ndarray
    """Interference over its reference, sum rate, least rate."""
    gradient_norm: np.ndarray
    iterations: np.ndarray
    ending: np.ndarray
    trace: np.ndarray


def search(
    goal: Goal,
    known: Statistics,
    start: np.ndarray,
    precoder: np.ndarray,
    share: np.ndarray,
    joint: bool,
    options: cg.Options,
) -> Reached:
    """From ``start`` (drops, 2, elements). Amplitudes stay as they are there unless ``joint``."""
    drops, rank = coherent.of_drops(known, start, precoder, share)
    return Reached(*in_tiles(_compiled(goal, joint, rank, options), coherent.TILE, *drops, counted=True))


def at_design(
    goal: Goal, known: Statistics, u: np.ndarray, precoder: np.ndarray, share: np.ndarray, joint: bool
) -> tuple[coherent.Map, np.ndarray]:
    """The map of a design, and (drops,) the norm of the Riemannian gradient there, of P3 at its sharpest."""
    drops, rank = coherent.of_drops(known, u, precoder, share)
    return in_tiles(_judged(goal, joint, rank), coherent.TILE, *drops, counted=True)


def _manifold(joint: bool) -> UnitNorm:
    return UnitNorm(2 if joint else 1)


def start_point(u: Array, joint: bool) -> tuple[Array, Array]:
    """Of one drop, traceable: what stays of u (its amplitudes, or one), and what varies (parts, 2, elements).

    Phases of elements without amplitude are zero: the map holds the amplitude, so nothing comes of them.
    """
    size = jnp.ones(u.shape) if joint else jnp.sqrt(square_modulus(u))
    z = jnp.where(size > 0, u / jnp.where(size > 0, size, 1.0), 1.0)
    return size, jnp.stack([z.real, z.imag])


@cache
def _compiled(goal: Goal, joint: bool, rank: int, options: cg.Options) -> Callable[..., tuple[Array, ...]]:
    manifold = _manifold(joint)
    sign = 1.0 if goal is Goal.INTERFERENCE else -1.0

    def one(*arrays: Any) -> tuple[Array, ...]:
        given = coherent.Drop(*arrays)
        size, x = start_point(given.u, joint)
        found = minimum(coherent.map_of(given, rank, joint), x)
        u = size * (found.x[0] + 1j * found.x[1])
        return u, sign * found.value, found.gradient_norm, found.iterations, found.ending, sign * found.trace

    def minimum(drop: coherent.Map, x: Array) -> cg.Found:
        value = partial(coherent.objective, goal, drop)
        measure = coherent.measurement(drop, joint)
        if goal is not Goal.MIN_RATE:
            return cg.minimise(value, x, manifold, options, measure)

        def sharpen(x: Array, sharpness: Array) -> tuple[Array, cg.Found]:
            found = cg.minimise(partial(value, sharpness=sharpness), x, manifold, options, measure)
            return found.x, found

        x, stages = lax.scan(sharpen, x, jnp.array(SHARPNESS))
        last: cg.Found = jax.tree.map(lambda a: a[-1], stages)
        return last._replace(
            value=value(measure(x), sharpness=EXACT),
            iterations=jnp.sum(stages.iterations),
            trace=stages.trace.reshape(-1),
        )

    return one_by_one(one)


@cache
def _judged(goal: Goal, joint: bool, rank: int) -> Callable[..., tuple[coherent.Map, Array]]:
    manifold = _manifold(joint)

    def one(*arrays: Any) -> tuple[coherent.Map, Array]:
        given = coherent.Drop(*arrays)
        drop, x = coherent.map_of(given, rank, joint), start_point(given.u, joint)[1]
        slope = jax.grad(partial(coherent.cost, goal, drop, sharpness=SHARPNESS[-1], joint=joint))(x)
        slope = manifold.project(x, slope)
        return drop, jnp.sqrt(inner(slope, slope))

    return one_by_one(one)
