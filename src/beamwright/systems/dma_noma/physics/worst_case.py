"""The dense adversary: thousands of positions per user and a local search from the worst (spec dma_noma, section 4).

Every worst case depends on one user's own position, so users are attacked one by one. The result is an estimate from
below of the true worst case, independent of the scenario set that a design was made for. The formula of received powers
(``reception``) by which positions are sought serves the design's kernel as well; rates at them are the plain model's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.arrays import cosine_pattern
from beamwright.channels import LINE_OF_SIGHT
from beamwright.core import ArrayRecord, renamed
from beamwright.numerics import Tree, in_tiles, materialise, one_by_one, phasor
from beamwright.systems.dma_noma.physics import geometry, model, reception
from beamwright.systems.dma_noma.physics.climb import Climb, climbed, first_step, highest, region_of
from beamwright.systems.dma_noma.scene import Known, Scenario, checked
from beamwright.systems.dma_noma.types import Design
from beamwright.uncertainty import MIRROR, Directions, verification_positions

WORST, CLIMBS, TRIALS = 5, 40, 12
"""Starting positions of a local search, its rounds, and the moves tried in each."""
TILE, _CHUNK = 4, 64
"""Drops per compiled call; positions looked at together, so that they stay in a core's cache."""


@dataclass(frozen=True)
class Verified(ArrayRecord):
    """Rates of a design at the worst positions of the dense adversary."""

    weighted_rate: np.ndarray
    """(drops,) bit/s/Hz."""
    sum_rate: np.ndarray
    """(drops,) bit/s/Hz."""
    near_rates: np.ndarray
    """(drops, groups)."""
    far_rates: np.ndarray
    """(drops, groups)."""
    worst_positions_m: np.ndarray
    """(drops, 2 groups, 3)."""


@renamed
def verify_rate(
    scenario: Scenario, known: Known, design: Design, seed: int = 0, directions: Directions = "all"
) -> Verified:
    """Least rates over dense random positions in every ball and their neighbourhoods, each on its worst subcarrier.

    2000 positions in the ball or ellipsoid, 1000 on its surface, lines along and across, then a local search from the
    five worst of every user. Drop number i draws from fold_in(key(seed), i). Rates are recomputed at the worst
    positions by the plain model.

    Args:   directions ``radial`` or ``tangential`` restricts the errors to that line, without a local search.
    Raises: ValueError naming the array of a wrong shape.
    """
    known = checked(scenario, known)
    sent = model.over_band(scenario, known, design)
    size_m = scenario.error_size_m(known.positions_m, known.users)
    points = verification_positions(known.positions_m, size_m, known.numbers, seed, directions)
    worst = _worst_positions(scenario, known, sent, points, seed, CLIMBS if directions == "all" else 0)
    ratios = model.worst_in_band(scenario, known, worst[:, :, None], sent)
    near_rates, far_rates = model.rates(design, *ratios)
    return Verified(
        weighted_rate=model.weighted_rate(scenario, known, near_rates, far_rates),
        sum_rate=near_rates.sum(axis=-1) + far_rates.sum(axis=-1),
        near_rates=near_rates,
        far_rates=far_rates,
        worst_positions_m=worst,
    )


