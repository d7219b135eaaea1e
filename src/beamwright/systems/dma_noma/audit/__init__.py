"""Audit: what holds for the arrays of a design, whoever found them; it does not know the search."""

from beamwright.systems.dma_noma.audit.certificate import certify
from beamwright.systems.dma_noma.audit.demanded import BOUND, SCENERY, demanded
from beamwright.systems.dma_noma.audit.scorecard import evaluate, headline

__all__ = ["BOUND", "SCENERY", "certify", "demanded", "evaluate", "headline"]
