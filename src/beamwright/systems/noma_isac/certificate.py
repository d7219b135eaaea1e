"""The certificate of a design, recomputed from arrays alone: no solver is called, none is trusted (spec A3, A6, 8)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import Status, guarded, require
from beamwright.metrics import least_over_users
from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.dual import dual_bound
from beamwright.systems.noma_isac.multipliers import in_cones
from beamwright.systems.noma_isac.residuals import residuals
from beamwright.systems.noma_isac.results import (
    VIOLATION,
    Certificate,
    Covariances,
    Design,
    Multipliers,
    Oma,
    Problem,
    Residuals,
)
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.worst_case import WorstCase, batched_channels, worst_case

GAP = 1e-6
"""Largest certified gap of an optimal nominal design (spec section 8, item 1)."""
ROBUST_GAP = 1e-5
"""The same for a robust design."""
RECOVERED_GAP = 0.1
"""Largest certified gap of ``rank1_recovered``; recovery usually ends below 0.015 (spec section 8, item 8)."""


@guarded(Scenario)
def certify(scenario: Scenario, h: ArrayLike, design: Design) -> Certificate:
    """Recompute the certificate of a design from scenario, channels, beams, covariances, targets and multipliers.

    Args:    h (drops, users, antennas) or (users, antennas), the channels the design was made for.
    Returns: Certificate; ``design.certificate``, ``status``, ``sinr`` and the like are not read.
    Raises:  ValueError naming what has a wrong shape, is not finite, or is no decoding order for ``h``.
    """
    h = batched_channels(scenario, h)
    slots = (scenario.users,) if (design.oma == Oma.SLOT).any() else ()
    _require_shapes(design, _design_axes(scenario, design.basis.shape[-1]), len(h))
    _require_shapes(design.multipliers, _multiplier_axes(scenario, slots, design.multipliers.basis.shape[-1]), len(h))
    require(bool(np.all(design.oma == design.oma[:1])), "oma", "be the same for all drops", np.unique(design.oma))
    wrong = ~_weakest_first(h, design.order)
    require(not wrong.any(), "order", "list the users from weakest to strongest", design.order[wrong][:1].tolist())
    return certificate(
        scenario, design.problem(h), design.beams, design.reduced, design.multipliers, design.proof_target
    )


def certificate(
    s: Scenario,
    problem: Problem,
    beams: np.ndarray,
    covariances: Covariances,
    multipliers: Multipliers,
    proof_target: np.ndarray | None = None,
) -> Certificate:
    """``certify`` on checked arrays; proof_target (drops, users) are the targets ``multipliers`` belong to."""
    proof_target = problem.sinr_target if proof_target is None else proof_target
    bound = dual_bound(s, problem._replace(sinr_target=proof_target), multipliers)
    # Beams are judged in their own span: an error acts only through its projection on it. Covariances are judged in
    # the span of channels and steering vectors: their projection on it meets what they meet, with no more power.
    steering = np.broadcast_to(s.steering, (len(beams), *s.steering.shape))
    ours = judge(s, problem, beams, model.span_basis(np.nan_to_num(beams)))
    relaxed = judge(s, problem, covariances, model.span_basis(problem.h, steering))
    rank_ratio, negativity = _spectrum(covariances.trace_w, relaxed.inner)
    relaxed_violation = np.maximum(relaxed.residuals.violation, negativity)
    gap, relaxed_gap = _gap(ours.objective_w, bound.bound_w), _gap(relaxed.objective_w, bound.bound_w)
    beyond = bound.bound_w > problem.power_limit_w  # nothing meets the targets of the proof within the limit
    level = np.any(proof_target != problem.sinr_target, axis=-1)  # max-min: the proof is that of another level
    gap = np.where(level, np.where(beyond, _level_gap(ours.worst.sinr, proof_target), np.inf), gap)
    tolerance = np.where(problem.csi_error.any(axis=-1), ROBUST_GAP, GAP)
    return Certificate(
        **vars(ours.residuals),
        objective_w=ours.objective_w,
        relaxed_objective_w=relaxed.objective_w,
        sensing_power_w=ours.sensing_power_w,
        bound_w=bound.bound_w,
        multiplier_scale=bound.scale,
        gap=gap,
        relaxed_gap=relaxed_gap,
        relaxed_violation=relaxed_violation,
        worst_case_sinr=ours.worst.sinr,
        worst_case_lower=ours.worst.lower,
        rank_ratio=rank_ratio,
        status=_status(
            impossible=~level & (bound.bound_w > problem.power_limit_w * (1 + VIOLATION)),  # met exactly: no proof
            feasible=ours.residuals.violation <= VIOLATION,
            gap=gap,
            solved=(relaxed_violation <= VIOLATION) & (relaxed_gap <= tolerance),
            tolerance=tolerance,
        ),
    )


def certified_design(
    s: Scenario,
    problem: Problem,
    beams: np.ndarray,
    covariances: Covariances,
    multipliers: Multipliers,
    *,
    iterations: np.ndarray,
    trace: np.ndarray,
    proof_target: np.ndarray | None = None,
) -> Design:
    """What a solver found, with everything that is said about it taken from the certificate, not from the solver.

    Where no design exists none is kept: beams and covariances of infeasible drops are NaN.

    Args:    as ``certificate``; iterations (drops,), trace (drops, steps) in W.
    """
    proven = problem if proof_target is None else problem._replace(sinr_target=proof_target)
    multipliers = in_cones(s, proven, multipliers)
    proof = certificate(s, problem, beams, covariances, multipliers, proof_target)
    none = (proof.status == Status.INFEASIBLE)[:, None, None]
    if np.isfinite(beams[none[:, 0, 0]]).any() or np.isfinite(covariances.inner[none[:, 0, 0]]).any():
        beams = np.where(none, np.nan, beams)
        covariances = covariances._replace(inner=np.where(none[..., None], np.nan, covariances.inner))
        proof = certificate(s, problem, beams, covariances, multipliers, proof_target)
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
        iterations=iterations,
        trace=trace,
        sinr_target=problem.sinr_target,
        proof_target=problem.sinr_target if proof_target is None else proof_target,
        csi_error=problem.csi_error,
        power_limit_w=problem.power_limit_w,
        oma=np.full(len(beams), int(problem.oma)),
        balanced_sinr=unknown,
        relaxed_sinr=unknown,
        multipliers=multipliers,
        certificate=proof,
    )


class Judgement(NamedTuple):
    """What physics says of beams or covariances: no multipliers needed."""

    objective_w: np.ndarray
    sensing_power_w: np.ndarray
    worst: WorstCase
    residuals: Residuals
    inner: np.ndarray


def judge(s: Scenario, problem: Problem, streams: np.ndarray | Covariances, basis: np.ndarray) -> Judgement:
    """Objective, worst case over the ball and residuals of beams or covariances, through an orthonormal basis."""
    order, oma = problem.order, problem.oma
    h, steering = problem.h @ np.conj(basis), s.steering @ np.conj(basis)
    inner = streams.within(basis) if isinstance(streams, Covariances) else streams @ np.conj(basis)
    power_w = streams.trace_w if isinstance(streams, Covariances) else np.sum(np.abs(streams) ** 2, axis=-1)
    response = model.target_response_w(steering, inner, oma)
    objective_w = model.weighted_power_w(s, model.over_slots(power_w, oma), response)
    worst = worst_case(s, h, inner, problem.csi_error, order, oma)
    missed = residuals(
        s,
        sinr=worst.sinr,
        sinr_target=problem.sinr_target,
        mask=model.decoding_mask(s, order, oma),
        response=response,
        margin=model.sic_margin(h, inner, order) if s.sic_order and oma is Oma.NONE else None,
        objective_w=objective_w,
        power_limit_w=problem.power_limit_w,
    )
    return Judgement(objective_w, model.target_power_w(response).mean(axis=1), worst, missed, inner)


def _spectrum(trace: np.ndarray, inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rank ratio lam2 / trace (drops, users), and how far W_k falls short of W_k >= 0, relative (drops,).

    W restricted to the span is Y = ``inner``, to its complement V: lam2(W) <= lam2(Y) + tr V, with equality for V = 0.
    """
    outside = trace - np.trace(inner, axis1=-2, axis2=-1).real
    finite = np.isfinite(trace)
    values = np.linalg.eigvalsh(np.where(finite[..., None, None], inner, 0))
    second = values[..., -2] if values.shape[-1] > 1 else np.zeros_like(trace)
    scale = np.where(trace > 0, trace, 1.0)
    rank_ratio = np.maximum(second + outside, 0) / scale
    negativity = np.maximum(-np.minimum(values[..., 0], outside), 0) / scale
    return rank_ratio, np.where(finite, negativity, np.nan).max(axis=-1)


