"""Designs by agents: trained on each drop by itself, or once on many drops for any later one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import equinox as eqx
import jax
import numpy as np
from jax import Array
from jax.tree_util import PyTreeDef

from beamwright.core import USUAL, Config, guarded, numbered_keys, parameter, ranges, renamed, require, root_key
from beamwright.learn import (
    AGENTS,
    Agent,
    AgentOptions,
    Row,
    amortised,
    begin,
    checkpoints,
    ddpg,
    meta,
    play,
    sessions,
    train,
)
from beamwright.numerics import Tree, in_tiles, one_by_one
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.learn.actions import Actions, Site, site_of
from beamwright.systems.cellfree.learn.environment import CellFree, Objective, build_environment, environment
from beamwright.systems.cellfree.learn.search_policy import AGENT as SEARCH
from beamwright.systems.cellfree.learn.search_policy import SearchPolicy, design_by_search
from beamwright.systems.cellfree.methods import (
    certified_design,
    leakage_beams,
    maximise_worst_case,
    worst_case_offset,
)
from beamwright.systems.cellfree.scene import (
    INPUTS,
    Design,
    Known,
    LearningCurve,
    Radio,
    Scenario,
    checked,
    design_bytes,
    draw,
)

TILE = 8
"""Drops per compiled call, one after another in it."""


class Learning(Config):
    """Options that all agents share."""

    actions: Actions = parameter("structured", "Meaning of an action's entries", source="spec, section 7")
    objective: Objective = parameter("robust", "Utility that is rewarded", source="spec, section 7")
    initial: str = parameter("", "policy.eqx, or its folder, to go on from; none: from scratch", source="ours")
    seed: int = parameter(0, "Seed of the training; drop i uses fold_in(key(seed), i)", **ranges.SEED)


class Ddpg(ddpg.Options, Learning):
    """Options of DDPG."""


class Meta(meta.Options, Learning):
    """Options of meta-exploration."""


class Amortised(amortised.Options, Learning):
    """Options of amortised design."""


class PolicyDesign(Config):
    """Options of a design by a policy that was trained before."""

    checkpoint: str = parameter("", "policy.eqx, written by beamwright train, or its folder")
    starts: int = parameter(
        0,
        "If any, the optimiser goes on from the policy's design, or a learnt search has so many starts",
        ge=0,
        le=10_000,
    )
    rounds: int = parameter(2, "Rounds of its search", source="spec, section 6", ge=1, le=1000)
    steps: int = parameter(300, "Steps of Adam per round", source="spec, section 6", **ranges.ROUNDS)
    seed: int = parameter(0, "Seed of its other starts; drop i uses fold_in(key(seed), i)", **ranges.SEED)


@guarded(Scenario, Learning, design_bytes)
def learn_each(
    scenario: Scenario,
    known: Known,
    agent: str = "ddpg",
    actions: Actions = USUAL,
    objective: Objective = USUAL,
    initial: "str | Path | Policy" = USUAL,
    seed: int = USUAL,
    **options: float,
) -> Design:
    """An agent trained on every drop by itself, the channel fixed; the design is the best step of its last episode.

    Args:    agent ``ddpg``, ``meta`` or ``amortised``; actions and objective see ``environment``; initial: a policy of
             ``train_policy`` that every drop's training goes on from (*fine-tuning*; critic and teacher are new), else
             from scratch; seed of the training, drop number i from fold_in(key(seed), i); options of the agent, see its
             ``options``.
    Returns: Design with the policy's own filters, scored like any other; ``curve`` is how it was learnt.
    Raises:  ValueError naming the argument.
    Source:  spec cellfree, section 7.
    """
    known = checked(scenario, known)
    chosen = agent_of(agent).options(**options)  # type: ignore[arg-type]  # which the model checks
    before = _initial(scenario, known, agent, chosen, actions, objective, initial)
    trained = learn(scenario, known, agent, chosen, actions, objective, seed, before)
    curve = LearningCurve(*map(np.asarray, trained.curve))
    return certified_design(
        scenario,
        known,
        trained.point,
        trained.filters,
        trace=curve.score,
        iterations=curve.env_steps[:, -1],
        curve=curve,
    )


def agent_of(name: str) -> Agent:
    """Agent by name. Raises ValueError."""
    require(name in AGENTS, "agent", f"be one of {', '.join(AGENTS)}", name)
    return AGENTS[name]


@renamed
def single_offsets(scenario: Scenario, known: Known) -> np.ndarray:
    """(drops, aps) in Hz: the worst of leakage beams by the source's algorithm, with filters for no offsets."""
    known = checked(scenario, known)
    design = leakage_beams(scenario, known)
    receivers = physics.receivers(scenario, known, design, np.zeros((1, scenario.aps)))
    return worst_case_offset(scenario, known, design, receivers, "manifold").offsets_hz


