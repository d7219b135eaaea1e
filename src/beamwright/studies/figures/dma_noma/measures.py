"""Measurements on a metasurface design: by the plain model and the dense adversary, never by a search's report."""

import jax
import numpy as np

from beamwright.systems import dma_noma as dn
from beamwright.systems.dma_noma.physics import checked, model, reference_waves
from beamwright.uncertainty import ball_frame, channel_error, sample_position_ball, verification_positions

Measured = dict[str, np.ndarray]


def rates(
    scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array, samples: int = 50
) -> Measured:
    """Worst and mean sum rates over the balls, and over errors along one line only."""
    known, proof = realisation.known, design.certificate
    lines = {
        name: dn.verify_rate(scenario, known, design, directions=name).sum_rate  # type: ignore[arg-type]
        for name in ("radial", "tangential")
    }
    draws = [jax.vmap(lambda key, i=i: jax.random.fold_in(key, i))(keys) for i in range(samples)]
    places = [sample_position_ball(known.positions_m, scenario.position_error_m, one) for one in draws]
    mean = np.mean([dn.evaluate(scenario, dn.Realisation(known, place), design).sum_rate for place in places], axis=0)
    return {
        "verified": proof.verified_sum_rate,
        "guaranteed": proof.guaranteed_sum_rate,
        "gap": proof.guaranteed_sum_rate - proof.verified_sum_rate,
        "mean": mean,
        **lines,
    }


def convergence(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Twice the weighted rate (the sum rate for equal weights) after every round, and rounds to shares of the last."""
    filled = _filled(2 * design.trace)
    share = filled / filled[:, -1:]
    rounds = np.tile(np.arange(filled.shape[1], dtype=float), (len(filled), 1))
    return {
        "round": rounds,
        "rate": filled,
        "to_95": np.argmax(share >= 0.95, axis=1).astype(float),
        "to_98": np.argmax(share >= 0.98, axis=1).astype(float),
        "fall": np.maximum(-np.diff(filled, axis=1), 0).max(axis=1),
    }


def _filled(trace: np.ndarray) -> np.ndarray:
    """Rows go on with their last number."""
    last = np.maximum.accumulate(np.where(np.isnan(trace), 0, np.arange(trace.shape[1])), axis=1)
    return np.take_along_axis(trace, last, axis=1)


def errors(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Errors of the first near and far user's channel over the ball, their bounds, and what is printed, over norms."""
    known = realisation.known
    places = np.stack([known.near_positions_m[:, 0], known.far_positions_m[:, 0]], axis=1)
    points = verification_positions(places, scenario.position_error_m, known.numbers, line=2001)
    estimate, h = dn.channels(scenario, places), dn.channels(scenario, points)
    norm = np.linalg.norm(estimate, axis=-1)
    found: Measured = {}
    for i, kind in enumerate(("raw", "aligned")):
        truth = channel_error(h, estimate[:, :, None], kind).max(axis=-1) / norm  # type: ignore[arg-type]
        bound = dn.csi_error_bound(scenario, places, kind) / norm  # type: ignore[arg-type]
        for j, user in enumerate(("near", "far")):
            found |= {f"{kind}_{user}": truth[:, j], f"{kind}_bound_{user}": bound[:, j]}
            if i == 0:
                found[f"printed_{user}"] = dn.printed_error_bound(scenario, places)[:, j] / norm[:, j]
                found[f"restated_{user}"] = dn.printed_error_bound(scenario, places, restated=True)[:, j] / norm[:, j]
    found["violation"] = np.max([found[f"{k}_{u}"] - found[f"{k}_bound_{u}"] for k in ("raw", "aligned")
                                 for u in ("near", "far")], axis=0)  # fmt: skip
    found["tightness"] = found["aligned_bound_near"] / found["aligned_near"]
    return found


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


def focus(scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array) -> Measured:
    """Power along the ray through the near user: of the matched field, and of the hologram's, over their largest."""
    drops, here = len(design.amplitudes), realisation.known.near_positions_m[:, 0]
    reach = np.geomspace(2.0, 60.0, 600)
    ray = here / np.linalg.norm(here, axis=-1, keepdims=True)
    h = dn.channels(scenario, reach[:, None] * ray[:, None])
    at = dn.channels(scenario, here)
    shape = np.abs(h) > 0  # the focus is a matter of phases: path loss would hide it
    unit = np.where(shape, h / np.abs(h), 0)
    matched = np.abs(np.einsum("drn,dn->dr", np.conj(unit), at / np.abs(at))) ** 2
    wave = reference_waves(scenario, checked(scenario, realisation.known))
    f = model.transmit_vectors(design.amplitudes, wave, design.beams)[..., 0]
    hologram = np.abs(np.einsum("drn,dn->dr", np.conj(unit), f)) ** 2
    rows = {"matched": matched / matched.max(axis=1, keepdims=True),
            "hologram": hologram / hologram.max(axis=1, keepdims=True)}  # fmt: skip
    inside = rows["matched"] >= 0.5
    return {
        "range_m": np.tile(reach, (drops, 1)),
        **{f"{name}_db": 10 * np.log10(np.maximum(row, 1e-6)) for name, row in rows.items()},
        "near_edge_m": reach[inside.argmax(axis=1)],
        "far_edge_m": np.where(inside[:, -1], np.inf, reach[len(reach) - 1 - inside[:, ::-1].argmax(axis=1)]),
        "peak_m": reach[rows["hologram"].argmax(axis=1)],
        "rayleigh_m": np.full(drops, scenario.rayleigh_m),
    }


def field(
    scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array, step_m: float
) -> Measured:
    """Power of the first group's beam over the noise around the antenna, and across the second group's near user."""
    known, drops = checked(scenario, realisation.known), len(design.amplitudes)
    sent, _ = model.transmissions(scenario, known, design)
    strength = sent.powers_w[:, 0] / scenario.noise_power_w

    def power_db(points: np.ndarray) -> np.ndarray:
        gain = np.abs(np.einsum("dpn,dn->dp", np.conj(dn.channels(scenario, points)), sent.vectors[..., 0])) ** 2
        return 10 * np.log10(np.maximum(strength[:, None] * gain, 1e-3))

    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(1.0, 18.01, step_m), np.arange(-8.0, 8.01, step_m)))
    plane = np.tile(np.stack([x, y, np.zeros_like(x)], axis=-1), (drops, 1, 1))
    other = known.near_positions_m[:, 1]
    offset = np.linspace(-3, 3, 241) * max(scenario.position_error_m, 0.05)
    across = other[:, None] + offset[:, None] * ball_frame(other)[:, None, 1]
    users = known.positions_m
    return {
        "power_db": power_db(plane),
        "x_m": plane[..., 0],
        "y_m": plane[..., 1],
        "user_x_m": users[..., 0],
        "user_y_m": users[..., 1],
        "offset_m": np.tile(offset, (drops, 1)),
        "leak_db": power_db(across),
        "verified": design.certificate.verified_sum_rate,
    }
