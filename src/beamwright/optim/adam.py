"""Adam with a cosine schedule and clipped gradients: for rugged smooth objectives where curvature soon goes stale.

One instance, traceable; the objective may change as the search goes on. A dozen lines that compile quickly inside a
search (weights of networks go by Optax).
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.optim.ending import Ending


class Options(NamedTuple):
    """The rate falls along half a cosine from ``rate`` to ``rate * last``. All may be traced."""

    iterations: int | Array = 300
    """If traced, programs of several lengths share one compilation."""
    rate: float | Array = 0.03
    """One rate, or (variables,) one for each."""
    last: float | Array = 0.05
    clip: float | Array = 10.0
    """Longest gradient."""
    momentum: float | Array = 0.9
    memory: float | Array = 0.999


class Found(NamedTuple):
    """Last point of the search."""

    x: Array
    iterations: Array
    ending: Array
    """``Ending``: ITERATIONS, which are always used up, or NO_NUMBER where the last gradient was none."""


def minimise(f: Callable[[Array, Array], Array], start: Array, options: Options = Options()) -> Found:  # noqa: B008
    """Lower f(x, share), ``share`` of the search from 0 to 1. A gradient that is no number is taken for zero."""
    look, o = jax.grad(f), options

    def step(number: Array, carry: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
        x, mean, square, _ = carry
        share = number / o.iterations
        slope = look(x, share)
        size = jnp.sqrt(jnp.sum(slope**2))
        known = jnp.isfinite(size)
        slope = jnp.where(known, slope * jnp.minimum(1.0, o.clip / jnp.maximum(size, 1e-300)), 0.0)
        mean = o.momentum * mean + (1 - o.momentum) * slope
        square = o.memory * square + (1 - o.memory) * slope**2
        rate = o.rate * (o.last + (1 - o.last) * 0.5 * (1 + jnp.cos(jnp.pi * share)))
        direction = mean / (1 - o.momentum ** (number + 1.0))
        scale = jnp.sqrt(square / (1 - o.memory ** (number + 1.0))) + 1e-8
        return x - rate * direction / scale, mean, square, known

    start = jnp.asarray(start)
    first = (start, jnp.zeros_like(start), jnp.zeros_like(start), jnp.array(True))
    x, *_, known = lax.fori_loop(0, o.iterations, step, first)
    return Found(x, jnp.array(o.iterations), jnp.where(known, Ending.ITERATIONS, Ending.NO_NUMBER))
