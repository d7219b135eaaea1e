"""Metasurface NOMA: ours against convex programs and SciPy's L-BFGS-B, on the same drops; cost against every size.

Everybody starts from hologram and zero forcing and is scored by the same dense adversary. *Solve* is the search alone;
*certified* is what a user of ours calls, scenario set, search and certificate with its adversary. SciPy minimises our
smoothed objective with our compiled gradient, in the same rounds: what is compared is the search around it.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from beamwright import dma_noma as dn
from beamwright.report.style import COLOURS, MARKERS, PAGE_IN, styled
from beamwright.systems.dma_noma.methods.base import certified_design
from beamwright.systems.dma_noma.physics import checked, reference_waves
from beamwright.systems.dma_noma.solve import Options, kernel, make_problems, scenario_sets, search_from_starts, start
from beamwright.systems.dma_noma.solve.search import SHARPNESS, Candidate, power_step, scored, split_at
from benchmarks.timing import timed

OPTIONS = Options(rounds=8, steps=60)
AXES = {
    "elements": "elements $N$",
    "groups": "groups $K$",
    "density": "positions per user",
    "batch": "drops in a batch",
}


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 64
    scipy_drops: int = 4
    convex_drops: int = 2
    elements: tuple[int, ...] = (32, 64, 128, 256, 512)
    groups: tuple[int, ...] = (1, 2, 3, 5, 7)
    density: tuple[float, ...] = (4.0, 8.0, 16.0, 32.0, 64.0)
    batch: tuple[int, ...] = (1, 4, 16, 64)
    grown_drops: int = 8


QUICK = Plan(8, 1, 1, (32, 64), (1, 2), (8.0, 16.0), (1, 8), 2)


@dataclass(frozen=True)
class Row:
    """Who, on what, how fast, how good. Times per drop in seconds, rates in bit/s/Hz."""

    study: str
    """``compare``, or the axis along which cost is measured."""
    value: float
    solver: str
    drops: int
    solve: float
    certified: float
    first: float
    """Of the first call, which compiles, over later ones: once."""
    guaranteed: float
    verified: float
    behind_least: float
    behind_most: float
    """Verified rate of ours less this one's on the same drop, least and most over the drops."""

    def __str__(self) -> str:
        return (
            f"{self.study:8} {self.value:5g} {self.solver:18} ms per drop: solve {1e3 * self.solve:9.3f}, "
            f"certified {1e3 * self.certified:9.3f}; verified {self.verified:.2f} bit/s/Hz"
        )


class Ours(NamedTuple):
    """A batch by the main solver."""

    design: dn.Design
    solve: float
    certified: float
    first: float


def ours(s: dn.Scenario, known: dn.Known, density: float = 8.0) -> Ours:
    """One start, eight rounds: seconds for the batch."""
    given = checked(s, known)
    sets = scenario_sets(s, given, density)
    _, spent, _ = timed(lambda: search_from_starts(s, given, sets, 1, OPTIONS, 0))
    design, whole, first = timed(
        lambda: dn.maximise_guaranteed_rate(s, known, rounds=OPTIONS.rounds, steps=OPTIONS.steps, density=density)
    )
    return Ours(design, spent, whole, first)


def by_convex_programs(s: dn.Scenario, known: dn.Known) -> tuple[dn.Design, float]:
    """Solver B: six rounds of CVXPY and Clarabel; the design and seconds, certificate and all."""
    tick = time.perf_counter()
    design = dn.maximise_guaranteed_rate(s, known, method="sdr-sca", rounds=6)
    return design, time.perf_counter() - tick


