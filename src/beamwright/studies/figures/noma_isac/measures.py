"""Measurements on a design. Numbers come from the physics and the certificate, never from a solver's own report."""

import jax
import numpy as np

from beamwright.core import Status, linear_to_db
from beamwright.metrics import least_over_users
from beamwright.systems import noma_isac as ni
from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.scene import sample_errors

Measured = dict[str, np.ndarray]
_RANK_ONE = 1e-6
"""Second eigenvalue over trace below which a covariance counts as rank one (spec A4)."""


def power(scenario: ni.Scenario, realisation: ni.Realisation, design: ni.Design, keys: jax.Array) -> Measured:
    """Powers, SINRs (users weakest first), certified gap and rank.

    ``rank_one`` is 1 where a rank-one design attains the certified bound, 0 where none was found that does, NaN where
    the relaxation was not solved; ``designed`` is 1 where the design is usable, 0 where not, for whatever reason.
    """
    card = ni.evaluate(scenario, realisation, design)
    stream_sinr = np.take_along_axis(card.stream_sinr, design.order, axis=1)
    status = design.status
    solved = np.isin(status, (Status.OPTIMAL, Status.RANK1_RECOVERED, Status.RANK_GAP))
    return {
        "objective_w": card.objective_w,
        "radiated_w": card.radiated_power_w,
        "sensing_w": card.sensing_power_w.sum(axis=-1),
        "target_power_w": card.sensing_power_w,
        "user_sinr_db": linear_to_db(stream_sinr),
        "min_sinr_db": linear_to_db(card.min_sinr),
        "sinr_spread": stream_sinr.max(axis=1) / stream_sinr.min(axis=1) - 1,
        "gap_percent": 100 * design.certificate.gap,
        "rank_one": np.where(solved, status == Status.OPTIMAL, np.nan),
        "covariance_rank_one": np.where(solved, np.max(design.certificate.rank_ratio, axis=1) <= _RANK_ONE, np.nan),
        "designed": np.isin(status, (Status.OPTIMAL, Status.RANK1_RECOVERED)),
    }


def balance(scenario: ni.Scenario, realisation: ni.Realisation, design: ni.Design, keys: jax.Array) -> Measured:
    """Measurements of ``power``, and the balanced SINR of beams and relaxation (OMA: the equivalent for equal rate)."""
    return power(scenario, realisation, design, keys) | {
        "balanced_sinr_db": linear_to_db(design.balanced_sinr),
        "relaxed_sinr_db": linear_to_db(design.relaxed_sinr),
    }


def round_trip(scenario: ni.Scenario, realisation: ni.Realisation, design: ni.Design, keys: jax.Array) -> Measured:
    """Power minimisation at the SINR that a max-min design achieved: it should return that design's budget."""
    targets_db = linear_to_db(np.where(np.isfinite(design.balanced_sinr), design.balanced_sinr, 0.0))
    targets = np.broadcast_to(targets_db[:, None], (len(targets_db), scenario.users))
    back = ni.minimise_power(scenario, realisation.known, sinr_db=targets)
    balanced = {"balanced_sinr_db": linear_to_db(design.balanced_sinr)}
    return {**power(scenario, realisation, back, keys), **balanced, "back_w": back.relaxed_objective_w}


def errors(
    scenario: ni.Scenario,
    realisation: ni.Realisation,
    design: ni.Design,
    keys: jax.Array,
    csi_error: float,
    samples: int,
) -> Measured:
    """The least SINR over streams and users, for random channel errors in the ball and for the worst one (exact)."""
    h = realisation.known
    radius = np.full(h.shape[:2], csi_error)
    error = sample_errors(scenario, keys, radius, samples)
    table = model.sinr(scenario, h, design.beams, design.order, error)
    sampled_db = linear_to_db(least_over_users(table).min(axis=-1)).T
    exact = ni.worst_case_sinr(scenario, h, design.beams, csi_error).sinr
    target_db = linear_to_db(design.sinr_target.min(axis=1))
    return {
        "min_sinr_db": sampled_db,
        "worst_sinr_db": linear_to_db(least_over_users(exact).min(axis=-1)),
        "missed": (sampled_db < target_db[:, None]).mean(axis=1),
        "sample_std_db": sampled_db.std(axis=1),
        "least_sampled_db": sampled_db.min(axis=1),
        "objective_w": model.objective_w(scenario, design.beams),
    }
