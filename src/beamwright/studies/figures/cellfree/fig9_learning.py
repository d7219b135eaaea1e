"""Figure 9 for agents: learnt utility against the distance of the target."""

from beamwright.studies.figures.cellfree.common import TARGET
from beamwright.studies.figures.cellfree.learnt_utility import falls_least, learnt_utility, trend_of

STUDY = learnt_utility(
    "fig9-learning",
    "Learnt utility against the distance of the target",
    TARGET,
    (10.0, 80.0, 120.0, 200.0),
    trend_of("The utility falls with the distance of the target.", "<", "meta", "single", "joint"),
    falls_least("The proposed agent's falls least.", ">"),
)
