"""Base of every method: shared options, checks before it computes, and designs completed by their certificate."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, ParamSpec

import numpy as np

from beamwright.core import Config, Status, guarded, parameter, ranges
from beamwright.core.fields import Numbers
from beamwright.systems.noma_isac.audit import certificate_of
from beamwright.systems.noma_isac.physics import Design, Problem, Scenario, in_cones
from beamwright.systems.noma_isac.scenario import CSI_ERROR, SINR_DB
from beamwright.systems.noma_isac.sizes import design_bytes
from beamwright.systems.noma_isac.solve import Solution

P = ParamSpec("P")
PerUserDb = Annotated[float | tuple[float, ...], SINR_DB]
PerUserError = Annotated[float | tuple[float, ...], CSI_ERROR]
PerUserErrorOrNone = Annotated[float | tuple[float, ...] | None, replace(CSI_ERROR, none=True)]
PowerBudget = Annotated[float, Numbers(**ranges.WATTS)]


def sinr_target() -> Any:
    """Option: the SINR target."""
    return parameter(8.0, "SINR target of every stream: one value, or one per user", unit="dB", source="paper, (12)")


def power_budget() -> Any:
    """Option: the power budget."""
    return parameter(6.0, "Budget of the objective J", unit="W", source="paper, figure 3")


def ball_radius(
    default: float | None = 0.0,
    description: str = "Radius of the ball the channel error lies in: one value, or one per user",
) -> Any:
    """Option: the radius of the channel error."""
    return parameter(default, description, unit="amplitude", source="paper, section V; spec E7")


def guarded_method(options: type[Config]) -> Callable[[Callable[P, Design]], Callable[P, Design]]:
    """Decorator of a method's function: scenario, options and memory are checked before it computes."""
    return guarded(Scenario, options, design_bytes)


def certified_design(s: Scenario, problem: Problem, solution: Solution) -> Design:
    """Design of a search's solution; its objective, bound and status are those of the certificate, not the search's.

    Where no design exists none is kept: beams and covariances of infeasible drops are NaN.
    """
    beams, covariances, target = solution.beams, solution.covariances, solution.proof_target
    target = problem.sinr_target if target is None else target
    multipliers = in_cones(s, problem._replace(sinr_target=target), solution.multipliers)
    proof = certificate_of(s, problem, beams, covariances, multipliers, target)
    none = (proof.status == Status.INFEASIBLE)[:, None, None]
    if np.isfinite(beams[none[:, 0, 0]]).any() or np.isfinite(covariances.inner[none[:, 0, 0]]).any():
        beams = np.where(none, np.nan, beams)
        covariances = covariances._replace(inner=np.where(none[..., None], np.nan, covariances.inner))
        proof = certificate_of(s, problem, beams, covariances, multipliers, target)
    unknown = np.full(len(beams), np.nan)
    return Design(
        beams=beams,
        inner=covariances.inner,
        basis=covariances.basis,
        order=problem.order,
        objective_w=proof.objective_w,
        relaxed_objective_w=proof.relaxed_objective_w,
        bound_w=proof.bound_w,
        sinr=proof.worst_case_sinr,
        sensing_power_w=proof.sensing_power_w,
        status=proof.status,
        iterations=solution.iterations,
        trace=solution.trace,
        sinr_target=problem.sinr_target,
        proof_target=target,
        csi_error=problem.csi_error,
        power_limit_w=problem.power_limit_w,
        oma=np.full(len(beams), int(problem.oma)),
        balanced_sinr=unknown,
        relaxed_sinr=unknown,
        multipliers=multipliers,
        certificate=proof,
    )
