"""Learning curves and what is claimed of them, for figures 3 and 4."""

from beamwright.records import Setting, Study, sweep
from beamwright.studies.figures.cellfree.common import RANGE, on_average
from beamwright.studies.figures.cellfree.learners import learners, learning_study, over_steps

_CLAIMS = (
    on_average("Meta-learning ends higher than ordinary learning.", ("meta", "ddpg")),
    on_average("It is the teacher's learning that helps.", ("meta", "frozen"), source="ablation",
               note="A frozen teacher explores just as broadly, and learns nothing."),
    on_average("Meta-learning converges faster.", ("meta", "ddpg"), metric="steps_to", relation="<"),
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
_AGENTS, _FEARS, _PLAIN = ("meta", "frozen", "ddpg", "amortised"), ("single", "joint", "nominal"), ("moving", "silence")


def learning_curves(name: str, title: str, caption: str, **settings: Setting) -> Study:
    """Learning curves of all agents under one kind of actions."""
    return learning_study(
        name,
        title,
        axes=(RANGE,),
        points=sweep(500.0),
        curves=learners(*_AGENTS, *_FEARS, "no-offset", *_PLAIN, **settings),
        caption=caption,
        panels=(
            over_steps("score", "agents", *_AGENTS, *_PLAIN),
            over_steps("score", "what is feared", "meta", *_FEARS, "no-offset", *_PLAIN),
        ),
        numbers=("worst", "steps_to"),
        numbers_caption="Where they end.",
        claims=_CLAIMS,
    )
