"""Meta-exploration: a teacher learns to collect the experience that helps a student most (spec cellfree, section 7).

    B0  experience by the teacher pi_e      pi' = student after updates on B0 alone       B1  experience by pi'
    gain = R(pi') - R(pi), both without noise from the same states
    teacher: REINFORCE,  ascent of  gain * mean over B0 of log pi_e(a | o)
    student: B0 and B1 join its replay, then it learns as in DDPG

With a teacher's rate of zero the teacher stays as it is, which shows the effect of the meta-update.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jax import Array, lax

from beamwright.core import parameter
from beamwright.learn import ddpg
from beamwright.learn.agent import Agent, Log, collect
from beamwright.learn.ddpg import Learner
from beamwright.learn.environment import Environment
from beamwright.learn.networks import Explorer, Policy, actor_of
from beamwright.learn.replay import Transitions, add
from beamwright.numerics import Tree

_SPEC = "spec cellfree, section 7"


class Options(ddpg.Options):
    """Options of the DDPG student, with other noise and updates, and of its teacher."""

    updates: int = parameter(8, "Updates of the student per iteration", source=_SPEC, ge=1, le=10_000)
    teacher_rate: float = parameter(1e-3, "Rate of Adam for the teacher; 0: frozen", source=_SPEC, ge=0, le=10)
    teacher_steps: int = parameter(
        2, "Steps of all environments by the teacher, per iteration", source=_SPEC, ge=1, le=10_000
    )
    student_steps: int = parameter(
        2,
        "Steps of all environments by the student that learnt from them, per iteration",
        source=_SPEC,
        ge=1,
        le=10_000,
    )
    trial_updates: int = parameter(
        10, "Updates of the student on the teacher's experience alone", source=_SPEC, ge=1, le=10_000
    )
    first_noise: float = parameter(
        0.4, "Deviation of the teacher's actions at the start", source=_SPEC, ge=1e-9, le=100
    )
    last_noise: float = parameter(0.05, "Deviation of the student's actions", source=_SPEC, ge=0, le=100)


class State(NamedTuple):
    """Training state: the student's, and the teacher with its optimiser state."""

    student: ddpg.State
    teacher: Explorer
    teacher_memory: Tree

    @property
    def actor(self) -> Policy:
        """The student's policy."""
        return self.student.actor

    @property
    def env_steps(self) -> Array:
        """Environment steps of teacher, student and comparisons."""
        return self.student.env_steps


def start(env: Environment, options: Options, key: Array) -> State:
    """Initial state; random actions fill the replay buffer, as in DDPG."""
    teaching, rest = jax.random.split(key)
    mean = actor_of(teaching, env.observation_size, env.action_size, (options.width,) * 2)
    teacher = Explorer(mean, jnp.full(env.action_size, jnp.log(options.first_noise), jnp.float32))
    return State(ddpg.start(env, options, rest), teacher, optax.adam(options.teacher_rate).init(teacher))


def iterate(env: Environment, options: Options, state: State) -> tuple[State, Log]:
    """Collect by the teacher, try its experience on the student, compare, and update both."""
    before, ahead = state.student, options.discount > 0
    key = jax.random.fold_in(jax.random.wrap_key_data(before.key), before.iteration)
    teaching, trying, learning = jax.random.split(key, 3)
    worlds, taught = collect(env, before.worlds, state.teacher.sample, teaching, options.teacher_steps, ahead)
    trial = _taught(options, before.learner, taught)
    act = ddpg.noisy(trial.actor, options.last_noise)
    worlds, tried = collect(env, worlds, act, trying, options.student_steps, ahead)
    gain = _mean_reward(env, worlds, trial.actor) - _mean_reward(env, worlds, before.actor)
    teacher, memory = _reinforced(options, state, taught, gain)
    replay = add(add(before.replay, taught), tried)
    learner, loss = ddpg.learn(options, before.learner, replay, learning, options.updates)
    log = Log(jnp.mean(jnp.concatenate([taught.reward, tried.reward])), loss, gain)
    env_steps = before.env_steps + _cost(env, options)[1]
    after = ddpg.State(learner, replay, worlds, before.key, before.iteration + 1, env_steps)
    return State(after, teacher, memory), log


def _taught(options: Options, learner: Learner, taught: Transitions) -> Learner:
    """Student after updates on the teacher's experience alone."""
    return lax.scan(lambda one, _: ddpg.update(options, one, taught), learner, length=options.trial_updates)[0]


def _mean_reward(env: Environment, worlds: Tree, actor: Policy) -> Array:
    """Mean reward of one step in all environments, whose states do not change."""

    def reward(world: Tree) -> Array:
        return env.step(world, actor(env.observe(world)))[1].reward

    return jnp.mean(jax.vmap(reward)(worlds))


def _reinforced(options: Options, state: State, taught: Transitions, gain: Array) -> tuple[Explorer, Tree]:
    def teacher_loss(teacher: Explorer) -> Array:
        density = jax.vmap(teacher.log_density)(taught.observation, taught.action)
        return -gain.astype(jnp.float32) * jnp.mean(density)

    change, memory = optax.adam(options.teacher_rate).update(
        jax.grad(teacher_loss)(state.teacher), state.teacher_memory
    )
    return eqx.apply_updates(state.teacher, change), memory


def with_actor(state: State, actor: Policy) -> State:
    """State whose student's policy was trained before."""
    return state._replace(student=ddpg.with_actor(state.student, actor))


def _cost(env: Environment, options: Options) -> tuple[int, int]:
    """Environment steps, those of the two compared rollouts included."""
    steps = options.teacher_steps + options.student_steps + 2
    return options.random_steps * options.environments, steps * options.environments


META = Agent(
    "meta", "Meta-exploration: a teacher that explores for a DDPG student", Options, start, iterate, with_actor, _cost
)
