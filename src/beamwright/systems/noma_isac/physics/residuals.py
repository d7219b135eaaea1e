"""Residuals of designs: by how much constraints are missed, relative, at least zero, NaN where there is no design."""

from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.worst_case import WorstCase, worst_case
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Covariances, Oma, Problem, Residuals

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
    """(drops, users, r) beams, or (drops, users, r, r) covariances, in coordinates of the basis."""


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
    worst = worst_case(s, h, inner, problem.csi_error, problem.order, problem.oma)
    residuals = relative_residuals(s, problem, h, inner, worst.sinr, response, objective_w)
    return Judgement(objective_w, model.target_power_w(response).mean(axis=1), worst, residuals, inner)


def relative_residuals(
    s: Scenario,
    problem: Problem,
    h: np.ndarray,
    streams: np.ndarray,
    sinr: np.ndarray,
    response: np.ndarray,
    objective_w: np.ndarray,
) -> Residuals:
    """Relative violations of every kind of constraint.

    Where the powers towards targets are far above their floor, a difference is known to their rounding only:
    differences count relative to Ps or to the larger of the two powers, correlations relative to their limit or to
    1e-6 of the largest they could be, whichever is more.

    Args:    h and streams as the power order receives them, in any orthonormal basis; sinr (drops, users l, users k);
             response X (drops, slots, targets, targets) in W; objective_w (drops,).
    Returns: Residuals, (drops,) each.
    """
    target = np.broadcast_to(problem.sinr_target[:, None, :], sinr.shape)
    demanded = model.decoding_mask(s, problem.order, problem.oma) & (target > 0)
    shortfall = np.where(demanded, 1 - sinr / np.where(demanded, target, 1), 0)
    power = model.target_power_w(response)
    difference = np.abs(power[..., :, None] - power[..., None, :])
    larger = np.maximum(np.maximum(power[..., :, None], power[..., None, :]), s.sensing_power_w)
    largest = model.cross_correlation_w2(np.sqrt(power[..., :, None] * power[..., None, :]))
    correlation = model.cross_correlation_w2(response)
    rise = np.zeros(len(sinr))
    if s.sic_order and problem.oma is Oma.NONE:
        rise = np.maximum(-model.sic_margin(h, streams, problem.order), 0)
    return Residuals(
        sinr_violation=_largest(shortfall),
        sensing_violation=_largest(1 - power / s.sensing_power_w),
        slab_violation=_largest((difference - s.power_difference_w) / larger),
        correlation_violation=_largest(
            (correlation - s.cross_correlation_w2) / np.maximum(s.cross_correlation_w2, 1e-6 * largest)
        ),
        order_violation=rise,
        power_violation=np.maximum(objective_w / problem.power_limit_w - 1, 0),
    )


def _largest(excess: np.ndarray) -> np.ndarray:
    """Largest excess of a drop, at least zero: (drops, ...) -> (drops,)."""
    return np.max(excess, axis=tuple(range(1, excess.ndim)), initial=0.0)
