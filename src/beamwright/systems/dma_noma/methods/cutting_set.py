"""Robust design by a growing set: design, find the worst positions, add them, design again (spec dma_noma, 6, C)."""

from typing import NamedTuple

import numpy as np

from beamwright.core import USUAL, parameter, ranges
from beamwright.systems.dma_noma.methods.base import SearchOptions, design_of, guarded_method
from beamwright.systems.dma_noma.physics import (
    Design,
    Known,
    Scenario,
    checked,
    model,
    reference_waves,
    scenario_points,
    user_channels,
)
from beamwright.systems.dma_noma.solve import (
    MISSING,
    Options,
    SearchResult,
    channel_sets,
    frame_of,
    search_from_starts,
)
from beamwright.systems.dma_noma.types import MET


class CuttingSetOptions(SearchOptions):
    """Options of the growing set."""

    rounds: int = parameter(4, "At most so many rounds of beams and powers per design", **ranges.ROUNDS)
    density: float = parameter(
        16.0, "Density of the grid on which worst positions are sought", source="spec, section 6", gt=0, le=1e6
    )
    cuts: int = parameter(8, "Positions added per user", ge=1, le=10_000)


@guarded_method(CuttingSetOptions)
def cutting_set(
    scenario: Scenario,
    known: Known,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    density: float = USUAL,
    seed: int = USUAL,
    cuts: int = USUAL,
) -> Design:
    """Design by the first-order solver against the estimates and the worst positions so far; the best is kept.

    Added to, never replaced: against one adversarial position per user alone the design oscillates (section 6).

    Args:    starts of the first design, later ones start from the one before; rounds and steps of every design; density
             of the grid on which worst positions are sought; cuts: positions added per user.
    Returns: Design; ``trace`` (drops, cuts + 1) the best weighted rate over the grid so far.
    Raises:  ValueError naming the argument.
    """
    known, options = checked(scenario, known), Options(rounds, steps)
    frame = frame_of(scenario, known)
    grid, _ = scenario_points(scenario, frame.known, density)
    h = [user_channels(scenario, frame.known, grid, tone=tone) for tone in scenario.tones]
    points = np.repeat(grid[:, :, :1], cuts + 1, axis=2)
    start, best = None, None
    trace = np.empty((len(grid), cuts + 1))
    for cut in range(cuts + 1):
        present = np.broadcast_to(np.arange(cuts + 1) <= cut, points.shape[:3])
        sets = channel_sets(scenario, frame.known, points, present)
        many = starts if cut == 0 else 1
        result = search_from_starts(scenario, frame.known, sets, many, options, seed, start)
        rates = _rates_on_grid(scenario, frame.known, h, result)
        best = _better(best or (rates, result), (rates, result))
        trace[:, cut] = best[0].rate
        start = result.responses, result.beams
        if cut < cuts:
            points[:, :, cut + 1] = np.take_along_axis(grid, rates.worst[..., None, None], axis=2)[:, :, 0]
    assert best is not None  # there is at least one design
    result = frame.restored(best[1])._replace(trace=trace, rounds=np.full(len(grid), cuts + 1))
    return design_of(scenario, known, result)


class _GridRates(NamedTuple):
    """Rates of a design on the grid, and the positions of the least."""

    rate: np.ndarray
    """(drops,) weighted, less what missed rates cost."""
    worst: np.ndarray
    """(drops, users) index into the grid."""


def _rates_on_grid(s: Scenario, known: Known, h: list[np.ndarray], result: SearchResult) -> _GridRates:
    """Weighted rates and worst positions on the grid h (drops, users, positions, elements), one per subcarrier."""
    both_w, found = result.powers_w.sum(axis=-1), []
    for tone, channels in zip(s.tones, h, strict=True):
        vectors = model.transmit_vectors(result.responses, reference_waves(s, known, tone), result.beams)
        kinds = zip(np.split(channels, 2, axis=1), model.noma_transmissions(s, known, vectors, both_w), strict=True)
        found.append([model.ratios(part, sent) for part, sent in kinds])
    near, far = (model.largest(kind) for kind in zip(*found, strict=True))
    rates = model.noma_rates(result.powers_w, near.max(axis=-1), far.max(axis=-1))
    missing = np.maximum(model.missed(s, known, *rates) - MET, 0).sum(axis=-1)
    worst = np.concatenate([near.argmax(axis=-1), far.argmax(axis=-1)], axis=1)
    return _GridRates(model.weighted_rate(s, known, *rates) - MISSING * missing, worst)


def _better(
    old: tuple[_GridRates, SearchResult], new: tuple[_GridRates, SearchResult]
) -> tuple[_GridRates, SearchResult]:
    """Better of two results, drop by drop."""
    wins = new[0].rate > old[0].rate
    rates = _GridRates(np.maximum(new[0].rate, old[0].rate), np.where(wins[:, None], new[0].worst, old[0].worst))
    return rates, new[1].where(wins, old[1])
