"""Training as a pure function: ``advance`` adds one row to the learning curve, ``train`` all rows."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.learn.agent import Agent, AgentOptions
from beamwright.learn.environment import Environment, play
from beamwright.numerics import Tree

ROWS = 48
"""Most rows of a learning curve."""
EPISODES = 16
"""Episodes in which the policy is judged for a row, where channels vary."""


class Row(NamedTuple):
    """Row of a learning curve; arrays with a leading axis make the curve."""

    env_steps: Array
    """Environment steps so far."""
    reward: Array
    """Mean over the row's iterations of the collected rewards."""
    loss: Array
    """Mean loss of the critic; NaN where there is none."""
    gain: Array
    """Mean gain of the student; NaN where there is no teacher."""
    score: Array
    """Mean over episodes of ``judge``, for the policy without noise."""


def rows(agent: Agent, env: Environment, options: AgentOptions) -> tuple[int, int]:
    """Number of rows of the curve, and of iterations per row."""
    iterations = agent.iterations(env, options)
    each = max(1, -(-iterations // ROWS))
    return iterations // each, each


def advance(agent: Agent, env: Environment, options: AgentOptions, state: Tree, judged: Array) -> tuple[Tree, Row]:
    """State and row after the iterations of one row, judged in episodes of keys ``judged`` (episodes,)."""

    def step(state: Tree, _: None) -> tuple[Tree, Tree]:
        return agent.iterate(env, options, state)

    state, log = lax.scan(step, state, length=rows(agent, env, options)[1])
    score = jnp.mean(jax.vmap(lambda key: play(env, state.actor, key).score)(judged))
    reward, loss, gain = map(jnp.mean, log)
    return _strong(state), Row(state.env_steps, reward, loss, gain, score)


def judges(key: Array, episodes: int = EPISODES) -> Array:
    """Keys of the episodes in which every row judges."""
    return jax.random.split(jax.random.fold_in(key, 1), episodes)


def begin(agent: Agent, env: Environment, options: AgentOptions, key: Array, actor: Tree | None = None) -> Tree:
    """State before the first row, with an actor that was trained before, if any."""
    state = agent.start(env, options, jax.random.fold_in(key, 0))
    return _strong(state if actor is None else agent.with_actor(state, actor))


def _strong(state: Tree) -> Tree:
    """State without weakly typed numbers: files bring them back typed, and another program rounds differently."""
    return jax.tree.map(lambda a: lax.convert_element_type(a, a.dtype), state)


def train(
    agent: Agent, env: Environment, options: AgentOptions, key: Array, episodes: int = EPISODES,
    actor: Tree | None = None,
) -> tuple[Tree, Row]:  # fmt: skip
    """Last state and learning curve, from an ``actor`` on if given. Pure; may be compiled, and batched over keys."""
    state, judged = begin(agent, env, options, key, actor), judges(key, episodes)
    return lax.scan(lambda s, _: advance(agent, env, options, s, judged), state, length=rows(agent, env, options)[0])
