"""Agents on toys whose answer is known: they learn it, count their steps, and go on after a kill."""

from collections import Counter

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.learn import (
    AGENTS,
    AMORTISED,
    DDPG,
    META,
    Environment,
    Outcome,
    checkpoints,
    play,
    rows,
    sessions,
    train,
)
from beamwright.learn.networks import Explorer, actor_of
from beamwright.learn.replay import Transitions, add, empty, sample

SHORT = {"env_steps": 2000, "environments": 8, "width": 16}
TAKEN: Counter = Counter()


class Aim(Environment):
    """Each episode shows a number; the nearer the action is to half of it, the better."""

    observation_size: int = eqx.field(static=True, default=1)
    action_size: int = eqx.field(static=True, default=2)
    horizon: int = eqx.field(static=True, default=4)
    counted: bool = eqx.field(static=True, default=False)

    def reset(self, key):
        return jax.random.uniform(key, (1,), minval=-1, maxval=1), jnp.array(0)

    def observe(self, state):
        return state[0]

    def judge(self, state, action):
        return 1 - jnp.sum((action - state[0] / 2) ** 2)

    def step(self, state, action):
        if self.counted:
            jax.debug.callback(lambda _: TAKEN.update(steps=1), action[0])
        after = state[0], state[1] + 1
        return after, Outcome(after[0], self.judge(state, action), after[1] >= self.horizon)


class Patience(Environment):
    """The first action costs a fifth of itself, and pays all of itself a step later."""

    observation_size: int = eqx.field(static=True, default=2)
    action_size: int = eqx.field(static=True, default=1)
    horizon: int = eqx.field(static=True, default=2)

    def reset(self, key):
        return jnp.zeros(2)

    def observe(self, state):
        return state

    def judge(self, state, action):
        return self.step(state, action)[1].reward

    def step(self, state, action):
        first = state[1] == 0
        reward = jnp.where(first, -0.2 * action[0], state[0])
        after = jnp.stack([jnp.where(first, action[0], state[0]), state[1] + 1])
        return after, Outcome(after, reward, after[1] >= 2)


def learnt(agent, env=None, seed=0, **options):
    env = Aim() if env is None else env
    told = agent.options(**(SHORT | options))
    return jax.jit(lambda key: train(agent, env, told, key, 8))(jax.random.key(seed))


@pytest.mark.parametrize(
    ("agent", "options"),
    [(DDPG, {"actor_rate": 1e-3, "saturation": 0.0}),
     pytest.param(META, {"actor_rate": 1e-3, "saturation": 0.0, "updates": 16}, marks=pytest.mark.slow),
     (AMORTISED, {"rate": 1e-2, "saturation": 0.0, "environments": 2})],
)  # fmt: skip
def test_an_agent_learns_to_aim(agent, options):
    state, curve = learnt(agent, env_steps=6000, **options)
    assert curve.score[-1] > 0.93
    assert curve.score[-1] > curve.score[0] - 1e-3
    assert np.all(np.diff(curve.env_steps) > 0) and curve.env_steps[-1] == state.env_steps <= 6000
    assert np.isnan(curve.loss).all() == (agent is AMORTISED)
    assert np.isnan(curve.gain).all() == (agent is not META)
    again = play(Aim(), state.actor, jax.random.key(9))
    assert again.score == jnp.max(again.rewards)


@pytest.mark.slow
def test_seeds_can_be_batched():
    told = AMORTISED.options(**SHORT)
    keys = jax.random.split(jax.random.key(3), 2)
    _, both = jax.jit(jax.vmap(lambda key: train(AMORTISED, Aim(), told, key, 2)))(keys)
    _, second = jax.jit(lambda key: train(AMORTISED, Aim(), told, key, 2))(keys[1])
    np.testing.assert_allclose(both.score[1], second.score, atol=1e-3)
    assert not np.allclose(both.score[0], second.score, atol=1e-3)


@pytest.mark.parametrize(
    "agent", [pytest.param(a, id=n, marks=pytest.mark.slow if a is META else ()) for n, a in AGENTS.items()]
)
def test_steps_are_counted_honestly(agent):
    env, told = Aim(counted=True), agent.options(env_steps=1000, environments=4, width=4)
    TAKEN.clear()
    state = jax.jit(lambda key: agent.start(env, told, key))(jax.random.key(0))
    state, _ = jax.jit(lambda state: agent.iterate(env, told, state))(state)
    jax.effects_barrier()
    assert TAKEN["steps"] == state.env_steps > 0


@pytest.mark.slow
def test_a_frozen_teacher_learns_nothing():
    told = META.options(**SHORT, teacher_rate=0.0)
    state = jax.jit(lambda key: META.start(Aim(), told, key))(jax.random.key(0))
    after, log = jax.jit(lambda state: META.iterate(Aim(), told, state))(state)
    assert eqx.tree_equal(after.teacher, state.teacher) and np.isfinite(log.gain)
    moved, _ = jax.jit(lambda state: META.iterate(Aim(), META.options(**SHORT), state))(state)
    assert not eqx.tree_equal(moved.teacher, state.teacher)
    assert eqx.tree_equal(moved.student, after.student)  # the teacher's update comes after the student's lesson


@pytest.mark.slow
def test_a_discount_pays_for_patience():
    options = {"actor_rate": 3e-3, "saturation": 1e-3, "target_share": 0.1, "env_steps": 8000}
    hasty, _ = learnt(DDPG, Patience(), discount=0.0, **options)
    patient, _ = learnt(DDPG, Patience(), discount=0.9, **options)
    first = jnp.zeros(2)
    assert hasty.actor(first)[0] < -0.5 and patient.actor(first)[0] > 0.5


