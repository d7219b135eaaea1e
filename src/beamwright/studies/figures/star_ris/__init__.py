"""Figures of the STAR-RIS system."""

from beamwright.records import Study
from beamwright.studies.figures.star_ris.rates import FIG3, FIG4

STUDIES: tuple[Study, ...] = (FIG3, FIG4)
