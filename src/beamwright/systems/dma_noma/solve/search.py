"""Main solver: amplitudes and beams together by projected BFGS on smoothed worst cases, then powers, and again.

Written for one drop and mapped over drops, one after another in a compiled call (spec dma_noma, section 6, solver A).
Long runs beat many: the same number of steps in runs of 480 ends 0.4 to 3 bit/s/Hz above runs of 60, with one start
above several (32 to 128 elements, two to seven groups).
"""

from collections.abc import Callable
from functools import cache, partial
from itertools import count
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import Tree, Values, in_tiles, one_by_one
from beamwright.optim import quasi_newton as qn
from beamwright.optim.power_allocation import allocate, allocate_fairly, power_at_price
from beamwright.systems.dma_noma.physics.responses import Law, from_parts, parts_of, settings_of
from beamwright.systems.dma_noma.solve import kernel
from beamwright.systems.dma_noma.solve.kernel import Point, Problem
from beamwright.systems.dma_noma.solve.problem import Objective

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
    """Length of a search; rounds and steps are traced in a compiled one, which serves any numbers of them."""

    rounds: Values = 4
    steps: Values = 480
    """Steps of BFGS per sharpness."""
    law: Law = "amplitude"
    """How responses depend on what is set at the elements."""
    objective: Objective = "weighted-sum"
    """What is maximised."""


