"""Penalty dual decomposition: a variable and a copy of it that lives in a harder set, pulled together.

    min F(x)  s.t.  x = c, c in C:     x <- argmin F(x) + ||x - c + rho mu||^2 / (2 rho)
                                       c <- the point of C nearest to x + rho mu
                                       mu <- mu + (x - c) / rho,   rho <- shrink rho

Traceable; what x and c are, and how each step is solved, is the caller's.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from beamwright.optim.ending import Ending

State = Any
"""Whatever describes a point of C beside its copy: an array or a pytree."""


class Options(NamedTuple):
    """When to stop, and how fast the penalty grows."""

    iterations: int = 25
    """Rounds."""
    shrink: float = 0.7
    tolerance: float = 1e-3
    """On the largest entry of |x - c|."""
    duals: bool = True
    """Without, it is a plain penalty method."""


class Found(NamedTuple):
    """Result of the decomposition."""

    x: Array
    copy: Array
    state: State
    residual: Array
    """Largest entry of |x - c|."""
    iterations: Array
    """Rounds."""
    ending: Array
    """``Ending``: AGREED, which promises no optimum where penalties grew too fast; ITERATIONS or NO_NUMBER."""


def decompose(
    descend: Callable[[Array, Array, Array], Array],
    fit: Callable[[Array, State], tuple[Array, State]],
    start: Array,
    state: State,
    penalty: Array,
    options: Options = Options(),  # noqa: B008 (an immutable value)
) -> Found:
    """Minimise by penalty dual decomposition, from x = c = ``start``.

    Args:    descend (x, target, rho) -> x lowers F(x) + ||x - target||^2 / (2 rho); fit (wanted, state) -> (c, state)
             finds the point of C nearest to what is wanted, ``state`` from the round before; penalty is the first rho.
    """

    def running(carry: tuple[Array, Array, State, Array, Array, Array, Array]) -> Array:
        *_, rounds, gap = carry
        return (rounds < options.iterations) & (gap > options.tolerance)

    def round(
        carry: tuple[Array, Array, State, Array, Array, Array, Array],
    ) -> tuple[Array, Array, State, Array, Array, Array, Array]:
        x, copy, state, dual, rho, rounds, _ = carry
        x = descend(x, copy - rho * dual, rho)
        copy, state = fit(x + rho * dual, state)
        dual = dual + (x - copy) / rho if options.duals else dual
        return x, copy, state, dual, options.shrink * rho, rounds + 1, jnp.max(jnp.abs(x - copy))

    first = (start, start, state, jnp.zeros_like(start), jnp.asarray(penalty), jnp.array(0), jnp.array(jnp.inf))
    x, copy, state, _, _, rounds, gap = lax.while_loop(running, round, first)
    ending = jnp.where(gap <= options.tolerance, Ending.AGREED, Ending.ITERATIONS)
    return Found(x, copy, state, gap, rounds, jnp.where(jnp.isnan(gap), Ending.NO_NUMBER, ending))