def _worst_positions(
    s: Scenario,
    known: Known,
    sent: list[model.Sent],
    points: np.ndarray,
    seed: int,
    climbs: int,
) -> np.ndarray:
    """Positions (drops, users, 3) of largest ratio, from points (drops, users, count, 3)."""
    drops, users, count = points.shape[:3]
    unit = np.sqrt(s.noise_power_w.max())
    filled = np.concatenate([points, np.repeat(points[:, :, :1], -count % _CHUNK, axis=2)], axis=2)
    moves = np.stack(
        [np.random.default_rng([seed, int(n)]).standard_normal((CLIMBS, TRIALS // 2, 3)) for n in known.numbers]
    )[:, :climbs]
    moves = np.concatenate([moves, moves * MIRROR], axis=2)
    moves = moves / np.linalg.norm(moves, axis=-1, keepdims=True) if climbs else np.zeros((drops, 0, TRIALS, 3))
    if s.channel_model != LINE_OF_SIGHT:
        return _by_calls(s, known, sent[0], points, moves)
    vectors = np.stack([np.stack([one.vectors for one in kind], axis=1) for kind in zip(*sent, strict=True)], axis=1)
    vectors = np.stack([vectors.real, vectors.imag], axis=3)

    def halves(a: np.ndarray) -> np.ndarray:
        return a.reshape(drops, 2, users // 2, *a.shape[2:])

    def each(name: str) -> np.ndarray:
        return np.stack([getattr(one, name) for one in sent[0]], axis=1)  # the same on all subcarriers

    region, amplitude = region_of(s, known), halves(geometry.amplitude(s, 1.0, known.users)[..., 0])
    first = amplitude[:, :, None] / s.tones[:, None]
    per_drop = (
        halves(known.positions_m), halves(filled), first,
        vectors / unit, each("powers_w"), each("noise_w") / s.noise_power_w.max(), each("scattering"), moves,
        np.full((drops, 2), region) if region.ndim == 0 else halves(region),
        np.tile(geometry.element_positions(s), (drops, 1, 1)),
        np.tile([*s.wavelength_m / s.tones, s.path_loss_exponent, s.pattern_exponent], (drops, 1)),
    )  # fmt: skip
    return in_tiles(_compiled(s.groups, s.element_pattern), TILE, *per_drop, counted=True).reshape(drops, users, 3)


@cache
def _compiled(groups: int, pattern: str) -> Callable[..., Tree]:
    """Search of one drop: kinds of users (near, far) lead, then groups. All of a scenario comes as arrays."""

    def one(centre: Array, points: Array, first: Array, f: Array, powers: Array, noise: Array, scattering: Array,
            moves: Array, regions: Array, elements: Array, wave: Array) -> Array:  # fmt: skip
        own = np.eye(groups)
        *wavelengths, exponent, directivity = wave

        def ratios(positions: Array, first: Array, f: Array, powers: Array, noise: Array, scattering: Array) -> Array:
            """(groups, count) of one kind, the largest of all subcarriers, where first is the amplitude at 1 m."""
            square = sum((positions[..., i, None] - elements[:, i]) ** 2 for i in range(3))
            distance = jnp.sqrt(square)

            def at(first: Array, f: Array, wavelength: Array) -> Array:
                cosine, sine = phasor(distance / wavelength)
                decay = jnp.exp(-exponent / 2 * jnp.log(distance))  # a power, at half its price
                size = materialise(first[:, None, None] * decay)
                if pattern != "isotropic":
                    size = size * cosine_pattern(positions[..., :1] / distance, directivity)
                cosine, sine = materialise(cosine), materialise(sine)
                power = reception.received(jnp.stack([size * cosine, -size * sine]), f, scattering, own)
                return (power.interference @ powers + noise[:, None]) * jnp.exp(-power.log_gain)

            return reduce(jnp.maximum, map(at, first, f, wavelengths))

        def attack(centre: Array, points: Array, region: Array, *sent: Array) -> Array:
            """Worst positions (groups, 3) of one kind."""
            chunks = jnp.moveaxis(points.reshape(groups, -1, _CHUNK, 3), 1, 0)
            values = lax.map(lambda part: ratios(part, *sent), chunks)
            flat = jnp.moveaxis(values, 0, 1).reshape(groups, -1)
            best, order = lax.top_k(flat, WORST)
            position = jnp.take_along_axis(points, order[..., None], axis=1)
            start = Climb(position, best, jnp.full(best.shape, first_step(region)))

            def climb(state: Climb, directions: Array) -> tuple[Climb, None]:
                return climbed(state, directions, lambda tried: ratios(tried, *sent), centre, region), None

            return highest(lax.scan(climb, start, moves)[0])

        kinds = zip(centre, points, regions, first, f, powers, noise, scattering, strict=True)
        return jnp.stack([attack(*kind) for kind in kinds])

    return one_by_one(one)


def _by_calls(
    s: Scenario,
    known: Known,
    sent: model.Sent,
    points: np.ndarray,
    moves: np.ndarray,
) -> np.ndarray:
    """The same search on the host, by calls of the scenario's channel model and the plain model's ratios.

    Such a model knows the carrier only, on which everything is sent.
    """

    def ratios(positions: np.ndarray) -> np.ndarray:
        """(drops, users, count)."""
        h = geometry.user_channels(s, known, positions)
        kinds = zip(np.split(h, 2, axis=1), sent, strict=True)
        return np.concatenate([model.ratios(part, one) for part, one in kinds], axis=1)

    parts = np.split(points, range(_CHUNK, points.shape[2], _CHUNK), axis=2)
    values = np.concatenate([ratios(part) for part in parts], axis=-1)
    order = np.argsort(-values, axis=-1, kind="stable")[..., :WORST]
    best = np.take_along_axis(values, order, axis=-1)
    region = region_of(s, known)
    state = Climb(np.take_along_axis(points, order[..., None], axis=-2), best, np.full(best.shape, first_step(region)))
    for directions in np.moveaxis(moves, 1, 0)[:, :, None, None]:
        state = climbed(state, directions, ratios, known.positions_m, region)
    return highest(state)
