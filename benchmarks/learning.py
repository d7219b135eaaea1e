"""Learning to design (small cell-free scene): the environment, training, policies, and utility against time.

Of trainings the case says how many updates come with how many environment steps.

The environment against its NumPy twin; training against Stable-Baselines3's DDPG on that twin (where the extra rival is
installed); policies for changing channels over seeds; and for all ways to a design, what it is worth against the time
that a new channel takes, training paid off over any number of channels or not.
"""

import importlib.util
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import jax
import numpy as np
import pandas as pd
from jax import lax
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from beamwright import cellfree as cf
from beamwright.learn import AGENTS, train
from beamwright.numerics import compiler_options
from beamwright.report.style import COLOURS, MARKERS, PAGE_IN, styled
from beamwright.systems.cellfree.learn.actions import ACTIONS
from beamwright.systems.cellfree.learn.methods import learn, propose
from beamwright.systems.cellfree.methods import certified_design
from beamwright.systems.cellfree.scene import checked
from beamwright.systems.cellfree.solve import Options, best_starts, make_lanes, search
from benchmarks.cellfree_twin import Twin
from benchmarks.timing import timed

TWIN_STEPS = 2000
POOL = 4096


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    seeds: int = 5
    tests: int = 64
    """Channels that no training saw."""
    env_steps: int = 24_000
    budgets: tuple[tuple[int, int, int], ...] = (
        (1, 50, 1), (1, 100, 1), (2, 100, 1), (3, 100, 1), (6, 100, 1), (3, 200, 1), (4, 200, 1), (6, 200, 1),
        (1, 300, 1), (2, 300, 1), (3, 300, 1), (4, 300, 1), (6, 300, 1), (1, 300, 2), (2, 300, 2), (3, 300, 2),
        (6, 300, 2),
    )  # fmt: skip
    """Starts, steps and rounds of the optimiser; the last is its default."""


QUICK = Plan(seeds=2, tests=16, env_steps=4000, budgets=((1, 50, 1), (2, 50, 1), (6, 50, 1)))


@dataclass(frozen=True)
class Row:
    """One measurement."""

    study: str
    solver: str
    case: str
    seconds: float
    """Per environment step; of a training; or per new channel."""
    training: float = 0.0
    """Seconds, once."""
    score: float = np.nan
    """Mean worst-case utility."""
    error: float = np.nan
    """Two standard errors, over seeds."""

    def __str__(self) -> str:
        return (
            f"{self.study:12} {self.solver:34} {self.case:12} {1e3 * self.seconds:12.4f} ms, "
            f"training {self.training:6.1f} s, utility {self.score:.3f} +- {self.error:.3f}"
        )


def _environments(s: cf.Scenario, known: cf.Known) -> Iterator[Row]:
    for actions in ACTIONS:
        twin, rng = Twin(s, known, 0, actions), np.random.default_rng(0)
        chosen = rng.uniform(-1, 1, (TWIN_STEPS, twin.size))
        tick = time.perf_counter()
        for action in chosen:
            twin.step(action)
        yield Row("environment", "NumPy twin", actions, (time.perf_counter() - tick) / TWIN_STEPS)
        env = cf.environment(s, known, actions)
        walk = jax.jit(_walk, static_argnums=2, compiler_options=compiler_options())
        _, spent, _ = timed(lambda env=env, walk=walk: jax.block_until_ready(walk(env, jax.random.key(0), 500)))
        yield Row("environment", "compiled, 16 at a time", actions, spent / (500 * 16))


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
    for name, updates in (("ddpg", 4), ("ddpg", 16), ("meta", 8)):
        told = AGENTS[name].options(env_steps=plan.env_steps, updates=updates)
        learning = partial(train, AGENTS[name], env, told, episodes=1)
        compiled = jax.jit(
            lambda key, learning=learning: learning(key)[1].score[-1], compiler_options=compiler_options()
        )
        jax.block_until_ready(compiled(jax.random.key(99)))
        scores, tick = [], time.perf_counter()
        for seed in range(plan.seeds):
            scores.append(float(compiled(jax.random.key(seed))))
        spent = (time.perf_counter() - tick) / plan.seeds
        case = f"{updates} per {16 if name == 'ddpg' else 96}"
        yield Row("training", f"ours, {name}", case, spent, 0.0, *_spread(scores))
    if importlib.util.find_spec("stable_baselines3") is None:
        return
    from benchmarks import rival

    for worlds, updates in ((1, 1), (16, 4)):
        runs = [rival.train(s, known, plan.env_steps, seed, worlds, updates) for seed in range(2)]
        spent, scores = float(np.mean([r.seconds for r in runs])), [r.score for r in runs]
        case = f"{updates} per {worlds}"
        yield Row("training", "Stable-Baselines3 DDPG on the twin", case, spent, 0.0, *_spread(scores))


