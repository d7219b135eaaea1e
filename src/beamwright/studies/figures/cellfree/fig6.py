"""Figure 6: the critic's loss against the region of the antennas."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import REGION
from beamwright.studies.figures.cellfree.learners import learner_lines, learners, learning_study, over_steps
from beamwright.studies.figures.grammar import cases, claim, panel

STUDY = learning_study(
    "fig6",
    "Critic's loss against the region",
    axes=(REGION,),
    points=sweep(1.75, 2.0, 3.0),
    curves=learners("meta", "ddpg", "single", "joint", "moving"),
    caption="(a) Critic's loss against the steps taken in the environment in the smallest region, 1.75 wavelengths to "
    "each side; (b) at the end of learning, and (c) what the policy is worth, against half of the region; mean over "
    "scenes with its 95 % confidence band.",
    panels=(
        over_steps("loss", "critic's loss, 1.75 wavelengths", "meta", "ddpg", "single", "joint", scale="log"),
        panel("last_loss", REGION, *learner_lines("meta", "ddpg", "single", "joint"), title="critic's loss"),
        panel("worst", REGION, *learner_lines("meta", "ddpg", "single", "joint", "moving"), title="worth"),
    ),
    numbers=("last_loss", "loss_steps", "worst"),
    claims=(
        claim("The loss falls soonest for the proposed agent.", "Section V", "sooner", "loss", "<",
              *cases({"than baseline 1": ("meta", "single"), "than baseline 2": ("meta", "joint")},
                     half_region_wavelengths=1.75), against="env_steps", better="lower"),
        claim("In a smaller region it falls sooner.", "Section V", "change", "loss_steps", ">",
              *cases({"meta": "meta", "DDPG": "ddpg"}, half_region_wavelengths=(1.75, 2.0))),
        claim("A smaller region has a higher loss.", "Section V", "trend", "last_loss", "<",
              *cases({"meta": "meta", "DDPG": "ddpg"}),
              note="The printed region of one wavelength to each side cannot hold eight antennas half a wavelength "
              "apart; 1.75 is the smallest that does."),
    ),
)  # fmt: skip
