"""Amortised design: the actor climbs the reward itself, differentiated through the environment.

    max over weights   mean over worlds  reward(state, clip(tanh x(o) + noise)) - saturation mean x^2

The worlds go on with the actions taken, so the actor learns in the states that it leads to; noise that fades smooths
the reward's ridges. A step here is a step in the environment as anywhere else, only that it is differentiated.
"""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array

from beamwright.core import Config, parameter
from beamwright.learn.agent import Agent, Log, fresh_worlds
from beamwright.learn.environment import Environment, step_or_reset
from beamwright.learn.networks import Policy, actor_of


class Options(Config):
    """How to climb, and for how long."""

    env_steps: int = parameter(96_000, "Steps in the environment, all that are taken in training", ge=1)
    environments: int = parameter(32, "Episodes at a time", ge=1)
    rate: float = parameter(1e-3, "Of Adam; falls to a twentieth along half a cosine", gt=0)
    first_noise: float = parameter(0.2, "Deviation of exploring actions at the start; fades to none", ge=0)
    saturation: float = parameter(3e-2, "Weight of the actor's squared outputs before tanh", ge=0)
    width: int = parameter(128, "Units in both hidden layers", ge=1)


class State(NamedTuple):
    """Of training."""

    actor: Policy
    memory: Any
    worlds: Any
    key: Array
    iteration: Array
    env_steps: Array


def start(env: Environment, options: Options, key: Array) -> State:
    """No steps yet."""
    networks, worlds, rest = jax.random.split(key, 3)
    actor = actor_of(networks, env.observation_size, env.action_size, (options.width,) * 2)
    worlds = fresh_worlds(env, worlds, options.environments)
    return State(actor, _optimiser(options).init(actor), worlds, rest, jnp.array(0), jnp.array(0))


def iterate(env: Environment, options: Options, state: State) -> tuple[State, Log]:
    """One ascent step, and one step of all worlds."""
    keys = jax.random.split(jax.random.fold_in(state.key, state.iteration), 2)
    again = jax.random.split(keys[0], options.environments)
    seen = jax.vmap(env.observe)(state.worlds).astype(jnp.float32)
    share = state.iteration / max(1, AMORTISED.iterations(options))
    noise = options.first_noise * (1 - share) * jax.random.normal(keys[1], (options.environments, env.action_size))

    def lack(actor: Policy) -> tuple[Array, tuple[Any, Array]]:
        x = jax.vmap(actor.network)(seen)
        actions = jnp.clip(jnp.tanh(x) + noise, -1, 1)
        worlds, out = jax.vmap(step_or_reset, (None, 0, 0, 0))(env, state.worlds, actions, again)
        return options.saturation * jnp.mean(x**2) - jnp.mean(out.reward), (worlds, jnp.mean(out.reward))

    (_, (worlds, reward)), slope = jax.value_and_grad(lack, has_aux=True)(state.actor)
    change, memory = _optimiser(options).update(slope, state.memory)
    actor = eqx.apply_updates(state.actor, change)
    none = jnp.array(jnp.nan)
    env_steps = state.env_steps + options.environments
    return State(actor, memory, worlds, state.key, state.iteration + 1, env_steps), Log(reward, none, none)


def _optimiser(options: Options) -> optax.GradientTransformation:
    rate = optax.cosine_decay_schedule(options.rate, AMORTISED.iterations(options), 0.05)
    return optax.chain(optax.zero_nans(), optax.clip_by_global_norm(1.0), optax.adam(rate))


def _cost(options: Options) -> tuple[int, int]:
    return 0, options.environments


AMORTISED = Agent(
    "amortised", "Amortised design: differentiated through the environment", Options, start, iterate, _cost
)
