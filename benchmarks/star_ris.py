"""STAR-RIS surfaces: ours against pymanopt, majorise-minimise and CVXPY, on the same drops from the same starts.

Everybody minimises the same function to the same norm of the Riemannian gradient, with precoders of the start (mrt for
least interference P1, rzf for the sum rate P2). *Solve* is the search alone (ours with the map of the phases, which
peers set up before); *end to end* is statistics in, surface out; *certified* is what a user of ours calls: also the
precoder of the final phases and the certificate, which peers do without.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pymanopt
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from beamwright import star_ris as sr
from beamwright.optim import conjugate_gradient as cg
from beamwright.report.style import COLOURS, MARKERS, PAGE_IN, styled
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import amplitudes, checked, time_share
from beamwright.systems.star_ris.solve import precoder, random_start, search_surfaces
from beamwright.uncertainty import mean_phasor
from benchmarks.timing import timed

GOALS = {"P1": (sr.Goal.INTERFERENCE, "mrt"), "P2": (sr.Goal.SUM_RATE, "rzf")}
TOLERANCE, ITERATIONS = 1e-3, 200
REPEATS = 7


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 100
    peer_drops: int = 100
    sca_drops: int = 2
    elements: tuple[int, ...] = (16, 64, 256, 1024)
    fine_drops: int = 12


QUICK = Plan(16, 4, 1, (16, 64), 3)


@dataclass(frozen=True)
class Row:
    """Who, on what, how fast, how good. Times per drop in seconds."""

    problem: str
    solver: str
    elements: int
    drops: int
    solve: float
    end_to_end: float
    certified: float
    first: float
    """Of the first call, which compiles, over later ones: once."""
    iterations: float
    worse_median: float
    """Objective relative to the best of all solvers on the same drop."""
    worse_most: float
    flops_per_iteration: float = np.nan

    def __str__(self) -> str:
        solve, whole, certified = (1e3 * x for x in (self.solve, self.end_to_end, self.certified))
        return (
            f"{self.problem} N={self.elements:<5} {self.solver:30} ms per drop: solve {solve:8.3f}, "
            f"end to end {whole:8.3f}, certified {certified:8.3f}"
        )


class Case(NamedTuple):
    """One batch for everybody."""

    scenario: sr.Scenario
    known: sr.Statistics
    start: np.ndarray


def case_of(elements: int, drops: int) -> Case:
    """The default scene with that surface; random phases."""
    import jax

    s = sr.Scenario(elements=elements)
    known = checked(sr.draw(s, jax.random.key(0), drops).known)
    return Case(s, known, random_start(amplitudes(s, elements), known, 1, 0))


def flops_per_iteration(elements: int, users: int) -> float:
    """Of one step for a surface fed by one path, K users: counted from the algorithm, a lower estimate.

    Two looks (z = C u, each user one side: 8 K N; retraction 12 real operations for each of 2 N coefficients), the way
    back of one gradient (8 K N), projections, inner products and the new direction (28 for each of 2 N).
    """
    return 3 * 8 * users * elements + (2 * 12 + 28) * 2 * elements


# --------------------------------------------------------------------------------------------------------------- peers


class Dense(NamedTuple):
    """One drop as pymanopt gets it: m = d + A x with A real-coefficient rows over both sides, set up once."""

    rows: np.ndarray
    """(users k, users j, 2 elements)."""
    direct: np.ndarray
    variance: np.ndarray
    noise: float
    reference: float


def dense(known: sr.Statistics, u: np.ndarray, w: np.ndarray) -> Dense:
    """Of a single drop (arrays with a drops axis of one)."""
    seen = np.eye(2)[known.side[0]][:, :, None] * np.abs(u[0])
    arriving = mean_phasor(known.kappa)[0] * np.conj(known.user_mean[0])[:, None] * seen
    x = known.surface_mean[0] @ w[0]
    rows = arriving[:, None] * x.T[None, :, None]
    users = len(rows)
    return Dense(
        rows.reshape(users, users, -1), np.conj(known.direct_mean[0]) @ w[0],
        model.moments(known, u, w).variance[0], known.noise_power_w[0], model.reference_w(known, u, w)[0],
    )  # fmt: skip


def value(problem: str, d: Dense, x: np.ndarray) -> float:
    """The objective, to be minimised."""
    mean = d.direct + d.rows @ x
    power = np.abs(mean) ** 2 + d.variance
    if problem == "P1":
        return float((power.sum() - np.trace(power)) / d.reference)
    signal = np.abs(np.diagonal(mean)) ** 2
    return float(-np.sum(np.log2(1 + signal / (power.sum(axis=1) - signal + d.noise))))


def slope(problem: str, d: Dense, x: np.ndarray) -> np.ndarray:
    """Its Euclidean gradient, in closed form (spec section 5)."""
    mean = d.direct + d.rows @ x
    if problem == "P1":
        outer = 2 * mean / d.reference
        np.fill_diagonal(outer, 0)
    else:
        power = np.abs(mean) ** 2 + d.variance
        own = np.diagonal(mean)
        total = power.sum(axis=1) + d.noise
        rest = total - np.abs(own) ** 2
        outer = -2 * mean * (1 / total - 1 / rest)[:, None] / np.log(2)
        np.fill_diagonal(outer, -2 * own / total / np.log(2))
    return np.conj(d.rows).reshape(-1, len(x)).T @ outer.ravel()


def by_pymanopt(problem: str, case: Case, drop: int, tolerance: float) -> tuple[float, int, float, float]:
    """Objective, iterations, seconds of set-up and of the search for one drop."""
    tick = time.perf_counter()
    known, u = case.known.take([drop]), case.start[[drop]]
    d = dense(known, u, precoder(known, u, GOALS[problem][1]))  # type: ignore[arg-type]
    manifold = pymanopt.manifolds.ComplexCircle(u[0].size)
    cost = pymanopt.function.numpy(manifold)(lambda x: value(problem, d, x))
    gradient = pymanopt.function.numpy(manifold)(lambda x: slope(problem, d, x))
    task = pymanopt.Problem(manifold, cost, euclidean_gradient=gradient)
    solver = pymanopt.optimizers.ConjugateGradient(
        verbosity=0, min_gradient_norm=tolerance, max_iterations=ITERATIONS if tolerance >= TOLERANCE else 2000
    )
    middle = time.perf_counter()
    found = solver.run(task, initial_point=(u[0] / np.abs(u[0])).ravel())
    return found.cost, found.iterations, middle - tick, time.perf_counter() - middle


# ---------------------------------------------------------------------------------------------------------------- ours


def ours(problem: str, case: Case, tolerance: float = TOLERANCE) -> tuple[np.ndarray, dict[str, Any]]:
    """Objectives (to be minimised), and times of the search alone, with its set-up, and of what a user calls."""
    goal, kind = GOALS[problem]
    s, known, start = case
    options = cg.Options(tolerance=tolerance, iterations=ITERATIONS if tolerance >= TOLERANCE else 2000)

    def set_up() -> tuple[sr.Statistics, np.ndarray, np.ndarray, np.ndarray]:
        given = checked(known)
        return given, start, precoder(given, start, kind), time_share(s, given)  # type: ignore[arg-type]

    drops = set_up()
    reached, solve, first = timed(lambda: search_surfaces(goal, *drops, False, options), REPEATS)
    _, surface, _ = timed(lambda: search_surfaces(goal, *set_up(), False, options), REPEATS)
    design = sr.minimise_interference if problem == "P1" else sr.maximise_sum_rate
    more = {} if problem == "P1" else {"rounds": 1}
    _, whole, more_first = timed(lambda: design(s, known, start=start, tolerance=tolerance, **more), REPEATS)  # type: ignore[operator]
    sign = 1 if problem == "P1" else -1
    times = {"solve": solve, "end_to_end": surface, "certified": whole, "first": first + more_first}
    return sign * reached.objective, {**times, "iterations": reached.iterations.mean()}


def majorise(problem: str, case: Case) -> tuple[np.ndarray, dict[str, Any]]:
    """The same by closed-form steps, jitted too."""
    name, kind = ("interference", "mrt") if problem == "P1" else ("sum-rate", "rzf")
    found, whole, first = timed(
        lambda: sr.majorise_minimise(case.scenario, case.known, name, kind, start=case.start), REPEATS
    )  # type: ignore[arg-type]
    sign = 1 if problem == "P1" else -1
    times = {"solve": np.nan, "end_to_end": np.nan, "certified": whole, "first": first}
    times["iterations"] = found.iterations.mean()
    return sign * found.objective, times


# ------------------------------------------------------------------------------------------------------------- the run


def run(plan: Plan) -> Iterator[Row]:
    """All measurements."""
    for elements in plan.elements:
        full = elements == 64
        case = case_of(elements, plan.drops)
        for problem in GOALS:
            yield from _compare(problem, case, plan, full)
    yield from _fine(plan)


def _compare(problem: str, case: Case, plan: Plan, full: bool) -> Iterator[Row]:
    drops, elements = len(case.start), case.scenario.elements
    found = {"ours": ours(problem, case), "majorise-minimise": majorise(problem, case)}
    count = plan.peer_drops if full else min(plan.peer_drops, 8)
    each = [by_pymanopt(problem, case, drop, TOLERANCE) for drop in range(count)]
    cost, iterations, setup, solve = (np.array(x) for x in zip(*each, strict=True))
    times = {
        "solve": np.mean(solve) * drops,
        "end_to_end": np.mean(setup + solve) * drops,
        "certified": np.nan,
        "first": 0.0,
    }
    found["pymanopt"] = cost, {**times, "iterations": iterations.mean()}
    if full and problem == "P1":
        few = case.known.take(np.arange(plan.sca_drops))
        tick = time.perf_counter()
        sca = sr.sca(case.scenario, few, start=case.start[: plan.sca_drops])
        spent = (time.perf_counter() - tick) / plan.sca_drops * drops
        times = {"solve": np.nan, "end_to_end": np.nan, "certified": spent, "first": 0.0}
        times["iterations"] = sca.iterations.mean()
        found["CVXPY SCA"] = sca.objective, times
    least = np.full(drops, np.inf)
    for objective, _ in found.values():
        least[: len(objective)] = np.minimum(least[: len(objective)], objective)
    for solver, (objective, times) in found.items():
        worse = (objective - least[: len(objective)]) / np.abs(least[: len(objective)])
        yield Row(
            problem=problem, solver=solver, elements=elements, drops=len(objective),
            solve=times["solve"] / drops, end_to_end=times["end_to_end"] / drops,
            certified=times["certified"] / drops, first=times["first"],
            iterations=float(times["iterations"]), worse_median=float(np.median(worse)), worse_most=float(worse.max()),
            flops_per_iteration=flops_per_iteration(elements, case.scenario.users) if solver == "ours" else np.nan,
        )  # fmt: skip


def _fine(plan: Plan) -> Iterator[Row]:
    """To a gradient norm of 1e-7 from the same starts: is it the same optimum?"""
    case = case_of(64, plan.fine_drops)
    for problem in GOALS:
        mine, times = ours(problem, case, 1e-7)
        theirs = np.array([by_pymanopt(problem, case, drop, 1e-7)[0] for drop in range(plan.fine_drops)])
        away = np.abs(mine / theirs - 1)
        yield Row(
            problem=problem, solver="ours against pymanopt to 1e-7", elements=64, drops=plan.fine_drops,
            solve=times["solve"] / plan.fine_drops, end_to_end=times["end_to_end"] / plan.fine_drops,
            certified=times["certified"] / plan.fine_drops,
            first=times["first"], iterations=float(times["iterations"]), worse_median=float(np.median(away)),
            worse_most=float(away.max()),
        )  # fmt: skip


def table(rows: list[Row], dgemm_per_second: float) -> pd.DataFrame:
    """With ratios to ours on the same problem and size, and our share of dgemm."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    own = frame[frame.solver == "ours"].set_index(["problem", "elements"])
    keys = pd.MultiIndex.from_frame(frame[["problem", "elements"]])
    whole = frame.certified.fillna(frame.end_to_end)  # peers end without a certificate
    for column, theirs in {"solve": frame.solve, "end_to_end": frame.end_to_end, "certified": whole}.items():
        frame[f"times_{column}"] = theirs.to_numpy() / own[column].reindex(keys).to_numpy()
    frame["dgemm_share"] = frame.flops_per_iteration * frame.iterations / frame.solve / dgemm_per_second
    return frame


