"""The study ``adaptation``: whether a policy trained on other scenes makes learning a new one quicker."""

from beamwright.records import Panel, sweep
from beamwright.studies.figures.cellfree.common import RANGE, curves
from beamwright.studies.figures.cellfree.learners import PAPER
from beamwright.studies.figures.grammar import case, claim, line, outcome, profile

_AGENTS = {"meta": "meta-exploration", "ddpg": "DDPG", "amortised": "differentiated"}
_KINDS = {"scratch": "from scratch", "tuned": "from the policy", "policy": "policy alone", "level": "optimiser"}


def _panel(agent: str, title: str) -> Panel:
    return profile(
        f"{agent}_scratch", f"{agent}_steps",
        *(line("moving", words, metric=f"{agent}_{kind}") for kind, words in _KINDS.items()), title=title,
    )  # fmt: skip


STUDY = PAPER.study(
    "adaptation",
    "Learning a new scene from scratch, and from a policy",
    "adaptation",
    axes=(RANGE,),
    points=sweep(500.0),
    curves=curves("moving"),
    metrics=(
        outcome("level", "Utility of the optimiser", "bit/s/Hz"),
        *(outcome(f"{agent}_{kind}", "Utility", "bit/s/Hz", least=0.0) for agent in _AGENTS for kind in _KINDS),
        *(outcome(f"{agent}_steps", "Environment steps") for agent in _AGENTS),
        *(outcome(f"{agent}_first", "Utility ahead in the first row", "bit/s/Hz") for agent in _AGENTS),
        *(outcome(f"{agent}_sooner", "Steps to a common level, tuned less scratch", "steps") for agent in _AGENTS),
        *(outcome(f"{agent}_gain", "Last utility, tuned less scratch", "bit/s/Hz") for agent in _AGENTS),
    ),
    drops=8,
    caption="Utility against the steps taken in a scene that no training saw, from scratch, and from a policy trained "
    "on 256 other scenes in 96 000 steps; mean over scenes with its 95 % confidence band. The policy alone learns "
    "nothing of the scene.",
    panels=tuple(_panel(agent, title) for agent, title in _AGENTS.items()),
    numbers=tuple(f"{agent}_{kind}" for agent in _AGENTS for kind in ("first", "sooner", "gain")),
    numbers_caption="From the policy less from scratch: utility in the first row, steps to 95 % of the lower of both "
    "last utilities, last utility.",
    claims=(
        *(claim(f"A new scene is learnt in fewer steps from a policy: {title}.", "Section V", "mean",
                f"{agent}_sooner", "<", case("moving", title)) for agent, title in _AGENTS.items()),
        *(claim(f"It ends higher: {title}.", "Section V", "mean", f"{agent}_gain", ">", case("moving", title))
          for agent, title in _AGENTS.items()),
    ),
)  # fmt: skip
