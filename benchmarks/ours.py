"""Ours, measured twice: the batched relaxation alone, and the whole design with rank-one beams and certificate."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from beamwright import noma_isac as ni
from beamwright.core import Status
from beamwright.systems.noma_isac.solve import relax
from benchmarks.measure import CERTIFIED_GAP, Case, Measurement, accuracy, sizes

RELAXATION, DESIGN = "ours, relaxation", "ours, certified design"


def measure_ours(study: str, case: Case, drops: int) -> tuple[list[Measurement], np.ndarray]:
    """Both, and the certified optimum of the relaxation per drop: its proven bound where the gap is small, else NaN.

    The relaxation is on the same footing as the peers: channels in, covariances out. The design is what a user calls.
    """
    h = case.channels(drops)
    relaxed, timed_relaxation = _timed(lambda: relax(case.scenario, case.problem(h)))
    target_db = 10 * np.log10(case.demand.sinr)
    design, timed_design = _timed(
        lambda: ni.minimise_power(case.scenario, h, target_db, csi_error=case.demand.csi_error)
    )
    proof = design.certificate
    bound_w = np.where(proof.relaxed_gap <= CERTIFIED_GAP, proof.bound_w, np.nan)
    unsolved = ~np.isfinite(relaxed.objective_w)
    unfinished = np.isin(design.status, (Status.STALLED, Status.INFEASIBLE))
    rows = []
    for solver, found, covariances, failed, timed in (
        (RELAXATION, relaxed, relaxed.covariances.full, unsolved, timed_relaxation),
        (DESIGN, design, design.covariances, unfinished, timed_design),
    ):
        error, violation = accuracy(case, h, covariances, bound_w)
        row = Measurement(
            study=study,
            case=case.name,
            solver=solver,
            **sizes(case),
            batch=drops,
            drops=drops,
            **timed,
            failed=int(failed.sum()),
            objective_error=error,
            violation=violation,
            iterations=float(np.mean(found.iterations)),
        )
        rows.append(replace(row, seconds=row.seconds / drops, wall_seconds=row.wall_seconds / drops))
    return rows, bound_w


def _timed(call: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Result and times of a call: the first also compiles; repeated until two seconds are spent, the median counts."""
    start = time.process_time()
    found = call()
    first = time.process_time() - start
    cpu, wall = [], []
    while not cpu or (sum(cpu) < 2.0 and len(cpu) < 20):
        start, tick = time.process_time(), time.perf_counter()
        found = call()
        cpu.append(time.process_time() - start)
        wall.append(time.perf_counter() - tick)
    seconds = float(np.median(cpu))
    return found, {
        "seconds": seconds,
        "wall_seconds": float(np.median(wall)),
        "setup_seconds": max(first - seconds, 0.0),
        "assembly_seconds": 0.0,
    }
