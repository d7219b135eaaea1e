"""Riemannian conjugate gradient with transport by projection (spec star_ris, section 5).

Written for one instance: ``lax.map`` over a batch lets every instance stop when it is done, ``vmap`` waits for the
slowest. Each step costs two or more values of f and the way back of one gradient; the value never rises.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.optim.line_search import backtrack, descent_ending, falls_enough
from beamwright.optim.manifolds import UnitNorm, inner

Measured = Any
"""Values of a point that f needs: an array or a pytree of arrays."""


Beta = Callable[[Array, Array, Array], Array]
"""``beta(new, mixed, old)`` of <G, G>, <G, last G> and <last G, last G>: share of the last direction in the next."""


def polak_ribiere_plus(new: Array, mixed: Array, old: Array) -> Array:
    """max((<G, G> - <G, last G>) / <last G, last G>, 0): starts anew by itself where gradients stay alike."""
    return jnp.maximum((new - mixed) / old, 0.0)


def fletcher_reeves(new: Array, mixed: Array, old: Array) -> Array:
    """<G, G> / <last G, last G>."""
    return new / old


class Options(NamedTuple):
    """Tolerance is on the norm of the Riemannian gradient, absolute: scale f accordingly."""

    tolerance: float = 1e-3
    iterations: int = 200
    sufficient: float = 1e-4
    """Armijo's constant."""
    cut: float = 0.25
    cuts: int = 20
    beta: Beta = polak_ribiere_plus


class Found(NamedTuple):
    """A point, how it was reached and why the search ended there."""

    x: Array
    value: Array
    residual: Array
    """Norm of the Riemannian gradient."""
    iterations: Array
    ending: Array
    """``Ending``: STATIONARY, LINE_SEARCH, ITERATIONS or NO_NUMBER."""
    trace: Array
    """(iterations + 1,) values of f; NaN after the end."""


class _State(NamedTuple):
    x: Array
    measured: Measured
    value: Array
    gradient: Array
    square: Array
    """<gradient, gradient>."""
    direction: Array
    slope: Array
    """<gradient, direction>."""
    step: Array
    iterations: Array
    failed: Array
    trace: Array


def minimise(
    value: Callable[[Measured], Array],
    start: Array,
    manifold: UnitNorm,
    options: Options = Options(),  # noqa: B008 (an immutable value)
    measure: Callable[[Array], Measured] = lambda x: x,
) -> Found:
    """Minimise a smooth real f(X) = value(measure(X)) from ``start``, a point of the manifold. Traceable.

    What was measured at the accepted point is kept: where ``measure`` is the expensive, linear part of f, its gradient
    costs no second look at the point.
    """

    def gradient_at(x: Array, measured: Measured) -> Array:
        _, pull = jax.vjp(measure, x)
        (slope,) = pull(jax.grad(value)(measured))
        return manifold.project(x, slope)

    measured = measure(start)
    first, gradient = value(measured), gradient_at(start, measured)
    square = inner(gradient, gradient)
    step = 1.0 / jnp.sqrt(jnp.where(square > 0, square, 1.0))
    trace = jnp.full(options.iterations + 1, jnp.nan).at[0].set(first)
    state = _State(
        start, measured, first, gradient, square, -gradient, -square, step, jnp.array(0), jnp.array(False), trace
    )

    def running(state: _State) -> Array:
        steep = state.square > options.tolerance**2
        return steep & ~state.failed & (state.iterations < options.iterations)

    def body(state: _State) -> _State:
        step, x, measured, now = _line_search(value, measure, state, manifold, options)
        failed = step == 0.0
        gradient = gradient_at(x, measured)
        square = inner(gradient, gradient)
        # <G, T(V)> = <G, V>: G is tangent already, and the projection T is self-adjoint.
        beta = options.beta(square, inner(gradient, state.gradient), state.square)
        slope = beta * inner(gradient, state.direction) - square
        uphill = slope >= 0
        beta, slope = jnp.where(uphill, 0.0, beta), jnp.where(uphill, -square, slope)
        direction = beta * manifold.project(x, state.direction) - gradient
        count = state.iterations + jnp.where(failed, 0, 1)
        trace = state.trace.at[count].set(now)
        return _State(x, measured, now, gradient, square, direction, slope, step, count, failed, trace)

    end = lax.while_loop(running, body, state)
    norm = jnp.sqrt(end.square)
    ending = descent_ending(end.value, norm, options.tolerance, end.failed)
    return Found(end.x, end.value, norm, end.iterations, ending, end.trace)


class _Tried(NamedTuple):
    step: Array
    x: Array
    measured: Measured
    value: Array


def _line_search(
    value: Callable[[Measured], Array],
    measure: Callable[[Array], Measured],
    state: _State,
    manifold: UnitNorm,
    options: Options,
) -> _Tried:
    """The last accepted step and the minimum of the parabola through it, the better of both, then Armijo's cuts.

    The last cut is to zero: no step helps, and the point stays where it is.
    """

    def at(step: Array) -> _Tried:
        x = manifold.retract(state.x + step * state.direction)
        measured = measure(x)
        return _Tried(step, x, measured, value(measured))

    last = at(state.step)
    curvature = last.value - state.value - state.slope * state.step
    vertex = -0.5 * state.slope * state.step**2 / jnp.where(curvature > 0, curvature, 1.0)
    vertex = jnp.where(curvature > 0, vertex, 10.0 * state.step)
    other = at(jnp.clip(vertex, 0.1 * state.step, 10.0 * state.step))
    better = jax.tree.map(lambda a, b: jnp.where(other.value < last.value, a, b), other, last)

    def enough(tried: _Tried) -> Array:
        return falls_enough(tried.value, state.value, tried.step * state.slope, options.sufficient)

    def shorter(tried: _Tried, cuts: Array) -> _Tried:
        return at(jnp.where(cuts + 1 < options.cuts, options.cut * tried.step, 0.0))

    return backtrack(better, enough, shorter, options.cuts)[0]
