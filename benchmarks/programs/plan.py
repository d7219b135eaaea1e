"""Measurements of programs over covariances: problems of the zoo against CVXPY with Clarabel, rebuilt for every drop.

Ours is measured twice: the relaxation of a batch, expressions included, is on the same footing as the peer; the
certified design is what a user calls. Channels as in the specification: user k of drop i from ``default_rng(i)``.
"""

import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from beamwright.programs import Problem, zoo
from benchmarks.programs.peers import NOISE_W, PEERS, solve
from benchmarks.protocol import Axis, Benchmark, Ratio, Row, violations
from benchmarks.timing import timed, timed_each

RELAXATION, DESIGN = "ours, relaxation", "ours, certified design"

OURS: dict[str, Callable[[np.ndarray], Problem]] = {
    "unicast": lambda h: zoo.unicast(h, 8, NOISE_W),
    "unicast_robust": lambda h: zoo.unicast_robust(h, 8, NOISE_W, 0.1),
    "per_antenna": lambda h: zoo.per_antenna(h, 8, NOISE_W),
    "multicast": lambda h: zoo.multicast(h, 8, NOISE_W),
}
USERS = {"multicast": 6}
"""Three where nothing else is said."""


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 256
    peer_drops: int = 10
    limit_s: float = 30.0
    problems: tuple[str, ...] = tuple(PEERS)
    antennas: tuple[int, ...] = (8, 16, 32)
    grown_drops: int = 16


QUICK = Plan(64, 2, 6.0, antennas=(8, 12), grown_drops=4)


def channels(drops: int, users: int, antennas: int) -> np.ndarray:
    """Rayleigh channels (drops, users, antennas)."""
    z = np.stack([np.random.default_rng(drop).standard_normal((users, antennas, 2)) for drop in range(drops)])
    return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)


def run(plan: Plan) -> Iterator[Row]:
    """All measurements: the problems, then one that is not reduced, with more and more antennas."""
    for name in plan.problems:
        yield from _measure("compare", name, 8, plan.drops, plan.peer_drops, plan.limit_s)
    for antennas in plan.antennas:
        yield from _measure("antennas", "per_antenna", antennas, plan.grown_drops, 2, plan.limit_s)


def _measure(study: str, name: str, antennas: int, drops: int, peer_drops: int, limit_s: float) -> Iterator[Row]:
    users = USERS.get(name, 3)
    h, sizes = channels(drops, users, antennas), {"antennas": antennas, "users": users}
    value, times = timed(lambda: OURS[name](h).relaxed_value(), drops)
    yield Row(study, name, RELAXATION, times, drops, drops, sizes, objective=value)
    found, times = timed(lambda: OURS[name](h).solve(), drops)
    yield Row(
        study, name, DESIGN, times, drops, drops, sizes, certified=True, objective=found.value,
        errors=value / found.bound - 1, violations=violations(found), bound=found.bound,
        iterations=found.iterations, failed=int(np.isnan(found.value).sum()),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Solution may be inaccurate")
        answers, times = timed_each(lambda one: solve(PEERS[name](one)), h[:peer_drops], limit_s=limit_s)
    theirs = np.array([answer.value for answer in answers])
    yield Row(
        study, name, "CVXPY + Clarabel, rebuilt", times, len(answers), 1, sizes, objective=theirs,
        errors=np.abs(theirs / found.bound[: len(theirs)] - 1), failed=sum(not answer.solved for answer in answers),
    )  # fmt: skip


BENCHMARK = Benchmark(
    name="programs",
    title="Programs over transmit covariances",
    run=run,
    full=Plan(),
    quick=QUICK,
    objective="objective",
    error="distance to the certified bound",
    ratios=(Ratio("x relaxation", (RELAXATION,)), Ratio("x design", (DESIGN,))),
    studies={"compare": "Problems of the zoo, 8 antennas"},
    axes={"antennas": Axis("antennas")},
)