def by_scipy(s: dn.Scenario, known: dn.Known) -> tuple[dn.Design, float]:
    """L-BFGS-B in the place of our projected BFGS, drop after drop; the design and seconds of the search, warm."""
    known = checked(s, known)
    wave = reference_waves(s, known)
    problems = make_problems(s, scenario_sets(s, known), wave)
    points = start.initial(dn.channels(s, known.positions_m), wave)
    lanes = [kernel.Problem(*(jnp.asarray(a[i]) for a in problems)) for i in range(len(points[0]))]
    _search_one(lanes[0], points[0][0], points[1][0])  # compiles
    tick = time.perf_counter()
    best = [_search_one(lane, m, v) for lane, m, v in zip(lanes, *points, strict=True)]
    spent = time.perf_counter() - tick
    beams = np.stack([np.asarray(kernel.normalised(one.point.beams)) for one in best])
    powers = np.stack([_split(lane, one) for lane, one in zip(lanes, best, strict=True)])
    amplitudes = np.stack([np.asarray(one.point.amplitudes) for one in best])
    return certified_design(s, known, amplitudes, beams[:, 0] + 1j * beams[:, 1], powers), spent


def _search_one(problem: kernel.Problem, amplitudes: np.ndarray, beams: np.ndarray) -> Candidate:
    groups, elements = beams.shape[-1], len(amplitudes)
    x = np.concatenate([amplitudes, beams.real.ravel(), beams.imag.ravel()])
    bounds = [(0, 1)] * elements + [(None, None)] * (len(x) - elements)
    now = _judged(problem, _point(x, elements, groups), jnp.full(groups, problem.power / groups))
    best = now
    for _ in range(OPTIONS.rounds):
        for sharpness in SHARPNESS:

            def look(y: np.ndarray, sharpness: float = sharpness, now: Candidate = now) -> tuple[float, np.ndarray]:
                value, slope = _loss(y, problem, now.powers, sharpness, elements, groups)
                return float(value), np.asarray(slope)

            x = minimize(look, x, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": OPTIONS.steps}).x
        now = _judged(problem, _point(x, elements, groups), now.powers)
        if (bool(now.feasible), float(now.merit)) > (bool(best.feasible), float(best.merit)):
            best = now
    return best


def _point(x: Any, elements: int, groups: int) -> kernel.Point:
    return kernel.Point(jnp.asarray(x[:elements]), jnp.asarray(x[elements:]).reshape(2, -1, groups))


@partial(jax.jit, static_argnums=(4, 5))
@partial(jax.value_and_grad, argnums=0)
def _loss(x: Any, problem: kernel.Problem, powers: Any, sharpness: float, elements: int, groups: int) -> Any:
    logs = kernel.log_ratios(problem, kernel.received_at(problem, _point(x, elements, groups)), powers, sharpness)
    return -kernel.merit(problem, kernel.split(problem, logs, powers, sharpness), powers)


@jax.jit
def _judged(problem: kernel.Problem, point: kernel.Point, powers: Any) -> Candidate:
    return power_step(problem, scored(problem, point, powers))


@jax.jit
def _halves(problem: kernel.Problem, best: Candidate) -> Any:
    split = split_at(problem, best)
    return jnp.stack([split.near, split.far], axis=-1)


def _split(problem: kernel.Problem, best: Candidate) -> np.ndarray:
    return np.asarray(_halves(problem, best))


# ------------------------------------------------------------------------------------------------------------- the run


def run(plan: Plan) -> Iterator[Row]:
    """All measurements."""
    s = dn.Scenario()
    known = dn.draw(s, jax.random.key(0), plan.drops).known
    yield from _compare(s, known, plan)
    few = plan.grown_drops
    for columns in plan.elements:
        yield _grown("elements", columns, s.model_copy(update={"columns": columns}), few)
    for groups in plan.groups:
        yield _grown("groups", groups, s.model_copy(update={"groups": groups}), few)
    for density in plan.density:
        yield _grown("density", density, s, few, density)
    for batch in plan.batch:
        yield _grown("batch", batch, s, batch)


def _compare(s: dn.Scenario, known: dn.Known, plan: Plan) -> Iterator[Row]:
    mine = ours(s, known)
    verified = mine.design.certificate.verified_sum_rate
    yield _row("compare", 0, "ours", verified, mine.design, mine.solve, mine.certified, mine.first)
    alone = ours(s, known.take([0]))
    yield _row("compare", 0, "ours, a drop alone", verified, alone.design, alone.solve, alone.certified, alone.first)
    design, spent = by_scipy(s, known.take(np.arange(plan.scipy_drops)))
    yield _row("compare", 0, "SciPy L-BFGS-B", verified, design, spent, np.nan, 0.0)
    design, spent = by_convex_programs(s, known.take(np.arange(plan.convex_drops)))
    yield _row("compare", 0, "CVXPY SDR and SCA", verified, design, np.nan, spent, 0.0)


def _grown(study: str, value: float, s: dn.Scenario, drops: int, density: float = 8.0) -> Row:
    known = dn.draw(s, jax.random.key(0), drops).known
    mine = ours(s, known, density)
    if study == "density":
        value = scenario_sets(s, checked(s, known), density).h.shape[2]
    verified = mine.design.certificate.verified_sum_rate
    return _row(study, value, "ours", verified, mine.design, mine.solve, mine.certified, mine.first)


def _row(
    study: str, value: float, solver: str, verified: np.ndarray, design: dn.Design, solve_s: float, certified_s: float,
    first: float,
) -> Row:  # fmt: skip
    proof, drops = design.certificate, len(design.status)
    behind = verified[:drops] - proof.verified_sum_rate
    return Row(
        study=study, value=float(value), solver=solver, drops=drops, solve=solve_s / drops,
        certified=certified_s / drops, first=first, guaranteed=float(proof.guaranteed_sum_rate.mean()),
        verified=float(proof.verified_sum_rate.mean()), behind_least=float(behind.min()),
        behind_most=float(behind.max()),
    )  # fmt: skip


def table(rows: list[Row], dgemm_per_second: float) -> pd.DataFrame:
    """With ratios to our batch: peers' whole time over our certified design, their search over ours."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    own = frame.iloc[0]
    frame["times_solve"] = frame.solve / own.solve
    frame["times_certified"] = frame.certified / own.certified
    return frame


def show(frame: pd.DataFrame, facts: dict[str, Any], console: Console) -> None:
    """The comparison, then cost along every axis."""
    console.print(f"{facts['processor']}, dgemm {facts['dgemm_gflops']:.1f} GFLOP/s, {facts['cores_used']} core(s)")
    for study, rows in frame.groupby("study", sort=False):
        title = "on the same drops" if study == "compare" else f"against {str(AXES[str(study)]).replace('$', '')}"
        out = Table(title=f"Metasurface NOMA, ms per drop, {title}", title_justify="left")
        names = ("solver", "drops") if study == "compare" else (str(study), "drops")
        for name in (*names, "solve", "x", "certified", "x", "first s", "guaranteed", "verified", "behind ours"):
            out.add_column(name, justify="left" if name == "solver" else "right")
        for row in rows.itertuples():
            out.add_row(
                row.solver if study == "compare" else f"{row.value:g}", str(row.drops), _number(1e3 * row.solve),
                _number(row.times_solve), _number(1e3 * row.certified), _number(row.times_certified),
                f"{row.first:.1f}", f"{row.guaranteed:.2f}", f"{row.verified:.2f}",
                f"{row.behind_least:.2f} to {row.behind_most:.2f}" if study == "compare" else "",
            )  # fmt: skip
        console.print(out)


def _number(x: float) -> str:
    return "" if pd.isna(x) else f"{x:.3g}"


def draw(frame: pd.DataFrame) -> Figure:
    """Time per drop along every axis."""
    studies = [study for study in AXES if study in set(frame.study)]
    with styled():
        figure = Figure(figsize=(PAGE_IN, 2.2), layout="constrained")
        for ax, study in zip(np.atleast_1d(figure.subplots(1, len(studies), sharey=True)), studies, strict=True):
            rows = frame[frame.study == study].sort_values("value")
            for i, (column, label) in enumerate((("solve", "search"), ("certified", "with certificate"))):
                ax.plot(rows.value, 1e3 * rows[column], color=COLOURS[i], marker=MARKERS[i], label=label)
            ax.set_yscale("log")
            ax.set_xlabel(AXES[study])
            if study != "groups":
                ax.set_xscale("log", base=2)
                ax.set_xticks(rows.value, [f"{value:g}" for value in rows.value])
        figure.axes[0].set_ylabel("ms per drop")
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return figure
