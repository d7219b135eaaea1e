"""Cell-free radar: the oracle against SciPy's multistart, the design against BFGS and convex programs, cost by size.

*Certificate*: its search against one with eight times as many candidates, moves and searches, where that is hard.
*Oracle*: everybody looks at no offsets, the vertices and random points and searches from the worst, on the same designs
and the same compiled utility. *Design*: mean worst case by the same dense oracle against the time of the search; BFGS
runs on the same smooth coordinates and objective. One start where cost is measured.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np

from beamwright import cellfree as cf
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods import certified_design
from beamwright.systems.cellfree.scene import checked
from beamwright.systems.cellfree.solve import Found, Options, multistart
from benchmarks.cellfree.peers import bfgs, by_scipy
from benchmarks.protocol import Axis, Benchmark, Ratio, Row, Tradeoff, violations
from benchmarks.timing import timed, timed_each

RANGES_HZ = (500.0, 2000.0)
HARD = ((4, 2000.0), (4, 5000.0), (4, 28000.0), (8, 5000.0), (16, 500.0), (16, 5000.0), (32, 5000.0))
"""Access points and ranges in Hz of which certificates are judged."""


class Plan(NamedTuple):
    """How much to measure."""

    oracle_drops: int = 256
    scipy_drops: int = 24
    certificate_drops: int = 8
    certificates: int = len(HARD)
    """How many of ``HARD``."""
    drops: int = 10
    starts: int = 12
    steps: tuple[int, ...] = (25, 50, 100, 200, 300, 600)
    bfgs: tuple[int, ...] = (25, 50, 100, 200)
    sca_drops: int = 2
    aps: tuple[int, ...] = (1, 2, 4, 8, 16)
    antennas: tuple[int, ...] = (2, 8, 16, 32)
    snapshots: tuple[int, ...] = (8, 16, 32, 64, 128)
    batch: tuple[int, ...] = (1, 16, 64, 256)
    grown_drops: int = 4


QUICK = Plan(16, 2, 2, 1, 2, 2, (15, 60), (75,), 1, (2, 4), (2, 8), (8, 16), (1, 4), 2)


def run(plan: Plan) -> Iterator[Row]:
    """All measurements."""
    for range_hz in RANGES_HZ:
        yield from _oracles(cf.Scenario(offset_range_hz=range_hz), plan)
    for aps, range_hz in HARD[: plan.certificates]:
        drops = plan.certificate_drops if aps <= 8 else max(1, plan.certificate_drops // 4)
        yield from _certificates(cf.Scenario(aps=aps, snapshots=max(16, aps), offset_range_hz=range_hz), drops)
    yield from _designs(cf.Scenario(), plan)
    yield from _grown(plan)


def _sizes(s: cf.Scenario) -> dict[str, float]:
    return {"aps": s.aps, "antennas": s.tx_antennas, "snapshots": s.snapshots}


def _oracles(s: cf.Scenario, plan: Plan) -> Iterator[Row]:
    known = cf.draw(s, jax.random.key(0), plan.oracle_drops).known
    design = cf.leakage_beams(s, known)
    filtered = physics.filtered_signals(s, checked(s, known), design, design.receivers)
    mine, spent = timed(
        lambda: physics.find_worst_offsets_of_drops(s, filtered, physics.effort_for(s)), plan.oracle_drops
    )
    theirs, theirs_spent = by_scipy(s, physics.FilteredSignals(*(a[: plan.scipy_drops] for a in filtered)))
    both = mine.utility[: len(theirs)], theirs
    best = np.minimum(*both)
    for solver, utility, times, drops, batch in (
        ("oracle", both[0], spent, plan.oracle_drops, plan.oracle_drops),
        ("SciPy multistart", both[1], theirs_spent, len(theirs), 1),
    ):
        case = f"{s.offset_range_hz:g} Hz"
        yield Row("oracle", case, solver, times, drops, batch, _sizes(s), objective=utility, errors=utility - best)


def _certificates(s: cf.Scenario, drops: int) -> Iterator[Row]:
    """The certificate's search and a larger one on leakage beams."""
    known = checked(s, cf.draw(s, jax.random.key(0), drops).known)
    point, filters = physics.yardstick(s, known, "leakage")
    filtered = physics.apply_filters(s.radio, physics.received_signals(physics.paths_of(known), point), filters)
    usual = physics.dense_effort(s)
    larger = usual._replace(samples=8 * usual.samples, starts=8 * usual.starts, moved=8 * max(usual.moved, 32))
    found = [timed(partial(physics.find_worst_offsets_of_drops, s, filtered, each), drops) for each in (usual, larger)]
    best = np.minimum(*(worst.utility for worst, _ in found))
    case = f"{s.aps} aps, {s.offset_range_hz:g} Hz"
    for solver, (worst, times) in zip(("certificate", "eightfold"), found, strict=True):
        yield Row(
            "certificate", case, solver, times, drops, drops, _sizes(s), objective=worst.utility,
            errors=worst.utility - best,
        )  # fmt: skip


