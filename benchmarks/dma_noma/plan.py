"""Metasurface NOMA: ours against convex programs and SciPy's L-BFGS-B, on the same drops; cost against every size.

Everybody starts from hologram and zero forcing and is scored by the same dense adversary. The search alone is compared
with SciPy's. The certified design is what a user of ours calls: scenario set, search, certificate with its adversary.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from beamwright import dma_noma as dn
from beamwright.systems.dma_noma.physics import checked
from beamwright.systems.dma_noma.solve import scenario_sets, search_from_starts
from benchmarks.dma_noma.peers import OPTIONS, by_scipy
from benchmarks.protocol import Axis, Benchmark, Ratio, Row, violations
from benchmarks.timing import Times, timed, timed_each

SEARCH, DESIGN = "ours, search", "ours, certified design"
DENSITY = 8.0

SETTINGS: dict[str, dict[str, Any]] = {
    "32 elements, no error": {"position_error_m": 0.0},
    "32 elements": {},
    "32 elements, 0.2 m": {"position_error_m": 0.2},
    "32 elements, 0.5 m": {"position_error_m": 0.5},
    "128 elements": {"columns": 128},
    "8 x 8, 0.2 m": {"rows": 8, "columns": 8, "position_error_m": 0.2},
    "16 x 2": {"rows": 16, "columns": 2},
    "16 x 16": {"rows": 16, "columns": 16},
    "one group": {"groups": 1},
    "four groups": {"groups": 4},
    "seven groups": {"groups": 7},
}
"""Where the quality of the search is compared; two groups, 32 elements and 0.1 m where nothing else is said."""


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 64
    scipy_drops: int = 4
    convex_drops: int = 2
    elements: tuple[int, ...] = (32, 64, 128, 256, 512)
    groups: tuple[int, ...] = (1, 2, 3, 5, 7)
    densities: tuple[float, ...] = (4.0, 8.0, 16.0, 32.0, 64.0)
    batch: tuple[int, ...] = (1, 4, 16, 64)
    grown_drops: int = 8
    quality_drops: int = 16
    settings: Mapping[str, Mapping[str, Any]] = SETTINGS
    many_starts: int = 20


QUICK = Plan(8, 1, 1, (32, 64), (1, 2), (8.0, 16.0), (1, 8), 2, 2, {"one group": SETTINGS["one group"]}, 2)


class Ours(NamedTuple):
    """A batch by the main solver."""

    design: dn.Design
    search: Times
    certified: Times
    positions: int
    """Per user."""


def ours(s: dn.Scenario, known: dn.Known, density: float = DENSITY) -> Ours:
    """The default: the search, and what a user calls."""
    given = checked(s, known)
    sets, drops = scenario_sets(s, given, density), len(given.positions_m)
    _, search = timed(lambda: search_from_starts(s, given, sets, 1, OPTIONS, 0), drops)
    design, whole = timed(
        lambda: dn.maximise_guaranteed_rate(s, known, density=density),
        drops,
    )
    return Ours(design, search, whole, sets.h.shape[3])


def by_convex_programs(s: dn.Scenario, known: dn.Known) -> tuple[list[dn.Design], Times]:
    """Solver B: six rounds of CVXPY and Clarabel; designs of single drops, certificate and all."""
    return timed_each(
        lambda drop: dn.METHODS["sdr-sca"](s, known.take([drop]), rounds=6),
        range(len(known.positions_m)),
    )


def run(plan: Plan) -> Iterator[Row]:
    """All measurements."""
    s = dn.Scenario()
    yield from _compare(s, dn.draw(s, jax.random.key(0), plan.drops).known, plan)
    few = plan.grown_drops
    for case, settings in plan.settings.items():
        yield from _quality(case, s.model_copy(update=settings), plan)
    for columns in plan.elements:
        yield from _grown("elements", s.model_copy(update={"columns": columns}), few)
    for groups in plan.groups:
        yield from _grown("groups", s.model_copy(update={"groups": groups}), few)
    for density in plan.densities:
        yield from _grown("positions", s, few, density)
    for batch in plan.batch:
        yield from _grown("batch", s, batch)


def _compare(s: dn.Scenario, known: dn.Known, plan: Plan) -> Iterator[Row]:
    mine, alone = ours(s, known), ours(s, known.take([0]))
    verified = mine.design.certificate.verified_sum_rate
    yield from _ours("compare", s, mine, verified)
    yield from _ours("compare", s, alone, verified, ", a drop alone")
    design, times = by_scipy(s, known.take(np.arange(plan.scipy_drops)))
    yield _row("compare", s, "SciPy L-BFGS-B", times, [design], mine.positions, verified)
    designs, times = by_convex_programs(s, known.take(np.arange(plan.convex_drops)))
    yield _row("compare", s, "CVXPY SDR and SCA", times, designs, mine.positions, verified, certified=True)


def _quality(case: str, s: dn.Scenario, plan: Plan) -> Iterator[Row]:
    """The default design beside slower ones on the same drops."""
    known, drops = dn.draw(s, jax.random.key(0), plan.quality_drops).known, plan.quality_drops
    few = known.take(np.arange(min(drops, plan.scipy_drops)))
    design, times = timed(lambda: dn.maximise_guaranteed_rate(s, known), drops)
    verified = design.certificate.verified_sum_rate
    yield _row("quality", s, DESIGN, times, [design], 0, verified, drops, True, case)
    many, times = timed(lambda: dn.maximise_guaranteed_rate(s, known, starts=plan.many_starts), drops)
    yield _row("quality", s, f"ours, {plan.many_starts} starts", times, [many], 0, verified, drops, True, case)
    cut, times = timed(lambda: dn.cutting_set(s, known), drops)
    yield _row("quality", s, "cutting set", times, [cut], 0, verified, drops, True, case)
    other, times = by_scipy(s, few)
    yield _row("quality", s, "SciPy L-BFGS-B", times, [other], 0, verified, case=case)


def _grown(study: str, s: dn.Scenario, drops: int, density: float = DENSITY) -> Iterator[Row]:
    mine = ours(s, dn.draw(s, jax.random.key(0), drops).known, density)
    yield from _ours(study, s, mine, mine.design.certificate.verified_sum_rate)


def _ours(study: str, s: dn.Scenario, mine: Ours, verified: np.ndarray, more: str = "") -> Iterator[Row]:
    batch = len(mine.design.status)
    for solver, times in ((SEARCH, mine.search), (DESIGN, mine.certified)):
        yield _row(study, s, solver + more, times, [mine.design], mine.positions, verified, batch, solver == DESIGN)


def _row(
    study: str, s: dn.Scenario, solver: str, times: Times, designs: list[dn.Design], positions: int,
    verified: np.ndarray, batch: int = 1, certified: bool = False, case: str = "",
) -> Row:  # fmt: skip
    proofs = [design.certificate for design in designs]
    reached = np.concatenate([proof.verified_sum_rate for proof in proofs])
    rounds = np.concatenate([design.iterations for design in designs])
    return Row(
        study, case, solver, times, len(reached), batch,
        {"elements": s.elements, "groups": s.groups, "positions": positions}, certified, reached,
        errors=verified[: len(reached)] - reached,
        violations=[violations(design) for design in designs],
        bound=np.concatenate([proof.guaranteed_sum_rate for proof in proofs]),
        iterations=np.where(rounds > 0, rounds, np.nan),
    )  # fmt: skip


BENCHMARK = Benchmark(
    name="dma-noma",
    title="Metasurface NOMA",
    run=run,
    full=Plan(),
    quick=QUICK,
    objective="verified sum rate, bit/s/Hz",
    error="verified sum rate of our batch less this one's on the same drop",
    ratios=(Ratio("search", (SEARCH,)), Ratio("certified", (DESIGN,))),
    studies={"compare": "on the same drops", "quality": "the default design beside slower ones, by setting"},
    axes={
        "elements": Axis("elements $N$"),
        "groups": Axis("groups $K$", log=False),
        "positions": Axis("positions per user"),
        "batch": Axis("drops in a batch"),
    },
    bound="guaranteed",
)
