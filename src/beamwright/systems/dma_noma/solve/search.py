"""Main solver: amplitudes and beams together by projected BFGS on smoothed worst cases, then powers, and again.

Written for one drop and mapped over drops, one after another in a compiled call (spec dma_noma, section 6, solver A).
Long runs beat many: the same number of steps in runs of 480 ends 0.4 to 3 bit/s/Hz above runs of 60, with one start
above several (32 to 128 elements, two to seven groups).
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
"""Drops per compiled call, one after another in it."""
SHARPNESS = (4.0, 30.0)
"""Sharpness of the smoothed maximum over positions, one run of BFGS each."""
MEMORY = 20
"""Steps of BFGS after which curvature is learnt anew: older curvature misleads, by 0.3 to 2 bit/s/Hz."""
POWER_ROUNDS = 30
"""Rounds of the damped fixed point between powers and the interference they make."""
GAIN, PATIENCE = 1e-3, 2
"""The search ends after so many rounds that gain less, in weighted bit/s/Hz."""
MET = 1e-9
"""Bits by which required rates may be missed by rounding."""


class Options(NamedTuple):
    """Length of a search."""

    rounds: int = 4
    steps: int = 480
    """Steps of BFGS per sharpness."""


class SearchResult(NamedTuple):
    """Best points of all rounds; drops first."""

    amplitudes: np.ndarray
    beams: np.ndarray
    """(drops, chains, groups), unit columns."""
    powers_w: np.ndarray
    """(drops, groups, 2)."""
    merit: np.ndarray
    feasible: np.ndarray
    rounds: np.ndarray
    trace: np.ndarray
    """(drops, rounds + 1)."""

    def or_better(self, other: "SearchResult") -> "SearchResult":
        """This result, where another is better that one: feasible first, then by merit."""
        return self.where(np.where(self.feasible == other.feasible, self.merit >= other.merit, self.feasible), other)

    def where(self, condition: np.ndarray, other: "SearchResult") -> "SearchResult":
        """This result where a condition (drops,) holds, else another."""
        return SearchResult(
            *(np.where(condition.reshape(-1, *(1,) * (a.ndim - 1)), a, b) for a, b in zip(self, other, strict=True))
        )


def search(
    problems: Problem,
    starts: Point,
    others: Point,
    box: tuple[np.ndarray, np.ndarray],
    power_w: float,
    options: Options,
) -> SearchResult:
    """Search of every drop from its starts, all of which are followed in the first round, then the best alone.

    Args: starts and others with axes (drops, starts, ...); others are only candidates: baselines, with best powers;
          box of the least and the largest amplitudes, (drops, elements) each.
    """
    found = SearchResult(*in_tiles(_compiled(options), TILE, *problems, *starts, *others, *box, counted=True))
    beams = found.beams[:, 0] + 1j * found.beams[:, 1]
    return found._replace(beams=beams, powers_w=power_w * found.powers_w)


@cache
def _compiled(options: Options) -> Callable[..., Tree]:
    def one(*arrays: Values) -> tuple[Array, ...]:
        fields = len(Problem._fields)
        problem, (a, b, c, d, *box) = Problem(*arrays[:fields]), arrays[fields:]
        return _search(problem, Point(a, b), Point(c, d), (box[0], box[1]), options)

    return one_by_one(one)


class Candidate(NamedTuple):
    """A point, its group powers, and how good they are."""

    point: Point
    powers: Array
    """(groups,)."""
    share: Array
    """() of the required rates for which powers are split: one, or as much of them as can be met."""
    feasible: Array
    merit: Array
    """() weighted rate less what missed rates cost, with hard worst cases."""


class _State(NamedTuple):
    """State of the rounds: the last candidate, the best one, and how many runs there were."""

    last: Candidate
    best: Candidate
    runs: Array
    idle: Array
    trace: Array


def _search(problem: Problem, starts: Point, others: Point, box: tuple[Array, Array], options: Options) -> Tree:
    many = len(starts.amplitudes)
    tried = lax.map(partial(placed, problem), Point(*map(jnp.concatenate, zip(starts, others, strict=True))))
    first = best_of(tried)
    trace = jnp.full(options.rounds + 1, jnp.nan).at[0].set(first.merit)

    def rounds(state: _State) -> Array:
        """Rounds that are done: a run from every start makes the first."""
        return state.runs - many + 1

    def running(state: _State) -> Array:
        return (rounds(state) < options.rounds) & (state.idle < PATIENCE)

    def run(state: _State) -> _State:
        # what half of the rounds could not meet is given up to the share that was met, for the best effort
        give_up = ~state.best.feasible & (2 * rounds(state) >= options.rounds)
        last = _either(give_up | (state.runs == many), state.best, state.last)
        start = jax.tree.map(lambda a: a[jnp.minimum(state.runs, many - 1)], tried)
        start = _either(state.runs < many, start, last)
        now = _follow(problem, start, box, options.steps, jnp.where(give_up, last.share, 1.0))
        better, best = precedes(now, state.best), state.best
        gain = jnp.where(better, jnp.where(best.feasible == now.feasible, now.merit - best.merit, jnp.inf), 0.0)
        next = _State(now, _either(better, now, best), state.runs + 1, state.idle, state.trace)
        idle = jnp.where((gain < GAIN) & (state.runs >= many), state.idle + 1, 0)
        place = jnp.where(rounds(next) > 0, rounds(next), len(trace))
        return next._replace(idle=idle, trace=state.trace.at[place].set(next.best.merit, mode="drop"))

    end = lax.while_loop(running, run, _State(first, first, jnp.array(0), jnp.array(0), trace))
    best, split = end.best, split_at(problem, end.best)
    powers = jnp.stack([split.near, split.far], axis=-1)
    beams = kernel.normalised(best.point.beams)
    return best.point.amplitudes, beams, powers, best.merit, best.feasible, rounds(end), end.trace


def _either(condition: Array, one: Candidate, other: Candidate) -> Candidate:
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), one, other)


def _follow(problem: Problem, start: Candidate, box: tuple[Array, Array], steps: int, share: Array) -> Candidate:
    """Candidate to which a run leads: amplitudes and beams for a share of the required rates, then powers."""
    point = _ascend(kernel.lowered(problem, share), start.point, start.powers, box, steps)
    return power_step(problem, scored(problem, point, start.powers))


def placed(problem: Problem, point: Point) -> Candidate:
    """Candidate of a point with the best powers, from equal ones."""
    groups = point.beams.shape[-1]
    return power_step(problem, scored(problem, point, jnp.full(groups, 1 / groups)))


def best_of(candidates: Candidate) -> Candidate:
    """Best of a batch of candidates: feasible first, then by merit."""
    merit = jnp.where(candidates.feasible == jnp.any(candidates.feasible), candidates.merit, -jnp.inf)
    return jax.tree.map(lambda a: a[jnp.argmax(jnp.nan_to_num(merit, nan=-jnp.inf))], candidates)


def split_at(problem: Problem, candidate: Candidate) -> kernel.Split:
    """Split of a candidate's group powers, with hard worst cases."""
    logs = kernel.log_ratios(problem, kernel.received_at(problem, candidate.point), candidate.powers)
    return kernel.split(kernel.lowered(problem, candidate.share), logs, candidate.powers)


