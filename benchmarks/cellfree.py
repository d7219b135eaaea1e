"""Cell-free radar: the oracle against SciPy's multistart, the design against BFGS and convex programs, cost by size.

*Oracle*: everybody looks at no offsets, the vertices and random points and searches from the worst, on the same designs
and the same compiled utility. *Design*: mean worst case by the same dense oracle against the time of the search; BFGS
runs on the same smooth coordinates and objective. One start where cost is measured.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax import Array, lax
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from beamwright import cellfree as cf
from beamwright.numerics import in_tiles, one_by_one
from beamwright.optim import quasi_newton as qn
from beamwright.report.style import COLOURS, MARKERS, PAGE_IN, styled
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods import certified_design
from beamwright.systems.cellfree.scene import Radio, checked
from beamwright.systems.cellfree.solve import Options, SearchResult, best_starts, make_lanes, search
from beamwright.systems.cellfree.solve.search import TILE, Lane, decode
from benchmarks.timing import timed

SAMPLES, STARTS = 512, 8
"""Of SciPy's multistart (spec section 5)."""
AXES = {"aps": "access points $A$", "antennas": "transmit antennas $N$", "snapshots": "snapshots $S$",
        "batch": "drops in a batch"}  # fmt: skip


class Plan(NamedTuple):
    """How much to measure."""

    oracle_drops: int = 256
    scipy_drops: int = 24
    drops: int = 10
    starts: int = 6
    steps: tuple[int, ...] = (25, 50, 100, 200, 300, 600)
    bfgs: tuple[int, ...] = (25, 50, 100, 200)
    sca_drops: int = 2
    aps: tuple[int, ...] = (1, 2, 4, 8, 16)
    antennas: tuple[int, ...] = (2, 8, 16, 32)
    snapshots: tuple[int, ...] = (8, 16, 32, 64, 128)
    batch: tuple[int, ...] = (1, 16, 64, 256)
    grown_drops: int = 4


QUICK = Plan(16, 2, 2, 2, (15, 60), (75,), 1, (2, 4), (2, 8), (8, 16), (1, 4), 2)


@dataclass(frozen=True)
class Row:
    """Who, on what, how fast, how good."""

    study: str
    """``oracle``, ``design``, or the axis along which cost is measured."""
    value: float
    solver: str
    drops: int
    solve: float
    """Seconds per drop."""
    first: float
    """Of the first call, which compiles, over later ones: once."""
    worst: float
    """Mean worst-case utility."""
    behind: float = np.nan
    """Oracles: most by which it lies above the best found on the same design."""

    def __str__(self) -> str:
        return (
            f"{self.study:9} {self.value:5g} {self.solver:26} {1e3 * self.solve:10.3f} ms per drop, "
            f"worst case {self.worst:.3f}, first {self.first:.1f} s"
        )


# -------------------------------------------------------------------------------------------------------------- oracles


def by_scipy(
    s: cf.Scenario, filtered: physics.FilteredSignals, samples: int = SAMPLES, starts: int = STARTS
) -> np.ndarray:
    """Least utility per drop: L-BFGS-B with our compiled utility and its gradient from the worst points."""
    points = physics.candidates(s.aps, samples)
    values, slope = _compiled_utility(s.radio)
    ended = []
    for drop in range(len(filtered.echo)):
        one = physics.FilteredSignals(*(jnp.asarray(a[drop]) for a in filtered))

        def both(y: np.ndarray, one: physics.FilteredSignals = one) -> tuple[float, np.ndarray]:
            value, gradient = slope(y, one, s.offset_range_hz)
            return float(value), np.asarray(gradient)

        seen = np.asarray(values(points, one, s.offset_range_hz))
        bounds, first = [(-0.5, 0.5)] * s.aps, np.argsort(seen)[:starts]
        ends = [minimize(both, points[i], jac=True, method="L-BFGS-B", bounds=bounds).fun for i in first]
        ended.append(min(seen.min(), *ends))
    return np.array(ended)


@cache
def _compiled_utility(s: Radio) -> tuple[Any, Any]:
    def look(y: Array, one: physics.FilteredSignals, range_hz: float) -> Array:
        return physics.utility_at(s, one, physics.offset_phases(s, range_hz * y))

    return jax.jit(jax.vmap(look, (0, None, None))), jax.jit(jax.value_and_grad(look))


