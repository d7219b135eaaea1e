"""Figure 6: the critic's loss against the region of the antennas."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import REGION
from beamwright.studies.figures.cellfree.learners import learner_lines, learners, learning_study
from beamwright.studies.figures.grammar import cases, claim, panel

STUDY = learning_study(
    "fig6",
    "Critic's loss against the region",
    axes=(REGION,),
    points=sweep(1.75, 2.0, 3.0),
    curves=learners("meta", "ddpg", "moving"),
    caption="Critic's loss at the end of learning, and what the policy is worth, against half "
    "of the region of the antennas; mean over scenes with its 95 % confidence band.",
    panels=(
        panel("last_loss", REGION, *learner_lines("meta", "ddpg"), title="critic's loss"),
        panel("worst", REGION, *learner_lines("meta", "ddpg", "moving"), title="worth"),
    ),
    numbers=("last_loss", "worst"),
    claims=(
        claim("A smaller region has a higher loss.", "Section V", "trend", "last_loss", "<",
              *cases({"meta": "meta", "DDPG": "ddpg"}),
              note="The printed region of one wavelength to each side cannot hold eight antennas half a wavelength "
              "apart; 1.75 is the smallest that does."),
    ),
)  # fmt: skip
