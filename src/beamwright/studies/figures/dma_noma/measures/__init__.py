"""Measurements on a metasurface design: by the plain model and the dense adversary, never by a search's report."""

from beamwright.studies.figures.dma_noma.measures.errors import errors
from beamwright.studies.figures.dma_noma.measures.fields import field, focus
from beamwright.studies.figures.dma_noma.measures.rates import band, rates, sets
from beamwright.studies.figures.dma_noma.measures.rounds import convergence, inner_loops, speed

__all__ = ["band", "convergence", "errors", "field", "focus", "inner_loops", "rates", "sets", "speed"]
