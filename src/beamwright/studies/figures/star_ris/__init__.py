"""Figures of the STAR-RIS system."""

from beamwright.studies.figures.paper import collect

STUDIES = collect(__name__, "fig1", "fig2", "fig3", "fig4", "fig5", "fig6", "munich", "map")
