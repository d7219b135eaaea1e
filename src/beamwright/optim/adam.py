"""Adam with a cosine schedule and clipped gradients: for rugged smooth objectives where curvature soon goes stale.

One instance, traceable; the objective may change as the search goes on. A dozen lines that compile quickly inside a
search (weights of networks go by Optax).
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax


class Options(NamedTuple):
    """The rate falls along half a cosine from ``rate`` to ``rate * last``."""

    steps: int = 300
    rate: float = 0.03
    last: float = 0.05
    clip: float = 10.0
    """Longest gradient."""
    momentum: float = 0.9
    memory: float = 0.999


def minimise(f: Callable[[Array, Array], Array], start: Array, options: Options = Options()) -> Array:  # noqa: B008
    """Lower f(x, share), ``share`` of the search from 0 to 1; returns the last point.

    A gradient that is no number is taken for zero.
    """
    look, o = jax.grad(f), options

    def step(carry: tuple[Array, Array, Array], number: Array) -> tuple[tuple[Array, Array, Array], None]:
        x, mean, square = carry
        share = number / o.steps
        slope = look(x, share)
        size = jnp.sqrt(jnp.sum(slope**2))
        slope = jnp.where(jnp.isfinite(size), slope * jnp.minimum(1.0, o.clip / jnp.maximum(size, 1e-300)), 0.0)
        mean = o.momentum * mean + (1 - o.momentum) * slope
        square = o.memory * square + (1 - o.memory) * slope**2
        rate = o.rate * (o.last + (1 - o.last) * 0.5 * (1 + jnp.cos(jnp.pi * share)))
        direction = mean / (1 - o.momentum ** (number + 1.0))
        scale = jnp.sqrt(square / (1 - o.memory ** (number + 1.0))) + 1e-8
        return (x - rate * direction / scale, mean, square), None

    start = jnp.asarray(start)
    return lax.scan(step, (start, jnp.zeros_like(start), jnp.zeros_like(start)), jnp.arange(o.steps))[0][0]
