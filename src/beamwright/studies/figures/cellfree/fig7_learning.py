"""Figure 7 for agents: learnt utility against the power of the access points."""

from beamwright.studies.figures.cellfree.common import POWER
from beamwright.studies.figures.cellfree.learnt_utility import learnt_utility, trend_of

STUDY = learnt_utility(
    "fig7-learning",
    "Learnt utility against the power",
    POWER,
    (1e-2, 1e-1, 1.0, 10.0),
    trend_of("The utility rises with the power.", ">", "meta", "ddpg", "joint"),
    scale="log",
)
