"""Figures of the cell-free system: those of the paper under its numbers, by agents (``-learning``) and by the optimiser
where there are both; ours under names."""

from beamwright.studies.figures.paper import collect

STUDIES = collect(
    __name__, "fig3", "fig4", "fig5", "fig6", "fig7", "fig7_learning", "fig8", "fig8_learning", "fig9", "fig9_learning",
    "adaptation", "alternation", "worst_offsets", "region", "weight", "printed_objective", "access_points", "baseline3",
    "position_bound", "bound_offsets", "offset", "map", "bound_map",
)  # fmt: skip
