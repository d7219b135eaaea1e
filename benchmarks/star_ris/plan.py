"""STAR-RIS surfaces: ours against pymanopt, majorise-minimise and CVXPY, on the same drops from the same starts.

Everybody minimises the same function to the same norm of the Riemannian gradient, with precoders of the start (mrt for
least interference P1, rzf for the sum rate P2). *Solve* is the search alone (ours with the map of the phases, which
peers set up before); with *assembly* it is statistics in, surface out. The certified design is what a user of ours
calls: also the precoder of the final phases and the certificate, which peers do without.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from beamwright import star_ris as sr
from beamwright.optim import conjugate_gradient as cg
from beamwright.systems.star_ris.scene import amplitudes, checked, time_share
from beamwright.systems.star_ris.solve import Precoding, precoder, random_start, search_surfaces
from benchmarks.protocol import Axis, Benchmark, Ratio, Row, violations
from benchmarks.star_ris import peers
from benchmarks.timing import Times, timed, timed_each

SEARCH, DESIGN = "ours, search", "ours, certified design"
MAJORISE, PYMANOPT, SCA = "majorise-minimise", "pymanopt", "CVXPY SCA"
TOLERANCE, FINE = 1e-3, 1e-7
ITERATIONS = {TOLERANCE: 200, FINE: 2000}
"""At most, by tolerance of the gradient norm."""


class Problem(NamedTuple):
    """An objective, its precoder, and what it is called."""

    title: str
    goal: sr.Goal
    kind: Precoding
    majorised: str
    sign: int
    """Factor of the objective with which it is minimised."""


PROBLEMS = {
    "P1": Problem("P1 interference", sr.Goal.INTERFERENCE, "mrt", "interference", 1),
    "P2": Problem("P2 sum rate", sr.Goal.SUM_RATE, "rzf", "sum-rate", -1),
}


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 100
    peer_drops: int = 100
    sca_drops: int = 2
    compared: int = 64
    """Elements at which everybody solves all of their drops; else peers solve at most eight."""
    elements: tuple[int, ...] = (16, 64, 256, 1024)
    fine_drops: int = 12


QUICK = Plan(16, 4, 1, 64, (16, 64), 3)


class Case(NamedTuple):
    """One batch for everybody."""

    scenario: sr.Scenario
    known: sr.Statistics
    start: np.ndarray


def case_of(elements: int, drops: int) -> Case:
    """The default scene with that surface; random phases."""
    s = sr.Scenario(elements=elements)
    known = checked(sr.draw(s, jax.random.key(0), drops).known)
    return Case(s, known, random_start(amplitudes(s, elements), known, 1, 0))


def flops_per_iteration(elements: int, users: int) -> float:
    """Operations of one step for a surface fed by one path, K users: counted from the algorithm, a lower estimate.

    Two looks (z = C u, each user one side: 8 K N; retraction 12 real operations for each of 2 N coefficients), the way
    back of one gradient (8 K N), projections, inner products and the new direction (28 for each of 2 N).
    """
    return 3 * 8 * users * elements + (2 * 12 + 28) * 2 * elements


# ------------------------------------------------------------------------------------------------------------- solvers


def ours(name: str, case: Case, tolerance: float = TOLERANCE) -> list[Row]:
    """The search alone, and what a user calls."""
    problem, (s, known, start), drops = PROBLEMS[name], case, len(case.start)
    options = cg.Options(tolerance=tolerance, iterations=ITERATIONS[tolerance])

    def assemble() -> tuple[sr.Statistics, np.ndarray, np.ndarray, np.ndarray]:
        given = checked(known)
        return given, start, precoder(given, start, problem.kind), time_share(s, given)

    given, assembly = timed(assemble, drops)
    reached, search = timed(lambda: search_surfaces(problem.goal, *given, False, options), drops)
    call = sr.minimise_interference if name == "P1" else partial(sr.maximise_sum_rate, rounds=1)
    design, whole = timed(lambda: call(s, known, start=start, tolerance=tolerance), drops)
    row = _row(name, case, SEARCH, search._replace(assembly_s=assembly.solve_s), reached.objective, reached.iterations)
    return [
        replace(row, flops=flops_per_iteration(s.elements, s.users)),
        _row(name, case, DESIGN, whole, design.objective, design.iterations, violations(design)),
    ]


def majorise(name: str, case: Case) -> Row:
    """Closed-form steps, compiled too."""
    s, known, start = case
    _, _, kind, majorised, _ = PROBLEMS[name]
    found, times = timed(lambda: sr.majorise_minimise(s, known, majorised, kind, start=start), len(start))
    return _row(name, case, MAJORISE, times, found.objective, found.iterations, violations(found))


def by_pymanopt(name: str, case: Case, drops: int, tolerance: float = TOLERANCE) -> Row:
    """The first drops, one after another."""

    def assemble(drop: int) -> peers.Prepared:
        known, start = case.known.take([drop]), case.start[[drop]]
        return peers.prepare(name, known, start, PROBLEMS[name].kind, tolerance, ITERATIONS[tolerance])

    found, times = timed_each(peers.solve, range(drops), assemble)
    cost, iterations = np.array(found).T
    return _row(name, case, PYMANOPT, times, PROBLEMS[name].sign * cost, iterations)


def by_sca(case: Case, drops: int) -> Row:
    """CVXPY's convex programs, least interference."""
    s, known, start = case
    found, times = timed_each(lambda drop: sr.sca(s, known.take([drop]), start=start[[drop]]), range(drops))
    objective, iterations = (np.concatenate([getattr(f, key) for f in found]) for key in ("objective", "iterations"))
    return _row("P1", case, SCA, times, objective, iterations)