def show(frame: pd.DataFrame, facts: dict[str, Any], console: Console) -> None:
    """A table per problem."""
    console.print(f"{facts['processor']}, dgemm {facts['dgemm_gflops']:.1f} GFLOP/s, {facts['cores_used']} core(s)")
    for problem, rows in frame.groupby("problem", sort=False):
        out = Table(title=f"STAR-RIS {problem}: ms per drop, and how many times ours", title_justify="left")
        for name in (
            "solver",
            "N",
            "drops",
            "solve",
            "x",
            "end to end",
            "x",
            "certified",
            "x",
            "first s",
            "its",
            "worse (median, most)",
            "dgemm",
        ):
            out.add_column(name, justify="left" if name == "solver" else "right")
        for row in rows.itertuples():
            out.add_row(
                row.solver, str(row.elements), str(row.drops), _number(1e3 * row.solve), _number(row.times_solve),
                _number(1e3 * row.end_to_end), _number(row.times_end_to_end),
                _number(1e3 * row.certified), _number(row.times_certified), f"{row.first:.1f}",
                f"{row.iterations:.1f}", f"{row.worse_median:.0e}, {row.worse_most:.0e}",
                f"{row.dgemm_share:.1%}" if row.dgemm_share > 0 else "",
            )  # fmt: skip
        console.print(out)
        grown = rows[rows.solver == "ours"].set_index("elements").solve
        if {64, 1024} <= set(grown.index):
            console.print(f"time(N=1024) / time(N=64), solve: {grown[1024] / grown[64]:.1f}")


def _number(x: float) -> str:
    return "" if pd.isna(x) else f"{x:.3g}"


def draw(frame: pd.DataFrame) -> Figure:
    """End-to-end time per drop against the number of elements."""
    frame = frame[~frame.solver.str.contains("1e-7")]
    with styled():
        figure = Figure(figsize=(PAGE_IN, 2.6), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for ax, (problem, rows) in zip(panels, frame.groupby("problem", sort=False), strict=True):
            for i, (solver, line) in enumerate(rows.groupby("solver", sort=False)):
                style = {"color": COLOURS[i], "marker": MARKERS[i]}
                ax.plot(line.elements, 1e3 * line.certified.fillna(line.end_to_end), label=solver, **style)
            ax.set_xscale("log", base=2)
            ax.set_yscale("log")
            ax.set_xticks(sorted(set(rows.elements)), [str(n) for n in sorted(set(rows.elements))])
            ax.set_xlabel("surface elements $N$")
            ax.set_title({"P1": "(a) least interference", "P2": "(b) largest sum rate"}[str(problem)], loc="left")
        panels[0].set_ylabel("ms per drop, all a user calls")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure
