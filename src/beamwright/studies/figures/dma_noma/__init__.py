"""Figures of the metasurface NOMA system."""

from beamwright.studies.figures.paper import collect

STUDIES = collect(__name__, "fig1", "fig2", "fig3", "fig4", "fig5", "fig6", "fig7", "map")
