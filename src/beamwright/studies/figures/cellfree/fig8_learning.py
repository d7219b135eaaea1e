"""Figure 8 for agents: learnt utility against the carrier offset."""

from beamwright.studies.figures.cellfree.common import RANGE
from beamwright.studies.figures.cellfree.learnt_utility import falls_least, learnt_utility, trend_of

STUDY = learnt_utility(
    "fig8-learning",
    "Learnt utility against the carrier offset",
    RANGE,
    (0.0, 250.0, 500.0, 2000.0),
    trend_of("The utility falls with the range of offsets.", "<", "meta", "single", "joint"),
    falls_least("The proposed agent's falls least.", ">"),
)
