"""Figure 3: learning curves, where actions are few and structured."""

from beamwright.studies.figures.cellfree.learning_curves import learning_curves

STUDY = learning_curves(
    "fig3",
    "Learning curves, structured actions",
    "Worst-case utility of the policy against the steps taken in the environment; mean over scenes, each with its own "
    "channel and random numbers, with its 95 % confidence band. Actions: regularisation and power of leakage beams, "
    "positions, user powers. Curves of agents begin after 1024 random steps, before which nothing is learnt.",
)
