"""The cell-free scene as agents meet it: against a NumPy twin, against the optimiser and silence, and as files."""

import json

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cellfree_cases import drawn
from gymnasium.utils.env_checker import check_env

from beamwright import cellfree as cf
from beamwright.cli import main
from beamwright.learn import play
from beamwright.learn.gymnasium import GymnasiumEnvironment
from beamwright.systems.cellfree.learn.actions import ACTIONS, decode, encode, site_of
from beamwright.systems.cellfree.learn.environment import OBJECTIVES, REWARD
from beamwright.systems.cellfree.methods import certified_design
from beamwright.systems.cellfree.physics import Filters, Paths, Point, paths_of, point_of, robust_filters
from beamwright.systems.cellfree.scene import checked
from benchmarks.learning.twin import Twin

TINY = {"env_steps": 512, "environments": 4, "width": 8}
TINY_DDPG = TINY | {"random_steps": 8, "batch": 16}


class Fixed:
    """A stub agent that always does the same."""

    def __init__(self, action):
        self.action = jnp.asarray(action)

    def __call__(self, observation, step):
        return self.action


def played(s, known, action, **options):
    """The episode of a stub, for one drop."""
    env = cf.environment(s, known, **options)
    return env, jax.jit(lambda action: play(env, Fixed(action), jax.random.key(0)))(action)


# ------------------------------------------------------------------------------------------------------ environment


KEPT = {("structured", "robust"), ("literal", "nominal")}
TWINS = [
    pytest.param(actions, objective, marks=() if (actions, objective) in KEPT else pytest.mark.slow)
    for actions in ACTIONS
    for objective in OBJECTIVES
]


@pytest.mark.parametrize(("actions", "objective"), TWINS)
def test_the_environment_equals_its_twin(actions, objective):
    s, scenes = drawn(2, seed=3)
    single = np.array([[300.0, -100.0], [100.0, 50.0]])
    env = cf.environment(s, scenes.known, actions, objective, single if objective == "single" else None)
    rng = np.random.default_rng(0)
    count = 500 if objective == "robust" else 50
    step = jax.jit(jax.vmap(env.step, (None, 0)))
    for drop in range(2):
        action = rng.uniform(-1.1, 1.1, (count, env.action_size))
        _, out = step(env.reset(jax.random.key(0))._replace(drop=jnp.array(drop)), action)
        twin = Twin(s, scenes.known, drop, actions, objective, single[drop], varying=True)
        for one, seen, reward in zip(action, out.observation, out.reward, strict=True):
            twin.reset()
            expected, paid, _ = twin.step(one)
            np.testing.assert_allclose(seen, expected, atol=1e-6)
            np.testing.assert_allclose(reward, paid, atol=1e-6)


def test_episodes_last_and_channels_are_seen_where_they_vary():
    s, scenes = drawn(3)
    one, many = cf.environment(s, scenes.known.take(slice(1))), cf.environment(s, scenes.known)
    places = s.aps * (s.tx_antennas + s.rx_antennas)
    assert one.observation_size == places < many.observation_size
    state = many.reset(jax.random.key(1))
    seen, step = eqx.filter_jit(many.observe)(state), eqx.filter_jit(many.step)
    blocks = np.cumsum([places, 2 * s.users * s.aps * s.rx_antennas])
    np.testing.assert_allclose(np.sqrt(np.mean(seen[blocks[0] : blocks[1]] ** 2)), 1)
    ends = []
    for _ in range(many.horizon):
        state, out = step(state, jnp.zeros(many.action_size))
        ends.append(bool(out.done))
    assert ends == [False] * (many.horizon - 1) + [True]
    drops = jax.vmap(lambda key: many.reset(key).drop)(jax.random.split(jax.random.key(0), 60))
    assert set(np.asarray(drops)) == {0, 1, 2}


@pytest.mark.parametrize("actions", ACTIONS)
def test_any_action_is_feasible(actions):
    s, scenes = drawn(1)
    known = checked(s, scenes.known)
    size = cf.environment(s, known, actions).action_size
    numbers = np.random.default_rng(1).normal(size=(40, size)) * np.geomspace(0.1, 30, 40)[:, None]
    paths = Paths(*(a[0] for a in paths_of(known)))
    point = jax.jit(jax.vmap(lambda x: decode(s.radio, site_of(s), paths, x, actions)))(numbers)
    each = known.take(np.zeros(40, int))
    point = Point(*map(np.asarray, point))
    found = certified_design(s, each, point, robust_filters(s, each, point))
    assert set(found.status_text) == {"feasible"}
    assert np.all(found.certificate.power_residual <= 1e-12)