def _status(
    *, impossible: np.ndarray, feasible: np.ndarray, gap: np.ndarray, solved: np.ndarray, tolerance: np.ndarray
) -> np.ndarray:
    """Status codes; comparisons with NaN are false, so what cannot be computed is never called good."""
    return np.select(
        [impossible, feasible & (gap <= tolerance), feasible & (gap <= RECOVERED_GAP), ~solved],
        [Status.INFEASIBLE, Status.OPTIMAL, Status.RANK1_RECOVERED, Status.STALLED],
        Status.RANK_GAP,
    )


def _level_gap(sinr: np.ndarray, proof_target: np.ndarray) -> np.ndarray:
    """By how much the level that is out of reach exceeds the least SINR of the beams, relative, (drops,).

    Infinite where beams attain what is said to be out of reach: then rounding has undone the proof.
    """
    attained = least_over_users(sinr).min(axis=-1)  # NaN without a design, and then so is the gap
    level = proof_target.max(axis=-1)
    undone = (attained == 0) | (attained >= level)
    return np.where(undone, np.inf, level / np.where(attained == 0, 1, attained) - 1)


def _gap(objective_w: np.ndarray, bound_w: np.ndarray) -> np.ndarray:
    """objective / bound - 1; zero where both are zero (nothing was asked), infinite where only the bound is."""
    nothing = (bound_w == 0) & (objective_w == 0)
    ratio = np.divide(objective_w, bound_w, out=np.where(nothing, 1.0, np.inf), where=bound_w > 0)
    return np.where(np.isnan(objective_w), np.nan, ratio - 1)


