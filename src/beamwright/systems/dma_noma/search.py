"""The main solver: amplitudes and beams together by projected BFGS on smoothed worst cases, then powers, and again.

Written for one drop and mapped over drops and starts, one after another in a compiled call (spec dma_noma, section 6,
solver A).
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import in_tiles, one_by_one
from beamwright.optim import quasi_newton as qn
from beamwright.optim.power_allocation import allocate
from beamwright.systems.dma_noma import kernel
from beamwright.systems.dma_noma.kernel import Drop, Point

TILE = 16
"""Drops (times starts) per compiled call, one after another in it."""
SHARPNESS = (4.0, 20.0, 100.0)
"""Of the smoothed maximum over positions, one search each (spec section 6)."""
MEMORY = 20
"""Steps of BFGS after which curvature is learnt anew: 0.1 (32 elements) to 1 bit/s/Hz (three groups) at no cost."""
POWER_ROUNDS = 30
"""Of the damped fixed point between powers and the interference they make."""
GAIN, PATIENCE = 1e-3, 2
"""The search ends after so many rounds that gain less, in weighted bit/s/Hz."""


class Options(NamedTuple):
    """How long to search."""

    rounds: int = 8
    steps: int = 60
    """Of BFGS per sharpness."""


class Reached(NamedTuple):
    """The best of all rounds; drops first."""

    amplitudes: np.ndarray
    beams: np.ndarray
    """(drops, parts, chains, groups), unit columns."""
    powers_w: np.ndarray
    """(drops, groups, 2)."""
    merit: np.ndarray
    feasible: np.ndarray
    rounds: np.ndarray
    trace: np.ndarray
    """(drops, rounds + 1)."""


def search(drops: Drop, start: Point, box: tuple[np.ndarray, np.ndarray], options: Options) -> Reached:
    """From a start per drop; ``box`` holds the least and the largest amplitudes, (drops, elements) each."""
    return Reached(*in_tiles(_compiled(options), TILE, *drops, start.amplitudes, start.beams, *box, counted=True))


@cache
def _compiled(options: Options) -> Callable[..., Any]:
    def one(*arrays: Any) -> tuple[Array, ...]:
        fields = len(Drop._fields)
        return _search(Drop(*arrays[:fields]), Point(*arrays[fields:-2]), arrays[-2:], options)

    return one_by_one(one)


class Best(NamedTuple):
    """A point, its group powers, and how good they are."""

    point: Point
    powers: Array
    """(groups,)."""
    feasible: Array
    merit: Array


class _State(NamedTuple):
    point: Point
    powers: Array
    best: Best
    rounds: Array
    idle: Array
    trace: Array


def _search(drop: Drop, start: Point, box: tuple[Array, Array], options: Options) -> tuple[Array, ...]:
    groups = start.beams.shape[-1]
    equal = jnp.full(groups, drop.power / groups)
    first = power_step(drop, Best(start, equal, *score(drop, kernel.heard(drop, start), equal)))
    trace = jnp.full(options.rounds + 1, jnp.nan).at[0].set(first.merit)

    def running(state: _State) -> Array:
        return (state.rounds < options.rounds) & (state.idle < PATIENCE)

    def round(state: _State) -> _State:
        point = _ascend(drop, state.point, state.powers, box, options.steps)
        heard = kernel.heard(drop, point)
        now = power_step(drop, Best(point, state.powers, *score(drop, heard, state.powers)))
        better = precedes(now, state.best)
        gain = jnp.where(better, jnp.where(state.best.feasible, now.merit - state.best.merit, jnp.inf), 0.0)
        best = jax.tree.map(lambda new, old: jnp.where(better, new, old), now, state.best)
        rounds = state.rounds + 1
        idle = jnp.where(gain < GAIN, state.idle + 1, 0)
        return _State(now.point, now.powers, best, rounds, idle, state.trace.at[rounds].set(best.merit))

    end = lax.while_loop(running, round, _State(first.point, first.powers, first, jnp.array(0), jnp.array(0), trace))
    best = end.best
    found = kernel.split(drop, kernel.log_ratios(drop, kernel.heard(drop, best.point), best.powers), best.powers)
    powers = jnp.stack([found.near, found.far], axis=-1)
    beams = kernel.normalised(best.point.beams)
    return best.point.amplitudes, beams, powers, best.merit, best.feasible, end.rounds, end.trace


def precedes(one: Best, other: Best) -> Array:
    """Whether it is better: feasible first, then by merit."""
    return jnp.where(one.feasible == other.feasible, one.merit > other.merit, one.feasible)


def score(drop: Drop, heard: kernel.Heard, powers: Array) -> tuple[Array, Array]:
    """Feasible and merit, with hard worst cases."""
    found = kernel.split(drop, kernel.log_ratios(drop, heard, powers), powers)
    return jnp.all(found.needed <= powers * (1 + 1e-12)), kernel.merit(drop, found, powers)


def _ascend(drop: Drop, point: Point, powers: Array, box: tuple[Array, Array], steps: int) -> Point:
    """Amplitudes and beams for fixed powers, by sharper and sharper maxima."""
    elements, shape = point.amplitudes.shape[0], point.beams.shape
    free = jnp.full(point.beams.size, jnp.inf)
    low, high = jnp.concatenate([box[0], -free]), jnp.concatenate([box[1], free])

    def unpack(x: Array) -> Point:
        return Point(x[:elements], x[elements:].reshape(shape))

    def loss(x: Array, sharpness: Array) -> Array:
        logs = kernel.log_ratios(drop, kernel.heard(drop, unpack(x)), powers, sharpness)
        return -kernel.merit(drop, kernel.split(drop, logs, powers, sharpness), powers)

    def sharpen(x: Array, sharpness: Array) -> tuple[Array, None]:
        found = qn.minimise(partial(loss, sharpness=sharpness), x, low, high, qn.Options(steps, memory=MEMORY))
        return found.x, None

    x = jnp.concatenate([point.amplitudes, kernel.normalised(point.beams).ravel()])
    return unpack(lax.scan(sharpen, x, jnp.array(SHARPNESS))[0])


def power_step(drop: Drop, now: Best) -> Best:
    """Powers by the closed form, halfway at a time because they change the interference; the best of all seen."""
    heard = kernel.heard(drop, now.point)

    def round(carry: tuple[Array, Best], _: None) -> tuple[tuple[Array, Best], None]:
        powers, best = carry
        ratio = jnp.exp(kernel.log_ratios(drop, heard, powers))
        groups = len(powers)
        given = allocate(ratio[:groups], ratio[groups:], drop.power, drop.weight, drop.rate_near, drop.rate_far)
        powers = 0.5 * (powers + given.near + given.far)
        there = Best(now.point, powers, *score(drop, heard, powers))
        better = precedes(there, best)
        return (powers, jax.tree.map(lambda new, old: jnp.where(better, new, old), there, best)), None

    return lax.scan(round, (now.powers, now), None, length=POWER_ROUNDS)[0][1]
