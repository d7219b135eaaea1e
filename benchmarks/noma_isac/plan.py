"""Measurements of NOMA-ISAC: the comparison at the paper's size, then growth with antennas, users, targets and batch.

Ours is measured twice: the batched relaxation alone is on the same footing as the peers, channels in, covariances out;
the whole design with rank-one beams and certificate is what a user calls.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from beamwright import noma_isac as ni
from beamwright.core import Status
from beamwright.systems.noma_isac.solve import relax
from benchmarks.noma_isac.cases import CERTIFIED_GAP, Case, judged
from benchmarks.noma_isac.flops import per_iteration
from benchmarks.noma_isac.peers import PEERS, Demand, Peer
from benchmarks.protocol import Axis, Benchmark, Ratio, Row
from benchmarks.timing import once, timed, timed_each

RELAXATION, DESIGN = "ours, relaxation", "ours, certified design"
NOMINAL, ROBUST = Case("nominal", Demand(10**0.8)), Case("robust 0.05", Demand(10**0.8, 0.05))
MODEST = 2.0
"""Linear SINR target of the growth studies: six users in a chain can still reach it."""


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 256
    """Batch of ours in the comparison; peers solve the first of the same drops."""
    peer_drops: int = 20
    limit_s: float = 30.0
    """Seconds a peer may spend on one case. One that needs a thirtieth of it per drop leaves larger sizes out."""
    antennas: tuple[int, ...] = (8, 16, 32, 64, 128)
    users: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    targets: tuple[int, ...] = (0, 1, 2, 3, 4)
    batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024, 4096)


QUICK = Plan(64, 3, 6.0, (8, 16, 64), (2, 4), (0, 2), (1, 16, 256))


def run(plan: Plan) -> Iterator[Row]:
    """All measurements, one after another."""
    everybody = [peer.name for peer in PEERS]
    for case in (NOMINAL, ROBUST):
        yield from _compare("compare", case, plan.drops, plan.peer_drops, plan.limit_s, everybody)
    for study in ("antennas", "users", "targets"):
        for case in (NOMINAL, ROBUST):
            alive = list(everybody)
            for size in getattr(plan, study):
                sized, few = _sized(case, study, size), min(plan.peer_drops, 3)
                for row in _compare(study, sized, min(plan.drops, 64), few, plan.limit_s, alive):
                    yield row
                    slow = row.times.solve_s + row.times.set_up_s > plan.limit_s / 30
                    if slow and row.solver in alive:  # full-size programs grow with the sixth power of N
                        alive.remove(row.solver)
    for case in (NOMINAL, ROBUST):
        for batch in plan.batches:
            yield from _ours("batch", case, batch)[0]


def _compare(
    study: str, case: Case, drops: int, peer_drops: int, limit_s: float, peers: list[str]
) -> Iterator[Row]:  # fmt: skip
    ours, bound_w = _ours(study, case, drops)
    yield from ours
    for peer in PEERS:
        if peer.name in peers:
            yield _peer(study, case, peer, bound_w[:peer_drops], limit_s)


def _ours(study: str, case: Case, drops: int) -> tuple[list[Row], np.ndarray]:
    """Both, and the certified optimum of the relaxation per drop: its proven bound where the gap is small, else NaN."""
    h, s, demand = case.channels(drops), case.scenario, case.demand
    relaxed, relaxation = timed(lambda: relax(s, case.problem(h)), drops)
    target_db = 10 * np.log10(demand.sinr)
    design, whole = timed(lambda: ni.minimise_power(s, h, target_db, csi_error=demand.csi_error), drops)
    proof = design.certificate
    bound_w = np.where(proof.relaxed_gap <= CERTIFIED_GAP, proof.bound_w, np.nan)
    unsolved = ~np.isfinite(relaxed.objective_w)
    unfinished = np.isin(design.status, (Status.STALLED, Status.INFEASIBLE))
    flops = per_iteration(s, demand.csi_error > 0)
    return [
        Row(
            study, case.name, solver, times, drops, drops, case.sizes, solver == DESIGN, bound=bound_w,
            **judged(case, h, covariances, bound_w), iterations=found.iterations, failed=int(failed.sum()),
            flops=count,
        )
        for solver, times, found, covariances, failed, count in (
            (RELAXATION, relaxation, relaxed, relaxed.covariances.full, unsolved, flops),
            (DESIGN, whole, design, design.covariances, unfinished, np.nan),
        )
    ], bound_w  # fmt: skip


def _peer(study: str, case: Case, peer: Peer, bound_w: np.ndarray, limit_s: float) -> Row:
    """The first drops, one after another until the time is spent."""
    ready, set_up_s, _ = once(lambda: peer.prepare(case.scenario, case.demand))
    h = case.channels(len(bound_w))
    answers, times = timed_each(ready.solve, h, ready.assemble, limit_s)
    done = len(answers)
    covariances = np.stack([answer.covariances for answer in answers])
    return Row(
        study, case.name, peer.name, times._replace(set_up_s=set_up_s), done, 1, case.sizes,
        **judged(case, h[:done], covariances, bound_w[:done]), bound=bound_w[:done],
        failed=sum(not answer.solved for answer in answers),
    )  # fmt: skip


def _sized(case: Case, study: str, size: int) -> Case:
    """The case at another size and a modest target; targets spread evenly over 120 degrees."""
    angles = {"target_angles_deg": tuple(np.linspace(-60, 60, size).tolist()) if size > 1 else (20.0,) * size}
    given = angles if study == "targets" else {study: size}
    return replace(case, demand=case.demand._replace(sinr=MODEST), scenario=ni.Scenario(**given))


BENCHMARK = Benchmark(
    name="noma-isac",
    title="NOMA-ISAC",
    run=run,
    full=Plan(),
    quick=QUICK,
    objective="power of the relaxed covariances, W",
    error="|objective / certified bound - 1|",
    ratios=(Ratio("relax.", (RELAXATION,)), Ratio("design", (DESIGN,))),
    studies={"compare": "the paper's size"},
    axes={
        "antennas": Axis("antennas $N$"),
        "users": Axis("users $K$", log=False),
        "targets": Axis("targets $M$", log=False),
        "batch": Axis("drops in a batch"),
    },
)
