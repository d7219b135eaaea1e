"""Learning to design (small cell-free scene): the environment, training, policies, and utility against time.

The environment against its NumPy twin; training against Stable-Baselines3's DDPG on that twin (where the extra rival is
installed); policies for changing channels over seeds; and for all ways to a design, what it is worth against the time
that a new channel takes, training paid off over any number of channels or not.
"""

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import numpy as np
import pandas as pd
from jax import lax

from beamwright import cellfree as cf
from beamwright.core import compiler_options
from beamwright.learn import AGENTS, train
from beamwright.systems.cellfree.learn.actions import ACTIONS
from beamwright.systems.cellfree.learn.methods import learn, propose
from beamwright.systems.cellfree.methods import certified_design
from beamwright.systems.cellfree.scene import checked
from beamwright.systems.cellfree.solve import Options, Schedule, multistart
from benchmarks.learning.twin import Twin
from benchmarks.protocol import Benchmark, Ratio, Row, Tradeoff
from benchmarks.timing import Times, once, timed, timed_each

COMPILED, DDPG = "compiled, 16 at a time", "ours, ddpg, 4 updates per 16 steps"
TWIN_STEPS = 2000
POOL = 4096


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    seeds: int = 5
    tests: int = 64
    """Channels that no training saw."""
    env_steps: int = 24_000
    """Training of agents that learn a single channel."""
    policy_steps: int | None = None
    """Training of policies for any channel; None is what their agent takes by default."""
    search_steps: int | None = None
    """Training of learnt searches; None likewise."""
    budgets: tuple[tuple[int, int, int], ...] = (
        (1, 50, 1), (1, 100, 1), (1, 300, 1), (3, 300, 1), (6, 300, 1), (6, 150, 2), (6, 300, 2), (12, 50, 3),
        (12, 100, 3), (12, 150, 3), (12, 300, 3),
    )  # fmt: skip
    """Starts, steps and rounds of the optimiser; the last is its default."""
    short: tuple[tuple[int, int, int], ...] = (
        (4, 60, 2), (8, 60, 2), (8, 120, 2), (12, 150, 2), (12, 300, 2),
    )  # fmt: skip
    """The same of learnt searches."""


QUICK = Plan(
    seeds=2, tests=16, env_steps=4000, policy_steps=4000, search_steps=120_000,
    budgets=((1, 50, 1), (2, 50, 1), (6, 50, 1)), short=((8, 60, 2),),
)  # fmt: skip
SEARCHES = "optimiser", "optimiser from the policy", "learnt search", "the same, not learnt"


def run(plan: Plan) -> Iterator[Row]:
    """All measurements."""
    s = cf.Scenario.small()
    tests = checked(s, cf.draw(s, jax.random.key(0), plan.tests).known)
    one = tests.take(slice(1))
    yield from _environments(s, one)
    yield from _trainings(s, one, plan)
    kept: dict[str, tuple[Row, cf.Policy]] = {}
    for row, policy in _policies(s, tests, plan):
        kept[row.solver] = row, policy
        yield row
        yield replace(row, study="time", case="for any channel", solver=f"{row.solver} policy", errors=np.nan)
    row, policy = kept["amortised"]
    yield from _searches(s, tests, plan, policy, row.times.set_up_s)
    yield from learnt_searches(s, tests, plan)
    yield from _each(s, tests, plan)
    silent = cf.silence(s, tests).worst_case_utility
    yield Row("time", "", "radar silent", Times(0.0, 0.0), plan.tests, plan.tests, objective=silent)


def _environments(s: cf.Scenario, known: cf.Known) -> Iterator[Row]:
    for actions in ACTIONS:
        twin = Twin(s, known, 0, actions)
        _, times = timed_each(twin.step, np.random.default_rng(0).uniform(-1, 1, (TWIN_STEPS, twin.size)))
        yield Row("environment", actions, "NumPy twin", times, TWIN_STEPS)
        env, key = cf.environment(s, known, actions), jax.random.key(0)
        walk = jax.jit(_walk, static_argnums=2, compiler_options=compiler_options())
        _, times = timed(lambda env=env, walk=walk, key=key: jax.block_until_ready(walk(env, key, 500)), 500 * 16)
        yield Row("environment", actions, COMPILED, times, 500 * 16, 16)


