"""The dense adversary: thousands of positions per user and a local search from the worst (spec dma_noma, section 4).

Every worst case depends on one user's own position, so users are attacked one by one. What is found is an estimate from
below of the true worst case, independent of the scenario set a design was made for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.core import ArrayRecord
from beamwright.numerics import in_tiles, materialise, one_by_one, phasor
from beamwright.systems.dma_noma import kernel, model
from beamwright.systems.dma_noma.geometry import amplitude, channels, element_positions
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.model import Sent
from beamwright.systems.dma_noma.results import Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.uncertainty import Directions, verification_positions

WORST, CLIMBS, TRIALS = 5, 40, 12
"""Positions a local search starts from, its rounds, and the moves tried in each."""
TILE, _CHUNK = 4, 64
"""Drops per compiled call; positions looked at together, so that they stay in a core's cache."""


@dataclass(frozen=True)
class Verified(ArrayRecord):
    """What is left of a design's rates at the worst positions found."""

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


def verify_rate(s: Scenario, known: Known, design: Design, seed: int = 0, directions: Directions = "all") -> Verified:
    """Least rates over dense random positions in every ball and their neighbourhoods.

    2000 positions in the ball, 1000 on its sphere, lines along and across, then a local search from the five worst of
    every user. Drop number i draws from fold_in(key(seed), i). What is returned is recomputed at the worst positions
    by the plain model.

    Args:   directions ``radial`` or ``tangential`` restricts the errors to that line, without a local search.
    Raises: ValueError naming what has a wrong shape.
    """
    known = checked(s, known)
    near, far = model.sent(s, known, design)
    points = verification_positions(known.positions_m, s.position_error_m, known.numbers, seed, directions)
    place = _worst_positions(s, known, (near, far), points, seed, CLIMBS if directions == "all" else 0)
    h = channels(s, place)[:, :, None]
    a, b = model.ratios(h[:, : s.groups], near)[..., 0], model.ratios(h[:, s.groups :], far)[..., 0]
    near_rates, far_rates = model.rates(design, a, b)
    return Verified(
        weighted_rate=weighted(s, near_rates, far_rates),
        sum_rate=near_rates.sum(axis=-1) + far_rates.sum(axis=-1),
        near_rates=near_rates,
        far_rates=far_rates,
        worst_positions_m=place,
    )


def weighted(s: Scenario, near_rates: np.ndarray, far_rates: np.ndarray) -> np.ndarray:
    """sum of weight R_N + (1 - weight) R_F, (drops,)."""
    return s.weight * near_rates.sum(axis=-1) + (1 - s.weight) * far_rates.sum(axis=-1)


def _worst_positions(
    s: Scenario, known: Known, on_air: tuple[Sent, Sent], points: np.ndarray, seed: int, climbs: int
) -> np.ndarray:
    """(drops, users, 3) of largest ratio, from points (drops, users, count, 3)."""
    drops, users, count = points.shape[:3]
    unit = np.sqrt(s.noise_power_w)
    filled = np.concatenate([points, np.repeat(points[:, :, :1], -count % _CHUNK, axis=2)], axis=2)
    moves = np.stack(
        [np.random.default_rng([seed, int(n)]).standard_normal((CLIMBS, TRIALS, 3)) for n in known.numbers]
    )[:, :climbs]
    moves = moves / np.linalg.norm(moves, axis=-1, keepdims=True) if climbs else np.zeros((drops, 0, TRIALS, 3))
    vectors = np.stack([np.stack([one.vectors.real, one.vectors.imag], axis=1) for one in on_air], axis=1)

    def halves(a: np.ndarray) -> np.ndarray:
        return a.reshape(drops, 2, users // 2, *a.shape[2:])

    per_drop = (
        halves(known.positions_m), halves(filled), vectors / unit, np.stack([one.powers_w for one in on_air], axis=1),
        np.stack([one.noise_w / s.noise_power_w for one in on_air], axis=1),
        np.broadcast_to([one.scattering for one in on_air], (drops, 2)), moves,
        np.full(drops, s.position_error_m), np.tile(element_positions(s), (drops, 1, 1)),
        np.tile([s.wavelength_m, amplitude(s, 1.0), s.path_loss_exponent], (drops, 1)),
    )  # fmt: skip
    found = in_tiles(_compiled(s.groups), TILE, *per_drop, counted=True)
    return found.reshape(drops, users, 3)


@cache
def _compiled(groups: int) -> Callable[..., Any]:
    """For one drop: kinds of users (near, far) lead, then groups. All of a scenario comes as arrays."""

    def one(centre: Array, points: Array, f: Array, powers: Array, noise: Array, scattering: Array, moves: Array,
            radius: Array, elements: Array, wave: Array) -> Array:  # fmt: skip
        own = np.eye(groups)
        wavelength, first, exponent = wave

        def ratios(places: Array, f: Array, powers: Array, noise: Array, scattering: Array) -> Array:
            """(groups, count) of one kind."""
            square = sum((places[..., i, None] - elements[:, i]) ** 2 for i in range(3))
            distance = jnp.sqrt(square)
            cosine, sine = phasor(distance / wavelength)
            # a power, at half its price
            size = materialise(first * jnp.exp(-exponent / 2 * jnp.log(distance)))
            cosine, sine = materialise(cosine), materialise(sine)
            heard = kernel.received(jnp.stack([size * cosine, -size * sine]), f, jnp.full(groups, scattering), own)
            return (heard.interference @ powers + noise) / heard.gain

        def attack(centre: Array, points: Array, *on_air: Array) -> Array:
            """(groups, 3) of one kind."""
            chunks = jnp.moveaxis(points.reshape(groups, -1, _CHUNK, 3), 1, 0)
            looked = lax.map(lambda part: ratios(part, *on_air), chunks)
            flat = jnp.moveaxis(looked, 0, 1).reshape(groups, -1)
            best, order = lax.top_k(flat, WORST)
            place = jnp.take_along_axis(points, order[..., None], axis=1)
            step = jnp.full(best.shape, 0.1 * radius)

            def climb(state: tuple[Array, Array, Array], directions: Array) -> tuple[tuple[Array, Array, Array], None]:
                place, best, step = state
                tried = place[:, :, None] + step[..., None, None] * directions
                tried = _into_ball(tried, centre[:, None, None], radius)
                value = ratios(tried.reshape(groups, -1, 3), *on_air).reshape(groups, WORST, -1)
                pick = jnp.argmax(value, axis=-1)[..., None]
                now = jnp.take_along_axis(value, pick, axis=-1)[..., 0]
                there = jnp.take_along_axis(tried, pick[..., None], axis=-2)[..., 0, :]
                better = now > best
                place = jnp.where(better[..., None], there, place)
                return (place, jnp.where(better, now, best), jnp.where(better, step, 0.6 * step)), None

            (place, best, _), _ = lax.scan(climb, (place, best, step), moves)
            return jnp.take_along_axis(place, jnp.argmax(best, axis=-1)[:, None, None], axis=1)[:, 0]

        kinds = zip(centre, points, f, powers, noise, scattering, strict=True)
        return jnp.stack([attack(*kind) for kind in kinds])

    return one_by_one(one)


def _into_ball(points: Array, centre: Array, radius: Array) -> Array:
    away = points - centre
    size = jnp.linalg.norm(away, axis=-1, keepdims=True)
    return centre + away * jnp.minimum(1.0, radius / jnp.where(size > 0, size, 1.0))
