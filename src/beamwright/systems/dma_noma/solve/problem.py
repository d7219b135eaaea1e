"""Channel sets that a search is robust against, and the batch of problems that they make for the kernel."""

from typing import Literal, NamedTuple

import numpy as np

from beamwright.systems.dma_noma.physics import (
    DENSITY,
    Known,
    Scenario,
    reference_waves,
    scenario_points,
    user_channels,
)
from beamwright.systems.dma_noma.solve.kernel import Problem

MARGIN = 3e-4
"""Bits that designs for a set are asked beside required rates, for what the adversary finds between its positions."""


Objective = Literal["weighted-sum", "max-min", "energy-efficiency"]
"""What a search maximises: the weighted rate, the least rate of all users, or the weighted rate per watt consumed."""


class ChannelSets(NamedTuple):
    """Channels of every user, which of them count, and the norm of additive errors."""

    h: np.ndarray
    """(drops, subcarriers, users, positions, elements)."""
    present: np.ndarray
    """(drops, users, positions)."""
    scattering: np.ndarray
    """(drops, users) norm of the error that may be added to a channel."""
    users: np.ndarray
    """(drops, users) numbers of the scenario's users."""
    margin: np.ndarray | float = 0.0
    """(drops,) or one value that is added to required rates above zero, bit/s/Hz."""


def channel_sets(
    s: Scenario, known: Known, points: np.ndarray, present: np.ndarray | None = None, planar: bool = False
) -> ChannelSets:
    """Channels at points (drops, users, positions, 3), of which the present ones count; default: all.

    Filled up to one of a few sizes, so that a program is not compiled for every number of positions.
    """
    present = np.ones(points.shape[:3], bool) if present is None else present
    fill = size_for(points.shape[2]) - points.shape[2]
    points = np.concatenate([points, np.repeat(points[:, :, :1], fill, axis=2)], axis=2)
    present = np.concatenate([present, np.zeros((*present.shape[:2], fill), bool)], axis=2)
    h = np.stack([user_channels(s, known, points, planar, tone) for tone in s.tones], axis=1)
    users = known.users
    return ChannelSets(h, present, s.scattering_radius[users], users)


def size_for(positions: int) -> int:
    """Least of 1, 2, 4, 8, 12, 16, 24, 32, 48, ... that holds so many positions."""
    power = 1 << (positions - 1).bit_length()
    return 3 * power // 4 if power > 8 and positions <= 3 * power // 4 else power


def scenario_sets(
    s: Scenario, known: Known, density: float = DENSITY, planar: bool = False, joined: np.ndarray | None = None
) -> ChannelSets:
    """Channels at the scenario positions of every user, and at joined ones (drops, users, positions, 3), NaN: none."""
    points, count = scenario_points(s, known, density)
    present = np.arange(points.shape[2]) < count[..., None]
    if joined is not None:
        there = np.isfinite(joined[..., 0])
        points = np.concatenate([points, np.where(there[..., None], joined, points[:, :, :1])], axis=2)
        present = np.concatenate([present, there], axis=2)
    return channel_sets(s, known, points, present, planar)._replace(margin=MARGIN if points.shape[2] > 1 else 0.0)


def estimate_sets(s: Scenario, known: Known) -> ChannelSets:
    """Channels at the estimated positions alone."""
    return channel_sets(s, known, known.positions_m[:, :, None])


def band_waves(s: Scenario, known: Known) -> np.ndarray:
    """Q of every drop on every subcarrier, (drops, subcarriers, elements, chains)."""
    return np.stack([reference_waves(s, known, tone) for tone in s.tones], axis=1)


def make_problems(s: Scenario, sets: ChannelSets, wave: np.ndarray, objective: Objective = "weighted-sum") -> Problem:
    """Batch for the kernel, in units of noise amplitude over root P; wave Q (drops, subcarriers, elements, chains).

    Units are rounded to twelve digits: the same problem in other watts then has the same bits.
    """
    units = np.array([_rounded(unit) for unit in np.sqrt(s.noise_power_w / s.power_w)])[sets.users]
    h, rates = sets.h / units[:, None, :, None, None], s.required_rates[sets.users]
    weights = np.split(s.weights[sets.users], 2, axis=1)
    rates = np.split(rates + np.reshape(sets.margin, (-1, 1)) * (rates > 0), 2, axis=1)
    idle, whole = (s.consumption_w(radiated_w, wave.shape[-1]) for radiated_w in (0.0, s.power_w))
    one = np.ones(len(wave))
    return Problem(
        channels=np.stack([h.real, h.imag], axis=2),
        present=np.tile(sets.present.astype(float), s.subcarriers),
        scattering=sets.scattering / units,
        wave=np.stack([wave.real, wave.imag], axis=2),
        weight_near=weights[0],
        weight_far=weights[1],
        rate_near=rates[0],
        rate_far=rates[1],
        fair=one * (objective == "max-min"),
        drawn=one * (_rounded(idle / whole) if objective == "energy-efficiency" else 1.0),
    )


def _rounded(value: float) -> float:
    return float(f"{value:.12e}")
