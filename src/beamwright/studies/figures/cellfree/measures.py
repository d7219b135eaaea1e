"""Measurements on a cell-free design: by the certificate and the plain model, never by a search's own report."""

import jax
import numpy as np

from beamwright.channels import power_law, steering
from beamwright.systems import cellfree as cf

Measured = dict[str, np.ndarray]


def utilities(scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array) -> Measured:
    """Worst case, no offsets, and what the parts come to at the worst offsets."""
    proof = design.certificate
    assert proof is not None
    return {
        "worst": proof.worst_case_utility,
        "nominal": proof.nominal_utility,
        "users": np.log2(1 + proof.user_sinr).sum(axis=1),
        "radar_db": 10 * np.log10(np.maximum(proof.least_radar_sinr, 1e-6)),
        "radiated": proof.radiated_w.sum(axis=1),
    }


def learning(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, env_steps: int = 24_000
) -> Measured:
    """The learning curve and where it ends; designs that were not learnt are level lines."""
    assert design.certificate is not None
    worst = design.certificate.worst_case_utility
    level, none = np.repeat(worst[:, None], 2, axis=1), np.full((len(worst), 2), np.nan)
    if (curve := design.curve) is None:
        curve = cf.LearningCurve(np.tile([0.0, env_steps], (len(worst), 1)), none, none, none, level)
    there = curve.score >= 0.95 * curve.score[:, -1:]
    return {
        "env_steps": curve.env_steps,
        "score": curve.score,
        "loss": curve.loss,
        "worst": worst,
        "first_loss": curve.loss[:, 0],
        "last_loss": curve.loss[:, -1],
        "steps_to": curve.env_steps[np.arange(len(worst)), there.argmax(axis=1)],
    }


def missed(scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array) -> Measured:
    """Share of the drop from no offsets to the worst ones that other methods do not find."""
    known, r = realisation.known, design.receivers
    proof = design.certificate
    assert proof is not None
    drop = np.maximum(proof.nominal_utility - proof.worst_case_utility, 1e-12)
    variants: dict[str, tuple[str, dict[str, int]]] = {
        "oracle": ("oracle", {}), "vertices": ("vertices", {}), "manifold": ("manifold", {}),
        "starts": ("manifold", {"starts": 4}), "no_duals": ("manifold", {"duals": False}),
        "polished": ("manifold", {"polish": True}),
    }  # fmt: skip
    found = {
        name: cf.worst_case_offset(scenario, known, design, r, method, **options).utility  # type: ignore[arg-type]
        for name, (method, options) in variants.items()
    }
    return {name: np.maximum(value - proof.worst_case_utility, 0) / drop for name, value in found.items()}


def along(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, points: int = 41
) -> Measured:
    """Utility on the way from no offsets to the worst ones, and beyond."""
    known, r = realisation.known, design.receivers
    worst = design.worst_offsets_hz
    assert worst is not None
    size = np.maximum(np.ptp(worst, axis=1, keepdims=True), 1e-9)
    reach = np.linspace(0, 2 * scenario.offset_range_hz, points)
    rows = [cf.sinr(scenario, known, design, r, worst / size * hz).utility for hz in reach]
    return {"offset_hz": np.tile(reach, (len(worst), 1)), "utility": np.stack(rows, axis=1)}


def field(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, step_m: float
) -> Measured:
    """Power of all beams at each place over the noise, and positions of the antennas."""
    known = realisation.known
    scene, drops = known.geometry, len(known.echo_gain)
    assert scene is not None  # drawn, not brought
    x, y = (grid.ravel() for grid in np.meshgrid(*(np.arange(-130.0, 130.01, step_m),) * 2))
    away = np.stack([x, y], axis=-1) - scene.ap_positions_m[:, :, None]
    distance = np.linalg.norm(away, axis=-1)
    cosine = np.sum(away * scene.ap_axes[:, :, None], axis=-1) / np.maximum(distance, 1e-9)
    waves = np.conj(steering(design.tx_positions[:, :, None], cosine[..., None]))
    heard = np.abs(np.sum(waves * design.beams[:, :, None], axis=-1)) ** 2 * power_law(distance, 2.2)
    lit = heard.sum(axis=1) / scenario.noise_power_w
    target = np.broadcast_to(scene.target_m[:, None], (drops, 1, 2))
    marks = np.concatenate([scene.user_positions_m, target], axis=1)
    proof = design.certificate
    assert proof is not None
    return {
        "power_db": 10 * np.log10(np.maximum(lit, 1e-3)),
        "x_m": np.tile(x, (drops, 1)),
        "y_m": np.tile(y, (drops, 1)),
        "mark_x_m": marks[..., 0],
        "mark_y_m": marks[..., 1],
        "place": design.tx_positions[:, 0],
        "antenna": np.tile(np.arange(1.0, scenario.tx_antennas + 1), (drops, 1)),
        "worst": proof.worst_case_utility,
    }


def bounds(
    scenario: cf.Scenario,
    realisation: cf.Realisation,
    design: cf.Design,
    keys: jax.Array,
    elements: int = 256,
    snr: float = 0.05,
) -> Measured:
    """Position bounds in cm with known, consistent and free offsets: a grid of 16 symbols, and one index for both."""
    known, drops = realisation.known, len(design.beams)
    grids = {"grid": cf.ResourceGrid.full(elements, 16), "diagonal": cf.ResourceGrid.diagonal(elements)}
    return {
        f"{name}_{kind}": np.full(
            drops,
            100 * float(cf.position_bound(known.geometry, grid, snr, kind, scenario).bound_m),  # type: ignore[arg-type]
        )
        for name, grid in grids.items()
        for kind in ("known", "consistent", "free")
    }


def bound_map(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, step_m: float
) -> Measured:
    """The bound of a target anywhere, in decibels over a metre, offsets consistent or free, equal SNR."""
    known, drops = realisation.known, len(design.beams)
    scene = known.geometry
    assert scene is not None  # drawn, not brought
    x, y = (grid.ravel() for grid in np.meshgrid(*(np.arange(-140.0, 140.01, step_m),) * 2))
    places = np.stack([x, y], axis=-1)
    grid = cf.ResourceGrid.diagonal(256)
    rows: Measured = {"x_m": np.tile(x, (drops, 1)), "y_m": np.tile(y, (drops, 1))}
    for kind in ("consistent", "free"):
        bound = cf.position_bound(scene, grid, 0.05, kind, scenario, target_m=places).bound_m  # type: ignore[arg-type]
        rows[f"{kind}_db"] = np.tile(10 * np.log10(bound), (drops, 1))
    rows["ap_x_m"], rows["ap_y_m"] = scene.ap_positions_m[..., 0], scene.ap_positions_m[..., 1]
    return rows