def _spread(scores: Any) -> tuple[float, float]:
    values = np.asarray(scores, float)
    return float(values.mean()), float(2 * values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan


def _policies(s: cf.Scenario, tests: cf.Known, plan: Plan) -> Iterator[tuple[Row, cf.Policy]]:
    pool = cf.draw(s, jax.random.key(1), POOL).known
    for name in ("ddpg", "meta", "amortised"):
        scores, spent, policies = [], [], []
        more = {} if plan is not QUICK else {"env_steps": plan.env_steps}
        for seed in range(plan.seeds):
            tick = time.perf_counter()
            policy, _ = cf.train_policy(s, pool, name, seed=seed, **more)
            spent.append(time.perf_counter() - tick)
            scores.append(float(cf.design_by_policy(s, tests, policy).worst_case_utility.mean()))
            policies.append(policy)
        _, asked, _ = timed(partial(propose, s, tests, policies[0]))
        each = asked / len(tests.echo_gain)
        yield Row("policy", name, f"{plan.seeds} seeds", each, float(np.mean(spent)), *_spread(scores)), policies[0]


def _searches(s: cf.Scenario, tests: cf.Known, plan: Plan, policy: cf.Policy, spent: float) -> Iterator[Row]:
    drops = len(tests.echo_gain)
    for starts, steps, rounds in plan.budgets:
        options = Options(steps=steps, rounds=rounds)

        def cold(starts: int = starts, options: Options = options) -> Any:
            return best_starts(search(s, make_lanes(s, tests, starts, 0, options), options), starts)

        def warm(starts: int = starts, options: Options = options) -> Any:
            first = cf.Design(*propose(s, tests, policy)[0])
            return best_starts(search(s, make_lanes(s, tests, starts, 0, options, initial=first), options), starts)

        for name, call, training in (("optimiser", cold, 0.0), ("optimiser from the policy", warm, spent)):
            found, seconds, _ = timed(call)
            score = _worth(s, tests, found.point, found.filters)
            yield Row("time", name, f"{starts} x {steps} x {rounds}", seconds / drops, training, score)


def _each(s: cf.Scenario, tests: cf.Known, plan: Plan) -> Iterator[Row]:
    for name, more in (("ddpg", {}), ("meta", {}), ("amortised", {"environments": 2})):
        told = AGENTS[name].options(env_steps=plan.env_steps, **more)
        learn(s, tests.take(slice(1)), name, told, "structured", "robust", 0)  # compiles
        tick = time.perf_counter()
        found = learn(s, tests, name, told, "structured", "robust", 0)
        seconds = time.perf_counter() - tick
        score = _worth(s, tests, found.point, found.filters)
        case = f"{plan.env_steps} steps"
        yield Row("time", f"{name}, learning each channel", case, seconds / len(tests.echo_gain), 0.0, score)


def _worth(s: cf.Scenario, known: cf.Known, point: Any, filters: Any) -> float:
    design = certified_design(s, known, point, filters)
    return float(design.worst_case_utility.mean())


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
        yield Row("time", f"{row.solver} policy", "for any channel", row.seconds, row.training, row.score)
    row, policy = kept["amortised"]
    yield from _searches(s, tests, plan, policy, row.training)
    yield from _each(s, tests, plan)
    silent = cf.silence(s, tests).worst_case_utility.mean()
    yield Row("time", "radar silent", "", 0.0, 0.0, float(silent))


def table(rows: list[Row], dgemm_per_second: float) -> pd.DataFrame:
    """With how many times longer than ours everybody takes, in the studies that have a peer."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    ours = frame[frame.solver.str.startswith(("compiled", "ours, ddpg"))]
    by_case = {(r.study, r.case if r.study == "environment" else ""): r.seconds for r in ours[::-1].itertuples()}
    keys = zip(frame.study, frame.case, strict=True)
    own = [by_case.get((study, case if study == "environment" else ""), np.nan) for study, case in keys]
    return frame.assign(times=frame.seconds / own)


def share_reached(frame: pd.DataFrame, share: float = 0.99) -> dict[str, float]:
    """Least time per channel at which either search is worth that share of the optimiser's default."""
    times = frame[frame.study == "time"]
    goal = share * times[times.solver == "optimiser"].score.iloc[-1]
    names = "optimiser", "optimiser from the policy"
    return {name: float(times[(times.solver == name) & (times.score >= goal)].seconds.min()) for name in names}


def show(frame: pd.DataFrame, facts: dict[str, Any], console: Console) -> None:
    """A table per question."""
    console.print(f"{facts['processor']}, dgemm {facts['dgemm_gflops']:.1f} GFLOP/s, {facts['cores_used']} core(s)")
    for study, rows in frame.groupby("study", sort=False):
        out = Table(title=f"Learning: {study}", title_justify="left")
        for name in ("solver", "case", "ms", "times ours", "training s", "utility", "2 s.e."):
            out.add_column(name, justify="left" if name in ("solver", "case") else "right")
        for row in rows.itertuples():
            numbers = (row.times, row.training, row.score, row.error)
            texts = (f"{1e3 * row.seconds:.4g}", *("" if pd.isna(x) else f"{x:.4g}" for x in numbers))
            out.add_row(row.solver, row.case, *texts)
        console.print(out)
    for share in (0.95, 0.97, 0.98, 0.99):
        found = share_reached(frame, share)
        words = ", ".join(f"{name} {1e3 * seconds:.1f} ms" for name, seconds in found.items())
        console.print(f"{share:.0%} of the optimiser's default: {words}")


def draw(frame: pd.DataFrame) -> Figure:
    """Utility against the time of a new channel, without training, and with training paid off over 1000 channels."""
    times = frame[frame.study == "time"]
    with styled():
        figure = Figure(figsize=(PAGE_IN, 3.2), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for ax, channels in zip(panels, (np.inf, 1000), strict=True):
            for i, (solver, rows) in enumerate(times[times.solver != "radar silent"].groupby("solver", sort=False)):
                total = (rows.seconds + rows.training / channels).to_numpy()
                front = _front(1e3 * total, rows.score.to_numpy())
                style = {"color": COLOURS[i % 8], "marker": MARKERS[i % 8]}
                ax.plot(1e3 * total, rows.score, ls="", alpha=0.35, **style)
                ax.plot(*front, label=solver, **style)
            ax.set_xscale("log")
            ax.set_xlabel("ms per new channel")
            paid = "training left out" if np.isinf(channels) else "with training, over 1000 channels"
            ax.set_title(f"({'ab'[int(channels == 1000)]}) {paid}", loc="left")
        silent = times.solver == "radar silent"
        panels[0].set_ylim(times[~silent].score.min() - 0.3, times.score.max() + 0.2)
        note = f"radar silent: {times[silent].score.iloc[0]:.1f}"
        panels[0].text(0.98, 0.03, note, transform=panels[0].transAxes, ha="right")
        panels[0].set_ylabel("worst-case utility (bit/s/Hz)")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _front(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What nothing quicker beats."""
    order = np.argsort(x)
    best = np.maximum.accumulate(y[order])
    kept = np.concatenate([[True], best[1:] > best[:-1]])
    return x[order][kept], y[order][kept]