def precedes(one: Candidate, other: Candidate) -> Array:
    """Whether one candidate is better than another: feasible first, then by merit."""
    return jnp.where(one.feasible == other.feasible, one.merit > other.merit, one.feasible)


def scored(problem: Problem, point: Point, powers: Array) -> Candidate:
    """Candidate of a point and its group powers, split for the whole of the required rates."""
    return _scored(problem, kernel.received_at(problem, point), point, powers, jnp.ones(()))


def _scored(problem: Problem, received: kernel.ReceivedPower, point: Point, powers: Array, share: Array) -> Candidate:
    """Candidate with hard worst cases."""
    split = kernel.split(kernel.lowered(problem, share), kernel.log_ratios(problem, received, powers), powers)
    missing = kernel.missing(problem, split)
    return Candidate(point, powers, share, missing <= MET, kernel.weighted(problem, split) - kernel.MISSING * missing)


def _ascend(problem: Problem, point: Point, powers: Array, box: tuple[Array, Array], steps: int) -> Point:
    """Amplitudes and beams for fixed powers, by sharper and sharper maxima."""
    elements, shape = point.amplitudes.shape[0], point.beams.shape
    free = jnp.full(point.beams.size, jnp.inf)
    low, high = jnp.concatenate([box[0], -free]), jnp.concatenate([box[1], free])

    def unpack(x: Array) -> Point:
        return Point(x[:elements], x[elements:].reshape(shape))

    def loss(x: Array, sharpness: Array) -> Array:
        received = kernel.received_at(problem, unpack(x), sharpness)
        logs = kernel.log_ratios(problem, received, powers, sharpness)
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
        allocation = allocate(
            ratio[:groups], ratio[groups:], jnp.ones(()), problem.weight_near, problem.rate_near, problem.rate_far,
            problem.weight_far,
        )  # fmt: skip
        powers = 0.5 * (powers + allocation.x[:, 0] + allocation.x[:, 1])
        candidate = _scored(problem, received, now.point, powers, jnp.asarray(allocation.share))
        better = precedes(candidate, best)
        return (powers, _either(better, candidate, best)), None

    return lax.scan(round, (now.powers, now), None, length=POWER_ROUNDS)[0][1]
