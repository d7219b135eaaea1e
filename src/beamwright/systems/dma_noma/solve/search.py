"""Main solver: amplitudes and beams together by projected BFGS on smoothed worst cases, then powers, and again.

Written for one drop and mapped over drops and starts, one after another in a compiled call (spec dma_noma, section 6,
solver A).
"""

from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import Tree, Values, in_tiles, one_by_one
from beamwright.optim import quasi_newton as qn
from beamwright.optim.power_allocation import allocate
from beamwright.systems.dma_noma.solve import kernel
from beamwright.systems.dma_noma.solve.kernel import Point, Problem

TILE = 16
"""Drops (times starts) per compiled call, one after another in it."""
SHARPNESS = (4.0, 20.0, 100.0)
"""Sharpness of the smoothed maximum over positions, one search each (spec section 6)."""
MEMORY = 20
"""Steps of BFGS after which curvature is learnt anew: 0.1 (32 elements) to 1 bit/s/Hz (three groups) at no cost."""
POWER_ROUNDS = 30
"""Rounds of the damped fixed point between powers and the interference they make."""
GAIN, PATIENCE = 1e-3, 2
"""The search ends after so many rounds that gain less, in weighted bit/s/Hz."""


class Options(NamedTuple):
    """Length of a search."""

    rounds: int = 8
    steps: int = 60
    """Steps of BFGS per sharpness."""


class SearchResult(NamedTuple):
    """Best points of all rounds; drops first."""

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

    @property
    def complex_beams(self) -> np.ndarray:
        """(drops, chains, groups)."""
        return self.beams[:, 0] + 1j * self.beams[:, 1]


def search(problems: Problem, start: Point, box: tuple[np.ndarray, np.ndarray], options: Options) -> SearchResult:
    """Search from a start per drop; ``box`` holds the least and the largest amplitudes, (drops, elements) each."""
    arrays = (*problems, start.amplitudes, start.beams, *box)
    return SearchResult(*in_tiles(_compiled(options), TILE, *arrays, counted=True))


@cache
def _compiled(options: Options) -> Callable[..., Tree]:
    def one(*arrays: Values) -> tuple[Array, ...]:
        fields = len(Problem._fields)
        return _search(Problem(*arrays[:fields]), Point(*arrays[fields:-2]), arrays[-2:], options)

    return one_by_one(one)


class Candidate(NamedTuple):
    """A point, its group powers, and how good they are."""

    point: Point
    powers: Array
    """(groups,)."""
    feasible: Array
    merit: Array


class _State(NamedTuple):
    """State of the rounds: the last candidate, the best one, and their number."""

    point: Point
    powers: Array
    best: Candidate
    rounds: Array
    idle: Array
    trace: Array


def _search(problem: Problem, start: Point, box: tuple[Array, Array], options: Options) -> tuple[Array, ...]:
    groups = start.beams.shape[-1]
    equal = jnp.full(groups, problem.power / groups)
    first = power_step(problem, scored(problem, start, equal))
    trace = jnp.full(options.rounds + 1, jnp.nan).at[0].set(first.merit)

    def running(state: _State) -> Array:
        return (state.rounds < options.rounds) & (state.idle < PATIENCE)

    def round(state: _State) -> _State:
        point = _ascend(problem, state.point, state.powers, box, options.steps)
        now = power_step(problem, scored(problem, point, state.powers))
        better = precedes(now, state.best)
        gain = jnp.where(better, jnp.where(state.best.feasible, now.merit - state.best.merit, jnp.inf), 0.0)
        best = jax.tree.map(lambda new, old: jnp.where(better, new, old), now, state.best)
        rounds = state.rounds + 1
        idle = jnp.where(gain < GAIN, state.idle + 1, 0)
        return _State(now.point, now.powers, best, rounds, idle, state.trace.at[rounds].set(best.merit))

    end = lax.while_loop(running, round, _State(first.point, first.powers, first, jnp.array(0), jnp.array(0), trace))
    best = end.best
    split = split_at(problem, best)
    powers = jnp.stack([split.near, split.far], axis=-1)
    beams = kernel.normalised(best.point.beams)
    return best.point.amplitudes, beams, powers, best.merit, best.feasible, end.rounds, end.trace


def split_at(problem: Problem, candidate: Candidate) -> kernel.Split:
    """Split of a candidate's group powers, with hard worst cases."""
    logs = kernel.log_ratios(problem, kernel.received_at(problem, candidate.point), candidate.powers)
    return kernel.split(problem, logs, candidate.powers)


def precedes(one: Candidate, other: Candidate) -> Array:
    """Whether one candidate is better than another: feasible first, then by merit."""
    return jnp.where(one.feasible == other.feasible, one.merit > other.merit, one.feasible)


def scored(problem: Problem, point: Point, powers: Array) -> Candidate:
    """Candidate of a point and its group powers."""
    return Candidate(point, powers, *score(problem, kernel.received_at(problem, point), powers))


def score(problem: Problem, received: kernel.ReceivedPower, powers: Array) -> tuple[Array, Array]:
    """Feasibility and merit, with hard worst cases."""
    split = kernel.split(problem, kernel.log_ratios(problem, received, powers), powers)
    return jnp.all(split.needed <= powers * (1 + 1e-12)), kernel.merit(problem, split, powers)


def _ascend(problem: Problem, point: Point, powers: Array, box: tuple[Array, Array], steps: int) -> Point:
    """Amplitudes and beams for fixed powers, by sharper and sharper maxima."""
    elements, shape = point.amplitudes.shape[0], point.beams.shape
    free = jnp.full(point.beams.size, jnp.inf)
    low, high = jnp.concatenate([box[0], -free]), jnp.concatenate([box[1], free])

    def unpack(x: Array) -> Point:
        return Point(x[:elements], x[elements:].reshape(shape))

    def loss(x: Array, sharpness: Array) -> Array:
        logs = kernel.log_ratios(problem, kernel.received_at(problem, unpack(x)), powers, sharpness)
        return -kernel.merit(problem, kernel.split(problem, logs, powers, sharpness), powers)

    def sharpen(x: Array, sharpness: Array) -> tuple[Array, None]:
        loss_now, options = partial(loss, sharpness=sharpness), qn.Options(steps, memory=MEMORY)
        return qn.minimise(loss_now, x, low, high, options).x, None

    x = jnp.concatenate([point.amplitudes, kernel.normalised(point.beams).ravel()])
    return unpack(lax.scan(sharpen, x, jnp.array(SHARPNESS))[0])


def power_step(problem: Problem, now: Candidate) -> Candidate:
    """Powers by the closed form, halfway at a time because they change the interference; the best of all."""
    received = kernel.received_at(problem, now.point)

    def round(carry: tuple[Array, Candidate], _: None) -> tuple[tuple[Array, Candidate], None]:
        powers, best = carry
        ratio = jnp.exp(kernel.log_ratios(problem, received, powers))
        groups = len(powers)
        best_powers = allocate(
            ratio[:groups], ratio[groups:], problem.power, problem.weight, problem.rate_near, problem.rate_far
        )
        powers = 0.5 * (powers + best_powers.x[:, 0] + best_powers.x[:, 1])
        candidate = Candidate(now.point, powers, *score(problem, received, powers))
        better = precedes(candidate, best)
        return (powers, jax.tree.map(lambda new, old: jnp.where(better, new, old), candidate, best)), None

    return lax.scan(round, (now.powers, now), None, length=POWER_ROUNDS)[0][1]
