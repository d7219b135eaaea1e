"""Figures of the metasurface NOMA system."""

from beamwright.records import Study
from beamwright.studies.figures.dma_noma.baselines import FIG3, FIG4
from beamwright.studies.figures.dma_noma.convergence import FIG1
from beamwright.studies.figures.dma_noma.errors import FIG2, FIG7
from beamwright.studies.figures.dma_noma.focusing import FIG6, MAP
from beamwright.studies.figures.dma_noma.robustness import FIG5

STUDIES: tuple[Study, ...] = (FIG1, FIG2, FIG3, FIG4, FIG5, FIG6, FIG7, MAP)
