"""Solve: the search for amplitudes, beams and powers against sets of channels; it does not know the audit."""

from beamwright.systems.dma_noma.solve.frame import Frame, frame_of
from beamwright.systems.dma_noma.solve.kernel import MISSING, Point, Problem
from beamwright.systems.dma_noma.solve.multistart import Points, search_from_starts
from beamwright.systems.dma_noma.solve.problem import (
    MARGIN,
    ChannelSets,
    Objective,
    band_waves,
    channel_sets,
    estimate_sets,
    make_problems,
    scenario_sets,
)
from beamwright.systems.dma_noma.solve.quantise import quantise
from beamwright.systems.dma_noma.solve.search import Options, SearchResult

__all__ = [
    "MARGIN",
    "MISSING",
    "ChannelSets",
    "Frame",
    "Objective",
    "Options",
    "Point",
    "Points",
    "Problem",
    "SearchResult",
    "band_waves",
    "channel_sets",
    "estimate_sets",
    "frame_of",
    "make_problems",
    "quantise",
    "scenario_sets",
    "search_from_starts",
]