class Trained(NamedTuple):
    """Design and learning curve of an agent trained on a drop."""

    point: physics.Point
    filters: physics.Filters
    curve: Row


def _initial(
    s: Scenario, known: Known, agent: str, options: AgentOptions, actions: Actions, objective: Objective,
    initial: "str | Path | Policy",
) -> "Policy | None":  # fmt: skip
    """Policy to go on from, if any. Raises ValueError where it is not one of that agent, those actions, those sizes."""
    if initial == "":
        return None
    policy = initial if isinstance(initial, Policy) else Policy.load(initial)
    _require_sizes(s, policy)
    require(policy.actions == actions, "initial", f"be a policy of {actions} actions", policy.actions)
    env = environment(s, known, actions, "joint" if objective == "joint" else "robust", varying=policy.varying)
    like = eqx.filter_eval_shape(lambda key: begin(agent_of(agent), env, options, key).actor, jax.random.key(0))
    alike = jax.tree.map(lambda a: (a.shape, str(a.dtype)), (like, policy.actor))
    require(alike[0] == alike[1], "initial", f"be a policy that {agent} can go on from, of the same width",
            f"one of {policy.agent}")  # fmt: skip
    return policy


def learn(
    s: Scenario, known: Known, agent: str, options: AgentOptions, actions: Actions, objective: Objective, seed: int,
    initial: "Policy | None" = None,
) -> Trained:  # fmt: skip
    """``learn_each`` without its certificate; ``known`` is checked."""
    drops = len(known.echo_gain)
    keys = np.asarray(jax.random.key_data(numbered_keys(root_key(seed), known.numbers)))
    single = single_offsets(s, known) if objective == "single" else np.zeros((drops, s.aps))
    leaves, shape = ([], None) if initial is None else jax.tree.flatten(initial.actor)
    varying = initial is not None and initial.varying
    function = _learner(s.radio, s.users, agent, options, actions, objective, varying, shape)
    every = (np.broadcast_to(np.asarray(a), (drops, *a.shape)) for a in leaves)
    site = (np.broadcast_to(value, (drops, *np.shape(value))) for value in site_of(s))
    return in_tiles(function, TILE, *every, *physics.paths_of(known), *site, single, keys, counted=True)


@cache
def _learner(
    radio: Radio, users: int, agent: str, options: AgentOptions, actions: Actions, objective: Objective, varying: bool,
    shape: PyTreeDef | None,
) -> Callable[..., Trained]:  # fmt: skip
    """Training on one drop: weights of the initial actor, if any, paths, site, single offsets, key."""
    count, weights = len(physics.Paths._fields), 0 if shape is None else shape.num_leaves

    def one(*arrays: Array) -> Trained:
        actor = None if shape is None else jax.tree.unflatten(shape, arrays[:weights])
        paths, site, single, key = _split(arrays[weights:], count)
        env = build_environment(radio, users, paths, site, single, actions, objective, varying)
        state, curve = train(AGENTS[agent], env, options, key, episodes=1, actor=actor)
        return Trained(*_best_step(env, state.actor, key), curve)

    return one_by_one(one)


