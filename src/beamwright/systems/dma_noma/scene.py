"""Scenes: what the designer knows, random drops, and the arrays that people bring (spec dma_noma, section 2)."""

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import (
    ArrayRecord,
    Input,
    as_array,
    draws,
    drop_keys,
    guarded,
    known_of,
    plain_array,
    require,
    require_drops,
    require_memory,
)
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.sizes import draw_bytes
from beamwright.uncertainty import sample_position_ball

SECTOR_DEG, APART_DEG = 50.0, 2.0
_TRIES = 200
"""Draws of azimuths from which the first that keeps the distance is taken, else the one that keeps most."""
_SCATTERED = 2
"""Stream of a drop's key for what is scattered; 0 and 1 are those of its split."""
_POSITIONS = Input("drops groups xyz", "position", "m")
INPUTS = {"near_positions_m": _POSITIONS, "far_positions_m": _POSITIONS}
"""Arrays that a person may bring."""


@dataclass(frozen=True)
class Known(ArrayRecord):
    """What the designer knows: estimated positions, each true one within the scenario's ball."""

    near_positions_m: np.ndarray
    """(drops, groups, 3)."""
    far_positions_m: np.ndarray
    """(drops, groups, 3)."""
    reference_wave: np.ndarray | None = None
    """(drops, elements, chains) Q of spectral norm at most one, instead of the scenario's."""
    drop: np.ndarray | None = None
    """(drops,) the number of every drop, from which random starts are drawn; see ``numbers``."""
    user: np.ndarray | None = None
    """(drops, 2 groups) number of the scenario's user who stands here; see ``users``."""

    @property
    def numbers(self) -> np.ndarray:
        """``drop``, or 0, 1, ... by default."""
        return np.arange(len(self.near_positions_m)) if self.drop is None else self.drop

    @property
    def users(self) -> np.ndarray:
        """``user``, or 0, 1, ... by default: near users, then far users."""
        drops, groups = self.near_positions_m.shape[:2]
        return np.tile(np.arange(2 * groups), (drops, 1)) if self.user is None else self.user

    def near_and_far(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (users,) of the scenario's users as (drops, groups) of the near and of the far ones here."""
        near, far = np.split(values[self.users], 2, axis=1)
        return near, far

    @property
    def positions_m(self) -> np.ndarray:
        """(drops, 2 groups, 3): near users, then far users."""
        return np.concatenate([self.near_positions_m, self.far_positions_m], axis=1)


@dataclass(frozen=True)
class Realisation(ArrayRecord):
    """Estimated positions, true ones in their balls or ellipsoids, and what is scattered on the way there."""

    known: Known
    truth: np.ndarray
    """(drops, 2 groups, 3) true positions in m, uniform in the balls; near users, then far users."""
    scattered: np.ndarray | None = None
    """(drops, 2 groups, elements) scattered part of every channel; None: not drawn, and the worst counts."""


@guarded(Scenario)
def known(scenario: Scenario, **arrays: ArrayLike) -> Known:
    """Estimated positions from a person's arrays. Raises ValueError naming what is missing or wrong."""
    missing = [name for name in INPUTS if name not in arrays]
    require(not missing, ", ".join(missing), "be given", "nothing")
    return checked(scenario, Known(**{name: plain_array(arrays[name], name) for name in INPUTS}))


def checked(s: Scenario, known: Known) -> Known:
    """Positions as float arrays (drops, groups, 3), a reference wave for every drop if there is one, drop numbers.

    Raises: ValueError naming the array that is not finite or has a wrong shape, a ball of positions that touches the
            antenna, a reference wave that would amplify.
    """
    known = known_of(known, Known)
    values = {}
    for name, given in INPUTS.items():
        array = plain_array(getattr(known, name), name)
        array = array[None] if array.ndim == 2 else array
        values[name] = as_array(array, name, given.axes, given.dtype, groups=s.groups, xyz=3)
    near, far = values.values()
    require(near.shape == far.shape, "far_positions_m", f"have shape {near.shape} like near_positions_m", far.shape)
    drops = len(near)
    numbers = np.arange(drops) if known.drop is None else np.atleast_1d(known.drop)
    require(numbers.shape == (drops,), "drop", f"have shape {(drops,)}", numbers.shape)
    wave = None if known.reference_wave is None else _passive_wave(s, known.reference_wave, drops)
    user = None if known.user is None else s.numbered(known.user)
    result = Known(near, far, wave, numbers, user)
    require(
        result.users.shape == (drops, 2 * s.groups), "user", f"have shape {(drops, 2 * s.groups)}", result.users.shape
    )
    for name, array, users in zip(values, (near, far), np.split(result.users, 2, axis=1), strict=True):
        s.require_apart(np.linalg.norm(array, axis=-1), users, name)
    return result


def _passive_wave(s: Scenario, reference_wave: ArrayLike, drops: int) -> np.ndarray:
    """(drops, elements, chains) of spectral norm at most one; (elements, chains) stands for every drop."""
    rule = "be left out for phase-shifters, which have Q of their own"
    require(s.feeding != "phase-shifters", "reference_wave", rule, "one")
    wave = plain_array(reference_wave, "reference_wave")
    wave = np.broadcast_to(wave, (drops, *wave.shape)) if wave.ndim == 2 else wave
    wave = as_array(wave, "reference_wave", "drops elements chains", complex, drops=drops, elements=s.elements)
    norm = float(np.linalg.norm(wave, 2, axis=(1, 2)).max(initial=0))
    require(norm <= 1 + 1e-9, "reference_wave", "have a spectral norm of at most 1 (a passive surface)", f"{norm:.6g}")
    return wave


@guarded(Scenario)
def draw(scenario: Scenario, key: jax.Array, drops: int, first: int = 0) -> Realisation:
    """Drops ``first .. first+drops-1`` of the endless sequence that ``key`` stands for, whatever the batch.

    Near users at uniform azimuths within +-50 degrees, at least min(0.92/K, 0.35) apart in sine; far users within 2
    degrees of theirs; all in the plane z = 0. What is scattered has the norm rho of its user, where designs hold and
    whose square is the model's mean power, and an isotropic direction, drawn for drop i from fold_in(key, i) too.

    Raises: ValueError if drops is negative or more than fits into memory or users are as near as the antenna is large.
    """
    require_drops(drops, first)
    need, sizes = draw_bytes(scenario, drops)
    require_memory(need, **sizes)
    for kind, name in enumerate(("near_range_m", "far_range_m")):
        ranges_m = np.full(scenario.groups, getattr(scenario, name))
        scenario.require_apart(ranges_m, np.arange(scenario.groups) + kind * scenario.groups, name)
    keys = drop_keys(key, drops, first)
    near_deg, far_deg = _azimuths(keys, scenario.groups)
    near = _on_circle(near_deg, scenario.near_range_m)
    far = _on_circle(far_deg, scenario.far_range_m)
    estimates = Known(near, far, None, np.arange(first, first + drops))
    size_m = scenario.error_size_m(estimates.positions_m, estimates.users)
    truth = sample_position_ball(estimates.positions_m, size_m, keys)
    directions = _directions(keys, 2 * scenario.groups, scenario.elements)
    return Realisation(estimates, truth, scenario.scattering_radius[:, None] * directions)


def _azimuths(keys: jax.Array, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Azimuths of near and far users in degrees, (drops, groups) each: the first try that is far enough apart."""
    first, second = draws.split(keys)
    tries = draws.uniform(first, (_TRIES, groups), -SECTOR_DEG, SECTOR_DEG)
    gaps = np.diff(np.sort(np.sin(np.deg2rad(tries)), axis=-1), axis=-1)
    least = np.min(gaps, axis=-1, initial=np.inf)
    enough = least >= min(0.92 / groups, 0.35)
    chosen = np.where(enough.any(axis=-1), enough.argmax(axis=-1), least.argmax(axis=-1))
    near = tries[np.arange(len(tries)), chosen]
    return near, near + draws.uniform(second, (groups,), -APART_DEG, APART_DEG)


def _directions(keys: jax.Array, users: int, elements: int) -> np.ndarray:
    """Isotropic complex directions (drops, users, elements) of norm one, from a stream of every drop's own."""
    z = draws.complex_normal(draws.fold_in(keys, _SCATTERED), (users, elements))
    return z / np.linalg.norm(z, axis=-1, keepdims=True)


def _on_circle(azimuth_deg: np.ndarray, range_m: float) -> np.ndarray:
    angle = np.deg2rad(azimuth_deg)
    return range_m * np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=-1)
