"""Figures of the metasurface NOMA system: those of the paper under its numbers, ours under names."""

from beamwright.studies.figures.paper import collect

STUDIES = collect(
    __name__,
    "fig3",
    "fig4",
    "fig5",
    "fig6",
    "fig7",
    "fig8",
    "inner_loops",
    "speed",
    "focus",
    "sets",
    "hardware",
    "wideband",
    "map",
)
