"""Least power: relaxation, recovery of rank one, and multipliers that prove how little remains to gain.

A design for a harder target serves the easier one: where recovery of rank one fails, it may succeed there.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.physics import (
    GAP,
    RECOVERED_GAP,
    VIOLATION,
    Covariances,
    Multipliers,
    Problem,
    Scenario,
    dual_bound,
    judge,
)
from beamwright.systems.noma_isac.solve.louder import prove_beyond, serving
from beamwright.systems.noma_isac.solve.recovery import recover
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


class Usable(NamedTuple):
    """Beams of every drop, what they cost, and the iterations spent on them."""

    beams: np.ndarray
    """(drops, users, antennas); NaN where there is no relaxation."""
    cost_w: np.ndarray
    """(drops,) objective J, infinite where a demand is missed."""
    iterations: np.ndarray
    """(drops,)."""


def least_power(s: Scenario, problem: Problem) -> Solution:
    """Beams of little power for every drop, and tightened multipliers of the relaxation."""
    relaxed = relax(s, problem)
    trace = relaxed.objective_w[:, None]
    relaxed = _within_limit(s, problem, relaxed)
    found = least_power_beams(s, problem, relaxed)
    relaxed, found = _served(s, problem, relaxed, found)
    multipliers = tighten(s, problem, relaxed.multipliers, relaxed.objective_w)
    return Solution(
        found.beams,
        relaxed.covariances,
        _proven(s, problem, relaxed, found, multipliers),
        relaxed.iterations + found.iterations,
        trace,
    )


def _within_limit(s: Scenario, problem: Problem, relaxed: Relaxation) -> Relaxation:
    """Relaxation whose objective is infinite where its multipliers prove it beyond the limit: no beams are sought."""
    over = np.flatnonzero(relaxed.objective_w > problem.power_limit_w)
    if not len(over):
        return relaxed
    bound_w = dual_bound(s, problem.take(over), relaxed.multipliers.take(over)).bound_w
    objective_w = relaxed.objective_w.copy()
    objective_w[over[bound_w > problem.power_limit_w[over] * (1 + VIOLATION)]] = np.inf
    return replace(relaxed, objective_w=objective_w)


def _served(s: Scenario, problem: Problem, relaxed: Relaxation, found: Usable) -> tuple[Relaxation, Usable]:
    """Covariances that meet all demands where rounding kept the first from it, and beams from those that do."""
    open_ = np.flatnonzero(~(found.cost_w <= relaxed.objective_w * (1 + GAP)))
    if not len(open_):
        return relaxed, found
    relaxed, changed = serving(s, problem, relaxed, open_)
    poor = np.flatnonzero(changed & ~(found.cost_w <= relaxed.objective_w * (1 + RECOVERED_GAP)))
    if not len(poor):
        return relaxed, found
    again = least_power_beams(s, problem.take(poor), relaxed.take(poor))
    beams, cost, spent = (x.copy() for x in found)
    spent[poor] += again.iterations
    better = again.cost_w < cost[poor]
    beams[poor[better]], cost[poor[better]] = again.beams[better], again.cost_w[better]
    return relaxed, Usable(beams, cost, spent)


def _proven(s: Scenario, problem: Problem, relaxed: Relaxation, found: Usable, multipliers: Multipliers) -> Multipliers:
    """Multipliers that prove infeasibility where no beams serve and those of the solver do not prove enough."""
    lost = np.flatnonzero(~np.isfinite(found.cost_w))
    if not len(lost):
        return multipliers
    proven = dual_bound(s, problem.take(lost), multipliers.take(lost)).bound_w > problem.power_limit_w[lost]
    return prove_beyond(s, problem, multipliers, lost[~proven])


def least_power_beams(s: Scenario, problem: Problem, relaxed: Relaxation) -> Usable:
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
    return Usable(beams, cost, iterations)


def usable_cost(s: Scenario, problem: Problem, beams: np.ndarray) -> np.ndarray:
    """Objective J of beams that meet every demand but the power limit, (drops,); infinite where they do not."""
    judged = judge(s, problem._replace(power_limit_w=np.full(len(beams), np.inf)), beams)
    return np.where(judged.residuals.violation <= VIOLATION, judged.objective_w, np.inf)
