"""Fields of beams: along the line of sight of a user, and around the antenna."""

import jax
import numpy as np

from beamwright.studies.figures.dma_noma.measures.measured import Measured
from beamwright.systems import dma_noma as dn
from beamwright.systems.dma_noma.physics import checked, model, reference_waves
from beamwright.uncertainty import ball_frame


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
    f = model.transmit_vectors(design.responses, wave, design.beams)[..., 0]
    hologram = np.abs(np.einsum("drn,dn->dr", np.conj(unit), f)) ** 2
    rows = {"matched": matched / matched.max(axis=1, keepdims=True),
            "hologram": hologram / hologram.max(axis=1, keepdims=True)}  # fmt: skip
    near, far = _edges(rows["matched"] >= 0.5, reach)
    heard = np.abs(np.einsum("dn,dn->d", np.conj(at), f)) ** 2 / np.linalg.norm(at, axis=-1) ** 2
    return {
        "range_m": np.tile(reach, (drops, 1)),
        **{f"{name}_db": 10 * np.log10(np.maximum(row, 1e-6)) for name, row in rows.items()},
        "near_edge_m": near,
        "far_edge_m": far,
        "loss_db": -10 * np.log10(heard),
        "radiated_db": 20 * np.log10(np.linalg.norm(f, axis=-1)),
        "peak_m": reach[rows["hologram"].argmax(axis=1)],
        "rayleigh_m": np.full(drops, scenario.rayleigh_m),
    }


def _edges(inside: np.ndarray, reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last of ``reach`` that are inside (drops, places); NaN where that is an end of it, which is no edge."""
    first, last = inside.argmax(axis=1), inside.shape[1] - 1 - inside[:, ::-1].argmax(axis=1)
    return np.where(inside[:, 0], np.nan, reach[first]), np.where(inside[:, -1], np.nan, reach[last])


def field(
    scenario: dn.Scenario, realisation: dn.Realisation, design: dn.Design, keys: jax.Array, step_m: float
) -> Measured:
    """Power of the first group's beam over the noise around the antenna, and across the second group's near user."""
    known, drops = checked(scenario, realisation.known), len(design.amplitudes)
    sent, _ = model.transmissions(scenario, known, design)
    strength = sent.powers_w[:, 0] / scenario.noise_power_w[0]

    def power_db(points: np.ndarray) -> np.ndarray:
        gain = np.abs(np.einsum("dpn,dn->dp", np.conj(dn.channels(scenario, points)), sent.vectors[..., 0])) ** 2
        return 10 * np.log10(np.maximum(strength[:, None] * gain, 1e-3))

    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(1.0, 18.01, step_m), np.arange(-8.0, 8.01, step_m)))
    plane = np.tile(np.stack([x, y, np.zeros_like(x)], axis=-1), (drops, 1, 1))
    other = known.near_positions_m[:, 1]
    offset = np.linspace(-3, 3, 241) * max(float(np.max(scenario.position_error_m)), 0.05)
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