def _oracles(plan: Plan) -> Iterator[Row]:
    for range_hz in (500.0, 2000.0):
        s = cf.Scenario(offset_range_hz=range_hz)
        known = cf.draw(s, jax.random.key(0), plan.oracle_drops).known
        design = cf.leakage_beams(s, known)
        filtered = physics.filtered_signals(s, checked(s, known), design, design.receivers)
        mine, spent, first = timed(
            lambda s=s, filtered=filtered: physics.find_worst_offsets_of_drops(s, filtered, physics.effort_for(s))
        )
        few = physics.FilteredSignals(*(a[: plan.scipy_drops] for a in filtered))
        by_scipy(s, physics.FilteredSignals(*(a[:1] for a in filtered)))  # compiles
        tick = time.perf_counter()
        theirs = by_scipy(s, few)
        theirs_spent = time.perf_counter() - tick
        best = np.minimum(mine.utility[: len(theirs)], theirs)
        for name, value, seconds, drops, more in (
            ("ours", mine.utility, spent, plan.oracle_drops, first),
            ("SciPy multistart", theirs, theirs_spent, len(theirs), 0.0),
        ):
            yield Row(
                "oracle", range_hz, name, drops, seconds / drops, more, float(np.mean(value[: len(theirs)])),
                float(np.max(value[: len(theirs)] - best)),
            )  # fmt: skip


# -------------------------------------------------------------------------------------------------------------- designs


def bfgs(s: cf.Scenario, lanes: Lane, steps: int) -> SearchResult:
    """Our dense BFGS in the place of Adam, ``steps`` per temperature; one round, the same coordinates and scenarios."""
    users = lanes.paths.uplink_gain.shape[1]
    flat = (*lanes.paths, *lanes[1:])
    return in_tiles(_compiled_bfgs(s.radio, users, steps), TILE, *flat, counted=True)


@cache
def _compiled_bfgs(s: Radio, users: int, steps: int) -> Callable[..., SearchResult]:
    options = Options(rounds=1)
    count = len(physics.Paths._fields)

    def one(*arrays: Any) -> SearchResult:
        lane = Lane(physics.Paths(*arrays[:count]), *arrays[count:])
        offsets = lane.range_hz * jnp.asarray(physics.candidates(s.aps, options.random, seed=1))
        scenarios = physics.offset_scenarios(s, offsets)

        def designed(x: Array) -> tuple[physics.Point, physics.Filters, Array]:
            point, weights = decode(s, lane, x, users, options)
            received = physics.received_signals(lane.paths, point)
            filters = physics.closed_form_filters(s, received, scenarios, weights)
            filtered = physics.apply_filters(s, received, filters)
            return point, filters, physics.utility_at(s, filtered, scenarios.phases)

        def cool(x: Array, temperature: Array) -> tuple[Array, None]:
            def loss(x: Array) -> Array:
                each = designed(x)[2]
                least = jnp.min(each)
                return temperature * jnp.log(jnp.sum(jnp.exp((least - each) / temperature))) - least

            return qn.minimise(loss, x, options=qn.Options(steps, 1e-5, memory=25)).x, None

        point, filters, each = designed(lax.scan(cool, lane.start, jnp.array([0.3, options.cold]))[0])
        return SearchResult(point, filters, jnp.min(each), jnp.min(each)[None], jnp.array(2 * steps))

    return one_by_one(one)


def _designs(plan: Plan) -> Iterator[Row]:
    s = cf.Scenario()
    known = checked(s, cf.draw(s, jax.random.key(0), plan.drops).known)
    for steps in plan.steps:
        options = Options(steps=steps)
        lanes = make_lanes(s, known, plan.starts, 0, options)
        yield _designed("ours", steps, s, known, plan.starts, partial(search, s, lanes, options))
    for steps in plan.bfgs:
        lanes = make_lanes(s, known, plan.starts, 0, Options(rounds=1))
        yield _designed("BFGS", steps, s, known, plan.starts, partial(bfgs, s, lanes, steps))
    few = known.take(np.arange(plan.sca_drops))
    tick = time.perf_counter()
    sca = cf.fixed_array_sca(s, few)
    spent = time.perf_counter() - tick
    yield Row("design", 15, "CVXPY SCA, fixed arrays", plan.sca_drops, spent / plan.sca_drops, 0.0,
              float(sca.worst_case_utility.mean()))  # fmt: skip


