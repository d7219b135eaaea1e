"""Amortised design: the actor climbs the reward itself, differentiated through whole episodes of the environment.

The value of an episode is that of its best step, so the actor makes a separate proposal at every step, and all share

    max over weights   mean over episodes   temperature log sum_t exp(r_t / temperature)   - saturation mean x^2

with r_t the reward of clip(tanh x(o_t) + noise); noise that fades smooths the reward's ridges. A step is a step in the
environment as anywhere else, only that it is differentiated.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array, lax, nn

from beamwright.core import parameter
from beamwright.learn.agent import Agent, AgentOptions, Log, fresh_worlds
from beamwright.learn.environment import Environment
from beamwright.learn.networks import Proposals, proposals_of
from beamwright.numerics import Tree


class Options(AgentOptions):
    """Options of amortised design."""

    env_steps: int = parameter(480_000, "Steps in the environment, all that are taken in training", ge=1, le=10**12)
    environments: int = parameter(16, "Episodes at a time", ge=1, le=65_536)
    rate: float = parameter(1e-3, "Rate of Adam; falls to a twentieth along half a cosine", ge=1e-15, le=10)
    temperature: float = parameter(
        0.1, "Temperature of the softened maximum over an episode, in units of reward", ge=1e-6, le=1e6
    )
    first_noise: float = parameter(0.3, "Deviation of exploring actions at the start; fades to none", ge=0, le=100)
    saturation: float = parameter(3e-2, "Weight of the actor's squared outputs before tanh", ge=0, le=1e6)
    width: int = parameter(128, "Units in both hidden layers", ge=1, le=65_536)


class State(NamedTuple):
    """Training state: actor, optimiser state, key, counters."""

    actor: Proposals
    memory: Tree
    key: Array
    """Key data as plain numbers, which files can hold."""
    iteration: Array
    env_steps: Array


def start(env: Environment, options: Options, key: Array) -> State:
    """Initial state, before any environment step."""
    networks, rest = jax.random.split(key)
    actor = proposals_of(networks, env.observation_size, env.action_size, (options.width,) * 2, env.horizon)
    memory = _optimiser(env, options).init(actor)
    return State(actor, memory, jax.random.key_data(rest), jnp.array(0), jnp.array(0))


def iterate(env: Environment, options: Options, state: State) -> tuple[State, Log]:
    """Play one episode in all environments and take one ascent step."""
    first, noise = jax.random.split(jax.random.fold_in(jax.random.wrap_key_data(state.key), state.iteration))
    worlds = fresh_worlds(env, first, options.environments)
    size = options.first_noise * (1 - state.iteration / AMORTISED.iterations(env, options))
    apart = size * jax.random.normal(noise, (options.environments, env.horizon, env.action_size))

    def actor_loss(actor: Proposals) -> tuple[Array, Array]:
        rewards, squares = jax.vmap(_episode, (None, None, 0, 0))(env, actor, worlds, apart)
        best = options.temperature * nn.logsumexp(rewards / options.temperature, axis=-1)
        return options.saturation * jnp.mean(squares) - jnp.mean(best), jnp.mean(jnp.max(rewards, axis=-1))

    (_, reward), slope = jax.value_and_grad(actor_loss, has_aux=True)(state.actor)
    change, memory = _optimiser(env, options).update(slope, state.memory)
    actor, none = eqx.apply_updates(state.actor, change), jnp.array(jnp.nan)
    env_steps = state.env_steps + _each(env, options)
    return State(actor, memory, state.key, state.iteration + 1, env_steps), Log(reward, none, none)


def _episode(env: Environment, actor: Proposals, world: Tree, apart: Array) -> tuple[Array, Array]:
    """Rewards (horizon,) and mean squares of the actor's outputs."""

    def step(world: Tree, now: tuple[Array, Array]) -> tuple[Tree, tuple[Array, Array]]:
        number, noise = now
        x = actor.raw(env.observe(world), number)
        world, out = env.step(world, jnp.clip(jnp.tanh(x) + noise, -1, 1))
        return world, (out.reward, jnp.mean(x**2))

    return lax.scan(step, world, (jnp.arange(env.horizon), apart))[1]


def with_actor(state: State, actor: Proposals) -> State:
    """State whose policy was trained before."""
    return state._replace(actor=actor)


def _optimiser(env: Environment, options: Options) -> optax.GradientTransformation:
    rate = optax.cosine_decay_schedule(options.rate, AMORTISED.iterations(env, options), 0.05)
    return optax.chain(optax.zero_nans(), optax.clip_by_global_norm(1.0), optax.adam(rate))


def _each(env: Environment, options: Options) -> int:
    return options.environments * env.horizon


def _cost(env: Environment, options: Options) -> tuple[int, int]:
    return 0, _each(env, options)


AMORTISED = Agent(
    "amortised", "Amortised design: differentiated through the environment", Options, start, iterate, with_actor, _cost
)
