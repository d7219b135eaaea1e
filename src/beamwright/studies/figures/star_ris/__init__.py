"""Figures of the STAR-RIS system."""

from beamwright.records import Study
from beamwright.studies.figures.star_ris.convergence import FIG2
from beamwright.studies.figures.star_ris.errata import FIG5
from beamwright.studies.figures.star_ris.maps import MAP
from beamwright.studies.figures.star_ris.moments import FIG1
from beamwright.studies.figures.star_ris.munich import MUNICH
from beamwright.studies.figures.star_ris.physical import FIG6
from beamwright.studies.figures.star_ris.rates import FIG3, FIG4

STUDIES: tuple[Study, ...] = (FIG1, FIG2, FIG3, FIG4, FIG5, FIG6, MUNICH, MAP)
