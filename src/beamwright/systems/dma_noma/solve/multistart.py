"""Search from several starts per drop, of which the best is kept, never worse than the simplest designs."""

import numpy as np

from beamwright.systems.dma_noma.physics import Known, Scenario, closed_forms, reference_waves, user_channels
from beamwright.systems.dma_noma.physics.responses import as_parts, law_of
from beamwright.systems.dma_noma.solve import start
from beamwright.systems.dma_noma.solve.kernel import Point
from beamwright.systems.dma_noma.solve.problem import ChannelSets, band_waves, make_problems
from beamwright.systems.dma_noma.solve.search import Options, SearchResult, search

Points = tuple[np.ndarray, np.ndarray]
"""Responses (drops, elements), or (drops, elements, chains), and beams (drops, chains, groups)."""


def search_from_starts(
    s: Scenario,
    known: Known,
    sets: ChannelSets,
    starts: int,
    options: Options,
    seed: int,
    points: Points | None = None,
    others: tuple[Points, ...] = (),
) -> SearchResult:
    """Best result of every drop, from given points or those of ``initial``, and variations.

    Never worse, for these sets, than zero forcing, focusing, and what else is given, each with the best powers.
    """
    wave = reference_waves(s, known)
    h = user_channels(s, known, known.positions_m)
    varied = start.varied(s, *(points or start.initial(s, h, wave)), known.numbers, starts, seed)
    others = (*others, closed_forms.zero_forcing_point(s, h, wave), closed_forms.focusing_point(s, h, wave))
    candidates = tuple(np.stack([one[i] for one in others], axis=1) for i in (0, 1))
    tried = _points(s, varied), _points(s, (candidates[0], candidates[1]))
    problems = make_problems(s, sets, band_waves(s, known), options.objective)
    options = Options(options.rounds, options.steps, law_of(s))  # the objective is data: one program for all of them
    return search(problems, *tried, _box(s, varied[0][:, 0]), s.power_w, options)


def _points(s: Scenario, points: Points) -> Point:
    """Points for the kernel, axes (drops, starts, ...); a chain per element needs no amplitudes."""
    responses, beams = points
    responses = np.ones_like(responses) if s.feeding == "digital" else responses
    return Point(as_parts(responses, axis=2), as_parts(beams, axis=2))


def _box(s: Scenario, responses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and largest settings: amplitudes in [0, 1], or one for digital arrays; any angles."""
    ones = np.ones(responses.shape)
    if law_of(s) == "amplitude":
        return ones * (s.feeding == "digital"), ones
    return -np.inf * ones, np.inf * ones
