"""The certificate of a design, recomputed from arrays alone in plain NumPy: moments, bound, gradient (spec star_ris).

With the search it shares the closed-form moments of ``physics.model``, by which the best of several surfaces is also
chosen. The map that the search works on, its objective and its derivative are JAX's in ``solve.kernel``: none of it is
used here.
"""

import numpy as np

from beamwright.core import Status, guarded, require
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.audit import bound, gradient, instance
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import Scenario, Statistics, checked
from beamwright.systems.star_ris.types import PASSIVE, POWER, Certificate, Design, Goal

OPTIMAL_GAP = 1e-6
"""Largest gap of an optimal design: objective and bound are the same to six digits."""


@guarded(Scenario)
def certify(scenario: Scenario, known: Statistics, design: Design) -> Certificate:
    """Recompute the certificate of a design from statistics, surface and precoders.

    Returns: Certificate; ``design.certificate``, ``objective``, ``rates``, ``status`` and the like are not read.
    Raises:  ValueError naming what has a wrong shape or is not finite.
    """
    known = checked(known, scenario)
    drops, users, antennas = known.direct_mean.shape
    elements = known.surface_mean.shape[1]
    for name, shape in (("u", (2, elements)), ("precoder", (antennas, users)), ("design_precoder", (antennas, users)),
                        ("share", (users,)), ("goal", ()), ("joint", ()), ("tolerance", ())):  # fmt: skip
        array = getattr(design, name)
        require(
            array.shape == (drops, *shape), name, f"have shape {(drops, *shape)} to match the statistics", array.shape
        )
        require(bool(np.isfinite(array).all()), name, "be finite", "NaN or infinity")
    return judge(
        known, Goal(int(design.goal[0])), bool(design.joint[0]), design.u, design.precoder, design.design_precoder,
        design.share, design.tolerance,
    )  # fmt: skip


def judge(
    known: Statistics,
    goal: Goal,
    joint: bool,
    u: np.ndarray,
    precoder: np.ndarray,
    design_precoder: np.ndarray,
    share: np.ndarray,
    tolerance: np.ndarray,
) -> Certificate:
    """``certify`` on checked arrays."""
    judged = instance.make_instance(known, goal, joint, u, design_precoder, share)
    sent = judged.moments if design_precoder is precoder else model.moments(known, u, precoder, share)
    value = model.objective_of(known, goal, judged.moments, share, judged.reference)
    limit, norm = bound.bound(judged), gradient.gradient_norm(judged)
    amplitude_violation = _amplitude_violation(u, share)
    power_violation = _power_violation(known, share, precoder, design_precoder)
    sound = (amplitude_violation <= PASSIVE) & (power_violation <= POWER)
    gap = np.abs(np.divide(value, limit, out=np.full(len(value), np.nan), where=np.isfinite(limit) & (limit != 0)) - 1)
    attained = (gap <= OPTIMAL_GAP) | ((value == 0) & (goal is Goal.INTERFERENCE))
    status = np.select(
        [~sound | ~np.isfinite(value), attained, norm <= tolerance],
        [Status.STALLED, Status.OPTIMAL, Status.STATIONARY],
        Status.STOPPED,
    )
    return Certificate(
        goal=np.full(len(value), goal),
        objective=value,
        bound=limit,
        gap=gap,
        gradient_norm=norm,
        reference=judged.reference,
        interference_w=model.interference_w(sent),
        sinr=model.sinr(known, sent),
        rates=model.rates(known, sent, share),
        amplitude_violation=amplitude_violation,
        power_violation=power_violation,
        status=status,
    )


def _amplitude_violation(u: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Violation of |u_t|^2 + |u_r|^2 = 1 by any element; of |u| = 1 where sides take turns; u = 0 is no surface."""
    power = square_modulus(u)
    turns = (share < 1).any(axis=-1)
    together = np.abs(power.sum(axis=1) - 1).max(axis=-1)
    alone = np.max(np.abs(power - 1), axis=-1, where=power.any(axis=-1, keepdims=True), initial=0.0).max(axis=-1)
    missing = ~power.any(axis=(1, 2))
    return np.where(missing, 0.0, np.where(turns, alone, together))


def _power_violation(known: Statistics, share: np.ndarray, *precoders: np.ndarray) -> np.ndarray:
    """Excess of the power sent at any time: by all streams, or by those of a side where sides take turns."""
    used = np.max([model.slot_powers(known, w, share).max(axis=-1) for w in precoders], axis=0)
    return np.maximum(used / known.power_w - 1, 0)
