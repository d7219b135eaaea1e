"""Solve: the search of positions, beams and powers, and its starting points. It knows the physics, not the audit."""

from beamwright.systems.cellfree.solve.search import Options, SearchResult, best_starts, search
from beamwright.systems.cellfree.solve.start import make_lanes

__all__ = ["Options", "SearchResult", "best_starts", "make_lanes", "search"]
