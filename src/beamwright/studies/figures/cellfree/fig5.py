"""Figure 5: the critic's loss in learning, and what it says of the policy."""

from beamwright.records import sweep
from beamwright.studies.figures.cellfree.common import REGION, on_average
from beamwright.studies.figures.cellfree.learners import learners, learning_study, over_steps
from beamwright.studies.figures.grammar import cases, claim

_AGENTS = ("meta", "frozen", "ddpg", "single", "joint", "nominal", "meta-nominal", "no-offset")

STUDY = learning_study(
    "fig5",
    "Critic's loss in learning",
    axes=(REGION,),
    points=sweep(2.0),
    curves=learners(*_AGENTS),
    caption="Critic's loss, and what the policy is worth, against the steps taken in the "
    "environment; mean over scenes with its 95 % confidence band. A low loss means that rewards are easily "
    "predicted, not that they are high.",
    panels=(over_steps("loss", "critic's loss", *_AGENTS, scale="log"), over_steps("score", "worth", *_AGENTS)),
    numbers=("first_loss", "last_loss", "worst"),
    numbers_caption="Losses at first and at last.",
    claims=(
        claim("The loss falls.", "Section V", "every", "last_loss", "<",
              *cases({name: name for name in ("meta", "ddpg", "single", "joint")}), against="first_loss"),
        on_average("The proposed agent has the lowest loss.", ("meta", "ddpg"), ("meta", "single"), ("meta", "joint"),
                   ("meta", "meta-nominal"), metric="last_loss", relation="<",
                   note="The loss is no measure of performance, see the right panel."),
        claim("Its loss falls soonest.", "Section V", "sooner", "loss", "<",
              *cases({"than baseline 1": ("meta", "single"), "than DDPG": ("meta", "ddpg"),
                      "than meta without robustness": ("meta", "meta-nominal")}), against="env_steps", better="lower",
              note="Steps until a loss is within 5 % of the higher of both last ones."),
    ),
)  # fmt: skip
