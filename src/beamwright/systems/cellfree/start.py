"""Where searches start: fixed and random layouts, beams that light the target, beams that spare the receivers."""

from functools import partial

import jax
import numpy as np

from beamwright.arrays import centred_layout, decode_layout, encode_layout
from beamwright.channels import field_response, steering
from beamwright.core import numbered_keys, root_key
from beamwright.numerics import solve_above
from beamwright.systems.cellfree.model import Paths, Point
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.search import Options, layout

LEAKAGE = 100.0
"""zeta of the leakage beam, in units of the noise."""
FIRST_SHARE = 0.9
"""Of the power, where a search may lower it."""
LEAST_GAP = 0.02
"""Share of the room that is spread evenly over a given layout's gaps: a search moves gaps by their logarithms."""


def fixed_layouts(s: Scenario, drops: int) -> tuple[np.ndarray, np.ndarray]:
    """Transmit and receive arrays at half a wavelength in the middle, (drops, aps, antennas) each."""
    low, high = s.region_wavelengths
    spacing = max(0.5, s.spacing_wavelengths)
    layouts = []
    for antennas in (s.tx_antennas, s.rx_antennas):
        gap = min(spacing, (high - low) / max(antennas - 1, 1))
        layouts.append(np.tile(centred_layout(antennas, low, high, gap), (drops, s.aps, 1)))
    return layouts[0], layouts[1]


def conjugate_beam(s: Scenario, paths: Paths, tx: np.ndarray) -> np.ndarray:
    """Unit beams (drops, aps, antennas) matched to the target."""
    return steering(tx, paths.target_cosine[..., None]) / np.sqrt(s.tx_antennas)


def leakage_beam(s: Scenario, paths: Paths, tx: np.ndarray, rx: np.ndarray) -> np.ndarray:
    """Unit beams that light the target and leak little into any receive array: (sum_b D_ba^H D_ba + zeta I)^-1 g_T.

    D is what an access point at full power does to the receive arrays, so that zeta is in units of the noise.
    """
    links = field_response(
        rx[:, :, None], tx[:, None], paths.direct_gain, paths.direct_rx_cosine, paths.direct_tx_cosine
    )  # (drops, rx ap, tx ap, rx antennas, tx antennas)
    leak = s.ap_power_w * np.einsum("dbamn,dbamk->dank", np.conj(links), links)
    target = steering(tx, paths.target_cosine[..., None])
    beams = solve_above(leak, LEAKAGE, target[..., None])[..., 0]
    return beams / np.linalg.norm(beams, axis=-1, keepdims=True)


def starting_vectors(
    s: Scenario, paths: Paths, numbers: np.ndarray, starts: int, seed: int, options: Options
) -> np.ndarray:
    """(drops * starts, variables): in turn the leakage beam at random positions, a noisy matched beam there, and the
    leakage beam of the fixed array. Drop number i draws from fold_in(key(seed), i)."""
    drops, users = len(numbers), paths.uplink_gain.shape[1]
    keys = numbered_keys(root_key(seed), numbers)
    raw = _random(keys, starts, s.aps, s.tx_antennas, s.rx_antennas)
    tx_logits, rx_logits, noise = (np.asarray(x) for x in raw)
    low, high = s.region_wavelengths
    fixed = fixed_layouts(s, drops)
    vectors = []
    for start in range(starts):
        kind = start % 3
        logits = [tx_logits[:, start], rx_logits[:, start]]
        places = [np.asarray(decode_layout(one, low, high, s.spacing_wavelengths)) for one in logits]
        if kind == 2 or not options.movable:
            places = list(fixed)
            logits = [encode_layout(one, low, high, s.spacing_wavelengths).clip(-12.0) for one in places]
        beams = leakage_beam(s, paths, *places)
        if kind == 1:
            beams = 0.7 * conjugate_beam(s, paths, places[0]) + 0.5 * noise[:, start] / np.sqrt(2 * s.tx_antennas)
        elif start >= 3:
            beams = beams + 0.2 * noise[:, start] / np.sqrt(2 * s.tx_antennas)
        powers = np.concatenate([np.zeros(users), [-3.0]])
        parts = [
            np.stack([beams.real, beams.imag], axis=1).reshape(drops, -1),
            np.full((drops, s.aps), np.arcsin(np.sqrt(FIRST_SHARE))), logits[0].reshape(drops, -1),
            logits[1].reshape(drops, -1), np.tile(powers, (drops, 1)),
        ]  # fmt: skip
        sizes = layout(s, users, options)
        kept = [part for part, size in zip(parts, sizes[:5], strict=True) if size]
        vectors.append(np.concatenate([*kept, np.zeros((drops, sizes.weights))], axis=1))
    return np.stack(vectors, axis=1).reshape(drops * starts, -1)


def vector_of(s: Scenario, paths: Paths, point: Point, options: Options) -> np.ndarray:
    """(drops, variables) of given points: their layouts, directions of beams and user powers; access points are loud.

    Whoever is silent gets the leakage beam of the layout.
    """
    drops, users = point.powers.shape
    size = np.linalg.norm(point.beams, axis=-1, keepdims=True)
    loud = size > 1e-6 * np.sqrt(s.ap_power_w)
    beams = np.where(loud, point.beams / np.where(loud, size, 1.0), leakage_beam(s, paths, point.tx, point.rx))
    low, high = s.region_wavelengths
    logits = []
    for places in (point.tx, point.rx):
        share = np.exp(encode_layout(places, low, high, s.spacing_wavelengths))
        share = (1 - LEAST_GAP) * share / share.sum(axis=-1, keepdims=True) + LEAST_GAP / share.shape[-1]
        logits.append(np.log(share).reshape(drops, -1))
    spent = point.powers / s.user_power_w if s.user_power_w > 0 else np.full((drops, users), 1 / max(users, 1))
    left = 1 - spent.sum(axis=1, keepdims=True)
    parts = [
        np.stack([beams.real, beams.imag], axis=1).reshape(drops, -1),
        np.full((drops, s.aps), np.arcsin(np.sqrt(FIRST_SHARE))), *logits,
        np.log(np.concatenate([spent, left], axis=1).clip(1e-3)),
    ]  # fmt: skip
    sizes = layout(s, users, options)
    kept = [part for part, size in zip(parts, sizes[:5], strict=True) if size]
    return np.concatenate([*kept, np.zeros((drops, sizes.weights))], axis=1)


@partial(jax.jit, static_argnums=(1, 2, 3, 4))
def _random(
    keys: jax.Array, starts: int, aps: int, tx_antennas: int, rx_antennas: int
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Normal logits of both layouts and CN(0, 1) noise of the beams, for every start."""

    def draw(key: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        a, b, c = jax.random.split(key, 3)
        return (
            jax.random.normal(a, (starts, aps, tx_antennas + 1)),
            jax.random.normal(b, (starts, aps, rx_antennas + 1)),
            jax.random.normal(c, (starts, aps, tx_antennas), complex),
        )

    return jax.vmap(draw)(keys)
