"""Rates of a design: worst and mean ones, whose errors cost them, and what balls of channels promise."""

import jax
import numpy as np

from beamwright.core import draws
from beamwright.studies.figures.dma_noma.measures.measured import Measured
from beamwright.systems import dma_noma as dn
from beamwright.systems.dma_noma.physics import checked, model, user_channels
from beamwright.uncertainty import sample_position_ball


def rates(
    scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array, samples: int = 50
) -> Measured:
    """Worst and mean sum rates over the balls: by users, over errors along one line only or of some users only."""
    known, proof = realisation.known, design.certificate
    lines = {
        name: dn.verify_rate(scenario, known, design, directions=name).sum_rate  # type: ignore[arg-type]
        for name in ("radial", "tangential")
    }
    size_m = scenario.error_size_m(known.positions_m, known.users)
    each = [draws.fold_in(keys, i) for i in range(samples)]
    places = [sample_position_ball(known.positions_m, size_m, one) for one in each]
    mean = np.mean([dn.evaluate(scenario, dn.Realisation(known, place), design).sum_rate for place in places], axis=0)
    return {
        "verified": proof.verified_sum_rate,
        "guaranteed": proof.guaranteed_sum_rate,
        "gap": proof.guaranteed_sum_rate - proof.verified_sum_rate,
        "near": proof.verified_near_rates.sum(axis=-1),
        "far": proof.verified_far_rates.sum(axis=-1),
        "mean": mean,
        **lines,
        **_users(scenario, realisation.known, design, lines["radial"]),
    }


def _users(scenario: dn.Scenario, known: dn.Known, design: dn.Design, radial: np.ndarray) -> Measured:
    """What near and far users' errors cost apart, shares of the rate at the estimates, interference, decoding order.

    A user's ratio (interference + noise) / gain depends on its own position alone, so users at the adversary's
    positions and others at their estimates are combined exactly.
    """
    known = checked(scenario, known)
    sent = model.transmissions(scenario, known, design)
    silent = sent[0]._replace(noise_w=0 * sent[0].noise_w), sent[1]._replace(noise_w=0 * sent[1].noise_w)
    places = {"worst": design.certificate.worst_positions_m, "estimate": known.positions_m}
    h = {name: user_channels(scenario, known, place)[:, :, None] for name, place in places.items()}
    (near, far), (near_there, far_there) = (model.worst_ratios(h[name], sent) for name in places)
    heard = np.concatenate(model.worst_ratios(h["worst"], silent), axis=-1)  # interference over gain
    with np.errstate(divide="ignore", invalid="ignore"):
        over_noise = np.nanmax(heard / (np.concatenate([near, far], axis=-1) - heard), axis=-1, initial=1e-6)
        order = np.log10(near / far).max(axis=-1)

    def total(near_w: np.ndarray, far_w: np.ndarray) -> np.ndarray:
        return sum(rate.sum(axis=-1) for rate in model.rates(design, near_w, far_w))

    estimated = total(near_there, far_there)
    return {
        "near_errors": total(near, far_there),
        "far_errors": total(near_there, far),
        "kept": design.certificate.verified_sum_rate / estimated,
        "radial_kept": radial / estimated,
        "interference_db": 10 * np.log10(over_noise),
        "order_db": np.where(design.access == dn.Access.NOMA, 10 * order, np.nan),
    }


def band(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Worst sum rate, and the mean over subcarriers at the adversary's positions were each sent to at its own rate."""
    known, proof = checked(scenario, realisation.known), design.certificate
    places, found = proof.worst_positions_m[:, :, None], []
    for tone, sent in zip(scenario.tones, model.over_band(scenario, known, design), strict=True):
        ratios = model.worst_ratios(user_channels(scenario, known, places, tone=tone), sent)
        found.append(sum(rate.sum(axis=-1) for rate in model.rates(design, *ratios)))
    return {
        "verified": proof.verified_sum_rate,
        "gap": proof.guaranteed_sum_rate - proof.verified_sum_rate,
        "mean": np.mean(found, axis=0),
    }


def sets(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Rates that balls of channels and balls of positions promise for a design, and the true ones."""
    known = realisation.known
    aligned, raw = (
        dn.ball_sinr(scenario, known, design, dn.channel_radii(scenario, known, kind)).sum_rate  # type: ignore[arg-type]
        for kind in ("aligned", "raw")
    )
    proof = design.certificate
    return {
        "positions": proof.guaranteed_sum_rate, "aligned": aligned, "raw": raw, "verified": proof.verified_sum_rate,
        "excess": aligned - proof.verified_sum_rate,
    }  # fmt: skip