def _walk(env: cf.CellFree, key: jax.Array, steps: int) -> jax.Array:
    """Random actions in 16 worlds."""
    worlds = jax.vmap(env.reset)(jax.random.split(key, 16))

    def step(worlds: Any, key: jax.Array) -> tuple[Any, jax.Array]:
        actions = jax.random.uniform(key, (16, env.action_size), minval=-1, maxval=1)
        worlds, out = jax.vmap(env.step)(worlds, actions)
        return worlds, out.reward

    return lax.scan(step, worlds, jax.random.split(key, steps))[1]


def _trainings(s: cf.Scenario, known: cf.Known, plan: Plan) -> Iterator[Row]:
    env = cf.environment(s, known)
    for name, updates, steps in (("ddpg", 4, 16), ("ddpg", 16, 16), ("meta", 8, 96)):
        told = AGENTS[name].options(env_steps=plan.env_steps, updates=updates)
        learning = partial(train, AGENTS[name], env, told, episodes=1)
        compiled = jax.jit(
            lambda key, learning=learning: learning(key)[1].score[-1], compiler_options=compiler_options()
        )
        scores, times = timed_each(
            lambda seed, compiled=compiled: float(compiled(jax.random.key(seed))), range(plan.seeds), warm=True
        )
        yield _trained(f"ours, {name}, {updates} updates per {steps} steps", times, scores)
    if importlib.util.find_spec("stable_baselines3") is None:
        return
    from benchmarks.learning import rival

    for worlds, updates in ((1, 1), (16, 4)):
        models, times = timed_each(
            lambda model: model.learn(plan.env_steps),
            range(2),
            lambda seed, worlds=worlds, updates=updates: rival.prepare(s, known, seed, worlds, updates),
        )
        scores = [rival.score(model, s, known) for model in models]
        yield _trained(f"Stable-Baselines3 DDPG on the twin, {updates} per {worlds}", times, scores)


def _trained(solver: str, times: Times, scores: list[float]) -> Row:
    return Row("training", "", solver, times, len(scores), objective=scores, errors=_two_standard_errors(scores))


def _two_standard_errors(scores: list[float]) -> float:
    return float(2 * np.std(scores, ddof=1) / np.sqrt(len(scores))) if len(scores) > 1 else np.nan


def _policies(s: cf.Scenario, tests: cf.Known, plan: Plan) -> Iterator[tuple[Row, cf.Policy]]:
    pool, drops = cf.draw(s, jax.random.key(1), POOL).known, len(tests.echo_gain)
    for name in ("ddpg", "meta", "amortised"):
        more = {} if plan.policy_steps is None else {"env_steps": plan.policy_steps}
        policies, training = timed_each(
            lambda seed, name=name, more=more: cf.train_policy(s, pool, name, seed=seed, **more)[0], range(plan.seeds)
        )
        scores = [float(cf.design_by_policy(s, tests, policy).worst_case_utility.mean()) for policy in policies]
        _, times = timed(partial(propose, s, tests, policies[0]), drops)
        yield Row(
            "policy", f"{plan.seeds} seeds", name, times._replace(set_up_s=training.solve_s), drops, drops,
            objective=scores, errors=_two_standard_errors(scores),
        ), policies[0]  # fmt: skip


def _searches(s: cf.Scenario, tests: cf.Known, plan: Plan, policy: cf.Policy, training_s: float) -> Iterator[Row]:
    drops = len(tests.echo_gain)
    for starts, steps, rounds in plan.budgets:
        options = Options(starts=starts, steps=steps, rounds=rounds)

        def cold(options: Options = options) -> Any:
            return multistart(s, tests, options)

        def warm(options: Options = options) -> Any:
            return multistart(s, tests, options, propose(s, tests, policy)[0])

        for solver, call, set_up_s in (("optimiser", cold, 0.0), ("optimiser from the policy", warm, training_s)):
            found, times = timed(call, drops)
            utility, case = _utility(s, tests, found), f"{starts} x {steps} x {rounds}"
            yield Row("time", case, solver, times._replace(set_up_s=set_up_s), drops, drops, objective=utility)