class SearchResult(NamedTuple):
    """Best points of all rounds; drops first."""

    responses: np.ndarray
    """(drops, elements), or (drops, elements, chains) of phase shifters."""
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
          box of the least and the largest that elements or shifters are set to, (drops, ...) each.
    """
    lengths = (np.full(len(problems.weight_near), length) for length in (options.rounds, options.steps))
    program = _compiled(options.law, _room(options.rounds))
    found = SearchResult(*in_tiles(program, TILE, *problems, *starts, *others, *box, *lengths, counted=True))
    responses, beams = (from_parts(np.moveaxis(a, 1, 0)) for a in (found.responses, found.beams))
    trace = found.trace[:, : options.rounds + 1]
    return found._replace(responses=responses, beams=beams, powers_w=power_w * found.powers_w, trace=trace)


def _room(rounds: int) -> int:
    """Entries of the trace in a compiled search: a few sizes serve any number of rounds."""
    return 16 * 4 ** next(k for k in count() if rounds < 16 * 4**k)


@cache
def _compiled(law: Law, room: int) -> Callable[..., Tree]:
    """Search of one drop after another, any number of rounds that leave room in the trace, any number of steps."""

    def one(*arrays: Values) -> tuple[Array, ...]:
        fields = len(Problem._fields)
        problem, (a, b, c, d, low, high, rounds, steps) = Problem(*arrays[:fields]), arrays[fields:]
        return _search(problem, Point(a, b), Point(c, d), (low, high), Options(rounds, steps, law), room)

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
    """() objective less what missed rates cost, with hard worst cases."""


class _State(NamedTuple):
    """State of the search: candidates that wait for their run, the last one, the best one, and how many runs were."""

    waiting: Candidate
    last: Candidate
    best: Candidate
    runs: Array
    idle: Array
    trace: Array


def _search(
    problem: Problem, starts: Point, others: Point, box: tuple[Array, Array], options: Options, room: int
) -> Tree:
    points = Point(*map(jnp.concatenate, zip(starts, others, strict=True)))
    many, all_, groups = len(starts.responses), len(points.responses), points.beams.shape[-1]
    nothing = jnp.full(all_, -jnp.inf)
    waiting = Candidate(points, jnp.full((all_, groups), 1 / groups), jnp.ones(all_), nothing > 0, nothing)

    def rounds(state: _State) -> Array:
        """Rounds that are done: candidates get their powers first, then a run from every start makes the first."""
        return state.runs - all_ - many + 1

    def running(state: _State) -> Array:
        return (rounds(state) < options.rounds) & (state.idle < PATIENCE)

    def run(state: _State) -> _State:
        placing, first = state.runs < all_, state.runs < all_ + many
        # what half of the rounds could not meet is given up to the share that was met, for the best effort
        give_up = ~first & ~state.best.feasible & (2 * rounds(state) >= options.rounds)
        turn = jnp.minimum(jnp.where(placing, state.runs, state.runs - all_), all_ - 1)
        start = _either(give_up | (state.runs == all_ + many), state.best, state.last)
        start = _either(first, jax.tree.map(lambda a: a[turn], state.waiting), start)
        asked = kernel.lowered(problem, jnp.where(give_up, start.share, 1.0))
        point = lax.cond(
            placing, lambda: start.point,
            lambda: _ascend(asked, start.point, start.powers, box, options),
        )  # fmt: skip
        now = power_step(problem, scored(problem, point, start.powers))
        waiting = jax.tree.map(lambda a, new: a.at[turn].set(jnp.where(placing, new, a[turn])), state.waiting, now)
        better, best = precedes(now, state.best), state.best
        gain = jnp.where(better, jnp.where(best.feasible == now.feasible, now.merit - best.merit, jnp.inf), 0.0)
        idle = jnp.where(~first & (best.feasible | give_up) & (gain < GAIN), state.idle + 1, 0)
        best = _either(better, now, best)
        next = _State(waiting, now, best, state.runs + 1, idle, state.trace)
        place = jnp.where(placing, 0, jnp.where(rounds(next) > 0, rounds(next), len(state.trace)))
        return next._replace(trace=state.trace.at[place].set(best.merit, mode="drop"))

    first = jax.tree.map(lambda a: a[0], waiting)
    trace = jnp.full(room, jnp.nan)
    end = lax.while_loop(running, run, _State(waiting, first, first, jnp.array(0), jnp.array(0), trace))
    best, split = end.best, split_at(problem, end.best)
    powers = jnp.stack([split.near, split.far], axis=-1)
    beams = kernel.normalised(best.point.beams)
    return best.point.responses, beams, powers, best.merit, best.feasible, rounds(end), end.trace


def _either(condition: Array, one: Candidate, other: Candidate) -> Candidate:
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), one, other)


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
    merit = kernel.objective(problem, split, powers) - kernel.MISSING * missing
    return Candidate(point, powers, share, missing <= MET, merit)


def _ascend(problem: Problem, point: Point, powers: Array, box: tuple[Array, Array], options: Options) -> Point:
    """Responses and beams for fixed powers, by sharper and sharper maxima."""
    settings, shape = settings_of(options.law, point.responses), point.beams.shape
    size = settings.size
    free = jnp.full(point.beams.size, jnp.inf)
    low, high = (jnp.concatenate([end.ravel(), rest]) for end, rest in zip(box, (-free, free), strict=True))

    def unpack(x: Array) -> Point:
        responses = jnp.stack(parts_of(options.law, x[:size].reshape(settings.shape)))
        return Point(responses, x[size:].reshape(shape))

    def loss(x: Array, sharpness: Array) -> Array:
        received = kernel.received_at(problem, unpack(x), sharpness)
        logs = kernel.log_ratios(problem, received, powers, sharpness)
        return -kernel.merit(problem, kernel.split(problem, logs, powers, sharpness), powers, sharpness)

    def sharpen(x: Array, sharpness: Array) -> tuple[Array, None]:
        loss_now, run = partial(loss, sharpness=sharpness), qn.Options(options.steps, memory=MEMORY)
        return qn.minimise(loss_now, x, low, high, run).x, None

    x = jnp.concatenate([settings.ravel(), kernel.normalised(point.beams).ravel()])
    return unpack(lax.scan(sharpen, x, jnp.array(SHARPNESS))[0])


def power_step(problem: Problem, now: Candidate) -> Candidate:
    """Powers by the closed form, halfway at a time because they change the interference; the best of all."""
    received = kernel.received_at(problem, now.point)

    def allocated(powers: Array, ratio: Array, merit: Array, part: Array) -> Candidate:
        """Candidate halfway to the best powers for a part of the required rates, or what of it can be met."""
        groups, share = _allocated(kernel.lowered(problem, part), ratio, merit)
        return _scored(problem, received, now.point, 0.5 * (powers + groups), part * share)

    def round(carry: tuple[Array, Candidate], _: None) -> tuple[tuple[Array, Candidate], None]:
        powers, best = carry
        ratio = jnp.exp(kernel.log_ratios(problem, received, powers))
        # a user who can hardly be served must not cost the others all: so nothing required is one more candidate
        met = lax.map(partial(allocated, powers, ratio, best.merit), jnp.array([1.0, 0.0]))
        for candidate in (jax.tree.map(lambda a, i=i: a[i], met) for i in (0, 1)):
            best = _either(precedes(candidate, best), candidate, best)
        return (met.powers[0], best), None

    return lax.scan(round, (now.powers, now), None, length=POWER_ROUNDS)[0][1]


def _allocated(problem: Problem, ratio: Array, merit: Array) -> tuple[Array, Array]:
    """Best group powers where ratios stand still, and the share of the required rates that they meet.

    Where power costs, what it must be worth is the objective so far, as Dinkelbach has it.
    """
    (a, b), one = jnp.split(ratio, 2), jnp.ones(())
    weights = problem.weight_near, problem.weight_far
    best = allocate(a, b, one, weights[0], problem.rate_near, problem.rate_far, weights[1])
    met, share = kernel.lowered(problem, jnp.asarray(best.share)), jnp.asarray(best.share)
    price = jnp.log(2.0) * (1 - problem.drawn) * jnp.maximum(merit, 0.0)
    enough = power_at_price(a, b, weights, met.rate_near, met.rate_far, price)
    summed = jnp.where(jnp.sum(enough) <= one, enough, best.x[:, 0] + best.x[:, 1])
    fair = partial(allocate_fairly, a, b, one, met.rate_near, met.rate_far)
    return lax.cond(problem.fair > 0, fair, lambda: summed), share
