"""The search for a surface: Riemannian conjugate gradient from given starts, compiled once per shape."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.core.linalg import square_modulus
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim.manifolds import UnitNorm, inner
from beamwright.optim.tiles import in_tiles, one_by_one
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


def search(goal: Goal, drops: coherent.Map, start: np.ndarray, joint: bool, options: cg.Options) -> Reached:
    """From ``start`` (drops, 2, elements). Amplitudes stay as they are there unless ``joint``."""
    amplitude = np.abs(start)
    x = as_parts(start if joint else phasors(start))
    found = in_tiles(_compiled(goal, joint, options), coherent.TILE, *drops, x, counted=True)
    sign = 1.0 if goal is Goal.INTERFERENCE else -1.0
    x = as_complex(found.x)
    u = x if joint else np.where(amplitude > 0, amplitude * x, 0.0)
    return Reached(u, sign * found.value, found.gradient_norm, found.iterations, found.ending, sign * found.trace)


def at_design(
    goal: Goal, known: Statistics, u: np.ndarray, precoder: np.ndarray, share: np.ndarray, joint: bool
) -> tuple[coherent.Map, np.ndarray]:
    """The map of a design, and (drops,) the norm of the Riemannian gradient there, of P3 at its sharpest."""
    drops, rank = coherent.of_drops(known, u, precoder, share)
    return in_tiles(_judged(goal, joint, rank), coherent.TILE, *drops, counted=True)


def as_parts(u: np.ndarray) -> np.ndarray:
    """(drops, parts, 2, elements) of complex (drops, 2, elements)."""
    return np.stack([u.real, u.imag], axis=1)


def as_complex(x: np.ndarray) -> np.ndarray:
    """Complex (drops, 2, elements) of its parts."""
    return x[:, 0] + 1j * x[:, 1]


def phasors(u: np.ndarray) -> np.ndarray:
    """u / |u|, one where u is zero (the map holds the amplitude, so nothing comes of it)."""
    amplitude = np.abs(u)
    return np.where(amplitude > 0, u / np.where(amplitude > 0, amplitude, 1.0), 1.0)


def _manifold(joint: bool) -> UnitNorm:
    return UnitNorm(2 if joint else 1)


@cache
def _compiled(goal: Goal, joint: bool, options: cg.Options) -> Callable[..., cg.Found]:
    manifold = _manifold(joint)

    def one(*arrays: Any) -> cg.Found:
        drop, x = coherent.Map(*arrays[:-1]), arrays[-1]
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
        drop, size = coherent.map_of(given, rank, joint), jnp.sqrt(square_modulus(given.u))
        z = given.u if joint else jnp.where(size > 0, given.u / jnp.where(size > 0, size, 1.0), 1.0)
        x = jnp.stack([z.real, z.imag])
        slope = jax.grad(partial(coherent.cost, goal, drop, sharpness=SHARPNESS[-1], joint=joint))(x)
        slope = manifold.project(x, slope)
        return drop, jnp.sqrt(inner(slope, slope))

    return one_by_one(one)
