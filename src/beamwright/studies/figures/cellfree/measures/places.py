"""Measurements over places: power of the beams, antennas, and how well a target there can be located."""

from dataclasses import replace

import jax
import numpy as np

from beamwright.channels import power_law, steering
from beamwright.core import require
from beamwright.systems import cellfree as cf

Measured = dict[str, np.ndarray]


def field(
    scenario: cf.Scenario, realisation: cf.Realisation, design: cf.Design, keys: jax.Array, step_m: float
) -> Measured:
    """Power of all beams at each place over the noise, and positions of the antennas."""
    require(scenario.movement == "line", "movement", "be 'line' for this map", scenario.movement)
    require(scenario.subcarriers == 1, "subcarriers", "be 1 for this map", scenario.subcarriers)
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
    proof = design.certificate
    assert proof is not None
    loudest = proof.radiated_w.argmax(axis=1)[:, None, None]
    fixed = cf.leakage_beams(scenario, known).tx_positions
    moved = np.take_along_axis(design.tx_positions - fixed, loudest, axis=1)
    return {
        "power_db": 10 * np.log10(np.maximum(lit, 1e-3)),
        "x_m": np.tile(x, (drops, 1)),
        "y_m": np.tile(y, (drops, 1)),
        **_places("user", scene.user_positions_m),
        **_places("target", scene.target_m.reshape(drops, -1, 2)),
        **_places("ap", scene.ap_positions_m),
        "moved_loudest": moved[:, 0],
        "antenna": np.tile(np.arange(1.0, scenario.tx_antennas + 1), (drops, 1)),
        "worst": proof.worst_case_utility,
    }


def _places(name: str, places: np.ndarray) -> Measured:
    """Coordinates of (drops, places, 2)."""
    return {f"{name}_x_m": places[..., 0], f"{name}_y_m": places[..., 1]}


def random_geometry(scenario: cf.Scenario, key: jax.Array, drops: int, first: int = 0) -> cf.Realisation:
    """Drops whose access points, their axes and the target are anywhere: the former in a disc of twice their radius,
    the latter in that of the users; channels are those of the circle, which position bounds do not read."""
    drawn = cf.draw(scenario, key, drops, first)
    scene = drawn.known.geometry
    assert scene is not None  # drawn, not brought
    rng = [np.random.default_rng([7, number, *np.asarray(jax.random.key_data(key)).tolist()])
           for number in range(first, first + drops)]  # fmt: skip
    aps = np.stack([_in_disc(r, scenario.aps, 2 * scenario.ap_radius_m) for r in rng])
    turns = np.stack([r.uniform(0, np.pi, scenario.aps) for r in rng])
    target = np.stack([_in_disc(r, 1, scenario.user_radius_m)[0] for r in rng])
    axes = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    there = replace(scene, ap_positions_m=aps, ap_axes=axes, target_m=target)
    return replace(drawn, known=replace(drawn.known, geometry=there))


def _in_disc(rng: np.random.Generator, count: int, radius_m: float) -> np.ndarray:
    """(count, 2) uniform in a disc."""
    radius, turn = radius_m * np.sqrt(rng.uniform(size=count)), rng.uniform(0, 2 * np.pi, count)
    return np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=-1)


def bounds(
    scenario: cf.Scenario,
    realisation: cf.Realisation,
    design: cf.Design,
    keys: jax.Array,
    elements: int = 256,
    snr: float = 0.05,
) -> Measured:
    """Position bounds in cm with known, consistent and free offsets: a grid of 16 symbols, and one index for both."""
    scene = realisation.known.geometry
    assert scene is not None  # drawn, not brought
    grids = {"grid": cf.ResourceGrid.full(elements, 16), "diagonal": cf.ResourceGrid.diagonal(elements)}
    found: dict[str, list[float]] = {f"{grid}_{kind}": [] for grid in grids for kind in ("known", "consistent", "free")}
    for drop in range(len(scene.target_m)):
        one = scene.take([drop])
        for name, values in found.items():
            grid, kind = name.split("_")
            bound = cf.position_bound(one, grids[grid], snr, kind, scenario).bound_m  # type: ignore[arg-type]
            values.append(100 * float(bound))
    return {name: np.array(values) for name, values in found.items()}


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
