"""The dense adversary: thousands of positions per user and a local search from the worst (spec dma_noma, section 4).

Every worst case depends on one user's own position, so users are attacked one by one. What is found is an estimate from
below of the true worst case, independent of the scenario set a design was made for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from beamwright.core import ArrayRecord
from beamwright.systems.dma_noma import model
from beamwright.systems.dma_noma.geometry import channels
from beamwright.systems.dma_noma.known import checked
from beamwright.systems.dma_noma.model import Sent
from beamwright.systems.dma_noma.results import Design, Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.uncertainty import verification_positions

WORST, CLIMBS, TRIALS = 5, 40, 12
"""Positions a local search starts from, its rounds, and the moves tried in each."""
_CHUNK = 2**22
"""Channel entries held at once."""


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


def verify_rate(s: Scenario, known: Known, design: Design, seed: int = 0) -> Verified:
    """Least rates over dense random positions in every ball and their neighbourhoods.

    2000 positions in the ball, 1000 on its sphere, lines along and across, then a local search from the five worst of
    every user. Drop number i draws from fold_in(key(seed), i).

    Raises: ValueError naming what has a wrong shape.
    """
    known = checked(s, known)
    near, far = model.sent(s, known, design)
    groups = s.groups
    estimates = known.positions_m
    points = verification_positions(estimates, s.position_error_m, numbers=known.numbers, seed=seed)
    ratio, place = zip(
        *(
            _attack(s, on_air, estimates[:, users], points[:, users], known.numbers, seed)
            for on_air, users in ((near, slice(0, groups)), (far, slice(groups, None)))
        ),
        strict=True,
    )
    near_rates, far_rates = model.rates(design, *ratio)
    return Verified(
        weighted_rate=weighted(s, near_rates, far_rates),
        sum_rate=near_rates.sum(axis=-1) + far_rates.sum(axis=-1),
        near_rates=near_rates,
        far_rates=far_rates,
        worst_positions_m=np.concatenate(place, axis=1),
    )


def weighted(s: Scenario, near_rates: np.ndarray, far_rates: np.ndarray) -> np.ndarray:
    """sum of weight R_N + (1 - weight) R_F, (drops,)."""
    return s.weight * near_rates.sum(axis=-1) + (1 - s.weight) * far_rates.sum(axis=-1)


def _attack(
    s: Scenario, on_air: Sent, centre: np.ndarray, points: np.ndarray, numbers: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Largest ratio (drops, groups) and where, among points (drops, groups, count, 3), then climbing from the worst."""
    ratio = _ratios(s, on_air, points)
    order = np.argsort(-ratio, axis=-1)[..., :WORST]
    best = np.take_along_axis(ratio, order, axis=-1)
    place = np.take_along_axis(points, order[..., None], axis=-2)
    step = np.full(best.shape, 0.1 * s.position_error_m)
    moves = np.stack(
        [np.random.default_rng([seed, int(n)]).standard_normal((CLIMBS, TRIALS, 3)) for n in numbers]
    )  # (drops, climbs, trials, 3)
    moves /= np.linalg.norm(moves, axis=-1, keepdims=True)
    for climb in range(CLIMBS if s.position_error_m > 0 else 0):
        tried = place[..., None, :] + step[..., None, None] * moves[:, None, None, climb]
        tried = _into_ball(tried, centre[:, :, None, None], s.position_error_m)
        value = _ratios(s, on_air, tried.reshape(*tried.shape[:2], -1, 3)).reshape(tried.shape[:-1])
        pick = value.argmax(axis=-1)[..., None]
        now = np.take_along_axis(value, pick, axis=-1)[..., 0]
        there = np.take_along_axis(tried, pick[..., None], axis=-2)[..., 0, :]
        better = now > best
        place, best = np.where(better[..., None], there, place), np.where(better, now, best)
        step = np.where(better, step, 0.6 * step)
    top = best.argmax(axis=-1)[..., None]
    return np.take_along_axis(best, top, axis=-1)[..., 0], np.take_along_axis(place, top[..., None], axis=-2)[..., 0, :]


def _into_ball(points: np.ndarray, centre: np.ndarray, radius_m: float) -> np.ndarray:
    away = points - centre
    size = np.linalg.norm(away, axis=-1, keepdims=True)
    return centre + away * np.minimum(1.0, radius_m / np.where(size > 0, size, 1.0))


def _ratios(s: Scenario, on_air: Sent, points: np.ndarray) -> np.ndarray:
    """(drops, groups, count), in pieces that fit in memory."""
    return np.concatenate([model.ratios(channels(s, piece), on_air) for piece in _pieces(s, points)], axis=-1)


def _pieces(s: Scenario, points: np.ndarray) -> Iterator[np.ndarray]:
    size = max(1, _CHUNK // (points.shape[0] * points.shape[1] * s.elements))
    for first in range(0, points.shape[2], size):
        yield points[:, :, first : first + size]
