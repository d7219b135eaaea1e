"""Least power: relaxation, recovery of rank one, and multipliers that prove how little remains to gain.

A design for a harder target serves the easier one: where recovery of rank one fails, it may succeed there.
"""

from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.physics import (
    RECOVERED_GAP,
    VIOLATION,
    Covariances,
    Multipliers,
    Problem,
    Scenario,
    judge,
)
from beamwright.systems.noma_isac.solve.recovery import Recovered, recover
from beamwright.systems.noma_isac.solve.relax import Relaxation, relax
from beamwright.systems.noma_isac.solve.tighten import tighten

HARDER, HARDEST = (1.2, 1.5, 2.0, 3.0), (10.0, 100.0, 1e3, 1e4, 1e5)
"""Multiples of the targets that are tried one after another: where beams cost much, and where none serve at all."""


class Solution(NamedTuple):
    """Beams and covariances of a search, and multipliers for their certificate: claims come with the audit."""

    beams: np.ndarray
    """(drops, users, antennas) in sqrt(W)."""
    covariances: Covariances
    multipliers: Multipliers
    iterations: np.ndarray
    """(drops,) solver iterations of all problems solved for the drop."""
    trace: np.ndarray
    """(drops, steps) objective of the relaxations, W."""
    proof_target: np.ndarray | None = None
    """(drops, users) targets that the multipliers belong to; None: those of the problem."""


def least_power(s: Scenario, problem: Problem) -> Solution:
    """Beams of little power for every drop, and tightened multipliers of the relaxation."""
    relaxed = relax(s, problem)
    recovered = least_power_beams(s, problem, relaxed)
    return Solution(
        recovered.beams,
        relaxed.covariances,
        tighten(s, problem, relaxed.multipliers, relaxed.objective_w),
        relaxed.iterations + recovered.iterations,
        relaxed.objective_w[:, None],
    )


def least_power_beams(s: Scenario, problem: Problem, relaxed: Relaxation) -> Recovered:
    """Rank-one beams, from harder targets in drops where they miss a demand or cost far more than the relaxation.

    Covariances may serve users on the side, with power that is meant for targets; beams must turn to them, as those
    for a target hundreds of times as high do.
    """
    recovered = recover(s, problem, relaxed)
    beams, iterations = recovered.beams.copy(), recovered.iterations.copy()
    cost = usable_cost(s, problem, beams)
    poor = np.isfinite(relaxed.objective_w) & (problem.sinr_target > 0).any(axis=1)
    for factor in HARDER + HARDEST:
        enough = relaxed.objective_w * (1 + RECOVERED_GAP) if factor in HARDER else np.finfo(float).max
        lanes = np.flatnonzero(poor & (cost > enough))
        if not len(lanes):
            break
        easier = problem.take(lanes)
        harder = easier._replace(sinr_target=factor * easier.sinr_target)
        harder_relaxed = relax(s, harder)
        other = recover(s, harder, harder_relaxed)
        iterations[lanes] += harder_relaxed.iterations + other.iterations
        price = usable_cost(s, easier, other.beams)
        better = price < cost[lanes]
        beams[lanes[better]], cost[lanes[better]] = other.beams[better], price[better]
    return Recovered(beams, iterations)


def usable_cost(s: Scenario, problem: Problem, beams: np.ndarray) -> np.ndarray:
    """Objective J of beams that meet every demand but the power limit, (drops,); infinite where they do not."""
    judged = judge(s, problem._replace(power_limit_w=np.full(len(beams), np.inf)), beams)
    return np.where(judged.residuals.violation <= VIOLATION, judged.objective_w, np.inf)
