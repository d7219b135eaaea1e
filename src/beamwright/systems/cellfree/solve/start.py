"""Starting points of the search: beams in closed form on fixed and random layouts, or a given design."""

from typing import Literal, NamedTuple

import jax
import numpy as np

from beamwright.core import draws, numbered_keys, root_key
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Scenario
from beamwright.systems.cellfree.solve.frame import Frame
from beamwright.systems.cellfree.solve.layouts import decoded_layout, encoded_layout, random_coordinates
from beamwright.systems.cellfree.solve.search import variable_sizes

FIRST_SHARE = 0.9
"""Share of the power of an access point that is loud at the start: a search may lower it."""
QUIET_SHARE = 1e-3
"""Share of one that is not: at zero it would stay silent."""
LOUD_SHARE = 0.98
"""Largest share of a given design at the start: at one the utility has no slope."""
PLANE = 0x706C
"""Number of the random stream of layouts in a plane."""
NOISE = 0.2
"""Of the beams of starts beyond the first of each kind, relative to a beam."""


class Kind(NamedTuple):
    """Beams of a start, who is loud, and the share of the radar's largest rate that is held at first."""

    beams: Literal["leakage", "conjugate"]
    loud: int | None
    """Rank of the access point that radiates alone; None: all do."""
    floor: float


KINDS = (
    Kind("leakage", None, 0.5), Kind("conjugate", None, 0.0), Kind("conjugate", 0, 0.8), Kind("leakage", None, 0.8),
    Kind("conjugate", None, 0.8), Kind("conjugate", 1, 0.5), Kind("leakage", 0, 0.5), Kind("conjugate", 0, 0.5),
)  # fmt: skip
"""Starts go through them in turn. Silence is where a search without a floor ends if the radar costs more than it earns
at first; with one alone, designs that are better with little radar are missed."""


def starting_vectors(
    s: Scenario, frame: Frame, numbers: np.ndarray, starts: int, seed: int, movable: bool
) -> tuple[np.ndarray, np.ndarray]:
    """(drops, starts, variables), and (drops, starts) floors of the radar in bits.

    Layouts are random where antennas move. Drop number i draws from fold_in(key(seed), i).
    """
    drops = len(frame.order)
    raw = _random(numbered_keys(root_key(seed), numbers), starts, s.aps, s.tx_antennas, s.rx_antennas)
    ranked = (np.take_along_axis(x, frame.aps[:, None, :, None], axis=2) for x in raw)
    tx_logits, rx_logits, noise = ranked
    if s.planar:
        tx_logits, rx_logits = _random_places(s, frame, numbers, starts, seed)
    vectors, floors = [], []
    for start in range(starts):
        kind = KINDS[start % len(KINDS)]
        if movable:
            logits = [tx_logits[:, start], rx_logits[:, start]]
            tx, rx = (_decoded(s, one) for one in logits)
        else:
            tx, rx = physics.fixed_layouts(s, drops)
            logits = [encoded_layout(s, one) for one in (tx, rx)]
        beams = _beams(s, frame.paths, kind, tx, rx)
        if start >= len(KINDS):
            beams = beams + NOISE * _for_band(s, noise[:, start]) / np.sqrt(s.tx_antennas)
        loud = np.full((drops, s.aps), True) if kind.loud is None else frame.aps == kind.loud % s.aps
        powers = _even_powers(s, frame, -3.0)
        vectors.append(_vector(s, beams, np.where(loud, FIRST_SHARE, QUIET_SHARE), logits, powers))
        floors.append(kind.floor * largest_radar_rate(s, frame.paths))
    return np.stack(vectors, axis=1), np.stack(floors, axis=1)


def vector_of(s: Scenario, frame: Frame, point: physics.Point) -> np.ndarray:
    """(drops, variables) of a point in the frame, none of them where the utility has no slope.

    Access points that are silent whisper the leakage beam of the layout.
    """
    size = np.linalg.norm(point.beams, axis=-1, keepdims=True)
    if s.subcarriers > 1:
        size = np.sqrt(np.mean(size**2, axis=1, keepdims=True))
    loud = size > 1e-6
    spared = physics.leakage_beam(s, frame.paths, point.tx, point.rx)
    beams = np.where(loud, point.beams / np.where(loud, size, 1.0), spared)
    shares = np.clip(size.reshape(len(size), s.aps) ** 2, QUIET_SHARE, LOUD_SHARE)
    shared = point.powers.reshape(len(size), -1) / s.subcarriers
    left = 1 - shared.sum(axis=1, keepdims=True)
    powers = np.log(np.concatenate([shared, left], axis=1).clip(1e-3))
    return _vector(s, beams, shares, [encoded_layout(s, one) for one in (point.tx, point.rx)], powers)


