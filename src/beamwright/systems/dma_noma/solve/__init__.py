"""Solve: the search for amplitudes, beams and powers against sets of channels; it does not know the audit."""

from beamwright.systems.dma_noma.solve.kernel import PENALTY, Point, Problem
from beamwright.systems.dma_noma.solve.multistart import best_of, search_from_starts
from beamwright.systems.dma_noma.solve.problem import (
    ChannelSets,
    channel_sets,
    estimate_sets,
    make_problems,
    scenario_sets,
)
from beamwright.systems.dma_noma.solve.quantise import quantise
from beamwright.systems.dma_noma.solve.search import Options, SearchResult

__all__ = [
    "PENALTY",
    "ChannelSets",
    "Options",
    "Point",
    "Problem",
    "SearchResult",
    "best_of",
    "channel_sets",
    "estimate_sets",
    "make_problems",
    "quantise",
    "scenario_sets",
    "search_from_starts",
]
