"""Backtracking along a path, whatever the path and the cuts, and how a descent by it ended. Traceable."""

from collections.abc import Callable
from typing import TypeVar

import jax.numpy as jnp
from jax import Array, lax

from beamwright.optim.ending import Ending

T = TypeVar("T")


def falls_enough(value: Array, start: Array, slope: Array, sufficient: float) -> Array:
    """Armijo's condition: f at the trial <= f at the start + sufficient * slope, slope = <gradient, trial - start>."""
    return value <= start + sufficient * slope


def backtrack(first: T, enough: Callable[[T], Array], shorter: Callable[[T, Array], T], cuts: int) -> tuple[T, Array]:
    """First trial that is good ``enough``, from ``first`` through ``shorter(trial, count)``, at most ``cuts`` of them.

    Returns: the trial, good enough or the last one, and the number of cuts.
    """

    def short(carry: tuple[T, Array]) -> Array:
        trial, count = carry
        return ~enough(trial) & (count < cuts)

    def cut(carry: tuple[T, Array]) -> tuple[T, Array]:
        trial, count = carry
        return shorter(trial, count), count + 1

    return lax.while_loop(short, cut, (first, jnp.array(0)))


def descent_ending(value: Array, residual: Array, tolerance: float, failed: Array) -> Array:
    """Ending of a descent whose gradient measures ``residual`` and whose last line search ``failed``, or not."""
    short = jnp.where(failed, Ending.LINE_SEARCH, Ending.ITERATIONS)
    short = jnp.where(residual <= tolerance, Ending.STATIONARY, short)
    return jnp.where(jnp.isnan(value) | jnp.isnan(residual), Ending.NO_NUMBER, short)
