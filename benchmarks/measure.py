"""One measurement: a solver, a case, some drops; time, accuracy and feasibility by the same judge for everybody."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.audit import certificate_of
from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.types import Covariances, Multipliers, Problem
from benchmarks.peers import Demand, Peer

CERTIFIED_GAP = 1e-6
"""A drop counts for the objective error where our bound and objective are at least this close (relative)."""


@dataclass(frozen=True)
class Case:
    """A scenario and a demand."""

    name: str
    demand: Demand
    scenario: ni.Scenario = field(default_factory=ni.Scenario)

    def channels(self, drops: int) -> np.ndarray:
        """Drop i has CN(0, I) channels of its own seed, as in spec noma_isac, section 5: (drops, users, antennas)."""
        shape = (self.scenario.users, self.scenario.antennas, 2)
        z = np.stack([np.random.default_rng(seed).standard_normal(shape) for seed in range(drops)])
        return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)

    def problem(self, h: np.ndarray) -> Problem:
        """The demand on given channels (drops, users, antennas)."""
        demand, users = self.demand, h.shape[:2]
        return Problem(
            h=h,
            order=model.decoding_order(h),
            sinr_target=np.full(users, demand.sinr),
            csi_error=np.full(users, demand.csi_error),
            power_limit_w=np.full(len(h), np.inf),
        )


@dataclass(frozen=True)
class Measurement:
    """A row of the result: who, on what, how fast, how right. Times in seconds of CPU, per drop where not said else."""

    study: str
    case: str
    solver: str
    antennas: int
    users: int
    targets: int
    batch: int
    drops: int
    seconds: float
    """Median over drops (peers), or the call's time over its drops (ours)."""
    wall_seconds: float
    setup_seconds: float
    """Once: compilation, or building a parametrised problem."""
    assembly_seconds: float
    """Per drop, Python that prepares a direct solver's data; not in ``seconds``."""
    failed: int
    """Drops without an answer by the solver's own account."""
    objective_error: float
    """Largest |J / certified bound - 1| over drops with a certificate."""
    violation: float
    """Largest relative violation of any constraint by the relaxed covariances (exact worst case where robust)."""
    iterations: float
    """Mean; NaN where unknown."""

    def row(self) -> dict[str, Any]:
        """As a flat dictionary."""
        return asdict(self)


def measure_peer(study: str, peer: Peer, case: Case, drops: int, bound_w: np.ndarray, limit_s: float) -> Measurement:
    """Solve drops one after another until all are done or ``limit_s`` of CPU is spent (at least one)."""
    start = time.process_time()
    solve = peer.prepare(case.scenario, case.demand)
    setup = time.process_time() - start
    h, answers, wall = case.channels(drops), [], []
    begin = time.process_time()
    for channels in h:
        tick = time.perf_counter()
        answers.append(solve(channels))
        wall.append(time.perf_counter() - tick)
        if time.process_time() - begin > limit_s:
            break
    done = len(answers)
    error, violation = accuracy(case, h[:done], np.stack([a.covariances for a in answers]), bound_w[:done])
    return Measurement(
        study=study,
        case=case.name,
        solver=peer.name,
        **sizes(case),
        batch=1,
        drops=done,
        seconds=float(np.median([a.seconds for a in answers])),
        wall_seconds=float(np.median(wall)),
        setup_seconds=setup,
        assembly_seconds=float(np.median([a.assembly_seconds for a in answers])),
        failed=sum(not a.solved for a in answers),
        objective_error=error,
        violation=violation,
        iterations=np.nan,
    )


def sizes(case: Case) -> dict[str, int]:
    """N, K, M by name."""
    return {"antennas": case.scenario.antennas, "users": case.scenario.users, "targets": case.scenario.targets}


def accuracy(case: Case, h: np.ndarray, covariances: np.ndarray, bound_w: np.ndarray) -> tuple[float, float]:
    """Largest objective error and largest violation over the drops that have an answer (and a bound)."""
    answered = np.isfinite(covariances).all(axis=(1, 2, 3))
    objective = model.objective_w(case.scenario, covariances)
    judged = answered & np.isfinite(bound_w)
    error = np.abs(objective[judged] / bound_w[judged] - 1).max() if judged.any() else np.nan
    if not answered.any():
        return float(error), np.nan
    return float(error), float(violations(case, h[answered], covariances[answered]).max())


def violations(case: Case, h: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """(drops,) largest relative violation of the covariances, from the physics: the certificate with no multipliers."""
    beams = np.full(h.shape, np.nan, complex)
    nothing = _nothing(case.scenario, len(h))
    return certificate_of(case.scenario, case.problem(h), beams, Covariances.of(covariances), nothing).relaxed_violation


def _nothing(s: ni.Scenario, drops: int) -> Multipliers:
    K, M = s.users, s.targets
    return Multipliers(
        sinr=np.zeros((drops, K, K)),
        floor=np.zeros((drops, M)),
        slab_upper=np.zeros((drops, M, M)),
        slab_lower=np.zeros((drops, M, M)),
        correlation=np.zeros(drops),
        cross=np.zeros((drops, M, M), complex),
        sic=np.zeros((drops, K, K)),
        lmi=np.zeros((drops, K, K, 0, 0), complex),
        basis=np.zeros((drops, s.antennas, 0), complex),
    )
