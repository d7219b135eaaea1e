"""Least power, nominal and robust: relaxation, recovery of rank one, certificate."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import db_to_linear, guarded, require
from beamwright.core.ranges import brief, real_numbers
from beamwright.systems.noma_isac import model, options
from beamwright.systems.noma_isac.certificate import certified_design
from beamwright.systems.noma_isac.harder_targets import improve
from beamwright.systems.noma_isac.recovery import recover
from beamwright.systems.noma_isac.relax import relax
from beamwright.systems.noma_isac.results import Design, Oma, Problem
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.sizes import design_bytes
from beamwright.systems.noma_isac.tighten import tighten
from beamwright.systems.noma_isac.worst_case import batched_channels, error_radius


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


def pose(
    s: Scenario,
    h: np.ndarray,
    target: np.ndarray,
    radius: np.ndarray,
    power_w: float | None = None,
    oma: Oma = Oma.NONE,
) -> Problem:
    """The problem of every drop, decoding order from the channels the designer knows."""
    limit = model.power_limit_w(s, h, target, oma) if power_w is None else np.full(len(h), power_w)
    return Problem(h, model.decoding_order(h), target, radius, limit, oma)


def solve(s: Scenario, problem: Problem) -> Design:
    """Relaxation, recovery, certificate."""
    relaxed = relax(s, problem)
    recovered = improve(s, problem, relaxed.objective_w, recover(s, problem, relaxed))
    return certified_design(
        s,
        problem,
        recovered.beams,
        relaxed.covariances,
        tighten(s, problem, relaxed.multipliers, relaxed.objective_w),
        iterations=relaxed.iterations + recovered.iterations,
        trace=relaxed.objective_w[:, None],
    )


def per_user(s: Scenario, value: ArrayLike, drops: int, name: str, finite: bool = True) -> np.ndarray:
    """One value, (users,) or (drops, users) -> (drops, users). ``finite=False`` admits -inf dB: nothing asked."""
    values = real_numbers(value, name)
    allowed = values.shape in ((), (s.users,), (drops, s.users))
    require(allowed, name, f"be one value, ({s.users},) or ({drops}, {s.users})", f"shape {values.shape}")
    good = np.isfinite(values) if finite else ~np.isnan(values) & (values < np.inf)
    require(bool(np.all(good)), name, "be finite", brief(value))
    options.SINR_DB.check(values[np.isfinite(values)], name)
    return np.broadcast_to(values, (drops, s.users))
