"""Figures and tables of the NOMA-ISAC paper, as studies."""

from beamwright.records import Study
from beamwright.studies.figures.noma_isac.balancing import FIG3, TABLE1, TABLE2
from beamwright.studies.figures.noma_isac.power import FIG4, NOMA_VS_OMA
from beamwright.studies.figures.noma_isac.rank import RANK
from beamwright.studies.figures.noma_isac.robust import FIG5, FIG6, FIG7

STUDIES: tuple[Study, ...] = (FIG3, FIG4, FIG5, FIG6, FIG7, TABLE1, TABLE2, RANK, NOMA_VS_OMA)
