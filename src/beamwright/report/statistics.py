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

    def within(self, least: float | None, most: float | None) -> "Estimate":
        """With an interval that ends at the least and at the largest value there can be."""
        low = self.low if least is None else max(self.low, least)
        return self._replace(low=low, high=self.high if most is None else min(self.high, most))


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


def drops_for(values: np.ndarray, level: float = LEVEL) -> int:
    """Number of values after which the interval of a mean like this one leaves out zero: (z s / m)^2, rounded up."""
    ratio = stats.norm.ppf((1 + level) / 2) * np.std(values, ddof=1) / abs(np.mean(values))
    return int(np.ceil(min(float(ratio) ** 2, 1e9)))


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
