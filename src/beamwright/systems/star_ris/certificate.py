"""The certificate of a design, recomputed from arrays alone: closed-form moments, no search (spec star_ris)."""

import numpy as np

from beamwright.core import Status, guarded, require
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris import model
from beamwright.systems.star_ris.bounds import bound
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.results import PASSIVE, POWER, Certificate, Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.search import at_design

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
    return certificate(
        known, Goal(int(design.goal[0])), bool(design.joint[0]), design.u, design.precoder, design.design_precoder,
        design.share, design.tolerance,
    )  # fmt: skip


def certificate(
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
    found = model.moments(known, u, precoder, share)
    drops, norm = at_design(goal, known, u, design_precoder, share, joint)
    reference = drops.reference * known.noise_power_w
    designed = found if design_precoder is precoder else model.moments(known, u, design_precoder, share)
    value, limit = _objective(known, goal, designed, share, reference), bound(goal, drops)
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
        reference=reference,
        interference_w=model.interference_w(found),
        sinr=model.sinr(known, found),
        rates=model.rates(known, found, share),
        amplitude_violation=amplitude_violation,
        power_violation=power_violation,
        status=status,
    )


def objective(
    known: Statistics,
    goal: Goal,
    u: np.ndarray,
    precoder: np.ndarray,
    share: np.ndarray,
) -> np.ndarray:
    """The goal's objective by the moments, (drops,)."""
    reference = model.reference_w(known, u, precoder, share) if goal is Goal.INTERFERENCE else np.ones(len(u))
    return _objective(known, goal, model.moments(known, u, precoder, share), share, reference)


def _objective(
    known: Statistics, goal: Goal, found: model.Moments, share: np.ndarray, reference: np.ndarray
) -> np.ndarray:
    if goal is Goal.INTERFERENCE:
        return model.interference_w(found) / np.where(reference > 0, reference, 1.0)
    rates = model.rates(known, found, share)
    return rates.sum(axis=-1) if goal is Goal.SUM_RATE else rates.min(axis=-1)


def _amplitude_violation(u: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Of |u_t|^2 + |u_r|^2 = 1, per element; each side by itself where sides take turns; u = 0 is no surface."""
    power = square_modulus(u)
    turns = (share < 1).any(axis=-1)
    together = np.abs(power.sum(axis=1) - 1).max(axis=-1)
    alone = np.max(np.abs(power - 1), axis=-1, where=power.any(axis=-1, keepdims=True), initial=0.0).max(axis=-1)
    missing = ~power.any(axis=(1, 2))
    return np.where(missing, 0.0, np.where(turns, alone, together))


def _power_violation(known: Statistics, share: np.ndarray, *precoders: np.ndarray) -> np.ndarray:
    """Of the power sent at any time: by all streams, or by those of a side where sides take turns."""
    used = np.max([model.slot_powers(known, w, share).max(axis=-1) for w in precoders], axis=0)
    return np.maximum(used / known.power_w - 1, 0)