def _weakest_first(h: np.ndarray, order: np.ndarray) -> np.ndarray:
    """(drops,), true where ``order`` is a permutation along which channel norms do not fall (but for rounding)."""
    permutation = np.all(np.sort(order, axis=-1) == np.arange(order.shape[-1]), axis=-1)
    norms = np.take_along_axis(np.linalg.norm(h, axis=-1), np.where(permutation[:, None], order, 0), axis=-1)
    return permutation & np.all(np.diff(norms, axis=-1) >= -1e-12 * norms[:, 1:], axis=-1)


def _require_shapes(record: Design | Multipliers, axes: dict[str, tuple[int, ...]], drops: int) -> None:
    for name, trailing in axes.items():
        shape, expected = getattr(record, name).shape, (drops, *trailing)
        require(shape == expected, name, f"have shape {expected} to match h and the scenario", shape)


def _design_axes(s: Scenario, rank: int) -> dict[str, tuple[int, ...]]:
    users = dict.fromkeys(("order", "sinr_target", "proof_target", "csi_error"), (s.users,))
    streams = {"beams": (s.users, s.antennas), "inner": (s.users, rank, rank), "basis": (s.antennas, rank)}
    return users | streams | {"power_limit_w": (), "oma": ()}


def _multiplier_axes(s: Scenario, slots: tuple[int, ...], directions: int) -> dict[str, tuple[int, ...]]:
    """Axes after drops; ``slots`` is (users,) in slot mode, ``directions`` the size of the error basis."""
    pairs, edge = (*slots, s.targets, s.targets), directions + 1 if directions else 0
    sensing = {"floor": (*slots, s.targets), "correlation": slots}
    sensing |= dict.fromkeys(("slab_upper", "slab_lower", "cross"), pairs)
    users = dict.fromkeys(("sinr", "sic"), (s.users, s.users))
    return users | sensing | {"lmi": (s.users, s.users, edge, edge), "basis": (s.antennas, directions)}
