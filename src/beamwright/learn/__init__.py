"""Agents that know an environment and nothing else: actor-critic, meta-exploration, and design by differentiation."""

from beamwright.learn import checkpoints, sessions
from beamwright.learn.agent import Agent, AgentOptions, Log
from beamwright.learn.amortised import AMORTISED
from beamwright.learn.ddpg import DDPG
from beamwright.learn.environment import Environment, Episode, Outcome, State, play, step_or_reset
from beamwright.learn.meta import META
from beamwright.learn.networks import Policy
from beamwright.learn.training import Row, advance, begin, judges, rows, train

AGENTS = {agent.name: agent for agent in (DDPG, META, AMORTISED)}

__all__ = [
    "AGENTS",
    "AMORTISED",
    "DDPG",
    "META",
    "Agent",
    "AgentOptions",
    "Environment",
    "Episode",
    "Log",
    "Outcome",
    "Policy",
    "Row",
    "State",
    "advance",
    "begin",
    "checkpoints",
    "judges",
    "play",
    "rows",
    "sessions",
    "step_or_reset",
    "train",
]