def _designs(s: cf.Scenario, plan: Plan) -> Iterator[Row]:
    known = checked(s, cf.draw(s, jax.random.key(0), plan.drops).known)
    for steps in plan.steps:
        options = Options(starts=plan.starts, steps=steps)
        yield _designed("ours, Adam", steps, s, known, partial(multistart, s, known, options))
    for steps in plan.bfgs:
        yield _designed("BFGS", steps, s, known, partial(bfgs, s, known, Options(starts=plan.starts), steps))
    designs, times = timed_each(lambda drop: cf.fixed_array_sca(s, known.take([drop])), range(plan.sca_drops))
    yield Row(
        "design", "15 programs", "CVXPY SCA, fixed arrays", times, plan.sca_drops, 1, _sizes(s), certified=True,
        objective=[design.worst_case_utility for design in designs],
        violations=[violations(design) for design in designs],
    )  # fmt: skip


def _designed(solver: str, steps: int, s: cf.Scenario, known: cf.Known, call: Callable[[], Found]) -> Row:
    drops = len(known.echo_gain)
    found, times = timed(call, drops)
    design = certified_design(s, known, found.point, found.filters)
    return Row(
        "design", f"{steps} steps", solver, times, drops, drops, _sizes(s), objective=design.worst_case_utility,
        violations=violations(design),
    )  # fmt: skip


def _grown(plan: Plan) -> Iterator[Row]:
    for study, setting in (("aps", "aps"), ("antennas", "tx_antennas"), ("snapshots", "snapshots"), ("batch", "")):
        for size in getattr(plan, study):
            settings: dict[str, Any] = {setting: size} if setting else {}
            settings |= {"half_region_wavelengths": 8.0} if study == "antennas" else {}
            s, drops = cf.Scenario(**settings), size if study == "batch" else plan.grown_drops
            known = checked(s, cf.draw(s, jax.random.key(0), drops).known)
            found, times = timed(partial(multistart, s, known, Options(starts=1)), drops)
            yield Row(study, "one start", "ours, Adam", times, drops, drops, _sizes(s), objective=found.trace[:, -1])


BENCHMARK = Benchmark(
    name="cellfree",
    title="Cell-free radar",
    run=run,
    full=Plan(),
    quick=QUICK,
    objective="worst-case utility, bit/s/Hz",
    error="by how much the utility at the worst offsets found lies above the least found on the same design",
    ratios=(Ratio("oracle", ("oracle",)),),
    studies={"oracle": "worst offsets", "certificate": "worst offsets of certificates", "design": "designs"},
    axes={
        "aps": Axis("access points $A$"),
        "antennas": Axis("transmit antennas $N$"),
        "snapshots": Axis("snapshots $S$"),
        "batch": Axis("drops in a batch"),
    },
    tradeoffs=(Tradeoff("design"),),
)
