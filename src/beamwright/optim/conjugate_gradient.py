"""Riemannian conjugate gradient, Polak-Ribiere+ with transport by projection (spec star_ris, section 5).

Written for one instance: ``lax.map`` over a batch lets every instance stop when it is done, ``vmap`` waits for the
slowest. Each step costs one gradient and two or more values of f; the value never rises.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.optim.manifolds import UnitNorm, inner


class Ending(IntEnum):
    """Why the search ended."""

    STATIONARY = 0
    """The Riemannian gradient is at most ``tolerance``."""
    LINE_SEARCH = 1
    """No step along the direction lowers the value any more."""
    ITERATIONS = 2
    """Out of iterations."""


class Options(NamedTuple):
    """Tolerance is on the norm of the Riemannian gradient, absolute: scale f accordingly."""

    tolerance: float = 1e-3
    iterations: int = 200
    sufficient: float = 1e-4
    """Armijo's constant."""
    cut: float = 0.25
    cuts: int = 20


class Found(NamedTuple):
    """A point, how it was reached and why the search ended there."""

    x: Array
    value: Array
    gradient_norm: Array
    iterations: Array
    ending: Array
    """``Ending``."""
    trace: Array
    """(iterations + 1,) values of f; NaN after the end."""


class _State(NamedTuple):
    x: Array
    value: Array
    gradient: Array
    direction: Array
    step: Array
    iterations: Array
    failed: Array
    trace: Array


def minimise(f: Callable[[Array], Array], start: Array, manifold: UnitNorm, options: Options = Options()) -> Found:  # noqa: B008 (an immutable value)
    """Minimise a smooth real f from ``start``, a point of the manifold. Traceable; f sees arrays near the manifold.

    The gradient of a real f of complex X is 2 df/dX*, which is conj(jax.grad f).
    """

    def look(x: Array) -> tuple[Array, Array]:
        value, slope = jax.value_and_grad(f)(x)
        return value, manifold.project(x, jnp.conj(slope))

    value, gradient = look(start)
    norm = jnp.sqrt(inner(gradient, gradient))
    trace = jnp.full(options.iterations + 1, jnp.nan).at[0].set(value)
    first = 1.0 / jnp.where(norm > 0, norm, 1.0)
    state = _State(start, value, gradient, -gradient, first, jnp.array(0), jnp.array(False), trace)

    def running(state: _State) -> Array:
        steep = inner(state.gradient, state.gradient) > options.tolerance**2
        return steep & ~state.failed & (state.iterations < options.iterations)

    def body(state: _State) -> _State:
        uphill = inner(state.gradient, state.direction) >= 0
        direction = jnp.where(uphill, -state.gradient, state.direction)
        slope = inner(state.gradient, direction)
        step, failed = _line_search(f, state, direction, slope, manifold, options)
        x = jnp.where(failed, state.x, manifold.retract(state.x + step * direction))
        value, gradient = look(x)
        carried = manifold.project(x, state.gradient)
        beta = inner(gradient, gradient - carried) / inner(state.gradient, state.gradient)
        direction = -gradient + jnp.maximum(beta, 0.0) * manifold.project(x, direction)
        count = state.iterations + jnp.where(failed, 0, 1)
        trace = state.trace.at[count].set(value)
        return _State(x, value, gradient, direction, step, count, failed, trace)

    end = lax.while_loop(running, body, state)
    norm = jnp.sqrt(inner(end.gradient, end.gradient))
    stationary = norm <= options.tolerance
    ending = jnp.where(stationary, Ending.STATIONARY, jnp.where(end.failed, Ending.LINE_SEARCH, Ending.ITERATIONS))
    return Found(end.x, end.value, norm, end.iterations, ending, end.trace)


def _line_search(
    f: Callable[[Array], Array], state: _State, direction: Array, slope: Array, manifold: UnitNorm, options: Options
) -> tuple[Array, Array]:
    """The last accepted step and the minimum of the parabola through it, the better of both, then Armijo's cuts."""

    def along(step: Array) -> Array:
        return f(manifold.retract(state.x + step * direction))

    tried = along(state.step)
    curvature = tried - state.value - slope * state.step
    vertex = -0.5 * slope * state.step**2 / jnp.where(curvature > 0, curvature, 1.0)
    vertex = jnp.where(curvature > 0, vertex, 10.0 * state.step)
    vertex = jnp.clip(vertex, 0.1 * state.step, 10.0 * state.step)
    other = along(vertex)
    better = other < tried
    step, value = jnp.where(better, vertex, state.step), jnp.where(better, other, tried)

    def short(carry: tuple[Array, Array, Array]) -> Array:
        step, value, cuts = carry
        enough = value <= state.value + options.sufficient * step * slope
        return ~enough & (cuts < options.cuts)

    def cut(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        step, _, cuts = carry
        step = options.cut * step
        return step, along(step), cuts + 1

    step, value, _ = lax.while_loop(short, cut, (step, value, jnp.array(0)))
    return step, ~(value <= state.value + options.sufficient * step * slope)
