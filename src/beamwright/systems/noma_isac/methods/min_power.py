"""Least power for SINR targets: nominal, robust, and estimates taken as exact."""

from dataclasses import replace

from numpy.typing import ArrayLike

from beamwright.core import USUAL, Config
from beamwright.systems.noma_isac import scene
from beamwright.systems.noma_isac.methods import base
from beamwright.systems.noma_isac.physics import Design, Scenario, model, worst_case_sinr
from beamwright.systems.noma_isac.solve import least_power


class MinPower(Config):
    """Options of minimum power with channels taken as exact."""

    sinr_db: base.PerUserDb = base.sinr_target()


class RobustMinPower(Config):
    """Options of minimum power that holds for every channel within a ball."""

    sinr_db: base.PerUserDb = base.sinr_target()
    csi_error: base.PerUserErrorOrNone = base.ball_radius(
        None, "Radius of the ball the channel error lies in: one value, or one per user; None: the scenario's"
    )


class NonRobustMinPower(Config):
    """Options of minimum power with estimates taken as exact, judged as if they were not."""

    sinr_db: base.PerUserDb = base.sinr_target()
    csi_error: base.PerUserErrorOrNone = base.ball_radius(
        None, "Radius of the ball over which the SINRs are reported, None: the scenario's; the design ignores it"
    )


@base.guarded_method(RobustMinPower)
def minimise_power(scenario: Scenario, channels: ArrayLike, sinr_db: ArrayLike, csi_error: ArrayLike = 0.0) -> Design:
    """Least weighted power that meets every SINR and sensing requirement, for every channel in the error ball.

        min  rho_c tr R + rho_s sum_m a_m^H R a_m      s.t.  SINR_lk(d) >= gamma_k  for all ||d|| <= eps_l,
             P_m >= Ps,  |P_p - P_m| <= Pdiff,  C_bar <= xi                                   spec P1 (eps = 0), P2

    Args:    channels h (drops, users, antennas) or (users, antennas) linear amplitude, user l receiving h_l^H w;
             sinr_db and csi_error one value, (users,) or (drops, users), in input order of users.
    Returns: Design, always with the drops axis; infeasible and stalled drops are statuses, not exceptions.
    Raises:  ValueError naming ``channels``, ``sinr_db`` or ``csi_error`` and what is wrong with it.
    Deviation: the printed problem asks for rank one and claims it is free; it is not always (spec E12), so the gap to
             the relaxation is part of the certificate.
    """
    channels = scene.batched_channels(scenario, channels)
    target = scene.sinr_targets(scenario, sinr_db, len(channels))
    problem = model.make_problem(scenario, channels, target, scene.error_radius(scenario, csi_error, len(channels)))
    return base.certified_design(scenario, problem, least_power(scenario, problem))


@base.guarded_method(RobustMinPower)
def minimise_power_robust(
    scenario: Scenario, channels: ArrayLike, sinr_db: ArrayLike = USUAL, csi_error: ArrayLike | None = USUAL
) -> Design:
    """``minimise_power`` over the ball of the scenario's channel error, or of another radius."""
    return minimise_power(scenario, channels, sinr_db, scenario.csi_error if csi_error is None else csi_error)


@base.guarded_method(NonRobustMinPower)
def minimise_power_non_robust(
    scenario: Scenario, channels: ArrayLike, sinr_db: ArrayLike = USUAL, csi_error: ArrayLike | None = USUAL
) -> Design:
    """``minimise_power`` for the estimates alone, its SINRs those of the worst error in the ball."""
    design = minimise_power(scenario, channels, sinr_db)
    radius = scene.error_radius(scenario, csi_error, len(design.status))
    return replace(design, sinr=worst_case_sinr(scenario, channels, design.beams, radius).sinr)
