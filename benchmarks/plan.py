"""What is measured: the comparison at the paper's size, then growth with antennas, users, targets and batch."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from beamwright import noma_isac as ni
from benchmarks.flops import per_iteration
from benchmarks.measure import Case, Measurement, measure_peer
from benchmarks.ours import DESIGN, RELAXATION, measure_ours
from benchmarks.peers import PEERS, Demand

NOMINAL, ROBUST = Case("nominal", Demand(10**0.8)), Case("robust 0.05", Demand(10**0.8, 0.05))
MODEST = 2.0
"""Linear SINR target of the growth studies: six users in a chain can still reach it."""


class Plan(NamedTuple):
    """How much to measure."""

    drops: int = 256
    """Batch of ours in the comparison; peers solve the first of the same drops."""
    peer_drops: int = 20
    limit_s: float = 30.0
    """CPU seconds a peer may spend on one case. One that needs a thirtieth of it per drop leaves larger sizes out."""
    antennas: tuple[int, ...] = (8, 16, 32, 64, 128)
    users: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    targets: tuple[int, ...] = (0, 1, 2, 3, 4)
    batches: tuple[int, ...] = (1, 4, 16, 64, 256, 1024, 4096)


QUICK = Plan(64, 3, 6.0, (8, 16, 64), (2, 4), (0, 2), (1, 16, 256))


def run(plan: Plan) -> Iterator[Measurement]:
    """All measurements, one after another."""
    for case in (NOMINAL, ROBUST):
        yield from _compare("compare", case, plan.drops, plan, [peer.name for peer in PEERS])
    for study in ("antennas", "users", "targets"):
        for case in (NOMINAL, ROBUST):
            alive = [peer.name for peer in PEERS]
            for size in getattr(plan, study):
                for found in _compare(study, _sized(case, study, size), min(plan.drops, 64), plan, alive):
                    yield found
                    slow = found.seconds + found.setup_seconds > plan.limit_s / 30
                    if slow and found.solver in alive:  # full-size programs grow with the sixth power of N
                        alive.remove(found.solver)
    for case in (NOMINAL, ROBUST):
        for batch in plan.batches:
            yield from measure_ours("batch", case, batch)[0]


def _compare(study: str, case: Case, drops: int, plan: Plan, peers: list[str]) -> Iterator[Measurement]:
    ours, bound_w = measure_ours(study, case, drops)
    yield from ours
    count = plan.peer_drops if study == "compare" else min(plan.peer_drops, 3)
    for peer in PEERS:
        if peer.name in peers:
            yield measure_peer(study, peer, case, count, bound_w[:count], plan.limit_s)


def _sized(case: Case, study: str, size: int) -> Case:
    """The case at another size and a modest target; targets spread evenly over 120 degrees."""
    angles = {"target_angles_deg": tuple(np.linspace(-60, 60, size).tolist()) if size > 1 else (20.0,) * size}
    given = angles if study == "targets" else {study: size}
    return replace(case, demand=case.demand._replace(sinr=MODEST), scenario=ni.Scenario(**given))


def table(measurements: list[Measurement], dgemm_per_second: float) -> pd.DataFrame:
    """One row each, with ratios to ours in the same study and case, and our share of dgemm."""
    rows = pd.DataFrame([m.row() for m in measurements])
    sizes = ["study", "case", "antennas", "users", "targets"]
    for column, solver in (("times_relaxation", RELAXATION), ("times_design", DESIGN)):
        ours = rows[rows.solver == solver].drop_duplicates(sizes).set_index(sizes).seconds
        ratio = rows.seconds / ours.reindex(pd.MultiIndex.from_frame(rows[sizes])).to_numpy()
        rows[column] = ratio.where(rows.study != "batch")
    counts = [per_iteration(_scenario(row), str(row.case) != NOMINAL.name) for row in rows.itertuples()]
    rows["flops_per_drop"] = np.where(rows.solver == RELAXATION, rows.iterations * counts, np.nan)
    rows["dgemm_share"] = rows.flops_per_drop / rows.seconds / dgemm_per_second
    return rows


def _scenario(row: Any) -> ni.Scenario:
    return ni.Scenario(antennas=row.antennas, users=row.users, target_angles_deg=(0.0,) * row.targets)