def _row(
    name: str, case: Case, solver: str, times: Times, objective: np.ndarray, iterations: np.ndarray, found: Any = np.nan
) -> Row:
    drops = len(objective)
    return Row(
        "compare", PROBLEMS[name].title, solver, times, drops, 1 if solver in (PYMANOPT, SCA) else drops,
        {"elements": case.scenario.elements}, solver not in (SEARCH, PYMANOPT), objective, violations=found,
        iterations=iterations,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- the run


def run(plan: Plan) -> Iterator[Row]:
    """All measurements; the comparison is a point of the growth as well."""
    for elements in dict.fromkeys((plan.compared, *plan.elements)):
        case = case_of(elements, plan.drops)
        for name in PROBLEMS:
            for row in _compare(name, case, plan):
                if elements == plan.compared:
                    yield row
                if elements in plan.elements:
                    yield replace(row, study="elements")
    yield from _fine(plan)


def _compare(name: str, case: Case, plan: Plan) -> list[Row]:
    """Everybody, with errors against the best on the same drop; our certified design has precoders of its own."""
    full = case.scenario.elements == plan.compared
    rows = [*ours(name, case), majorise(name, case)]
    rows.append(by_pymanopt(name, case, plan.peer_drops if full else min(plan.peer_drops, 8)))
    if full and name == "P1":
        rows.append(by_sca(case, plan.sca_drops))
    each = np.full((len(rows), len(case.start)), np.inf)
    for i, row in enumerate(rows):
        if row.solver != DESIGN:
            each[i, : row.drops] = PROBLEMS[name].sign * np.asarray(row.objective)
    best = each.min(axis=0)
    worse = np.where(np.isfinite(each), (each - best) / np.abs(best), np.nan)
    return [replace(row, errors=worse[i, : row.drops]) for i, row in enumerate(rows)]


def _fine(plan: Plan) -> Iterator[Row]:
    """To a gradient norm of 1e-7 from the same starts: is it the same optimum?"""
    case = case_of(plan.compared, plan.fine_drops)
    for name in PROBLEMS:
        mine, theirs = ours(name, case, FINE)[0], by_pymanopt(name, case, plan.fine_drops, FINE)
        away = np.abs(np.asarray(mine.objective) / theirs.objective - 1)
        for row in (mine, theirs):
            yield replace(row, study="fine", errors=away)


BENCHMARK = Benchmark(
    name="star-ris",
    title="STAR-RIS",
    run=run,
    full=Plan(),
    quick=QUICK,
    objective="P1: interference over that of random phases; P2: sum rate, bit/s/Hz",
    error="how much worse than the best of all on the same drop, relative (to 1e-7: ours against pymanopt)",
    ratios=(
        Ratio("search", (SEARCH,)),
        Ratio("both", (SEARCH,), "whole_s"),
        Ratio("certified", (DESIGN,), "whole_s"),
    ),
    studies={"compare": "to a gradient norm of 1e-3", "fine": "to 1e-7"},
    axes={"elements": Axis("surface elements $N$")},
    time="whole_s",
)
