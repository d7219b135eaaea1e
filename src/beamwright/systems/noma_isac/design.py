"""The proposed designs: least power (nominal and robust) and max-min SINR, by relaxation and rank-one recovery."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array, db_to_linear, guarded, require
from beamwright.core.ranges import brief, real_numbers
from beamwright.optim.roots import RootStatus, bracketed_root
from beamwright.systems.noma_isac import model, options
from beamwright.systems.noma_isac.certificate import certified_design
from beamwright.systems.noma_isac.recovery import recover
from beamwright.systems.noma_isac.relax import relax
from beamwright.systems.noma_isac.results import POWER_CAP_W, Design, Oma, Problem
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.sizes import design_bytes
from beamwright.systems.noma_isac.worst_case import batched_channels, error_radius

LEAST_SINR = 1e-4
"""Where the search of max-min starts: a budget that does not reach it lies below the sensing floor (spec A5)."""
ROOT_RTOL = 1e-8
BACK_OFF_STEPS = 8
"""Evaluations spent per drop on lowering the target of max-min where the relaxation is not rank one."""


@guarded(Scenario, options.RobustMinPower, design_bytes)
def minimise_power(s: Scenario, h: ArrayLike, sinr_db: ArrayLike, csi_error: ArrayLike = 0.0) -> Design:
    """Least weighted power that meets every SINR and sensing requirement, for every channel in the error ball.

        min  rho_c tr R + rho_s sum_m a_m^H R a_m      s.t.  SINR_lk(d) >= gamma_k  for all ||d|| <= eps_l,
             P_m >= Ps,  |P_p - P_m| <= Pdiff,  C_bar <= xi                                   spec P1 (eps = 0), P2

    Args:    h (drops, users, antennas) or (users, antennas) linear amplitude, user l receiving h_l^H w;
             sinr_db and csi_error one value, (users,) or (drops, users), in input order of users.
    Returns: Design, always with the drops axis; infeasible and stalled drops are statuses, not exceptions.
    Raises:  ValueError naming ``h``, ``sinr_db`` or ``csi_error`` and what is wrong with it.
    Deviation: the printed problem asks for rank one and claims it is free; it is not always (spec E12), so the gap to
             the relaxation is part of the certificate.
    """
    h = batched_channels(s, h)
    target = db_to_linear(per_user(s, sinr_db, len(h), "sinr_db", finite=False))
    return solve(s, pose(s, h, target, error_radius(s, csi_error, len(h))))


@guarded(Scenario, options.MaxMin, design_bytes)
def balance_sinr(s: Scenario, h: ArrayLike, power_w: float, csi_error: ArrayLike = 0.0) -> Design:
    """Largest common SINR of all streams within a power budget (max-min).

        max t   s.t.   the least power for targets gamma_k = t, J*(t), is at most power_w                      spec P3

    Args:    h and csi_error as in ``minimise_power``; power_w > 0, budget of the objective J in W.
    Returns: Design; ``relaxed_sinr`` bounds every design from above, ``balanced_sinr`` is what the beams achieve.
    Raises:  ValueError naming the argument.
    Deviation: the printed bisection never moves its midpoint and asks a question that is always true (spec E5).
    """
    h = batched_channels(s, h)
    power = budget(power_w)
    radius = error_radius(s, csi_error, len(h))
    highest = highest_sinr(s, h, power)
    return balance(s, lambda t: pose(s, h, np.repeat(t[:, None], s.users, axis=1), radius, power), highest, power)


def pose(
    s: Scenario,
    h: np.ndarray,
    target: np.ndarray,
    radius: np.ndarray,
    power_w: float = POWER_CAP_W,
    oma: Oma = Oma.NONE,
) -> Problem:
    """The problem of every drop, decoding order from the channels the designer knows."""
    return Problem(h, model.decoding_order(h), target, radius, np.full(len(h), power_w), oma)


def solve(s: Scenario, problem: Problem) -> Design:
    """Relaxation, recovery, certificate."""
    relaxed = relax(s, problem)
    recovered = recover(s, problem, relaxed)
    return certified_design(
        s,
        problem,
        recovered.beams,
        relaxed.covariances,
        relaxed.multipliers,
        iterations=relaxed.iterations + recovered.iterations,
        trace=relaxed.objective_w[:, None],
    )


def balance(s: Scenario, problem_at: Callable[[np.ndarray], Problem], highest: np.ndarray, power_w: float) -> Design:
    """Largest t whose least power fits the budget: bracketed roots of log(J*(t) / power_w), then recovery.

    problem_at(t (drops,)) poses the problem with common target t; highest (drops,) is a target no design reaches.
    """
    evaluations = []

    def excess(t: np.ndarray) -> np.ndarray:
        cost = relax(s, problem_at(t)).objective_w
        evaluations.append(np.where(np.isfinite(cost), cost, np.nan))
        return np.log(cost / power_w)

    high = np.maximum(highest, 2 * LEAST_SINR)
    root = bracketed_root(
        excess, np.full(len(high), LEAST_SINR), high, ROOT_RTOL, logarithmic=True, value_high=np.full(len(high), np.inf)
    )
    below = root.status == RootStatus.NOTHING_FEASIBLE
    relaxed_sinr = np.where(below, LEAST_SINR, root.feasible)
    design, achieved = _within_budget(s, problem_at, relaxed_sinr, power_w)
    return replace(
        design,
        balanced_sinr=np.where(below, np.nan, achieved),
        relaxed_sinr=np.where(below, np.nan, relaxed_sinr),
        trace=np.stack(evaluations, axis=1),
    )


def _within_budget(
    s: Scenario, problem_at: Callable[[np.ndarray], Problem], sinr: np.ndarray, power_w: float
) -> tuple[Design, np.ndarray]:
    """Beams at the relaxation's target; where rank one costs more than the budget, at a target lowered until it fits.

    The excess is turned into a step by d log J / d log t >= 1/2, refined by the secant of what was seen.
    """
    target, slope = sinr.copy(), np.full(len(sinr), 0.5)
    design = solve(s, problem_at(target))
    for _ in range(BACK_OFF_STEPS):
        excess = np.log(design.objective_w / power_w)
        over = excess > 1e-9
        if not over.any():
            break
        lowered = np.where(over, target * np.exp(-1.05 * np.where(over, excess, 0) / slope), target)
        again = solve(s, problem_at(lowered))
        gained = excess - np.log(again.objective_w / power_w)
        slope = np.where(
            over & (gained > 0),
            np.clip(gained / np.log(target / np.minimum(lowered, target * (1 - 1e-12))), 0.05, 5),
            slope,
        )
        design, target = again, lowered
    return design, target


def highest_sinr(s: Scenario, h: np.ndarray, power_w: float) -> np.ndarray:
    """A common SINR no design of power ``power_w`` exceeds (spec A5), (drops,).

    chain  min_l (1 + |h_l|^2 Pc / noise_l)^(1/l) - 1,  l = 1 the weakest;   own  min_l |h_l|^2 Pc / noise_l
    """
    radiated = max(power_w - s.sensing_weight * s.targets * s.sensing_power_w, 0.0) / s.comm_weight
    snr = np.sum(np.abs(h) ** 2, axis=-1) * radiated / s.noise_vector_w
    if s.decoding == "own":
        return snr.min(axis=-1)
    place = model.positions(model.decoding_order(h)) + 1
    return np.expm1(np.log1p(snr) / place).min(axis=-1)


def per_user(s: Scenario, value: ArrayLike, drops: int, name: str, finite: bool = True) -> np.ndarray:
    """One value, (users,) or (drops, users) -> (drops, users). ``finite=False`` admits -inf dB: nothing asked."""
    values = real_numbers(value, name)
    allowed = values.shape in ((), (s.users,), (drops, s.users))
    require(allowed, name, f"be one value, ({s.users},) or ({drops}, {s.users})", f"shape {values.shape}")
    good = np.isfinite(values) if finite else ~np.isnan(values) & (values < np.inf)
    require(bool(np.all(good)), name, "be finite", brief(value))
    options.SINR_DB.check(values[np.isfinite(values)], name)
    return np.broadcast_to(values, (drops, s.users))


def budget(power_w: float) -> float:
    """A positive number of watts. Raises ValueError naming ``power_w``."""
    power = float(as_array(np.atleast_1d(np.asarray(power_w, float)), "power_w", "values", values=1)[0])
    require(power > 0, "power_w", "be > 0", power_w)
    return power
