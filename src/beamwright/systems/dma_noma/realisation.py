"""Random scenes: groups at different azimuths, near and far user of each nearly in line (spec dma_noma, section 2)."""

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from beamwright.core import ArrayRecord, drop_keys, guarded, require_drops, require_memory
from beamwright.systems.dma_noma.results import Known
from beamwright.systems.dma_noma.scenario import Scenario
from beamwright.systems.dma_noma.sizes import draw_bytes
from beamwright.uncertainty import sample_position_ball

SECTOR_DEG, APART_DEG = 50.0, 2.0
_TRIES = 200
"""Draws of azimuths from which the first that keeps the distance is taken, else the one that keeps most."""


@dataclass(frozen=True)
class Realisation(ArrayRecord):
    """Estimated positions, and true ones in their balls."""

    known: Known
    truth: np.ndarray
    """(drops, 2 groups, 3) true positions in m, uniform in the balls; near users, then far users."""


@guarded(Scenario)
def draw(scenario: Scenario, key: jax.Array, drops: int, first: int = 0) -> Realisation:
    """Drops ``first .. first+drops-1`` of the endless sequence that ``key`` stands for, whatever the batch.

    Near users at uniform azimuths within +-50 degrees, at least min(0.92/K, 0.35) apart in sine; far users within 2
    degrees of theirs; all in the plane z = 0.

    Raises: ValueError if drops is negative or more than fits into memory or users are as near as the antenna is large.
    """
    require_drops(drops, first)
    need, sizes = draw_bytes(scenario, drops)
    require_memory(need, **sizes)
    scenario.require_apart(scenario.near_range_m, "near_range_m")
    scenario.require_apart(scenario.far_range_m, "far_range_m")
    keys = drop_keys(key, drops, first)
    near_deg, far_deg = (np.asarray(x) for x in _azimuths(keys, scenario.groups))
    near = _on_circle(near_deg, scenario.near_range_m)
    far = _on_circle(far_deg, scenario.far_range_m)
    known = Known(near, far, None, np.arange(first, first + drops))
    truth = sample_position_ball(known.positions_m, scenario.position_error_m, keys)
    return Realisation(known, truth)


@partial(jax.jit, static_argnums=1)
def _azimuths(keys: jax.Array, groups: int) -> tuple[jax.Array, jax.Array]:
    def drop(key: jax.Array) -> tuple[jax.Array, jax.Array]:
        first, second = jax.random.split(key)
        tries = jax.random.uniform(first, (_TRIES, groups), minval=-SECTOR_DEG, maxval=SECTOR_DEG)
        gaps = jnp.diff(jnp.sort(jnp.sin(jnp.deg2rad(tries)), axis=-1), axis=-1)
        least = jnp.min(gaps, axis=-1, initial=jnp.inf)
        enough = min(0.92 / groups, 0.35)
        near = tries[jnp.where(jnp.any(least >= enough), jnp.argmax(least >= enough), jnp.argmax(least))]
        return near, near + jax.random.uniform(second, (groups,), minval=-APART_DEG, maxval=APART_DEG)

    return jax.vmap(drop)(keys)


def _on_circle(azimuth_deg: np.ndarray, range_m: float) -> np.ndarray:
    angle = np.deg2rad(azimuth_deg)
    return range_m * np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=-1)
