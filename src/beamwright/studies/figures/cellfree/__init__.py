"""Figures of the cell-free system: what the deterministic methods answer, and what agents learn."""

from beamwright.records import Study
from beamwright.studies.figures.cellfree.learning import LEARNING
from beamwright.studies.figures.cellfree.offsets import ALONG, FIG10
from beamwright.studies.figures.cellfree.scenes import BOUND_MAP, FIG11, MAP
from beamwright.studies.figures.cellfree.utility import FIG6B, FIG7, FIG8, FIG9

STUDIES: tuple[Study, ...] = (*LEARNING, FIG6B, FIG7, FIG8, FIG9, FIG10, FIG11, ALONG, MAP, BOUND_MAP)
