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
from beamwright.systems.noma_isac.solve.recovery import Recovered, cheapen, recover
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

    def keep_cheaper(self, drops: np.ndarray, other: "Usable") -> np.ndarray:
        """Take over what is cheaper in ``other``, of ``drops`` (indices), in place; a mask of those where it is."""
        better = other.cost_w < self.cost_w[drops]
        self.beams[drops[better]], self.cost_w[drops[better]] = other.beams[better], other.cost_w[better]
        self.iterations[drops] += other.iterations
        return better


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
    found = Usable(*(x.copy() for x in found))
    found.keep_cheaper(poor, least_power_beams(s, problem.take(poor), relaxed.take(poor)))
    return relaxed, found


def _from_brighter(s: Scenario, problem: Problem, relaxed: Relaxation, found: Usable) -> Usable:
    """Beams that send more to the targets than is asked, led back to what is asked, where others cost far more.

    Beams whose echoes must not be alike may need that power to serve users by the way: near the largest error that can
    be served, 19.2 W instead of none at all (docs).
    """
    found = Usable(*(x.copy() for x in found))
    enough = relaxed.objective_w * (1 + RECOVERED_GAP)
    descending = (problem.sinr_target > 0).any(axis=1) & (s.targets > 0) & (found.cost_w > enough)
    changed = np.zeros_like(descending)
    for factor in BRIGHTER:
        lanes = np.flatnonzero(descending)
        if not len(lanes):
            break
        some, bright = problem.take(lanes), s.derived(sensing_power_w=factor * s.sensing_power_w)
        brighter = relax(bright, some, basis=relaxed.basis[lanes])
        cheaper = found.keep_cheaper(lanes, _usable(s, some, recover(bright, some, brighter), brighter.iterations))
        changed[lanes] |= cheaper
        descending[lanes] = (cheaper | np.isinf(found.cost_w[lanes])) & (found.cost_w[lanes] > enough[lanes])
    at = np.flatnonzero(changed)
    if len(at):
        some = problem.take(at)
        found.keep_cheaper(at, _usable(s, some, cheapen(s, some, relaxed.basis[at], found.beams[at], found.cost_w[at])))
    return found


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
    found = _usable(s, problem, recover(s, problem, relaxed))
    poor = np.isfinite(relaxed.objective_w) & (problem.sinr_target > 0).any(axis=1)
    for factor in HARDER + HARDEST:
        enough = relaxed.objective_w * (1 + RECOVERED_GAP) if factor in HARDER else np.finfo(float).max
        lanes = np.flatnonzero(poor & (found.cost_w > enough))
        if not len(lanes):
            break
        easier = problem.take(lanes)
        harder = easier._replace(sinr_target=factor * easier.sinr_target)
        harder_relaxed = relax(s, harder)
        found.keep_cheaper(lanes, _usable(s, easier, recover(s, harder, harder_relaxed), harder_relaxed.iterations))
    return found if s.sensing_signal == "none" else _at_most_without(s, problem, relaxed, found)


def _at_most_without(s: Scenario, problem: Problem, relaxed: Relaxation, found: Usable) -> Usable:
    """Beams without a dedicated sensing signal where they cost less: what is more to choose from must not cost more."""
    lanes = np.flatnonzero(np.isfinite(relaxed.objective_w) & (found.cost_w > relaxed.objective_w * (1 + GAP)))
    if not len(lanes):
        return found
    silent, some = s.derived(sensing_signal="none"), problem.take(lanes)
    without = relax(silent, some, basis=relaxed.basis[lanes])
    other = least_power_beams(silent, some, without)
    beams = np.zeros_like(found.beams[lanes])
    beams[:, : s.users] = other.beams
    found.keep_cheaper(lanes, Usable(beams, other.cost_w, without.iterations + other.iterations))
    return found


def _usable(s: Scenario, problem: Problem, recovered: Recovered, before: np.ndarray | int = 0) -> Usable:
    """Beams, what they cost here, and iterations with those spent ``before``."""
    beams = recovered.beams.copy()
    return Usable(beams, usable_cost(s, problem, beams), recovered.iterations + before)


def usable_cost(s: Scenario, problem: Problem, beams: np.ndarray) -> np.ndarray:
    """Objective J of beams that meet every demand but the power limit, (drops,); infinite where they do not."""
    judged = judge(s, problem._replace(power_limit_w=np.full(len(beams), np.inf)), beams)
    return np.where(judged.residuals.violation <= VIOLATION, judged.objective_w, np.inf)