def _split(arrays: tuple[Array, ...], count: int) -> tuple[physics.Paths, Site, Array, Array]:
    paths = physics.Paths(*(a[None] for a in arrays[:count]))
    return paths, Site(*arrays[count:-2]), arrays[-2][None], jax.random.wrap_key_data(arrays[-1])


def _best_step(env: CellFree, actor: Tree, key: Array) -> tuple[physics.Point, physics.Filters]:
    """Design of the best step of an episode without noise."""
    episode = play(env, actor, key)
    return env.design(env.reset(key), episode.actions[episode.best])


# -------------------------------------------------------------------------------------------- once, for many drops


@dataclass(frozen=True)
class Policy:
    """A trained actor, and the scenario, actions and objective that it was trained for."""

    scenario: Scenario
    agent: str
    actions: Actions
    objective: Objective
    varying: bool
    actor: Tree

    @classmethod
    def load(cls, path: str | Path) -> "Policy":
        """Policy of a file ``policy.eqx``, or of its folder. Raises ValueError naming a file that is not one."""
        path, about = sessions.policy_about(path, "cellfree")
        s, agent = Scenario(**about["scenario"]), agent_of(about["agent"])
        options = agent.options(**{k: v for k, v in about["options"].items() if k in agent.options.model_fields})
        kind = {name: about["options"][name] for name in ("actions", "objective")}
        varying = bool(about["varying"])
        env = environment(s, draw(s, jax.random.key(0), 1).known, varying=varying, **kind)
        like = eqx.filter_eval_shape(lambda key: begin(agent, env, options, key).actor, jax.random.key(0))
        return cls(s, agent.name, varying=varying, actor=checkpoints.load(path, like), **kind)


@guarded(Scenario, Learning, design_bytes)
def train_policy(
    scenario: Scenario,
    known: Known,
    agent: str = "amortised",
    folder: str | Path | None = None,
    actions: Actions = USUAL,
    objective: Objective = USUAL,
    initial: str | Path | Policy = USUAL,
    seed: int = USUAL,
    on_row: Callable[[Row], None] = lambda _: None,
    about: Mapping[str, object] | None = None,
    **options: float,
) -> tuple[Policy, LearningCurve]:
    """An agent trained on many drops, a drop at random per episode, for any channel of their kind.

    Args:    as ``learn_each``; folder where checkpoints go, an interrupted training of the same kind goes on there;
             on_row gets the learning curve so far after every row; about: more that the files say of the run.
    Returns: the policy, and the curve (1, rows), judged in episodes on the training drops.
    Raises:  ValueError naming the argument, or a folder that holds another training.
    """
    chosen = agent_of(agent)
    agent_options = chosen.options(**options)  # type: ignore[arg-type]  # which the model checks
    known = checked(scenario, known)
    require(objective != "single", "objective", "be robust, nominal or joint for many drops", objective)
    env = environment(scenario, known, actions, objective)
    before = _initial(scenario, known, agent, agent_options, actions, objective, initial)
    require(before is None or before.varying == env.varying, "initial", "observe channels as this training does",
            before is not None and before.varying)  # fmt: skip
    run = {
        **(about or {}), "system": "cellfree", "agent": agent, "seed": seed, "varying": env.varying,
        "scenario": scenario.model_dump(mode="json"),
        "channels_sha256": checkpoints.digest_of(getattr(known, name) for name in INPUTS),
        "options": {**agent_options.model_dump(mode="json"), "actions": actions, "objective": objective},
        "initial_sha256": "" if before is None else checkpoints.digest_of(jax.tree.leaves(before.actor)),
    }  # fmt: skip
    path = None if folder is None else Path(folder)
    actor, rows = sessions.run(
        chosen, env, agent_options, seed, path, run, on_row, actor=None if before is None else before.actor
    )
    curve = LearningCurve(*(np.asarray(values)[None] for values in rows))
    return Policy(scenario, agent, actions, objective, env.varying, actor), curve


