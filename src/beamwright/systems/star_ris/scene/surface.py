"""Surfaces: amplitudes and shares of time of every mode, and the check of a surface that people bring."""

import numpy as np

from beamwright.core import numbers, require
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.scene.statistics import Statistics


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


def checked_surface(known: Statistics, u: np.ndarray, name: str = "u", passive: bool = True) -> np.ndarray:
    """u (drops, 2, elements) or (2, elements) for all drops. Raises ValueError naming it."""
    drops, elements, _ = known.surface_mean.shape
    u = numbers(u, name, complex)
    u = np.broadcast_to(u, (drops, *u.shape)) if u.ndim == 2 else u
    require(u.shape == (drops, 2, elements), name, f"have shape {(drops, 2, elements)}", u.shape)
    require(bool(np.isfinite(u).all()), name, "be finite", "NaN or infinity")
    if passive:
        power = np.sum(square_modulus(u), axis=1)
        worst = float(np.abs(power - 1).max())
        require(worst <= 1e-9, name, "have |u_t|^2 + |u_r|^2 = 1 in every element", f"a deviation of {worst:.2g}")
    return u
