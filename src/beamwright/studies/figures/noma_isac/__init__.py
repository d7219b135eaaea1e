"""Figures and tables of the NOMA-ISAC paper, as studies."""

from beamwright.studies.figures.paper import collect

STUDIES = collect(__name__, "fig3", "fig4", "fig5", "fig6", "fig7", "table1", "table2", "rank", "noma_vs_oma")