def yardstick_vectors(s: Scenario, frame: Frame) -> np.ndarray:
    """(drops, yardsticks, variables) of nobody radiating, fixed arrays, equal powers of all users; with metric position
    also of conjugate and leakage beams of full power, which silence does not beat there."""
    drops = len(frame.order)
    layouts = physics.fixed_layouts(s, drops)
    powers = _even_powers(s, frame, -100.0)
    matched, logits = physics.conjugate_beam(s, frame.paths, layouts[0]), [encoded_layout(s, one) for one in layouts]
    vectors = [_vector(s, matched, np.zeros((drops, s.aps)), logits, powers)]
    if s.metric == "position":
        loud = np.ones((drops, s.aps))
        sparing = physics.leakage_beam(s, frame.paths, *layouts)
        vectors += [_vector(s, beams, loud, logits, powers) for beams in (matched, sparing)]
    return np.stack(vectors, axis=1)


def largest_radar_rate(s: Scenario, paths: physics.Paths) -> np.ndarray:
    """(drops,) bits of a radar that nothing disturbs, every antenna in phase, of the target it sees least; with metric
    position those of its place, by fixed arrays."""
    own = np.abs(np.diagonal(paths.echo_gain, axis1=-2, axis2=-1)) ** 2
    own = own.mean(axis=1) if s.subcarriers > 1 else own
    if s.metric == "position":
        looks = physics.looks(paths, physics.fixed_layouts(s, len(own))[1])
        local = s.snapshots * s.tx_antennas * s.rx_antennas * own
        return np.asarray(physics.position_bits(s.radio, local, looks)).min(axis=-1)
    return np.log2(1 + s.snapshots * s.tx_antennas * s.rx_antennas * own.sum(axis=-1).min(axis=-1))


def _beams(s: Scenario, paths: physics.Paths, kind: Kind, tx: np.ndarray, rx: np.ndarray) -> np.ndarray:
    if kind.beams == "leakage":
        return physics.leakage_beam(s, paths, tx, rx)
    return physics.conjugate_beam(s, paths, tx)


def _decoded(s: Scenario, variables: np.ndarray) -> np.ndarray:
    """Places (drops, aps, antennas) of variables of layouts."""
    return np.asarray(decoded_layout(s.radio, variables, s.half_region_wavelengths, s.spacing_wavelengths, last=True))


def _random_places(
    s: Scenario, frame: Frame, numbers: np.ndarray, starts: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Variables (drops, starts, aps, 2 * antennas) of both layouts in a plane; access points take them by rank."""
    keys = numbered_keys(draws.fold_in(root_key(seed), PLANE), numbers)
    raw = random_coordinates(keys, starts, s.aps, s.tx_antennas + s.rx_antennas)
    ranked = np.take_along_axis(raw, frame.aps[:, None, :, None], axis=2)
    tx, rx = np.split(ranked, [2 * s.tx_antennas], axis=-1)
    return tx, rx


def _for_band(s: Scenario, beams: np.ndarray) -> np.ndarray:
    """Beams (drops, aps, antennas) for every one of several subcarriers."""
    return beams if s.subcarriers == 1 else beams[:, None]


def _even_powers(s: Scenario, frame: Frame, left: float) -> np.ndarray:
    """Logits of powers (drops, subcarriers * users + 1), all alike but for what is left over."""
    drops, users = frame.order.shape
    return np.tile(np.concatenate([np.zeros(s.subcarriers * users), [left]]), (drops, 1))


def _vector(
    s: Scenario, beams: np.ndarray, shares: np.ndarray, logits: list[np.ndarray], powers: np.ndarray
) -> np.ndarray:
    """(drops, variables), the weights of the scenarios all equal; powers by logarithms, what is left over last."""
    drops, weights = len(beams), variable_sizes(s.radio, 0).weights
    parts = (
        np.stack([beams.real, beams.imag], axis=1), np.arcsin(np.sqrt(shares)), *logits, powers,
        np.zeros((drops, weights)),
    )  # fmt: skip
    return np.concatenate([part.reshape(drops, -1) for part in parts], axis=1)


def _random(
    keys: jax.Array, starts: int, aps: int, tx_antennas: int, rx_antennas: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normal logits of both layouts and CN(0, 1) noise of the beams, for every start."""
    a, b, c = draws.split(keys, 3)
    return (
        draws.normal(a, (starts, aps, tx_antennas + 1)),
        draws.normal(b, (starts, aps, rx_antennas + 1)),
        draws.complex_normal(c, (starts, aps, tx_antennas)),
    )
