"""Channel sets that a search is robust against, and the batch of problems that they make for the kernel."""

from typing import NamedTuple

import numpy as np

from beamwright.systems.dma_noma.physics import Known, Scenario, channels, scenario_points
from beamwright.systems.dma_noma.solve.kernel import Problem


class ChannelSets(NamedTuple):
    """Channels of every user, which of them count, and the norm of additive errors."""

    h: np.ndarray
    """(drops, users, positions, elements)."""
    present: np.ndarray
    """(drops, users, positions)."""
    scattering: np.ndarray
    """(users,) or (drops, users) norm of the error that may be added to a channel."""


def channel_sets(
    s: Scenario, points: np.ndarray, present: np.ndarray | None = None, planar: bool = False
) -> ChannelSets:
    """Channels at points (drops, users, positions, 3), of which the present ones count; default: all."""
    present = np.ones(points.shape[:3], bool) if present is None else present
    return ChannelSets(channels(s, points, planar), present, np.repeat([0.0, s.scattering_radius], s.groups))


def scenario_sets(s: Scenario, known: Known, density: float = 8.0, planar: bool = False) -> ChannelSets:
    """Channels at the scenario positions of every user."""
    points, count = scenario_points(s, known, density)
    return channel_sets(s, points, np.arange(points.shape[2]) < count[..., None], planar)


def estimate_sets(s: Scenario, known: Known) -> ChannelSets:
    """Channels at the estimated positions alone."""
    return channel_sets(s, known.positions_m[:, :, None])


def make_problems(s: Scenario, sets: ChannelSets, wave: np.ndarray) -> Problem:
    """Batch for the kernel, in units of the noise amplitude; wave Q (drops, elements, chains)."""
    drops, unit = len(wave), np.sqrt(s.noise_power_w)
    h, one = sets.h / unit, np.ones(drops)
    return Problem(
        channels=np.stack([h.real, h.imag], axis=1),
        present=sets.present.astype(float),
        scattering=np.broadcast_to(sets.scattering / unit, (drops, 2 * s.groups)),
        wave=np.stack([wave.real, wave.imag], axis=1),
        power=s.power_w * one,
        weight=s.weight * one,
        rate_near=s.rate_near * one,
        rate_far=s.rate_far * one,
    )
