"""Starting points of the search: beams in closed form on fixed and random layouts, or a given design."""

from typing import Literal, NamedTuple

import jax
import numpy as np

from beamwright.arrays import decode_layout, encode_layout
from beamwright.core import drawn, numbered_keys, root_key
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Scenario
from beamwright.systems.cellfree.solve.frame import Frame
from beamwright.systems.cellfree.solve.search import variable_sizes

FIRST_SHARE = 0.9
"""Share of the power of an access point that is loud at the start: a search may lower it."""
QUIET_SHARE = 1e-3
"""Share of one that is not: at zero it would stay silent."""
LOUD_SHARE = 0.98
"""Largest share of a given design at the start: at one the utility has no slope."""
LEAST_GAP = 0.02
"""Share of the room that is spread evenly over a given layout's gaps: a search moves gaps by their logarithms."""
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
    drops, users = frame.order.shape
    raw = _random(numbered_keys(root_key(seed), numbers), starts, s.aps, s.tx_antennas, s.rx_antennas)
    ranked = (np.take_along_axis(np.asarray(x), frame.aps[:, None, :, None], axis=2) for x in raw)
    tx_logits, rx_logits, noise = ranked
    low, high = s.region_wavelengths
    vectors, floors = [], []
    for start in range(starts):
        kind = KINDS[start % len(KINDS)]
        if movable:
            logits = [tx_logits[:, start], rx_logits[:, start]]
            tx, rx = (np.asarray(decode_layout(one, low, high, s.spacing_wavelengths)) for one in logits)
        else:
            tx, rx = physics.fixed_layouts(s, drops)
            logits = [_logits(s, one) for one in (tx, rx)]
        beams = _beams(s, frame.paths, kind, tx, rx)
        if start >= len(KINDS):
            beams = beams + NOISE * noise[:, start] / np.sqrt(s.tx_antennas)
        loud = np.full((drops, s.aps), True) if kind.loud is None else frame.aps == kind.loud % s.aps
        powers = np.tile(np.concatenate([np.zeros(users), [-3.0]]), (drops, 1))
        vectors.append(_vector(s, beams, np.where(loud, FIRST_SHARE, QUIET_SHARE), logits, powers))
        floors.append(kind.floor * largest_radar_rate(s, frame.paths))
    return np.stack(vectors, axis=1), np.stack(floors, axis=1)


def vector_of(s: Scenario, frame: Frame, point: physics.Point) -> np.ndarray:
    """(drops, variables) of a point in the frame, none of them where the utility has no slope.

    Access points that are silent whisper the leakage beam of the layout.
    """
    size = np.linalg.norm(point.beams, axis=-1, keepdims=True)
    loud = size > 1e-6
    spared = physics.leakage_beam(s, frame.paths, point.tx, point.rx)
    beams = np.where(loud, point.beams / np.where(loud, size, 1.0), spared)
    shares = np.clip(size[..., 0] ** 2, QUIET_SHARE, LOUD_SHARE)
    left = 1 - point.powers.sum(axis=1, keepdims=True)
    powers = np.log(np.concatenate([point.powers, left], axis=1).clip(1e-3))
    return _vector(s, beams, shares, [_logits(s, one) for one in (point.tx, point.rx)], powers)


def silent_vector(s: Scenario, frame: Frame) -> np.ndarray:
    """(drops, variables) of nobody radiating, fixed arrays, equal powers of all users."""
    drops, users = frame.order.shape
    layouts = physics.fixed_layouts(s, drops)
    powers = np.tile(np.concatenate([np.zeros(users), [-100.0]]), (drops, 1))
    beams = physics.conjugate_beam(s, frame.paths, layouts[0])
    return _vector(s, beams, np.zeros((drops, s.aps)), [_logits(s, one) for one in layouts], powers)


def largest_radar_rate(s: Scenario, paths: physics.Paths) -> np.ndarray:
    """(drops,) bits of a radar that nothing disturbs, every antenna in phase."""
    own = np.abs(np.diagonal(paths.echo_gain, axis1=1, axis2=2)) ** 2
    return np.log2(1 + s.snapshots * s.tx_antennas * s.rx_antennas * own.sum(axis=-1))


def _beams(s: Scenario, paths: physics.Paths, kind: Kind, tx: np.ndarray, rx: np.ndarray) -> np.ndarray:
    if kind.beams == "leakage":
        return physics.leakage_beam(s, paths, tx, rx)
    return physics.conjugate_beam(s, paths, tx)


def _logits(s: Scenario, places: np.ndarray) -> np.ndarray:
    """(drops, aps, antennas + 1) of a layout, none of them without slope."""
    share = np.exp(encode_layout(places, *s.region_wavelengths, s.spacing_wavelengths))
    share /= share.sum(axis=-1, keepdims=True)
    return np.log((1 - LEAST_GAP) * share + LEAST_GAP / share.shape[-1])


def _vector(
    s: Scenario, beams: np.ndarray, shares: np.ndarray, logits: list[np.ndarray], powers: np.ndarray
) -> np.ndarray:
    """(drops, variables), the weights of the scenarios all equal; powers by logarithms, what is left over last."""
    drops, weights = len(beams), variable_sizes(s.radio, powers.shape[1] - 1).weights
    parts = (
        np.stack([beams.real, beams.imag], axis=1), np.arcsin(np.sqrt(shares)), *logits, powers,
        np.zeros((drops, weights)),
    )  # fmt: skip
    return np.concatenate([part.reshape(drops, -1) for part in parts], axis=1)


@drawn(1, 2, 3, 4)
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