@pytest.mark.slow
def test_rewards_have_slopes():
    s, scenes = drawn(1)
    for actions in ACTIONS:
        env = cf.environment(s, scenes.known, actions)
        state = env.reset(jax.random.key(0))
        reward = jax.jit(lambda a, env=env, state=state: env.step(state, a)[1].reward)
        at = np.random.default_rng(5).uniform(-0.8, 0.8, env.action_size)
        way = np.random.default_rng(6).normal(size=env.action_size)
        slope = jax.jit(jax.grad(reward))(at) @ way
        step = 1e-6
        np.testing.assert_allclose(slope, (reward(at + step * way) - reward(at - step * way)) / (2 * step), rtol=1e-4)


# ------------------------------------------------------------------------------------------------------------- stubs


@pytest.mark.slow
def test_a_stub_with_the_optimisers_solution_scores_the_optimisers_utility():
    s, scenes = drawn(1, seed=1)
    known = checked(s, scenes.known)
    best = cf.maximise_worst_case(s, known, starts=1, rounds=1, steps=60)
    point = point_of(s, known, best)
    env, episode = played(s, known, encode(s, point)[0], actions="literal")
    built, filters = eqx.filter_jit(env.design)(env.reset(jax.random.key(0)), episode.actions[0])
    for mine, theirs in zip(built, point, strict=True):
        np.testing.assert_allclose(mine, theirs[0], atol=1e-9)
    # the same beams, positions and powers, with the agents' filters, by the plain model and by every step of the stub
    agents = certified_design(s, known, point, robust_filters(s, known, point))
    vertices = cf.worst_case_offset(s, known, agents, agents.receivers, "vertices").utility
    np.testing.assert_allclose(episode.score, vertices[0], rtol=1e-9)
    np.testing.assert_allclose(episode.rewards, REWARD * vertices[0], rtol=1e-9)
    np.testing.assert_allclose(filters.radar.ravel(), agents.radar_filter[0], atol=1e-9)
    # and with the optimiser's own filters exactly what the optimiser says
    assert cf.certify(s, known, best).worst_case_utility == best.worst_case_utility


def test_a_stub_that_is_silent_scores_the_yardstick():
    s, scenes = drawn(1)
    quiet = cf.silence(s, scenes.known)
    action = encode(s, point_of(s, scenes.known, quiet))[0]
    for objective in ("robust", "nominal"):
        _, episode = played(s, scenes.known, action, actions="literal", objective=objective)
        np.testing.assert_allclose(episode.score, quiet.worst_case_utility[0], rtol=1e-9)


def test_who_picks_the_offsets_is_scored_at_the_worst_ones():
    s, scenes = drawn(1)
    action = np.random.default_rng(0).uniform(-1, 1, cf.environment(s, scenes.known, objective="joint").action_size)
    env, episode = played(s, scenes.known, action, objective="joint")
    point, filters = eqx.filter_jit(env.design)(env.reset(jax.random.key(0)), jnp.asarray(action))
    point, filters = Point(*(np.asarray(a)[None] for a in point)), Filters(*(np.asarray(a)[None] for a in filters))
    design = certified_design(s, scenes.known, point, filters)
    chosen = action[-s.aps :] * s.offset_range_hz / 2
    paid = cf.sinr(s, scenes.known, design, design.receivers, chosen).utility[0]
    np.testing.assert_allclose(episode.rewards[0], REWARD * paid, rtol=1e-9)
    worst = cf.worst_case_offset(s, scenes.known, design, design.receivers, "vertices").utility[0]
    np.testing.assert_allclose(episode.score, worst, rtol=1e-9)
    assert design.worst_case_utility[0] <= worst + 1e-9 < paid


# ---------------------------------------------------------------------------------------------------------- learning


@pytest.mark.parametrize(
    ("agent", "options"),
    [
        pytest.param("ddpg", TINY_DDPG, marks=pytest.mark.slow),
        pytest.param("amortised", TINY, marks=pytest.mark.slow),
        pytest.param("meta", TINY_DDPG, marks=pytest.mark.slow),
    ],
)
def test_every_drop_learns_by_itself(agent, options):
    s, scenes = drawn(2)
    design = cf.learn_each(s, scenes.known, agent, **options)
    assert set(design.status_text) == {"feasible"}
    alone = cf.learn_each(s, scenes.known.take(slice(1, 2)), agent, **options)
    np.testing.assert_array_equal(alone.beams[0], design.beams[1])
    np.testing.assert_array_equal(alone.curve.score[0], design.curve.score[1])
    assert not np.array_equal(design.tx_positions[0], design.tx_positions[1])
    certificate = cf.certify(s, scenes.known, design)
    np.testing.assert_array_equal(certificate.worst_case_utility, design.worst_case_utility)
    assert np.all(design.worst_case_utility <= design.curve.score[:, -1] + 1e-9)  # vertices are offsets
    assert np.all(design.iterations == design.curve.env_steps[:, -1])


