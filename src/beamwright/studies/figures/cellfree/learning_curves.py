"""Learning curves and what is claimed of them, for figures 3 and 4."""

from beamwright.records import Setting, Study, sweep
from beamwright.studies.figures.cellfree.common import REGION, on_average
from beamwright.studies.figures.cellfree.learners import learners, learning_study, over_steps
from beamwright.studies.figures.grammar import cases, claim

_CLAIMS = (
    on_average("Meta-learning ends higher than ordinary learning.", ("meta", "ddpg")),
    on_average("It is the teacher's learning that helps.", ("meta", "frozen"), source="ablation",
               note="A frozen teacher explores just as broadly, and learns nothing."),
    claim("Meta-learning converges faster.", "Section V", "sooner", "score", "<",
          *cases({"than DDPG": ("meta", "ddpg"), "than baseline 1": ("meta", "single"),
                  "than baseline 2": ("meta", "joint"), "than meta without robustness": ("meta", "meta-nominal")}),
          against="env_steps", note="Steps until a policy has 95 % of the lower of both last scores."),
    on_average("It comes close to a system without offsets.", ("meta", "no-offset"), relation=">=", tolerance=0.05,
               note="Read as: not below it by more than 5 %."),
    on_average("Who ignores offsets ends worst.", ("nominal", "single"), ("nominal", "joint"),
               ("meta-nominal", "single"), relation="<"),
    on_average(
        "Learning against all offsets beats learning against one, against those the agent picks, and against none.",
        *((agent, feared) for agent in ("meta", "ddpg") for feared in ("single", "joint", "nominal")),
    ),
    on_average("Learning beats a silent radar.", ("meta", "silence"), ("ddpg", "silence"), source="ours"),
    on_average("The policy differentiated through the environment beats both agents in as many steps.",
               ("amortised", "ddpg"), ("amortised", "meta"), source="ours"),
    on_average("No agent reaches the deterministic optimiser.", ("moving", "meta"), ("moving", "ddpg"),
               ("moving", "amortised"), source="ours"),
)  # fmt: skip
_AGENTS, _PLAIN = ("meta", "frozen", "ddpg", "amortised"), ("moving", "silence")
_FEARS = ("single", "joint", "nominal", "meta-nominal")


def learning_curves(name: str, title: str, caption: str, **settings: Setting) -> Study:
    """Learning curves of all agents under one kind of actions."""
    return learning_study(
        name,
        title,
        axes=(REGION,),
        points=sweep(2.0),
        curves=learners(*_AGENTS, *_FEARS, "no-offset", *_PLAIN, **settings),
        caption=caption,
        panels=(
            over_steps("score", "agents", *_AGENTS, *_PLAIN),
            over_steps("score", "what is feared", "meta", *_FEARS, "no-offset", *_PLAIN),
        ),
        numbers=("worst",),
        numbers_caption="Where they end.",
        claims=_CLAIMS,
    )
