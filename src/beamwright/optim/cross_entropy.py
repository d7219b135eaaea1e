"""Cross-entropy method: a Gaussian of few independent numbers moves to the best of its samples, again and again.

For functions that are dear, noisy and have no slope worth having. Samples come in pairs about the mean; the best third
counts, by the logarithm of its rank, so that no monotone change of the function changes anything.
"""

from typing import NamedTuple

import jax
import numpy as np

from beamwright.core import draws

BEST = 3
"""Of so many samples one counts."""
MEMORY = 0.6
"""Share of the variance before that stays."""


class Gaussian(NamedTuple):
    """Mean and deviation (numbers,) of independent numbers."""

    mean: np.ndarray
    deviation: np.ndarray


def samples(gaussian: Gaussian, key: jax.Array, population: int) -> np.ndarray:
    """(population, numbers), in pairs about the mean; of an odd population the last has no pair."""
    apart = draws.normal(key, (-(-population // 2), len(gaussian.mean)))
    return gaussian.mean + gaussian.deviation * np.concatenate([apart, -apart])[:population]


def moved(gaussian: Gaussian, points: np.ndarray, values: np.ndarray) -> Gaussian:
    """The Gaussian of the next generation, towards the largest values; what is no number counts as the least."""
    count = -(-len(points) // BEST)
    best = points[np.argsort(-np.where(np.isnan(values), -np.inf, values), kind="stable")[:count]]
    weights = np.log(count + 0.5) - np.log(np.arange(1, count + 1))
    weights /= weights.sum()
    spread = weights @ (best - gaussian.mean) ** 2
    return Gaussian(weights @ best, np.sqrt(MEMORY * gaussian.deviation**2 + (1 - MEMORY) * spread))
