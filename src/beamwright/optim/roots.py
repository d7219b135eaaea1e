"""The largest feasible point of a monotone function, for a batch of lanes, with a bracket that proves it.

    x* = sup { x in [low, high] : f(x) <= 0 },      f nondecreasing, +inf where it has no value

Chandrupatla's method: inverse quadratic interpolation where three points promise it works, bisection elsewhere.
One evaluation of f on all lanes per step, so f may be as dear as a batch of conic programs.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.optim.ending import Ending


class Root(NamedTuple):
    """A bracket of the sign change, both sides evaluated."""

    x: np.ndarray
    """(lanes,) the largest x seen with f(x) <= 0; NaN where f(low) > 0."""
    infeasible: np.ndarray
    """(lanes,) the smallest x seen with f(x) > 0; NaN where f(high) <= 0."""
    value: np.ndarray
    """(lanes,) f(x)."""
    residual: np.ndarray
    """(lanes,) width of the bracket relative to its larger end; NaN where a side is."""
    iterations: np.ndarray
    """(lanes,) evaluations of f spent inside the bracket."""
    ending: np.ndarray
    """(lanes,) ``Ending``: SOLVED; INFEASIBLE where f(low) > 0, so that the answer, if any, lies below; ALL_FEASIBLE
    where f(high) <= 0; ITERATIONS, and the bracket holds the sign change but is too wide."""


def bracketed_root(
    function: Callable[[np.ndarray], ArrayLike],
    low: ArrayLike,
    high: ArrayLike,
    rtol: float = 1e-6,
    iterations: int = 60,
    *,
    logarithmic: bool = False,
    value_high: ArrayLike | None = None,
) -> Root:
    """Largest x in [low, high] with f(x) <= 0, to a bracket of relative width ``rtol``, lane by lane.

    Args:    function maps (lanes,) to (lanes,), nondecreasing; NaN counts as +inf, i.e. as not shown feasible.
             low < high (lanes,); rtol relative to max(|low|, |high|) of the shrinking bracket.
             logarithmic: interpolate in log x (low > 0), for functions that are smooth on a log scale.
             value_high: f(high) where it is known beforehand, which spares an evaluation.
    Returns: Root; a finished lane is re-evaluated at its feasible point while others go on.
    Raises:  ValueError if low < high fails, a limit is not finite (or <= 0 when logarithmic), rtol or iterations <= 0.
    Source:  Chandrupatla (1997); spec noma_isac, A5, is the use.
    """
    low, high = (np.array(x, float) for x in np.broadcast_arrays(np.atleast_1d(low), np.atleast_1d(high)))
    require(bool(np.isfinite([low, high]).all() and (low < high).all()), "low", "be < high, both finite", (low, high))
    require(not logarithmic or bool((low > 0).all()), "low", "be > 0 on a logarithmic scale", low.min(initial=1))
    require(rtol > 0, "rtol", "be > 0", rtol)
    require(iterations > 0, "iterations", "be > 0", iterations)
    to_x, from_x = (np.exp, np.log) if logarithmic else (np.asarray, np.asarray)

    def evaluate(x: np.ndarray) -> np.ndarray:
        value = np.asarray(function(x), float)
        require(value.shape == low.shape, "function", f"return shape {low.shape}, one value per lane", value.shape)
        return np.where(np.isnan(value), np.inf, value)

    f_low = evaluate(low)
    f_high = evaluate(high) if value_high is None else np.broadcast_to(np.asarray(value_high, float), high.shape)
    ends = [f_low > 0, f_high <= 0]
    feasible, infeasible = np.select(ends, [np.nan, high], low), np.select(ends, [low, np.nan], high)
    value = np.select(ends, [np.nan, f_high], f_low)
    spent = np.zeros(low.shape, int)
    # a: the newest point; b: the end of the bracket across from it; c: the point that a pushed out
    a, f_a, b, f_b, fraction = from_x(low), f_low, from_x(high), f_high, 0.5
    for _ in range(iterations):
        active = _width(feasible, infeasible) > rtol  # False where a side is NaN
        if not active.any():
            break
        x = np.where(active, to_x(a + fraction * (b - a)), np.where(ends[0], low, feasible))
        f = evaluate(x)
        below = f <= 0
        feasible, value = np.where(active & below, x, feasible), np.where(active & below, f, value)
        infeasible = np.where(active & ~below, x, infeasible)
        spent += active
        stays = below == (f_a <= 0)
        c, f_c, b, f_b = np.where(stays, [a, f_a, b, f_b], [b, f_b, a, f_a])
        a, f_a = from_x(x), f
        least = 0.5 * rtol / np.maximum(_width(feasible, infeasible), rtol)
        fraction = np.clip(_fraction(a, f_a, b, f_b, c, f_c), least, 1 - least)
    width = _width(feasible, infeasible)
    codes = [Ending.INFEASIBLE, Ending.ALL_FEASIBLE, Ending.ITERATIONS]
    ending = np.select([*ends, width > rtol], codes, Ending.SOLVED)
    return Root(feasible, infeasible, value, width, spent, ending)


def _width(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Width of a bracket relative to its larger end."""
    return (high - low) / np.maximum(np.maximum(np.abs(low), np.abs(high)), np.finfo(float).tiny)


def _fraction(
    a: np.ndarray, f_a: np.ndarray, b: np.ndarray, f_b: np.ndarray, c: np.ndarray, f_c: np.ndarray
) -> np.ndarray:
    """Fraction of the way from a to b for the next step.

    By inverse quadratic interpolation if (a, b, c) bend mildly, else the middle.
    """
    with np.errstate(all="ignore"):  # infinite values fail the test of mildness, which is the wanted answer
        xi, phi = (a - b) / (c - b), (f_a - f_b) / (f_c - f_b)
        mild = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        inverse = f_a / (f_b - f_a) * f_c / (f_b - f_c) + (c - a) / (b - a) * f_a / (f_c - f_a) * f_b / (f_c - f_b)
    return np.where(mild & np.isfinite(inverse), inverse, 0.5)
