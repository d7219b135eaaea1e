"""Figures and tables of the NOMA-ISAC paper, as studies."""

from beamwright.records import Study

STUDIES: tuple[Study, ...] = ()
