"""Least power: relaxation, recovery of rank one, and multipliers that prove how little remains to gain.

A design for harder demands serves the easier ones: where recovery of rank one fails, it may succeed there.
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
from beamwright.systems.noma_isac.solve.recovery import cheapen, recover
from beamwright.systems.noma_isac.solve.relax import Relaxation, relax
from beamwright.systems.noma_isac.solve.tighten import tighten

HARDER, HARDEST = (1.2, 1.5, 2.0, 3.0), (10.0, 100.0, 1e3, 1e4, 1e5)
"""Multiples of the SINRs that are tried one after another: where beams cost much, and where none serve at all."""
BRIGHTER = (15.0, 10.0, 7.0, 5.0, 3.7, 2.7, 2.0, 1.5)
"""Multiples of the power towards targets, tried downwards for as long as beams get cheaper."""


class Solution(NamedTuple):
    """Beams and covariances of a search, and multipliers for their certificate: claims come with the audit."""

    beams: np.ndarray
    """(drops, beams, antennas) in sqrt(W), those of a dedicated sensing signal after the users'."""
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
    """(drops, beams, antennas), a sensing signal's after the users'; NaN where there is no relaxation."""
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
    found = _from_brighter(s, problem, relaxed, found)
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


def _from_brighter(s: Scenario, problem: Problem, relaxed: Relaxation, found: Usable) -> Usable:
    """Beams that send more to the targets than is asked, led back to what is asked, where others cost far more.

    Beams whose echoes must not be alike may need that power to serve users by the way: near the largest error that can
    be served, 19.2 W instead of none at all (docs).
    """
    beams, cost, spent = (x.copy() for x in found)
    enough = relaxed.objective_w * (1 + RECOVERED_GAP)
    descending = (problem.sinr_target > 0).any(axis=1) & (s.targets > 0) & (cost > enough)
    changed = np.zeros_like(descending)
    for factor in BRIGHTER:
        lanes = np.flatnonzero(descending)
        if not len(lanes):
            break
        some, bright = problem.take(lanes), s.derived(sensing_power_w=factor * s.sensing_power_w)
        brighter = relax(bright, some, basis=relaxed.basis[lanes])
        other = recover(bright, some, brighter)
        spent[lanes] += brighter.iterations + other.iterations
        price = usable_cost(s, some, other.beams)
        cheaper = price < cost[lanes]
        at = lanes[cheaper]
        beams[at], cost[at], changed[at] = other.beams[cheaper], price[cheaper], True
        descending[lanes] = (cheaper | np.isinf(cost[lanes])) & (cost[lanes] > enough[lanes])
    at = np.flatnonzero(changed)
    if len(at):
        led = cheapen(s, problem.take(at), relaxed.basis[at], beams[at], cost[at])
        spent[at] += led.iterations
        price = usable_cost(s, problem.take(at), led.beams)
        better = price < cost[at]
        beams[at[better]], cost[at[better]] = led.beams[better], price[better]
    return Usable(beams, cost, spent)


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
    found = Usable(beams, cost, iterations)
    return found if s.sensing_signal == "none" else _at_most_without(s, problem, relaxed, found)


def _at_most_without(s: Scenario, problem: Problem, relaxed: Relaxation, found: Usable) -> Usable:
    """Beams without a dedicated sensing signal where they cost less: what is more to choose from must not cost more."""
    lanes = np.flatnonzero(np.isfinite(relaxed.objective_w) & (found.cost_w > relaxed.objective_w * (1 + GAP)))
    if not len(lanes):
        return found
    silent, some = s.derived(sensing_signal="none"), problem.take(lanes)
    without = relax(silent, some, basis=relaxed.basis[lanes])
    other = least_power_beams(silent, some, without)
    beams, cost, iterations = (x.copy() for x in found)
    iterations[lanes] += without.iterations + other.iterations
    better = other.cost_w < cost[lanes]
    at = lanes[better]
    beams[at], cost[at] = 0, other.cost_w[better]
    beams[at, : s.users] = other.beams[better]
    return Usable(beams, cost, iterations)


def usable_cost(s: Scenario, problem: Problem, beams: np.ndarray) -> np.ndarray:
    """Objective J of beams that meet every demand but the power limit, (drops,); infinite where they do not."""
    judged = judge(s, problem._replace(power_limit_w=np.full(len(beams), np.inf)), beams)
    return np.where(judged.residuals.violation <= VIOLATION, judged.objective_w, np.inf)