@guarded(Scenario, PolicyDesign, design_bytes)
def design_by_policy(
    scenario: Scenario,
    known: Known,
    checkpoint: str | Path | Policy | SearchPolicy,
    starts: int = USUAL,
    rounds: int = USUAL,
    steps: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """Design by a trained policy: the best step of an episode, by the reward it was trained for; or a learnt search.

    Args:    checkpoint: a policy, or a file written by ``beamwright train``. The scenario of a ``Policy`` must have the
             same sizes; starts: if any, the deterministic optimiser goes on from there, with so many starts of which
             the policy's design is the first, ``rounds`` and ``steps`` of search. A ``SearchPolicy`` searches by itself
             whatever the sizes: as long as it was trained for, or, with ``starts``, so long; seed of its starts.
    Returns: Design with the policy's own filters, or the search's.
    Raises:  ValueError naming the argument.
    """
    require(starts >= 0, "starts", "be >= 0", starts)
    require(checkpoint != "", "checkpoint", "name a policy.eqx", "nothing", "beamwright train writes one")
    policy = _loaded(checkpoint) if isinstance(checkpoint, str | Path) else checkpoint
    if isinstance(policy, SearchPolicy):
        length = (starts, rounds, steps) if starts else (policy.starts, policy.rounds, policy.steps)
        return design_by_search(scenario, known, policy, *length, seed=seed)
    known = checked(scenario, known)
    design = certified_design(scenario, known, *propose(scenario, known, policy))
    if starts == 0:
        return design
    return maximise_worst_case(scenario, known, starts=starts, rounds=rounds, steps=steps, seed=seed, initial=design)


def _loaded(path: str | Path) -> Policy | SearchPolicy:
    """Policy of a file, of the kind that the file says."""
    kind = SearchPolicy if sessions.policy_about(path, "cellfree")[1].get("agent") == SEARCH else Policy
    return kind.load(path)


def propose(s: Scenario, known: Known, policy: Policy) -> tuple[physics.Point, physics.Filters]:
    """``design_by_policy`` without certificate or optimiser; ``known`` is checked. Raises ValueError."""
    _require_sizes(s, policy)
    drops = len(known.echo_gain)
    arrays, shape = jax.tree.flatten(policy.actor)
    function = _player(s.radio, s.users, policy.actions, policy.objective, policy.varying, shape)
    every = (np.broadcast_to(np.asarray(a), (drops, *a.shape)) for a in arrays)
    site = (np.broadcast_to(value, (drops, *np.shape(value))) for value in site_of(s))
    single = np.zeros((drops, s.aps))
    keys = np.asarray(jax.random.key_data(numbered_keys(jax.random.key(0), known.numbers)))
    return in_tiles(function, TILE, *every, *physics.paths_of(known), *site, single, keys, counted=True)


def _require_sizes(s: Scenario, policy: Policy) -> None:
    """Raises ValueError naming a size that the policy was not trained for."""
    for name in ("aps", "users", "targets", "tx_antennas", "rx_antennas", "snapshots"):
        have, need = getattr(s, name), getattr(policy.scenario, name)
        require(have == need, name, f"be {need}, as the policy was trained for", have)


@cache
def _player(
    radio: Radio, users: int, actions: Actions, objective: Objective, varying: bool, shape: PyTreeDef
) -> Callable[..., tuple[physics.Point, physics.Filters]]:
    """Design for one drop: weights, paths, site, single offsets, key."""
    count = len(physics.Paths._fields)

    def one(*arrays: Array) -> tuple[physics.Point, physics.Filters]:
        weights = shape.num_leaves
        actor = jax.tree.unflatten(shape, arrays[:weights])
        paths, site, single, key = _split(arrays[weights:], count)
        env = build_environment(radio, users, paths, site, single, actions, objective, varying)
        return _best_step(env, actor, key)

    return one_by_one(one)
