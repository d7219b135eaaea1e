"""Deep deterministic policy gradient: a critic learns the value of actions, an actor follows (spec cellfree, 7).

    critic   min  mean (Q(o, a) - r - discount (1 - done) Q'(o', pi'(o')))^2
    actor    max  mean  Q(o, tanh x(o)) - saturation mean x^2

Without the last term the actor saturates. Targets Q', pi' follow by a share per update.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array, lax

from beamwright.core import parameter
from beamwright.learn.agent import Act, Agent, AgentOptions, Log, collect, fresh_worlds
from beamwright.learn.environment import Environment
from beamwright.learn.networks import Network, Policy, actor_of, network
from beamwright.learn.replay import Replay, Transitions, add, empty, sample
from beamwright.numerics import Tree, Values

_SPEC = "spec cellfree, section 7"


class Options(AgentOptions):
    """Options of DDPG."""

    env_steps: int = parameter(
        24_000, "Steps in the environment, all that are taken in training", source=_SPEC, ge=1, le=10**12
    )
    environments: int = parameter(16, "Episodes at a time", source=_SPEC, ge=1, le=65_536)
    updates: int = parameter(4, "Updates of the networks per step of all environments", source=_SPEC, ge=1, le=10_000)
    batch: int = parameter(128, "Transitions per update", source=_SPEC, ge=1, le=1_000_000)
    random_steps: int = parameter(
        64, "Random steps of all environments, before the first update", source=_SPEC, ge=1, le=1_000_000
    )
    actor_rate: float = parameter(1e-4, "Rate of Adam for the actor", source=_SPEC, ge=1e-15, le=10)
    critic_rate: float = parameter(1e-3, "Rate of Adam for the critic", source=_SPEC, ge=1e-15, le=10)
    target_share: float = parameter(0.01, "Share by which targets follow per update", source=_SPEC, gt=0, le=1)
    discount: float = parameter(
        0.0, "Discount of later rewards; 0: an action has no later effect", source=_SPEC, ge=0, lt=1
    )
    first_noise: float = parameter(0.4, "Deviation of exploring actions at the start", source=_SPEC, ge=0, le=100)
    last_noise: float = parameter(0.05, "Deviation of exploring actions at the end", source=_SPEC, ge=0, le=100)
    buffer: int = parameter(50_000, "Transitions kept", source=_SPEC, ge=1, le=10**9)
    saturation: float = parameter(3e-2, "Weight of the actor's squared outputs before tanh", source=_SPEC, ge=0, le=1e6)
    width: int = parameter(128, "Units in both hidden layers", source=_SPEC, ge=1, le=65_536)


class Learner(NamedTuple):
    """Networks, their targets, and the state of Adam."""

    actor: Policy
    critic: Network
    target_actor: Policy
    target_critic: Network
    actor_memory: Tree
    critic_memory: Tree


class State(NamedTuple):
    """Training state: networks, optimiser state, replay buffer, environment states, key."""

    learner: Learner
    replay: Replay
    worlds: Tree
    key: Array
    """Key data as plain numbers, which files can hold."""
    iteration: Array
    env_steps: Array

    @property
    def actor(self) -> Policy:
        """The deterministic policy."""
        return self.learner.actor


def fresh_learner(env: Environment, options: Options, key: Array) -> Learner:
    """Untrained networks and their optimiser states."""
    a, c = jax.random.split(key)
    actor = actor_of(a, env.observation_size, env.action_size, (options.width,) * 2)
    critic = network(c, (env.observation_size + env.action_size, options.width, options.width, 1))
    by_actor, by_critic = _optimisers(options)
    return Learner(actor, critic, actor, critic, by_actor.init(actor), by_critic.init(critic))


def start(env: Environment, options: Options, key: Array) -> State:
    """Initial state; random actions fill the replay buffer."""
    networks, worlds, acting, rest = jax.random.split(key, 4)
    worlds, replay = random_start(env, options, worlds, acting)
    steps = jnp.array(options.random_steps * options.environments)
    return State(fresh_learner(env, options, networks), replay, worlds, jax.random.key_data(rest), jnp.array(0), steps)


def random_start(env: Environment, options: Options, worlds: Array, acting: Array) -> tuple[Tree, Replay]:
    """Environment states after ``random_steps``, and a replay buffer of the transitions."""

    def act(_: Array, key: Array) -> Array:
        return jax.random.uniform(key, (env.action_size,), jnp.float32, -1, 1)

    ahead = options.discount > 0
    most = max(options.env_steps, options.random_steps * options.environments)  # room for more would only be saved, too
    replay = empty(min(options.buffer, most), env.observation_size, env.action_size, ahead)
    first = fresh_worlds(env, worlds, options.environments)
    after, transitions = collect(env, first, act, acting, options.random_steps, ahead)
    return after, add(replay, transitions)


def iterate(env: Environment, options: Options, state: State) -> tuple[State, Log]:
    """Take a step in all environments with noise that fades, then update the networks."""
    acting, learning = jax.random.split(jax.random.fold_in(jax.random.wrap_key_data(state.key), state.iteration))
    share = state.iteration / max(1, DDPG.iterations(env, options) - 1)
    noise = options.first_noise + (options.last_noise - options.first_noise) * share
    act = noisy(state.actor, noise)
    worlds, transitions = collect(env, state.worlds, act, acting, 1, options.discount > 0)
    replay = add(state.replay, transitions)
    learner, loss = learn(options, state.learner, replay, learning, options.updates)
    log = Log(jnp.mean(transitions.reward), loss, jnp.array(jnp.nan))
    env_steps = state.env_steps + options.environments
    return State(learner, replay, worlds, state.key, state.iteration + 1, env_steps), log


def noisy(actor: Policy, deviation: Values) -> Act:
    """Actor with Gaussian noise, clipped to the range of actions."""

    def act(observation: Array, key: Array) -> Array:
        action = actor(observation)
        return jnp.clip(action + deviation * jax.random.normal(key, action.shape, action.dtype), -1, 1)

    return act


def learn(options: Options, learner: Learner, replay: Replay, key: Array, updates: int) -> tuple[Learner, Array]:
    """Networks after updates on batches from the replay buffer, and the critic's mean loss."""

    def step(learner: Learner, key: Array) -> tuple[Learner, Array]:
        return update(options, learner, sample(replay, key, options.batch))

    learner, losses = lax.scan(step, learner, jax.random.split(key, updates))
    return learner, jnp.mean(losses)


