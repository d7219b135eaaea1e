"""Starting points of the search: fixed and random layouts, beams in closed form, or a given design."""

from functools import partial

import jax
import numpy as np

from beamwright.arrays import decode_layout, encode_layout
from beamwright.core import numbered_keys, root_key
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Design, Known, Scenario
from beamwright.systems.cellfree.solve.search import Lane, Options, variable_sizes

FIRST_SHARE = 0.9
"""Share of the power at the start, where a search may lower it."""
LEAST_GAP = 0.02
"""Share of the room that is spread evenly over a given layout's gaps: a search moves gaps by their logarithms."""


def starting_vectors(
    s: Scenario, paths: physics.Paths, numbers: np.ndarray, starts: int, seed: int, options: Options
) -> np.ndarray:
    """(drops * starts, variables), in turn: the leakage beam at random positions, a noisy matched beam there, and the
    leakage beam of the fixed array. Drop number i draws from fold_in(key(seed), i)."""
    drops, users = len(numbers), paths.uplink_gain.shape[1]
    keys = numbered_keys(root_key(seed), numbers)
    raw = _random(keys, starts, s.aps, s.tx_antennas, s.rx_antennas)
    tx_logits, rx_logits, noise = (np.asarray(x) for x in raw)
    low, high = s.region_wavelengths
    fixed = physics.fixed_layouts(s, drops)
    vectors = []
    for start in range(starts):
        kind = start % 3
        logits = [tx_logits[:, start], rx_logits[:, start]]
        places = [np.asarray(decode_layout(one, low, high, s.spacing_wavelengths)) for one in logits]
        if kind == 2 or not options.movable:
            places = list(fixed)
            logits = [encode_layout(one, low, high, s.spacing_wavelengths).clip(-12.0) for one in places]
        beams = physics.leakage_beam(s, paths, *places)
        if kind == 1:
            beams = 0.7 * physics.conjugate_beam(s, paths, places[0]) + 0.5 * noise[:, start] / np.sqrt(
                2 * s.tx_antennas
            )
        elif start >= 3:
            beams = beams + 0.2 * noise[:, start] / np.sqrt(2 * s.tx_antennas)
        powers = np.concatenate([np.zeros(users), [-3.0]])
        parts = [
            np.stack([beams.real, beams.imag], axis=1).reshape(drops, -1),
            np.full((drops, s.aps), np.arcsin(np.sqrt(FIRST_SHARE))), logits[0].reshape(drops, -1),
            logits[1].reshape(drops, -1), np.tile(powers, (drops, 1)),
        ]  # fmt: skip
        sizes = variable_sizes(s.radio, users, options)
        kept = [part for part, size in zip(parts, sizes[:5], strict=True) if size]
        vectors.append(np.concatenate([*kept, np.zeros((drops, sizes.weights))], axis=1))
    return np.stack(vectors, axis=1).reshape(drops * starts, -1)


def vector_of(s: Scenario, paths: physics.Paths, point: physics.Point, options: Options) -> np.ndarray:
    """(drops, variables) with a point's layouts, directions of beams and user powers; every access point radiates.

    Access points that are silent in ``point`` start with the leakage beam of the layout.
    """
    drops, users = point.powers.shape
    size = np.linalg.norm(point.beams, axis=-1, keepdims=True)
    loud = size > 1e-6 * np.sqrt(s.ap_power_w)
    beams = np.where(loud, point.beams / np.where(loud, size, 1.0), physics.leakage_beam(s, paths, point.tx, point.rx))
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
    sizes = variable_sizes(s.radio, users, options)
    kept = [part for part, size in zip(parts, sizes[:5], strict=True) if size]
    return np.concatenate([*kept, np.zeros((drops, sizes.weights))], axis=1)


def make_lanes(
    s: Scenario, known: Known, starts: int, seed: int, options: Options, least: float = 0.0,
    initial: Design | None = None, assumed: np.ndarray | None = None,
) -> Lane:  # fmt: skip
    """Lanes of a search: every drop with every start, ``initial`` for the first; ``least`` radar SINR.

    ``assumed`` (drops, aps) are the offsets in units of the range that designs are for which are not robust; default 0.
    """
    paths, drops = physics.paths_of(known), len(known.echo_gain)
    vectors = starting_vectors(s, paths, known.numbers, starts, seed, options)
    if initial is not None:
        vectors[::starts] = vector_of(s, paths, physics.point_of(s, known, initial), options)
    each, one = np.repeat(np.arange(drops), starts), np.ones(drops * starts)
    tx, rx = physics.fixed_layouts(s, drops)
    return Lane(
        paths=physics.Paths(*(a[each] for a in paths)),
        range_hz=s.offset_range_hz * one,
        ap_power=s.ap_power_w * one,
        user_power=s.user_power_w * one,
        radar_log=np.log2(1 + least) * one,
        reach=s.half_region_wavelengths * one,
        spacing=s.spacing_wavelengths * one,
        tx=tx[each],
        rx=rx[each],
        start=vectors,
        numbers=np.tile(s.radio.numbers, (drops * starts, 1)),
        assumed=np.zeros((drops * starts, s.aps)) if assumed is None else assumed[each],
    )


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