@pytest.mark.slow
def test_the_single_offset_is_the_algorithms():
    s, scenes = drawn(1)
    offsets = cf.single_offsets(s, scenes.known)
    assert offsets.shape == (1, s.aps) and np.ptp(offsets) <= s.offset_range_hz * (1 + 1e-9)
    env = cf.environment(s, scenes.known, objective="single", single_hz=offsets)
    point, filters = eqx.filter_jit(env.design)(env.reset(jax.random.key(0)), jnp.zeros(env.action_size))
    design = cf.Design(*(np.asarray(a)[None] for a in point))
    own = cf.receivers(s, scenes.known, design, offsets)
    np.testing.assert_allclose(own.radar[0], np.ravel(filters.radar), atol=1e-9)


@pytest.mark.slow
def test_a_policy_is_trained_once_and_asked_often(tmp_path):
    s, scenes = drawn(8)
    known = scenes.known
    policy, curve = cf.train_policy(s, known, "amortised", tmp_path, **TINY)
    assert policy.varying and curve.score.shape[0] == 1
    other = cf.draw(s, jax.random.key(9), 3).known
    design = cf.design_by_policy(s, other, policy)
    again = cf.design_by_policy(s, other, tmp_path / "policy.eqx")
    np.testing.assert_array_equal(design.beams, again.beams)
    assert set(design.status_text) == {"feasible"}
    refined = cf.METHODS["policy"](s, other, checkpoint=str(tmp_path), starts=1, rounds=1, steps=60)
    assert refined.worst_case_utility.mean() > design.worst_case_utility.mean()
    with pytest.raises(ValueError, match="users must be 2, as the policy was trained for, got 3"):
        three = s.model_copy(update={"users": 3})
        cf.design_by_policy(three, cf.draw(three, jax.random.key(0), 1).known, policy)
    with pytest.raises(ValueError, match="checkpoint must name a policy.eqx, got nothing. beamwright train writes one"):
        cf.METHODS["policy"](s, other)


@pytest.mark.slow
def test_training_goes_on_from_a_policy(tmp_path):
    """A policy trained on other drops is where the training begins: nothing learnt yet, it is that policy."""
    s, scenes = drawn(2)
    policy, _ = cf.train_policy(s, cf.draw(s, jax.random.key(9), 4).known, "ddpg", tmp_path, **TINY_DDPG)
    still = TINY_DDPG | {"actor_rate": 1e-15, "env_steps": 36}  # one iteration, which changes next to nothing
    tuned = cf.learn_each(s, scenes.known, "ddpg", initial=policy, **still)
    asked = cf.design_by_policy(s, scenes.known, policy)
    np.testing.assert_allclose(tuned.worst_case_utility, asked.worst_case_utility, rtol=1e-4)
    scratch = cf.learn_each(s, scenes.known, "ddpg", **still)
    assert np.all(np.abs(scratch.worst_case_utility - tuned.worst_case_utility) > 1e-3)
    from_file = cf.learn_each(s, scenes.known, "ddpg", initial=str(tmp_path), **still)
    np.testing.assert_array_equal(from_file.beams, tuned.beams)
    for agent, options, words in (
        ("ddpg", still | {"width": 16}, "initial must be a policy that ddpg can go on from, of the same width"),
        ("ddpg", still | {"actions": "literal"}, "initial must be a policy of literal actions"),
        ("amortised", TINY, "initial must be a policy that amortised can go on from"),
    ):
        with pytest.raises(ValueError, match=words):
            cf.learn_each(s, scenes.known, agent, initial=policy, **options)
    with pytest.raises(ValueError, match="initial must observe channels as this training does"):
        cf.train_policy(s, scenes.known.take([0]), "ddpg", initial=policy, **TINY_DDPG)


@pytest.mark.slow
def test_the_optimiser_goes_on_from_a_design():
    s, scenes = drawn(2)
    first = cf.maximise_worst_case(s, scenes.known, starts=1, rounds=1, steps=60)
    more = cf.maximise_worst_case(s, scenes.known, starts=1, rounds=1, steps=60, seed=7, initial=first)
    other = cf.maximise_worst_case(s, scenes.known, starts=1, rounds=1, steps=60, seed=8, initial=first)
    np.testing.assert_array_equal(more.beams, other.beams)  # a single start is the design's, whatever the seed
    quiet = cf.maximise_worst_case(s, scenes.known, starts=1, rounds=1, steps=60, initial=cf.silence(s, scenes.known))
    assert np.all(quiet.certificate.radiated_w.sum(axis=1) > 0.1)  # silence does not last
    with pytest.raises(ValueError, match="initial must be none"):
        cf.maximise_worst_case(s, scenes.known, movable=False, initial=first)


