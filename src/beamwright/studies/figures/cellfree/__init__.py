"""Figures of the cell-free system: what agents learn, and what the deterministic methods answer."""

from beamwright.studies.figures.paper import collect

STUDIES = collect(
    __name__, "fig3", "fig4", "fig5", "fig6", "fig7_learning", "fig8_learning", "fig9_learning",
    "fig6b", "fig7", "fig8", "fig9", "fig10", "fig11", "offset", "map", "bound_map",
)  # fmt: skip
