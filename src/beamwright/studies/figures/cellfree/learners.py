"""Agents that learn every scene by itself, beside what needs no learning: curves, lines, metrics of their studies."""

from dataclasses import replace
from typing import Any

from beamwright.records import Curve, Line, Panel, Setting, Study
from beamwright.studies.figures.cellfree import common
from beamwright.studies.figures.grammar import curve, line, outcome, profile

PAPER = replace(
    common.PAPER,
    note="Scenes are those of the specification. Every agent learns a scene by itself, drop i with its own channel and "
    "random numbers, in as many environment steps; the meta-agent's comparing rollouts count. A policy is worth the "
    "least utility of its best design in an episode, by the offsets' oracle, with its own receive filters.",
)
_STEPS = 24_000
_AGENTS = (
    curve("meta", "meta-exploration", "meta", env_steps=_STEPS),
    curve("frozen", "teacher frozen", "meta", env_steps=_STEPS, teacher_rate=0.0),
    curve("ddpg", "DDPG", "ddpg", env_steps=_STEPS),
    curve("amortised", "differentiated", "amortised", env_steps=_STEPS, environments=2),
    curve("single", "one offset (baseline 1)", "ddpg", env_steps=_STEPS, objective="single"),
    curve("joint", "agent picks offset (baseline 2)", "ddpg", env_steps=_STEPS, objective="joint"),
    curve("nominal", "offsets ignored", "ddpg", env_steps=_STEPS, objective="nominal"),
    curve("no-offset", "no offsets", "meta", env_steps=_STEPS, offset_range_hz=0.0),
    curve("meta-nominal", "meta, offsets ignored", "meta", env_steps=_STEPS, objective="nominal"),
)
_PLAIN = (
    curve("moving", "optimiser", "robust"),
    curve("fixed", "optimiser, fixed arrays", "fixed-array"),
    curve("silence", "radar silent", "silence"),
)
_RANK = {one.name: i for i, one in enumerate((*_AGENTS, *_PLAIN))}


def learners(*names: str, **settings: Setting) -> tuple[Curve, ...]:
    """Agents under further settings, and what needs no learning as it is."""
    learnt = tuple(one.model_copy(update={"settings": {**one.settings, **settings}}) for one in _AGENTS)
    return tuple(one for name in names for one in (*learnt, *_PLAIN) if one.name == name)


def learner_lines(*names: str) -> tuple[Line, ...]:
    """A line per learner, which looks the same in every figure."""
    return tuple(line(name, colour=_RANK[name] % 8, dash=_RANK[name] // 8) for name in names)


def over_steps(metric: str, title: str, *names: str, **more: Any) -> Panel:
    """A metric of learners against the steps they have taken."""
    return profile(metric, "env_steps", *learner_lines(*names), title=title, **more)


def learning_study(name: str, title: str, **more: Any) -> Study:
    """A study of learners."""
    metrics = (
        outcome("env_steps", "Environment steps"),
        outcome("score", "Utility of the policy", "bit/s/Hz", least=0.0),
        outcome("loss", "Critic's loss", least=0.0),
        common.UTILITY,
        outcome("first_loss", "Critic's loss at first", least=0.0),
        outcome("last_loss", "Critic's loss at last", least=0.0),
        outcome("loss_steps", "Steps until the loss is within 5 % of its last", "steps", least=0.0),
    )
    return PAPER.study(name, title, "learning", metrics=metrics, drops=8, **more)
