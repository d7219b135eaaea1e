"""Surfaces to start from: amplitudes of every mode, random phases, shares of time (spec star_ris, section 1)."""

from functools import partial

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import numbered_keys, root_key
from beamwright.systems.star_ris.known import checked_surface
from beamwright.systems.star_ris.results import Statistics
from beamwright.systems.star_ris.scenario import Scenario


def amplitudes(s: Scenario, elements: int) -> np.ndarray:
    """(2, elements) of the scenario's surface mode; time switching has unit amplitudes, each side in its turn."""
    if s.surface_mode == "energy-splitting":
        return np.full((2, elements), np.sqrt(0.5))
    if s.surface_mode == "time-switching":
        return np.ones((2, elements))
    reflecting = np.ones(elements) if s.surface_mode == "conventional" else (np.arange(elements) % 2).astype(float)
    return np.stack([1 - reflecting, reflecting])


def time_share(s: Scenario, known: Statistics) -> np.ndarray:
    """(drops, users): half of the time for either side in time switching, else all of it."""
    return np.full(known.side.shape, 0.5 if s.surface_mode == "time-switching" else 1.0)


def start_surface(s: Scenario, known: Statistics, start: ArrayLike | None, starts: int, seed: int) -> np.ndarray:
    """The start that was given, checked, else ``starts`` random ones per drop. Raises ValueError naming ``start``."""
    if start is None:
        return random_start(amplitudes(s, known.surface_mean.shape[1]), known, starts, seed)
    return checked_surface(known, np.asarray(start), "start", passive=s.surface_mode != "time-switching")


def random_start(amplitude: np.ndarray, known: Statistics, starts: int, seed: int) -> np.ndarray:
    """Uniform random phases, (drops * starts, 2, elements); drop number i draws from fold_in(key(seed), i)."""
    phases = np.asarray(_uniform(numbered_keys(root_key(seed), known.numbers), (starts, *amplitude.shape)))
    return amplitude * np.exp(2j * np.pi * phases.reshape(-1, *amplitude.shape))


@partial(jax.jit, static_argnums=1)
def _uniform(keys: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    return jax.vmap(lambda key: jax.random.uniform(key, shape))(keys)