def test_the_ring_keeps_the_newest():
    replay = empty(5, 1, 1, True)
    for start in (0, 3):
        number = jnp.arange(start, start + 3.0)
        replay = add(replay, Transitions(number[:, None], number[:, None], number, number[:, None], 0 * number))
    assert sorted(np.asarray(replay.kept.reward)) == [1, 2, 3, 4, 5] and replay.added == 6
    flood = jnp.arange(10.0, 22.0)
    replay = add(replay, Transitions(flood[:, None], flood[:, None], flood, flood[:, None], 0 * flood))
    assert sorted(np.asarray(replay.kept.reward)) == [17, 18, 19, 20, 21] and replay.added == 18
    few = add(empty(8, 1, 1, False), Transitions(jnp.ones((2, 1)), *(jnp.ones((2, 1)), jnp.ones(2)), jnp.ones((2, 0)),
                                                 jnp.ones(2)))  # fmt: skip
    assert np.all(sample(few, jax.random.key(0), 64).reward == 1)


def test_an_explorer_knows_its_density():
    explorer = Explorer(actor_of(jax.random.key(0), 1, 2, (4,)), jnp.log(jnp.array([0.4, 0.1])))
    seen = jnp.array([0.3])
    drawn = jax.vmap(lambda key: explorer.sample(seen, key))(jax.random.split(jax.random.key(1), 4000))
    np.testing.assert_allclose(np.std(drawn, axis=0), [0.4, 0.1], rtol=0.05)
    mean = explorer.mean(seen)
    off = np.log([0.4, 0.1]).sum()
    np.testing.assert_allclose(explorer.log_density(seen, mean), -off, rtol=1e-5)
    np.testing.assert_allclose(explorer.log_density(seen, mean + jnp.array([0.4, 0.2])), -off - 2.5, rtol=1e-5)


class Killed(Exception):
    """As if the power had gone."""


@pytest.mark.parametrize(
    "agent", [META, pytest.param(AMORTISED, marks=pytest.mark.slow)], ids=["meta", "amortised"]
)  # DDPG is half of meta
def test_a_killed_training_goes_on_bit_by_bit(agent, tmp_path):
    told, about = agent.options(**SHORT), {"what": "a toy"}
    count = rows(agent, Aim(), told)[0]
    whole, curve = sessions.run(agent, Aim(), told, 0, None, about)

    def kill(so_far):
        if len(so_far.score) == count // 2:
            raise Killed

    with pytest.raises(Killed):
        sessions.run(agent, Aim(), told, 0, tmp_path, about, kill, save_every_s=0.0)
    assert [path.name for path in tmp_path.iterdir()] == [sessions.STATE]
    seen = []
    resumed, same = sessions.run(agent, Aim(), told, 0, tmp_path, about, lambda so_far: seen.append(len(so_far.score)))
    assert seen[0] > 1 and seen[-1] == count
    assert eqx.tree_equal(resumed, whole)
    np.testing.assert_array_equal(np.stack(same), np.stack(curve))
    assert [path.name for path in tmp_path.iterdir()] == [sessions.POLICY]
    assert eqx.tree_equal(checkpoints.load(tmp_path / sessions.POLICY, whole), whole)


def test_a_folder_belongs_to_one_training(tmp_path):
    told = AMORTISED.options(**SHORT)

    def kill(so_far):
        if len(so_far.score) > 2:
            raise Killed

    with pytest.raises(Killed):
        sessions.run(AMORTISED, Aim(), told, 0, tmp_path, {"what": "one"}, kill, 0.0)
    with pytest.raises(ValueError, match=r"state.eqx must be of the same run to go on with it, got another what"):
        sessions.run(AMORTISED, Aim(), told, 0, tmp_path, {"what": "another"})
    torn = (tmp_path / sessions.STATE).read_bytes()
    (tmp_path / sessions.STATE).write_bytes(torn[: len(torn) // 2])
    with pytest.raises(ValueError, match="must hold whole arrays, but it is damaged"):
        sessions.run(AMORTISED, Aim(), told, 0, tmp_path, {"what": "one"})


def test_what_is_no_checkpoint_is_said_to_be_none(tmp_path):
    for content, message in (
        (None, "must be a file written by beamwright train, got none"),
        (b"", "its first line is not"),
        (b"[1, 2]\n", "its first line is not"),
        (b'{"format_version": 99}\n', "must have format 2, got 99"),
    ):
        path = tmp_path / "policy.eqx"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ValueError, match=message):
            checkpoints.read_about(path)
    with pytest.raises(ValueError, match="got a folder"):
        checkpoints.read_about(tmp_path)


@pytest.mark.parametrize("place", ["about", "arrays"])
def test_a_flipped_byte_does_not_load(tmp_path, place):
    path, tree = tmp_path / "policy.eqx", {"weights": np.linspace(0, 1, 50)}
    checkpoints.save(path, {"what": "one"}, tree)
    np.testing.assert_array_equal(checkpoints.load(path, tree)["weights"], tree["weights"])
    assert checkpoints.read_about(path) == {"what": "one"}
    content = bytearray(path.read_bytes())
    content[content.index(b"one") if place == "about" else -30] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"policy.eqx must hold whole arrays, but it is damaged \(SHA-256 differs\)"):
        checkpoints.load(path, tree)


def test_options_are_refused_by_name():
    with pytest.raises(ValueError, match=r"env_steps must be at least 1040 \(start .* of ddpg\), got 1000"):
        train(DDPG, Aim(), DDPG.options(env_steps=1000), jax.random.key(0))
    with pytest.raises(ValueError, match="discount must be < 1"):
        DDPG.options(discount=1.0)
    with pytest.raises(ValueError, match="gamma is not a parameter"):
        META.options(gamma=0.9)
