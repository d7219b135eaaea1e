"""Figure 4: learning curves, where actions are the entries of the beams."""

from beamwright.studies.figures.cellfree.learning_curves import learning_curves

STUDY = learning_curves(
    "fig4",
    "Learning curves, literal actions",
    "As in the figure before, where actions are the entries of the beams themselves.",
    actions="literal",
)