def learnt_searches(s: cf.Scenario, tests: cf.Known, plan: Plan) -> Iterator[Row]:
    """Searches of short budgets, by every seed's schedule and by the optimiser's own rates and temperatures."""
    pool, drops = cf.draw(s, jax.random.key(1), POOL).known, len(tests.echo_gain)
    more = {} if plan.search_steps is None else {"env_steps": plan.search_steps}
    policies, training = timed_each(lambda seed: cf.train_search(s, pool, seed=seed, **more)[0], range(plan.seeds))
    for starts, steps, rounds in plan.short:
        case = f"{starts} x {steps} x {rounds}"
        for solver, schedules, set_up_s in (
            ("learnt search", [policy.schedule for policy in policies], training.solve_s),
            ("the same, not learnt", [Schedule()], 0.0),
        ):
            calls = [
                partial(multistart, s, tests, Options(starts=starts, steps=steps, rounds=rounds, schedule=schedule))
                for schedule in schedules
            ]
            scores = [float(_utility(s, tests, call()).mean()) for call in calls]
            _, times = timed(calls[0], drops)
            yield Row(
                "time", case, solver, times._replace(set_up_s=set_up_s), drops, drops, objective=scores,
                errors=_two_standard_errors(scores),
            )  # fmt: skip


def _each(s: cf.Scenario, tests: cf.Known, plan: Plan) -> Iterator[Row]:
    drops = len(tests.echo_gain)
    for name, more in (("ddpg", {}), ("meta", {}), ("amortised", {"environments": 2})):
        told = AGENTS[name].options(env_steps=plan.env_steps, **more)
        learning = partial(learn, s, agent=name, options=told, actions="structured", objective="robust", seed=0)
        learning(tests.take(slice(1)))  # compiles
        found, wall_s, cpu_s = once(partial(learning, tests))  # takes minutes: a median of one
        yield Row(
            "time", f"{plan.env_steps} steps", f"{name}, learning each channel", Times(wall_s / drops, cpu_s / drops),
            drops, drops, objective=_utility(s, tests, found),
        )  # fmt: skip


def _utility(s: cf.Scenario, known: cf.Known, found: Any) -> np.ndarray:
    return certified_design(s, known, found.point, found.filters).worst_case_utility


def share_reached(frame: pd.DataFrame, share: float = 0.99) -> dict[str, float]:
    """Least time per channel at which each search is worth that share of the optimiser's default."""
    times = frame[frame.study == "time"]
    goal = share * times[times.solver == "optimiser"].objective.iloc[-1]
    names = [name for name in SEARCHES if name in set(times.solver)]
    return {name: float(times[(times.solver == name) & (times.objective >= goal)].solve_s.min()) for name in names}


def _notes(frame: pd.DataFrame) -> list[str]:
    """From which time on a share of the optimiser's default is reached."""
    lines = []
    for share in (0.95, 0.97, 0.98, 0.99):
        found = share_reached(frame, share)
        words = ", ".join(f"{name} {1e3 * seconds:.1f} ms" for name, seconds in found.items())
        lines.append(f"{share:.0%} of the optimiser's default: {words}")
    return lines


BENCHMARK = Benchmark(
    name="learning",
    title="Learning to design",
    run=run,
    full=Plan(),
    quick=QUICK,
    objective="worst-case utility, bit/s/Hz",
    error="two standard errors over seeds",
    ratios=(Ratio("ours", (COMPILED, DDPG)),),
    studies={
        "environment": "ms per step of the environment",
        "training": "ms per training",
        "policy": "ms per new channel",
        "time": "ms per new channel",
    },
    tradeoffs=(
        Tradeoff("time", title="(a) training left out"),
        Tradeoff("time", 1000, "(b) with training, over 1000 channels"),
    ),
    notes=_notes,
)
