"""Search from several starts per drop, of which the best is kept, never worse than the simplest designs."""

import numpy as np

from beamwright.systems.dma_noma.physics import Known, Scenario, closed_forms, reference_waves, user_channels
from beamwright.systems.dma_noma.solve import start
from beamwright.systems.dma_noma.solve.kernel import Point
from beamwright.systems.dma_noma.solve.problem import ChannelSets, make_problems
from beamwright.systems.dma_noma.solve.search import Options, SearchResult, search

Points = tuple[np.ndarray, np.ndarray]
"""Amplitudes (drops, elements) and beams (drops, chains, groups)."""


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
    amplitudes, beams = start.varied(*(points or start.initial(h, wave)), known.numbers, starts, seed)
    others = (*others, closed_forms.zero_forcing_point(h, wave), closed_forms.focusing_point(h, wave))
    fixed = np.full(amplitudes[:, 0].shape, float(s.feeding == "digital"))
    box = fixed, np.ones_like(fixed)
    candidates = tuple(np.stack([one[i] for one in others], axis=1) for i in (0, 1))
    tried = _points((amplitudes, beams), box), _points((candidates[0], candidates[1]), box)
    return search(make_problems(s, sets, wave), *tried, box, s.power_w, options)


def _points(points: Points, box: tuple[np.ndarray, np.ndarray]) -> Point:
    """Points within the box for the kernel, axes (drops, starts, ...)."""
    amplitudes, beams = points
    inside = np.clip(amplitudes, box[0][:, None], box[1][:, None])
    return Point(inside, np.stack([beams.real, beams.imag], axis=2))
