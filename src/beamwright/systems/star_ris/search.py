"""The search for a surface: Riemannian conjugate gradient from given starts, compiled once per shape."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.optim import conjugate_gradient as cg
from beamwright.optim.manifolds import UnitNorm
from beamwright.optim.tiles import compiler_options, in_tiles
from beamwright.systems.star_ris import coherent
from beamwright.systems.star_ris.results import Goal

TILE = 16
"""Drops per compiled call, one after another in it: no drop waits for a slower one."""
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
    x = start if joint else phasors(start)
    found = in_tiles(_compiled(goal, joint, options), TILE, *drops, x)
    sign = 1.0 if goal is Goal.INTERFERENCE else -1.0
    u = found.x if joint else np.where(amplitude > 0, amplitude * found.x, 0.0)
    return Reached(u, sign * found.value, found.gradient_norm, found.iterations, found.ending, sign * found.trace)


def gradient_norm(goal: Goal, drops: coherent.Map, u: np.ndarray, joint: bool) -> np.ndarray:
    """(drops,) norm of the Riemannian gradient at a design, of P3 at its sharpest."""
    return in_tiles(_gradient(goal, joint), TILE, *drops, u if joint else phasors(u))


def phasors(u: np.ndarray) -> np.ndarray:
    """u / |u|, one where u is zero (the map holds the amplitude, so nothing comes of it)."""
    amplitude = np.abs(u)
    return np.where(amplitude > 0, u / np.where(amplitude > 0, amplitude, 1.0), 1.0)


def _manifold(joint: bool) -> UnitNorm:
    return UnitNorm((0,) if joint else ())


@cache
def _compiled(goal: Goal, joint: bool, options: cg.Options) -> Callable[..., cg.Found]:
    manifold = _manifold(joint)

    def one(arrays: tuple[Any, ...]) -> cg.Found:
        drop, x = coherent.Map(*arrays[:-1]), arrays[-1]
        cost = partial(coherent.cost, goal, drop, joint=joint)
        if goal is not Goal.MIN_RATE:
            return cg.minimise(cost, x, manifold, options)

        def sharpen(x: Array, sharpness: Array) -> tuple[Array, cg.Found]:
            found = cg.minimise(partial(cost, sharpness=sharpness), x, manifold, options)
            return found.x, found

        x, stages = lax.scan(sharpen, x, jnp.array(SHARPNESS))
        last: cg.Found = jax.tree.map(lambda a: a[-1], stages)
        return last._replace(
            value=cost(x, sharpness=EXACT), iterations=jnp.sum(stages.iterations), trace=stages.trace.reshape(-1)
        )

    return jax.jit(lambda *arrays: lax.map(one, arrays), compiler_options=compiler_options())


@cache
def _gradient(goal: Goal, joint: bool) -> Callable[..., Array]:
    manifold = _manifold(joint)

    def one(arrays: tuple[Any, ...]) -> Array:
        drop, x = coherent.Map(*arrays[:-1]), arrays[-1]
        slope = jnp.conj(jax.grad(partial(coherent.cost, goal, drop, sharpness=SHARPNESS[-1], joint=joint))(x))
        slope = manifold.project(x, slope)
        return jnp.sqrt(jnp.sum(slope.real**2 + slope.imag**2))

    return jax.jit(lambda *arrays: lax.map(one, arrays), compiler_options=compiler_options())
