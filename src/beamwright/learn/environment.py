"""Environments: pure functions of state, action and key, to be compiled and batched; and their episodes."""

from abc import abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.numerics import Tree

State = Tree
"""A pytree of arrays; only its environment looks inside."""


class Outcome(NamedTuple):
    """Outcome of an action."""

    observation: Array
    """(observation_size,) of the next state."""
    reward: Array
    """() differentiable in the action."""
    done: Array
    """() whether the episode has ended."""


class Environment(eqx.Module):
    """One environment; ``jax.vmap`` makes many. Actions are any real numbers, meant to lie in [-1, 1].

    Its arrays are leaves, so that a compiled program serves all environments of one shape.
    """

    observation_size: eqx.AbstractVar[int]
    action_size: eqx.AbstractVar[int]
    horizon: eqx.AbstractVar[int]
    """Steps per episode."""

    @abstractmethod
    def reset(self, key: Array) -> State:
        """First state of an episode."""

    @abstractmethod
    def observe(self, state: State) -> Array:
        """Observation (observation_size,) of a state."""

    @abstractmethod
    def step(self, state: State, action: Array) -> tuple[State, Outcome]:
        """Next state and outcome of an action."""

    @abstractmethod
    def judge(self, state: State, action: Array) -> Array:
        """() true value of the action in the problem's own unit, whatever the agent is rewarded for."""


def step_or_reset(env: Environment, state: State, action: Array, key: Array) -> tuple[State, Outcome]:
    """Take a step; where it ends the episode, the state is the first one of a new episode."""
    after, outcome = env.step(state, action)
    fresh = env.reset(key)
    state = jax.tree.map(lambda new, old: jnp.where(outcome.done, new, old), fresh, after)
    return state, outcome


class Episode(NamedTuple):
    """Actions and rewards of one episode, and its best step by reward."""

    actions: Array
    """(horizon, action_size)."""
    rewards: Array
    """(horizon,)."""
    best: Array
    """() the step of the largest reward."""
    score: Array
    """() ``judge`` of that step."""


def play(env: Environment, act: Callable[..., Array], key: Array) -> Episode:
    """Play one episode of ``act(observation, step) -> action``."""

    def step(state: State, number: Array) -> tuple[State, tuple[Array, Array, Array]]:
        action = act(env.observe(state), number)
        after, outcome = env.step(state, action)
        return after, (action, outcome.reward, env.judge(state, action))

    _, (actions, rewards, scores) = lax.scan(step, env.reset(key), jnp.arange(env.horizon))
    best = jnp.argmax(rewards)
    return Episode(actions, rewards, best, scores[best])
