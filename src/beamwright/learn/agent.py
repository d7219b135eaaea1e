"""Interface of an agent: its start, its iteration, and the number of environment steps that each takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.core import Config, require
from beamwright.learn.environment import Environment, step_or_reset
from beamwright.learn.replay import Transitions
from beamwright.numerics import Tree


class Log(NamedTuple):
    """Log of one iteration; NaN where an agent has no such quantity."""

    reward: Array
    """() mean of the collected rewards."""
    loss: Array
    """() mean loss of the critic."""
    gain: Array
    """() reward that the student gained by the teacher's experience."""


class AgentOptions(Config):
    """Base of agents' options: what training needs of them; each agent says its default, and has others of its own."""

    env_steps: int
    """Steps in the environment, all that are taken in training."""


@dataclass(frozen=True)
class Agent:
    """Learning algorithm; its state has ``actor``, a deterministic ``Policy``, and ``env_steps``, the steps so far."""

    name: str
    summary: str
    options: type[AgentOptions]
    start: Callable[..., Tree]
    """``start(env, options, key) -> state``, with the steps that come before learning."""
    iterate: Callable[..., tuple[Tree, Log]]
    """``iterate(env, options, state) -> (state, log)``."""
    with_actor: Callable[..., Tree]
    """``with_actor(state, actor) -> state``, whose policy is one that was trained before."""
    cost: Callable[..., tuple[int, int]]
    """``cost(env, options)``: environment steps of the start and of an iteration."""

    def iterations(self, env: Environment, options: AgentOptions) -> int:
        """Number of iterations that the environment steps allow. Raises ValueError where they do not allow one."""
        first, each = self.cost(env, options)
        enough = f"be at least {first + each} (start and one iteration of {self.name})"
        require(options.env_steps >= first + each, "env_steps", enough, options.env_steps)
        return (options.env_steps - first) // each


Act = Callable[[Array, Array], Array]
"""``act(observation, key) -> action``."""


def collect(env: Environment, worlds: Tree, act: Act, key: Array, steps: int, ahead: bool) -> tuple[Tree, Transitions]:
    """Take ``steps`` in every world; transitions (steps * worlds, ...) in order of time.

    Actions are clipped before they are taken, and kept as the policy chose them.
    """
    count = len(jax.tree.leaves(worlds)[0])

    def step(worlds: Tree, key: Array) -> tuple[Tree, Transitions]:
        choose, again = jax.random.split(key)
        observation = jax.vmap(env.observe)(worlds)
        action = jax.vmap(act)(observation, jax.random.split(choose, count))
        taken = jnp.clip(action, -1, 1)
        worlds, out = jax.vmap(step_or_reset, (None, 0, 0, 0))(env, worlds, taken, jax.random.split(again, count))
        later = out.observation if ahead else observation[:, :0]
        kept = Transitions(observation, action, out.reward, later, out.done)
        return worlds, jax.tree.map(lambda a: a.astype(jnp.float32), kept)

    worlds, transitions = lax.scan(step, worlds, jax.random.split(key, steps))
    return worlds, jax.tree.map(lambda a: a.reshape(steps * count, *a.shape[2:]), transitions)


def fresh_worlds(env: Environment, key: Array, count: int) -> Tree:
    """First states of ``count`` episodes."""
    return jax.vmap(env.reset)(jax.random.split(key, count))
