"""Residuals of designs: by how much constraints are missed, relative, at least zero, NaN where there is no design."""

from dataclasses import fields
from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.constraints import Constraint, Point, Sinr, constraints
from beamwright.systems.noma_isac.physics.error_shape import ellipsoids
from beamwright.systems.noma_isac.physics.worst_case import WorstCase, worst_case
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Covariances, Problem, Residuals

GAP = 1e-6
"""Largest certified gap of an optimal nominal design (spec section 8, item 1)."""
ROBUST_GAP = 1e-5
"""Largest certified gap of an optimal robust design."""
RECOVERED_GAP = 0.1
"""Largest certified gap of ``rank1_recovered``; recovery usually ends below 0.015 (spec section 8, item 8)."""


class Judgement(NamedTuple):
    """Physics of beams or covariances: no multipliers needed."""

    objective_w: np.ndarray
    """(drops,) J."""
    sensing_power_w: np.ndarray
    """(drops, targets) P_m, frame average."""
    worst: WorstCase
    residuals: Residuals
    inner: np.ndarray
    """(drops, beams, r) beams, or (drops, streams, r, r) covariances, in coordinates of the basis."""


def judge(
    s: Scenario, problem: Problem, streams: np.ndarray | Covariances, basis: np.ndarray | None = None
) -> Judgement:
    """Objective, worst case over the ball and residuals of beams or covariances, through an orthonormal basis.

    Args:    basis (drops, antennas, r); None: that of the beams' span, on which alone an error acts.
    """
    if basis is None:
        basis = model.span_basis(np.nan_to_num(streams))
    h, steering = problem.h @ np.conj(basis), s.steering @ np.conj(basis)
    inner = streams.within(basis) if isinstance(streams, Covariances) else streams @ np.conj(basis)
    power_w = streams.trace_w if isinstance(streams, Covariances) else np.sum(np.abs(streams) ** 2, axis=-1)
    response = model.target_response_w(steering, inner, problem.oma)
    objective_w = model.weighted_power_w(s, model.over_slots(power_w, problem.oma), response)
    shapes = ellipsoids(problem, basis) if problem.csi_error.any() else None
    worst = worst_case(s, h, inner, problem.csi_error, problem.order, problem.oma, shapes)
    residuals = relative_residuals(s, Point(problem, h, inner, basis, worst.sinr), objective_w)
    return Judgement(objective_w, model.target_power_w(response).mean(axis=1), worst, residuals, inner)


def relative_residuals(s: Scenario, at: Point, objective_w: np.ndarray) -> Residuals:
    """Relative violations of every kind of constraint, (drops,) each, and of the power limit by J (drops,) in W.

    A kind that the scenario does not demand is met; of several constraints of a kind the largest violation counts.
    """
    problem, none = at.problem, np.zeros(len(objective_w))
    found = dict.fromkeys((field.name for field in fields(Residuals)), none)
    found["power_violation"] = np.maximum(objective_w / problem.power_limit_w - 1, 0)
    demanded: tuple[Sinr | Constraint, ...] = (Sinr.demanded(s, problem.oma), *constraints(s, problem.oma))
    for constraint in demanded:
        name = constraint.residual
        found[name] = np.maximum(found[name], constraint.violation(s, at))
    return Residuals(**found)
