"""Random scenes: users dropped on both sides of the surface, their statistics, and draws of the truth (section 6)."""

from dataclasses import dataclass, replace

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.arrays import linear_positions, near_square, planar_positions, plane_wave, unit_vectors
from beamwright.channels import free_space_gain, inverse_gain, rician_parts
from beamwright.core import ArrayRecord, dbm_to_w, draws, drop_keys, guarded, require_drops, require_memory
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.scene.statistics import Statistics
from beamwright.systems.star_ris.sizes import draw_bytes

BASE_STATION_M, SURFACE_M = np.array([0.0, 0.0, 10.0]), np.array([40.0, 0.0, 5.0])
USER_RANGE_M, USER_HEIGHT_M, USER_AZIMUTH_DEG = (3.0, 15.0), 1.5, 80.0
PATH_AZIMUTH_DEG, PATH_ELEVATION_DEG = 60.0, 30.0


@dataclass(frozen=True)
class Realisation(ArrayRecord):
    """Statistics of a batch of drops, positions of the users, and keys to draw true channels with."""

    known: Statistics
    user_position_m: np.ndarray
    """(drops, users, 3)."""
    truth: np.ndarray
    """(drops, 2) raw random keys (``jax.random.wrap_key_data``) for whoever draws channels; the moments are exact."""


@guarded(Scenario)
def draw(scenario: Scenario, key: jax.Array, drops: int, first: int = 0) -> Realisation:
    """Drops ``first .. first+drops-1`` of the endless sequence that ``key`` stands for, whatever the batch.

    Raises: ValueError if drops is negative or more than fits into memory.
    """
    require_drops(drops, first)
    need, sizes = draw_bytes(scenario, drops)
    require_memory(need, **sizes)
    keys = drop_keys(key, drops, first)
    of_places, of_phases, of_paths, truth = draws.split(keys, 4)
    position = _user_positions(scenario, draws.uniform(of_places, (scenario.users, 2)))
    phase = draws.uniform(of_phases, (2 * scenario.users + 1,))
    paths = draws.uniform(of_paths, (scenario.surface_paths, 5))
    known = replace(_statistics(scenario, position, phase, paths), drop=np.arange(first, first + drops))
    return Realisation(known, position, np.asarray(jax.random.key_data(truth)))


def _user_positions(s: Scenario, place: np.ndarray) -> np.ndarray:
    near, far = USER_RANGE_M
    radius = np.sqrt(near**2 + place[..., 0] * (far**2 - near**2))
    azimuth = np.deg2rad(USER_AZIMUTH_DEG) * (2 * place[..., 1] - 1)
    towards = np.where(s.side == 1, -1.0, 1.0)  # reflection users are on the base station's side
    x, y = SURFACE_M[0] + towards * radius * np.cos(azimuth), radius * np.sin(azimuth)
    return np.stack([x, y, np.full_like(x, USER_HEIGHT_M)], axis=-1)


def _statistics(s: Scenario, position: np.ndarray, phase: np.ndarray, paths: np.ndarray) -> Statistics:
    drops, users = position.shape[:2]
    bs = np.zeros((s.antennas, 3))
    bs[:, 1] = linear_positions(s.antennas)
    surface = planar_positions(*near_square(s.elements))
    turn = np.exp(2j * np.pi * phase)
    direct_gain = _gain(s, np.linalg.norm(position - BASE_STATION_M, axis=-1)) * 10 ** (-s.direct_loss_db / 10)
    direct_gain = direct_gain * s.direct_link
    user_gain = _gain(s, np.linalg.norm(position - SURFACE_M, axis=-1))
    surface_gain = _gain(s, np.linalg.norm(SURFACE_M - BASE_STATION_M))
    (direct, direct_var), (user, user_var) = (rician_parts(g, s.rician) for g in (direct_gain, user_gain))
    middle, surface_var = rician_parts(surface_gain, s.rician)
    # what arrives is h^H w, so the channel vectors are conjugates of the waves
    direct_wave = np.conj(plane_wave(bs, unit_vectors(BASE_STATION_M, position)) * turn[:, :users, None])
    user_wave = np.conj(plane_wave(surface, unit_vectors(SURFACE_M, position)) * turn[:, users : 2 * users, None])
    if s.scale == "paper":
        power, noise = 1.0, 10 ** (-s.snr_db / 10)
    else:
        power, noise = float(dbm_to_w(s.power_dbm)), float(dbm_to_w(s.noise_dbm))
    return Statistics(
        direct_mean=direct[..., None] * direct_wave,
        surface_mean=middle * _surface_paths(s, bs, surface, turn[:, -1], paths),
        user_mean=user[..., None] * user_wave,
        direct_var=direct_var,
        surface_var=np.broadcast_to(surface_var, (drops,)).copy(),
        user_var=user_var,
        side=np.broadcast_to(s.side, (drops, users)).copy(),
        kappa=np.full(drops, float(s.kappa)),
        noise_power_w=np.full(drops, noise),
        power_w=np.full(drops, power),
    )


def statistics_at(s: Scenario, position: np.ndarray, known: Statistics) -> Statistics:
    """Statistics of links to further positions (drops, users, 3), phases zero; G stays as known."""
    drops, users = position.shape[:2]
    links = _statistics(s, position, np.zeros((drops, 2 * users + 1)), np.zeros((drops, s.surface_paths, 5)))
    return replace(links, surface_mean=known.surface_mean, drop=known.numbers)


def _surface_paths(s: Scenario, bs: np.ndarray, surface: np.ndarray, turn: np.ndarray, paths: np.ndarray) -> np.ndarray:
    """Sum of equal-power paths over sqrt(L), the first the line of sight, the others from random directions."""
    arrive, leave = unit_vectors(SURFACE_M, BASE_STATION_M), unit_vectors(BASE_STATION_M, SURFACE_M)
    azimuth = np.deg2rad(PATH_AZIMUTH_DEG) * (2 * paths[:, 1:, 0:2] - 1)
    elevation = np.deg2rad(PATH_ELEVATION_DEG) * (2 * paths[:, 1:, 2:4] - 1)
    x, y, z = np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)
    others = np.stack([x, y, z], axis=-1)  # (drops, paths - 1, ends, 3)
    at_surface = plane_wave(surface, others[..., 0, :] * np.array([-1.0, 1.0, 1.0]))
    at_bs = plane_wave(bs, others[..., 1, :])
    gains = np.exp(2j * np.pi * paths[:, 1:, 4])
    first = turn[:, None, None] * plane_wave(surface, arrive)[:, None] * plane_wave(bs, leave)[None]
    more = np.einsum("dl,dln,dlm->dnm", gains, at_surface, at_bs)
    return (first + more) / np.sqrt(s.surface_paths)


def _gain(s: Scenario, distance_m: ArrayLike) -> np.ndarray:
    return inverse_gain(distance_m) if s.scale == "paper" else free_space_gain(distance_m, s.carrier_hz)
