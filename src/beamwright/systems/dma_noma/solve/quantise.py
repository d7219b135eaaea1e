"""Amplitudes of few levels: rounding, element by element, then beams and powers (spec dma_noma, 6, D)."""

from collections.abc import Callable
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import Tree, Values, in_tiles, one_by_one
from beamwright.systems.dma_noma.physics import Known, Scenario
from beamwright.systems.dma_noma.physics.responses import as_parts
from beamwright.systems.dma_noma.solve.kernel import Point, Problem
from beamwright.systems.dma_noma.solve.problem import ChannelSets, band_waves, make_problems
from beamwright.systems.dma_noma.solve.search import TILE, Candidate, Options, SearchResult, precedes, scored, search


def quantise(
    s: Scenario, known: Known, sets: ChannelSets, result: SearchResult, steps: int, passes: int, options: Options
) -> SearchResult:
    """The result with amplitudes 0, 1/steps, ..., 1, rounded, then moved to neighbouring levels where that is better.

    Levels are judged with the beams that the continuous amplitudes had: with beams of their own, whose nulls are sharp,
    no single element may move any more. After rounding and after every pass beams and powers are searched with
    amplitudes fixed; the best of all is kept, of which ``trace`` (drops, passes + 1) has the merit.
    """
    problems = make_problems(s, sets, band_waves(s, known))
    beams = as_parts(result.beams, axis=1)
    shares = result.powers_w.sum(axis=-1) / s.power_w

    def searched(levels: np.ndarray) -> SearchResult:
        point = Point(levels[:, None, None], beams[:, None])
        return search(problems, point, point, (levels, levels), s.power_w, options)

    levels = np.round(result.responses * steps) / steps
    found = searched(levels)
    trace = [found.merit]
    for _ in range(passes if s.feeding != "digital" else 0):
        arrays = (*problems, levels[:, None], beams, shares)
        levels = np.round(np.asarray(in_tiles(_compiled(steps), TILE, *arrays, counted=True)) * steps) / steps
        found = found.or_better(searched(levels))
        trace.append(found.merit)
    return found._replace(trace=np.stack(trace, axis=1))


@cache
def _compiled(steps: int) -> Callable[..., Tree]:
    def one(*arrays: Values) -> Array:
        return _descend(Problem(*arrays[:-3]), Point(*arrays[-3:-1]), arrays[-1], steps)

    return one_by_one(one)


def _descend(problem: Problem, point: Point, powers: Array, steps: int) -> Array:
    """Amplitudes after every element in turn took the best of its level and the two beside it, judged exactly."""

    def visit(now: Candidate, element: Array) -> tuple[Candidate, None]:
        for move in (-1, 1):
            level = jnp.clip(now.point.responses[0, element] + move / steps, 0.0, 1.0)
            responses = now.point.responses.at[0, element].set(level)
            other = scored(problem, Point(responses, point.beams), powers)
            better = precedes(other, now)
            now = jax.tree.map(lambda new, old, better=better: jnp.where(better, new, old), other, now)
        return now, None

    start = scored(problem, point, powers)
    return lax.scan(visit, start, jnp.arange(point.responses.shape[1]))[0].point.responses[0]
