"""Utility that agents learn against an axis, for the learners of figures 7 to 9."""

from beamwright.records import Axis, Claim, Study, sweep
from beamwright.records.study import Relation, Scale
from beamwright.studies.figures.cellfree.common import on_average
from beamwright.studies.figures.cellfree.learners import learner_lines, learners, learning_study
from beamwright.studies.figures.grammar import cases, claim, panel

_AGENTS, _FEARS = ("meta", "ddpg", "amortised"), ("single", "joint", "nominal")
_BEST = (
    on_average("The proposed agent beats the baselines everywhere.", ("meta", "single"), ("meta", "joint")),
    on_average("It beats fixed arrays with a convex design.", ("meta", "fixed"),
               note="Fixed arrays here by the deterministic optimiser, which beats convex programs."),
    on_average("It beats ordinary learning.", ("meta", "ddpg")),
    on_average("It beats a silent radar.", ("meta", "silence"), source="ours"),
    on_average("The policy differentiated through the environment beats it.", ("amortised", "meta"), source="ours"),
)  # fmt: skip


def learnt_utility(
    name: str, title: str, over: Axis, points: tuple[float, ...], *trends: Claim, scale: Scale = "linear"
) -> Study:
    """Worst-case utility of learners against an axis; ``trends`` are claimed along it."""
    agents = learner_lines(*_AGENTS, "moving", "fixed", "silence")
    feared = learner_lines("meta", *_FEARS, "moving", "silence")
    return learning_study(
        name,
        title,
        axes=(over,),
        points=sweep(*points),
        curves=learners(*_AGENTS, *_FEARS, "moving", "fixed", "silence"),
        caption=f"Worst-case utility against the {over.label.lower()}; mean over scenes, each "
        "with its own channel and random numbers, with its 95 % confidence band.",
        panels=(
            panel("worst", over, *agents, axis_scale=scale, title="agents"),
            panel("worst", over, *feared, axis_scale=scale, title="what is feared"),
        ),
        numbers=("worst",),
        claims=(*trends, *_BEST),
    )


def falls_least(text: str, relation: Relation) -> Claim:
    """The claim that the proposed agent's utility changes more, or less, than the baselines' along the axis."""
    others = {"than baseline 1": "single", "than baseline 2": "joint", "than DDPG": "ddpg"}
    pairs = {words: ("meta", other) for words, other in others.items()}
    return claim(text, "Section V", "change", "worst", relation, *cases(pairs))


def trend_of(text: str, relation: Relation, *agents: str) -> Claim:
    """The claim that the utility of these agents moves one way along the axis."""
    return claim(text, "Section V", "trend", "worst", relation, *cases({name: name for name in agents}))