@pytest.mark.filterwarnings("ignore:.*Box observation space")
def test_gymnasium_accepts_it():
    s, scenes = drawn(2)
    env = GymnasiumEnvironment(cf.environment(s, scenes.known))
    check_env(env, skip_render_check=True)
    first, _ = env.reset(seed=4)
    second, _ = env.reset(seed=4)
    np.testing.assert_array_equal(first, second)
    _, reward, ended, cut, info = env.step(np.zeros(env.action_space.shape, np.float32))
    assert (ended, cut) == (False, False) and np.isclose(reward, REWARD * info["score"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"actions": "fine"}, "actions must be one of structured, literal, got fine"),
        ({"objective": "best"}, "objective must be one of robust, nominal, single, joint, got best"),
        ({"objective": "single"}, "single_hz must be given for objective single only, got nothing"),
        ({"single_hz": np.zeros((1, 2))}, "single_hz must be given for objective single only, got it"),
    ],
)
def test_bad_environments_are_refused(options, message):
    s, scenes = drawn(1)
    with pytest.raises(ValueError, match=message):
        cf.environment(s, scenes.known, **options)


@pytest.mark.parametrize(
    "settings",
    [
        {"users": 0},
        pytest.param({"aps": 1, "offset_range_hz": 0.0, "tx_antennas": 1, "rx_antennas": 1}, marks=pytest.mark.slow),
    ],
)
def test_edges_live(settings):
    s, scenes = drawn(1, **settings)
    env = cf.environment(s, scenes.known)
    _, out = eqx.filter_jit(env.step)(env.reset(jax.random.key(0)), jnp.full(env.action_size, 0.3))
    assert np.isfinite(out.reward) and np.all(np.isfinite(out.observation))


@pytest.mark.slow
def test_ddpg_and_its_betters_on_the_small_scene():
    """Specification, section 11, item 9: the same channel, five seeds, 24 000 steps."""
    s, scenes = drawn(1)
    five = scenes.known.take(np.zeros(5, int))
    five = cf.Known(**{**vars(five), "drop": np.arange(5)})
    ddpg = cf.learn_each(s, five, "ddpg").worst_case_utility
    frozen = cf.learn_each(s, five, "meta", teacher_rate=0.0).worst_case_utility
    amortised = cf.learn_each(s, five, "amortised", env_steps=24_000, environments=2).worst_case_utility
    silent = cf.silence(s, five).worst_case_utility
    print(f"DDPG {ddpg.mean():.2f}, frozen {frozen.mean():.2f}, amortised {amortised.mean():.2f}, {silent.mean():.2f}")
    assert ddpg.mean() >= 11.5 > silent.mean()
    assert amortised.mean() > ddpg.mean()


# ------------------------------------------------------------------------------------------------------ command line

SMALL = [f"--set={name}={value}" for name, value in cf.Scenario.small().model_dump(exclude_defaults=True).items()]


def test_train_then_design_then_verify(tmp_path, capsys):
    trained, designed = tmp_path / "trained", tmp_path / "designed"
    told = [f"--set={name}={value}" for name, value in TINY.items()]
    assert main(["train", "cellfree", *SMALL, *told, "--drops", "8", "--out", str(trained)]) == 0
    assert {path.name for path in trained.iterdir()} == {"policy.eqx", "curve.csv", "curve.png", "curve.pdf"}
    assert (trained / "curve.csv").read_text().startswith("env_steps,reward,loss,gain,score")
    command = ["design", "cellfree", "--checkpoint", str(trained), "--drops", "2", "--out", str(designed)]
    assert main([*command, "--set", "offset_range_hz=500"]) == 0
    document = json.loads((designed / "design.json").read_text())
    assert document["method"] == "policy"
    assert (document["scenario"]["aps"], document["scenario"]["offset_range_hz"]) == (2, 500.0)
    assert main(["verify", str(designed)]) == 0
    capsys.readouterr()
    for command, message in (
        (["train", "cellfree", *SMALL, "--agent", "dqn"], "agent 'dqn' is not known; known: ddpg, meta, amortised"),
        (["train", "star-ris"], "system star-ris has no agents to train; these have: cellfree"),
        (["train", "cellfree", "--set", "width=0"], "width must be >= 1, got 0"),
        (["train", "cellfree", *SMALL, "--set", "objective=single"], "objective must be robust, nominal or joint"),
        (["design", "cellfree", "--checkpoint", str(tmp_path / "none")], "must be a file written by beamwright train"),
        (["design", "noma-isac", "--checkpoint", str(trained)], "be a policy for noma-isac, got cellfree"),
    ):
        assert main([*command, "--out", str(tmp_path / "nothing")]) == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "nothing").exists()
