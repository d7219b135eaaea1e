"""Search from several starts per drop, of which the best is kept."""

import numpy as np

from beamwright.systems.dma_noma.physics import Known, Scenario, channels, reference_waves
from beamwright.systems.dma_noma.solve import kernel, start
from beamwright.systems.dma_noma.solve.problem import ChannelSets, make_problems
from beamwright.systems.dma_noma.solve.search import Options, SearchResult, search


def search_from_starts(
    s: Scenario,
    known: Known,
    sets: ChannelSets,
    starts: int,
    options: Options,
    seed: int,
    points: tuple[np.ndarray, np.ndarray] | None = None,
) -> SearchResult:
    """Best result of every drop, from given points (amplitudes, beams) or those of ``initial``, and variations."""
    wave = reference_waves(s, known)
    if points is None:
        points = start.initial(channels(s, known.positions_m), wave)
    fixed = s.feeding == "digital"
    if fixed:
        points = np.ones_like(points[0]), points[1]
    amplitudes, beams = start.varied(*points, known.numbers, starts, seed)
    each = np.repeat(np.arange(len(wave)), starts)
    box = np.full_like(amplitudes, float(fixed)), np.ones_like(amplitudes)
    point = kernel.Point(np.clip(amplitudes, *box), np.stack([beams.real, beams.imag], axis=1))
    lanes = kernel.Problem(*(a[each] for a in make_problems(s, sets, wave)))
    return best_of(search(lanes, point, box, options), starts)


def best_of(result: SearchResult, starts: int) -> SearchResult:
    """Best of every ``starts`` lanes: feasible first, then by merit."""
    order = np.where(result.feasible, 1e9, 0.0) + np.nan_to_num(result.merit, nan=-1e18)
    best = np.arange(0, len(order), starts) + order.reshape(-1, starts).argmax(axis=1)
    return SearchResult(*(a[best] for a in result))
