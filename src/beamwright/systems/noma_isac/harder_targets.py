"""A design for a harder target serves the easier one: where recovery of rank one fails, it may succeed there."""

import numpy as np

from beamwright.systems.noma_isac.certificate import RECOVERED_GAP, judge
from beamwright.systems.noma_isac.model import span_basis
from beamwright.systems.noma_isac.recovery import Recovered, recover
from beamwright.systems.noma_isac.relax import relax
from beamwright.systems.noma_isac.results import VIOLATION, Problem
from beamwright.systems.noma_isac.scenario import Scenario

HARDER = (1.2, 1.5, 2.0, 3.0)
"""Multiples of the targets that are tried one after another."""


def improve(s: Scenario, problem: Problem, relaxed_w: np.ndarray, found: Recovered) -> Recovered:
    """The same, with cheaper beams from harder targets in drops whose beams miss a demand or cost far above the bound.

    Args:    relaxed_w (drops,) objective of the relaxation, not finite where there is none.
    """
    beams, iterations = found.beams.copy(), found.iterations.copy()
    cost = usable_cost(s, problem, beams)
    for factor in HARDER:
        poor = np.isfinite(relaxed_w) & (problem.sinr_target > 0).any(axis=1)
        lanes = np.flatnonzero(poor & (cost > relaxed_w * (1 + RECOVERED_GAP)))
        if not len(lanes):
            break
        asked = problem.take(lanes)
        harder = asked._replace(sinr_target=factor * asked.sinr_target)
        relaxed = relax(s, harder)
        other = recover(s, harder, relaxed)
        iterations[lanes] += relaxed.iterations + other.iterations
        price = usable_cost(s, asked, other.beams)
        better = price < cost[lanes]
        beams[lanes[better]], cost[lanes[better]] = other.beams[better], price[better]
    return Recovered(beams, iterations)


def usable_cost(s: Scenario, problem: Problem, beams: np.ndarray) -> np.ndarray:
    """J of beams that meet every demand but the power limit, (drops,); infinite where they do not."""
    unlimited = problem._replace(power_limit_w=np.full(len(beams), np.inf))
    seen = judge(s, unlimited, beams, span_basis(np.nan_to_num(beams)))
    return np.where(seen.residuals.violation <= VIOLATION, seen.objective_w, np.inf)
