"""Measurements on a metasurface design: by the plain model and the dense adversary, never by a search's report."""

from beamwright.studies.figures.dma_noma.measures.errors import errors
from beamwright.studies.figures.dma_noma.measures.fields import field, focus
from beamwright.studies.figures.dma_noma.measures.rates import convergence, rates, sets

__all__ = ["convergence", "errors", "field", "focus", "rates", "sets"]
