"""By how much a design misses its constraints: relative, at least zero, NaN where there is no design."""

import numpy as np

from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.results import Residuals
from beamwright.systems.noma_isac.scenario import Scenario


def residuals(
    s: Scenario,
    *,
    sinr: np.ndarray,
    sinr_target: np.ndarray,
    mask: np.ndarray,
    response: np.ndarray,
    margin: np.ndarray | None,
    objective_w: np.ndarray,
    power_limit_w: np.ndarray,
) -> Residuals:
    """Violations from the physics.

    Where the powers towards targets are far above what is asked of them, a difference is known to their rounding only:
    differences count relative to Ps or to the larger of the two powers, correlations relative to their limit or to
    1e-6 of the largest they could be, whichever is more.

    Args:    sinr (drops, users l, users k), read where ``mask``; sinr_target (drops, users k), zero asks for nothing;
             response X (drops, slots, targets, targets) in W; margin (drops,) of the power order, or None if not asked;
             objective_w and power_limit_w (drops,).
    Returns: Residuals, (drops,) each.
    """
    target = np.broadcast_to(sinr_target[:, None, :], sinr.shape)
    asked = mask & (target > 0)
    shortfall = np.where(asked, 1 - sinr / np.where(asked, target, 1), 0)
    power = model.target_power_w(response)
    difference = np.abs(power[..., :, None] - power[..., None, :])
    larger = np.maximum(np.maximum(power[..., :, None], power[..., None, :]), s.sensing_power_w)
    largest = model.cross_correlation_w2(np.sqrt(power[..., :, None] * power[..., None, :]))
    correlation = model.cross_correlation_w2(response)
    return Residuals(
        sinr_violation=_largest(shortfall),
        sensing_violation=_largest(1 - power / s.sensing_power_w),
        slab_violation=_largest((difference - s.power_difference_w) / larger),
        correlation_violation=_largest(
            (correlation - s.cross_correlation_w2) / np.maximum(s.cross_correlation_w2, 1e-6 * largest)
        ),
        order_violation=np.zeros(len(sinr)) if margin is None else np.maximum(-margin, 0),
        power_violation=np.maximum(objective_w / power_limit_w - 1, 0),
    )


def _largest(excess: np.ndarray) -> np.ndarray:
    """(drops, ...) -> (drops,), at least zero."""
    return np.max(excess, axis=tuple(range(1, excess.ndim)), initial=0.0)
