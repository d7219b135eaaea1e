"""Measurements on cell-free designs: by the certificate and the plain model, never by a search's own report."""

from beamwright.studies.figures.cellfree.measures.learning import adaptation, learning
from beamwright.studies.figures.cellfree.measures.offsets import along, alternation, missed
from beamwright.studies.figures.cellfree.measures.places import bound_map, bounds, field, random_geometry
from beamwright.studies.figures.cellfree.measures.utility import served, utilities

__all__ = [
    "adaptation", "along", "alternation", "bound_map", "bounds", "field", "learning", "missed", "random_geometry",
    "served", "utilities",
]  # fmt: skip
