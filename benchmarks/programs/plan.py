"""Measurements of programs over covariances: every problem of the zoo against CVXPY and against Clarabel alone.

Ours is measured twice: the relaxation of a batch, expressions included, is on the same footing as CVXPY, which rebuilds
its problem for every drop; the certified design is what a user calls. Clarabel gets the standard form that ours makes,
in the same units; making it counts for neither, its sparse matrices are ``assembly_s``. The row to compare it with is
ours without making the form.
"""

import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from beamwright import noma_isac as ni
from beamwright.programs import engine
from beamwright.programs.scaling import units
from benchmarks.programs import standard_form
from benchmarks.programs.cases import CASES, channels, draw, one
from benchmarks.programs.noma_isac import program
from benchmarks.programs.peers import PEERS, Answer, solve
from benchmarks.protocol import Axis, Benchmark, Ratio, Row, violations
from benchmarks.timing import Times, timed, timed_each

RELAXATION, DESIGN, ENGINE = "ours, relaxation", "ours, certified design", "ours, standard form given"
OWN = "ours, the system's own design"


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 256
    peer_drops: int = 10
    limit_s: float = 20.0
    problems: tuple[str, ...] = tuple(CASES)
    antennas: tuple[int, ...] = (8, 16, 32)
    users: tuple[int, ...] = (2, 4, 6, 8)
    rows: tuple[int, ...] = (6, 12, 24, 48)
    batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024)
    grown_drops: int = 32


QUICK = Plan(
    64, 2, 6.0, ("unicast", "unicast_robust", "per_antenna", "multicast"), (8, 12), (2, 4), (6, 12), (1, 16, 64), 16
)


def run(plan: Plan) -> Iterator[Row]:
    """All measurements: the problems; more antennas where nothing is reduced, users, rows, drops in a call."""
    for name in plan.problems:
        sizes = {"antennas": CASES[name].antennas, "users": CASES[name].rows}
        yield from _measure("compare", name, sizes, plan.drops, plan.peer_drops, plan.limit_s)
    yield from growth(plan)
    yield from systems_own(plan.drops)


def growth(plan: Plan) -> Iterator[Row]:
    """Time against antennas, users (of an equation of their number squared, or cubed), rows, and drops in a call."""
    drops, limit_s = plan.grown_drops, plan.limit_s
    for antennas in plan.antennas:
        yield from _measure("antennas", "per_antenna", {"antennas": antennas, "users": 3}, drops, 2, limit_s)
    for users in plan.users:
        for name in ("unicast", "unicast_robust"):
            yield from _measure("users", name, {"antennas": 8, "users": users}, drops, 2, limit_s)
    for rows in plan.rows:
        yield from _measure("rows", "multicast", {"antennas": 8, "rows": rows}, drops, 2, limit_s)
    for batch in plan.batches:
        for name in ("unicast", "unicast_robust"):
            yield from _measure("batch", name, {"antennas": 8, "users": 3}, batch, 0, limit_s)


def systems_own(drops: int) -> Iterator[Row]:
    """NOMA-ISAC's least power at 8 dB, own decoding, nominal and robust: by its own system, and as a program."""
    scenario, h = ni.Scenario(decoding="own"), channels(drops, 3, 8)
    order = np.argsort(np.linalg.norm(h, axis=2), axis=1, kind="stable")
    h = np.take_along_axis(h, order[..., None], axis=1)
    sizes = {"antennas": 8, "users": 3}
    for name, csi_error in (("nominal", 0.0), ("robust", 0.05)):
        own, times = timed(lambda csi_error=csi_error: ni.minimise_power(scenario, h, 8.0, csi_error), drops)
        given = {"drops": drops, "batch": drops, "sizes": sizes, "certified": True}
        yield Row("system", name, OWN, times, **given, objective=own.objective_w, bound=own.bound_w,
                  errors=own.certificate.gap, iterations=own.iterations)  # fmt: skip
        found, times = timed(lambda csi_error=csi_error: program(scenario, h, 10**0.8, csi_error).solve(), drops)
        yield Row("system", name, DESIGN, times, **given, objective=found.value, bound=found.bound,
                  errors=found.certificate.gap, iterations=found.iterations)  # fmt: skip


def _measure(
    study: str, name: str, sizes: dict[str, int], drops: int, peer_drops: int, limit_s: float
) -> Iterator[Row]:
    """Ours, and where there are ``peer_drops`` its peers, at sizes: antennas, and users or rows of channels."""
    case, data = CASES[name], draw(name, drops, *sizes.values())
    few = range(min(peer_drops, drops))
    form = case.ours(data).model.form
    _, times = timed(lambda: engine.solve(form), drops)
    value, whole = timed(lambda: case.ours(data).relaxed_value(), drops)
    yield Row(study, name, ENGINE, times, drops, drops, sizes, objective=value)
    whole = whole._replace(compile_s=times.compile_s)  # compiled by the row before
    yield Row(study, name, RELAXATION, whole, drops, drops, sizes, objective=value)
    found, times = timed(lambda: case.ours(data).solve(), drops)
    yield Row(
        study, name, DESIGN, times, drops, drops, sizes, certified=True, objective=found.value,
        errors=np.abs(value / found.bound - 1), violations=violations(found), bound=found.bound,
        iterations=found.iterations, failed=int(np.isnan(found.value).sum()),
    )  # fmt: skip
    if not few:
        return
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Solution may be inaccurate")
        answers, times = timed_each(lambda drop: solve(PEERS[name](one(data, drop))), few, limit_s=limit_s)
    yield _peer(study, name, "CVXPY + Clarabel, rebuilt", sizes, answers, times, np.ones(1), found.bound)
    size = units(form)
    scaled = size.scaled(form)
    answers, times = timed_each(standard_form.solve, few, lambda drop: standard_form.assemble(scaled, drop), limit_s)
    sign = 1.0 if found.certificate.sense == "minimise" else -1.0
    yield _peer(study, name, "Clarabel, standard form given", sizes, answers, times, sign * size.value, found.bound)


def _peer(
    study: str,
    name: str,
    who: str,
    sizes: dict,
    answers: list[Answer],
    times: Times,
    per: np.ndarray,
    bound: np.ndarray,
) -> Row:
    """A peer's row; ``per``: our objective per its, one for all or one per drop."""
    theirs = np.array([answer.value for answer in answers]) * np.broadcast_to(per, len(bound))[: len(answers)]
    return Row(
        study, name, who, times, len(answers), 1, sizes, objective=theirs,
        errors=np.abs(theirs / bound[: len(theirs)] - 1), failed=sum(not answer.solved for answer in answers),
    )  # fmt: skip


BENCHMARK = Benchmark(
    name="programs",
    title="Programs over transmit covariances",
    run=run,
    full=Plan(),
    quick=QUICK,
    objective="objective",
    error="distance to the certified bound",
    ratios=(
        Ratio("x relaxation", (RELAXATION,)), Ratio("x standard form", (ENGINE,)), Ratio("x design", (DESIGN,)),
        Ratio("x own system", (OWN,)),
    ),
    studies={"compare": "Problems of the zoo, 8 antennas", "system": "NOMA-ISAC, by its own system and as a program"},
    axes={"antennas": Axis("antennas"), "users": Axis("users"), "rows": Axis("users of a multicast"),
          "batch": Axis("drops in a call")},
)  # fmt: skip