def update(options: Options, learner: Learner, batch: Transitions) -> tuple[Learner, Array]:
    """Networks after one update of critic, actor and targets, and the critic's loss."""
    observation, action = batch.observation, jnp.clip(batch.action, -1, 1)
    target = batch.reward
    if options.discount > 0:
        later = jax.vmap(learner.target_actor)(batch.next_observation)
        value = q_value(learner.target_critic, batch.next_observation, later)
        target = target + options.discount * (1 - batch.done) * value

    def critic_loss(critic: Network) -> Array:
        return jnp.mean((q_value(critic, observation, action) - target) ** 2)

    def actor_loss(actor: Policy) -> Array:
        x = jax.vmap(actor.network)(observation)
        return options.saturation * jnp.mean(x**2) - jnp.mean(q_value(critic, observation, jnp.tanh(x)))

    by_actor, by_critic = _optimisers(options)
    loss, slope = jax.value_and_grad(critic_loss)(learner.critic)
    change, critic_memory = by_critic.update(slope, learner.critic_memory)
    critic = eqx.apply_updates(learner.critic, change)
    change, actor_memory = by_actor.update(jax.grad(actor_loss)(learner.actor), learner.actor_memory)
    actor = eqx.apply_updates(learner.actor, change)
    if options.discount > 0:
        target_actor = optax.incremental_update(actor, learner.target_actor, options.target_share)
        target_critic = optax.incremental_update(critic, learner.target_critic, options.target_share)
    else:
        target_actor, target_critic = actor, critic  # not used
    return Learner(actor, critic, target_actor, target_critic, actor_memory, critic_memory), loss


def q_value(critic: Network, observation: Array, action: Array) -> Array:
    """(batch,) value Q(o, a) by the critic."""
    return jax.vmap(critic)(jnp.concatenate([observation, action], axis=-1))[:, 0]


def with_actor(state: State, actor: Policy) -> State:
    """State whose policy, and its target, was trained before; the critic knows nothing yet."""
    return state._replace(learner=state.learner._replace(actor=actor, target_actor=actor))


def _optimisers(options: Options) -> tuple[optax.GradientTransformation, optax.GradientTransformation]:
    return optax.adam(options.actor_rate), optax.adam(options.critic_rate)


def _cost(env: Environment, options: Options) -> tuple[int, int]:
    return options.random_steps * options.environments, options.environments


DDPG = Agent("ddpg", "Deep deterministic policy gradient", Options, start, iterate, with_actor, _cost)
