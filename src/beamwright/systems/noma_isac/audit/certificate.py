"""The certificate of a design, recomputed from its arrays by plain NumPy that calls no solver (spec A3, A6, 8).

Nothing of ``solve`` is used. Shared with it is physics: ``judge`` (SINRs, exact worst case, residuals), with which the
search accepts beams, and ``dual_bound``, with which it chooses multipliers.
"""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import Status, guarded, require
from beamwright.metrics import least_over_users
from beamwright.systems.noma_isac import scene
from beamwright.systems.noma_isac.physics import GAP, RECOVERED_GAP, ROBUST_GAP, Oma, Scenario, dual_bound, judge
from beamwright.systems.noma_isac.physics.combination import design_basis
from beamwright.systems.noma_isac.physics.multipliers import axes
from beamwright.systems.noma_isac.types import VIOLATION, Certificate, Covariances, Design, Multipliers, Problem


@guarded(Scenario)
def certify(scenario: Scenario, channels: ArrayLike, design: Design) -> Certificate:
    """Certificate of a design, recomputed from scenario, channels, beams, covariances, targets and multipliers.

    Args:    channels (drops, users, antennas) or (users, antennas) that the design was made for.
    Returns: Certificate; ``design.certificate``, ``status``, ``sinr`` and the like are not read.
    Raises:  ValueError naming what has a wrong shape, is not finite, or is no decoding order for ``channels``.
    """
    channels = scene.batched_channels(scenario, channels)
    oma = Oma.SLOT if (design.oma == Oma.SLOT).any() else Oma.NONE
    _require_shapes(design, _design_axes(scenario, design.basis.shape[-1]), len(channels))
    multipliers = axes(scenario, oma, design.multipliers.basis.shape[-1])
    _require_shapes(design.multipliers, multipliers, len(channels))
    require(bool(np.all(design.oma == design.oma[:1])), "oma", "be the same for all drops", np.unique(design.oma))
    wrong = ~_weakest_first(channels, design.order)
    require(not wrong.any(), "order", "list the users from weakest to strongest", design.order[wrong][:1].tolist())
    problem = design.problem(channels, scenario.error_shape)
    return certificate_of(scenario, problem, design.beams, design.reduced, design.multipliers, design.proof_target)


def certificate_of(
    s: Scenario,
    problem: Problem,
    beams: np.ndarray,
    covariances: Covariances,
    multipliers: Multipliers,
    proof_target: np.ndarray | None = None,
) -> Certificate:
    """Certificate from checked arrays; proof_target (drops, users) are the targets ``multipliers`` belong to."""
    proof_target = problem.sinr_target if proof_target is None else proof_target
    bound = dual_bound(s, problem._replace(sinr_target=proof_target), multipliers)
    # Beams are judged in their own span: an error acts only through its projection on it. Covariances are judged in
    # the span of all that constraints see: their projection on it meets what they meet, with no more power.
    ours = judge(s, problem, beams)
    relaxed = judge(s, problem, covariances, design_basis(s, problem.h))
    rank_ratio, negativity = _spectrum(covariances.trace_w, relaxed.inner)
    rank_ratio = rank_ratio[:, : s.users]
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


def _spectrum(trace: np.ndarray, inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rank ratio lam2 / trace (drops, streams), and relative shortfall of W_k >= 0 (drops,).

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
    """Relative excess of the level that is out of reach over the least SINR of the beams, (drops,).

    Infinite where beams attain what is said to be out of reach: then rounding has undone the proof.
    """
    attained = least_over_users(sinr).min(axis=-1)  # NaN without a design, and then so is the gap
    level = proof_target.max(axis=-1)
    undone = (attained == 0) | (attained >= level)
    return np.where(undone, np.inf, level / np.where(attained == 0, 1, attained) - 1)


def _gap(objective_w: np.ndarray, bound_w: np.ndarray) -> np.ndarray:
    """Gap objective / bound - 1; zero where both are zero (nothing demanded), infinite where only the bound is."""
    nothing = (bound_w == 0) & (objective_w == 0)
    ratio = np.divide(objective_w, bound_w, out=np.where(nothing, 1.0, np.inf), where=bound_w > 0)
    return np.where(np.isnan(objective_w), np.nan, ratio - 1)


def _weakest_first(h: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Mask (drops,), true where ``order`` is a permutation along which channel norms do not fall, but for rounding."""
    permutation = np.all(np.sort(order, axis=-1) == np.arange(order.shape[-1]), axis=-1)
    norms = np.take_along_axis(np.linalg.norm(h, axis=-1), np.where(permutation[:, None], order, 0), axis=-1)
    return permutation & np.all(np.diff(norms, axis=-1) >= -1e-12 * norms[:, 1:], axis=-1)


def _require_shapes(record: Design | Multipliers, axes: dict[str, tuple[int, ...]], drops: int) -> None:
    for name, trailing in axes.items():
        value, expected = getattr(record, name), (drops, *trailing)
        matches = value is None or value.shape == expected  # of the limits' multipliers none counts as zero
        require(matches, name, f"have shape {expected} to match h and the scenario", np.shape(value))


def _design_axes(s: Scenario, rank: int) -> dict[str, tuple[int, ...]]:
    """Axes of a design's arrays after drops; ``rank`` is that of the covariances' basis."""
    users = dict.fromkeys(("order", "sinr_target", "proof_target", "csi_error"), (s.users,))
    beams = s.users if s.sensing_signal == "none" else s.users + rank
    streams = {"beams": (beams, s.antennas), "inner": (s.streams, rank, rank), "basis": (s.antennas, rank)}
    return users | streams | {"power_limit_w": (), "oma": ()}