def _designed(
    name: str, steps: int, s: cf.Scenario, known: cf.Known, starts: int, call: Callable[[], SearchResult]
) -> Row:
    found, spent, first = timed(call)
    best = best_starts(found, starts)
    design = certified_design(s, known, best.point, best.filters)
    drops = len(known.echo_gain)
    return Row("design", steps, name, drops, spent / drops, first, float(design.worst_case_utility.mean()))


def _grown(plan: Plan) -> Iterator[Row]:
    for study, values in (("aps", plan.aps), ("antennas", plan.antennas), ("snapshots", plan.snapshots),
                          ("batch", plan.batch)):  # fmt: skip
        for value in values:
            settings: dict[str, Any] = {
                "aps": {"aps": value}, "antennas": {"tx_antennas": value, "half_region_wavelengths": 8.0},
                "snapshots": {"snapshots": value}, "batch": {},
            }[study]  # fmt: skip
            s, drops = cf.Scenario(**settings), value if study == "batch" else plan.grown_drops
            known = checked(s, cf.draw(s, jax.random.key(0), drops).known)
            options = Options()
            lanes = make_lanes(s, known, 1, 0, options)
            found, spent, first = timed(partial(search, s, lanes, options))
            yield Row(study, value, "ours", drops, spent / drops, first, float(found.merit.mean()))


def run(plan: Plan) -> Iterator[Row]:
    """All measurements."""
    yield from _oracles(plan)
    yield from _designs(plan)
    yield from _grown(plan)


def table(rows: list[Row], dgemm_per_second: float) -> pd.DataFrame:
    """With ratios to ours: oracles at the same range; nothing else has one peer."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    own = frame[(frame.study == "oracle") & (frame.solver == "ours")].set_index("value").solve
    frame["times"] = np.where(frame.study == "oracle", frame.solve / frame.value.map(own), np.nan)
    return frame


def show(frame: pd.DataFrame, facts: dict[str, Any], console: Console) -> None:
    """A table per question."""
    console.print(f"{facts['processor']}, dgemm {facts['dgemm_gflops']:.1f} GFLOP/s, {facts['cores_used']} core(s)")
    titles = {"oracle": "worst offsets, by range in Hz", "design": "designs, by steps"}
    for study, rows in frame.groupby("study", sort=False):
        title = titles.get(str(study)) or f"search, against {AXES[str(study)].replace('$', '')}"
        out = Table(title=f"Cell-free, ms per drop: {title}", title_justify="left")
        for name in ("", "solver", "drops", "ms", "times ours", "first s", "worst case", "above the best"):
            out.add_column(name, justify="left" if name == "solver" else "right")
        for row in rows.itertuples():
            out.add_row(
                f"{row.value:g}", row.solver, str(row.drops), f"{1e3 * row.solve:.3g}",
                "" if pd.isna(row.times) else f"{row.times:.1f}", f"{row.first:.1f}", f"{row.worst:.3f}",
                "" if pd.isna(row.behind) else f"{row.behind:.0e}",
            )  # fmt: skip
        console.print(out)


def draw(frame: pd.DataFrame) -> Figure:
    """Utility against time per drop, then time along every axis."""
    studies = [study for study in AXES if study in set(frame.study)]
    with styled():
        figure = Figure(figsize=(PAGE_IN, 4.2), layout="constrained")
        top, *rest = figure.subplot_mosaic([["design"] * len(studies), studies]).items()
        for i, (solver, rows) in enumerate(frame[frame.study == "design"].groupby("solver", sort=False)):
            top[1].plot(rows.solve, rows.worst, color=COLOURS[i], marker=MARKERS[i], label=solver)
        top[1].set_xscale("log")
        top[1].set_xlabel("seconds per drop, six starts")
        top[1].set_ylabel("worst-case utility (bit/s/Hz)")
        top[1].legend()
        times = 1e3 * frame[frame.study.isin(studies)].solve
        limits = times.min() / 2, times.max() * 2
        for study, ax in rest:
            rows = frame[frame.study == study].sort_values("value")
            ax.plot(rows.value, 1e3 * rows.solve, color=COLOURS[0], marker=MARKERS[0])
            ax.set_xscale("log", base=2)
            ax.set_yscale("log")
            ax.set_xticks(rows.value, [f"{value:g}" for value in rows.value])
            ax.set_xlabel(AXES[str(study)])
            ax.set_ylim(*limits)
        rest[0][1].set_ylabel("ms per drop, one start")
    return figure
