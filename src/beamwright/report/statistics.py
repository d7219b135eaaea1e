"""Intervals: what a finite number of drops lets one say about a mean, a median or a share."""

from typing import NamedTuple

import numpy as np
from scipy import stats

LEVEL = 0.95


class Estimate(NamedTuple):
    """A value with its confidence interval; NaN where there are no drops."""

    value: float
    low: float
    high: float

    def above(self, least: float | None) -> "Estimate":
        """With an interval that ends at the least value there can be."""
        return self if least is None else self._replace(low=max(self.low, least))


def mean(values: np.ndarray, level: float = LEVEL) -> Estimate:
    """Mean with Student's t interval, m -+ t_{n-1} s / sqrt(n); one value alone has an unbounded interval."""
    n = len(values)
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan)
    centre = float(np.mean(values))
    if n == 1:
        return Estimate(centre, -np.inf, np.inf)
    half = float(stats.t.ppf((1 + level) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Estimate(centre, centre - half, centre + half)


def median(values: np.ndarray, level: float = LEVEL) -> Estimate:
    """Median with the distribution-free interval between two order statistics (binomial ranks)."""
    n = len(values)
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan)
    ordered = np.sort(values)
    rank = int(stats.binom.ppf((1 - level) / 2, n, 0.5))
    if rank < 1:  # too few drops for this level
        return Estimate(float(np.median(ordered)), -np.inf, np.inf)
    return Estimate(float(np.median(ordered)), float(ordered[rank - 1]), float(ordered[n - rank]))


def share(successes: int, n: int, level: float = LEVEL) -> Estimate:
    """Share of successes with the exact (Clopper-Pearson) interval, which never promises too much."""
    if n == 0:
        return Estimate(np.nan, np.nan, np.nan)
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, successes, n - successes + 1) if successes else 0.0
    high = stats.beta.ppf(1 - tail, successes + 1, n - successes) if successes < n else 1.0
    return Estimate(successes / n, float(low), float(high))
