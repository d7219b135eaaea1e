"""Projected BFGS: smooth functions of a few hundred variables in a box, one instance to be mapped over a batch.

Dense inverse Hessian (n^2 numbers): with a few hundred variables its update costs less than a gradient of ours, and it
learns more than a limited memory. Bertsekas's projection: variables at a bound whose gradient pushes outward are held,
the others move along the quasi-Newton direction, and the path is bent into the box.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.optim.line_search import backtrack, descent_ending, falls_enough


class Options(NamedTuple):
    """Tolerance is on the largest entry of the projected gradient x - clip(x - g)."""

    iterations: int = 60
    tolerance: float = 1e-6
    sufficient: float = 1e-4
    """Armijo's constant."""
    cuts: int = 20
    first: float = 0.1
    """Length of the first step, and of those after a reset: nothing is known of the curvature then."""
    memory: int | None = None
    """Iterations after which the curvature is learnt anew: that of a maximum's smooth stand-in ages. None: never."""


class Found(NamedTuple):
    """Result of the search."""

    x: Array
    value: Array
    gradient: Array
    residual: Array
    """Largest entry of the projected gradient."""
    iterations: Array
    evaluations: Array
    """Evaluations of f and its gradient together."""
    ending: Array
    """``Ending``: STATIONARY, LINE_SEARCH, ITERATIONS or NO_NUMBER."""


class _State(NamedTuple):
    x: Array
    value: Array
    gradient: Array
    inverse: Array
    """Inverse Hessian (n, n)."""
    iterations: Array
    evaluations: Array
    failed: Array


class _Tried(NamedTuple):
    step: Array
    x: Array
    value: Array
    gradient: Array


def minimise(
    f: Callable[[Array], Array],
    start: Array,
    low: Array | float = -jnp.inf,
    high: Array | float = jnp.inf,
    options: Options = Options(),  # noqa: B008 (an immutable value)
) -> Found:
    """Minimise a smooth f over low <= x <= high from ``start`` (n,), which is clipped into the box. Traceable.

    The value never rises. Steps that are no numbers are cut like any that rise; a start whose value is none stays.
    """
    look = jax.value_and_grad(f)

    def optimality(state: _State) -> Array:
        return jnp.max(jnp.abs(state.x - jnp.clip(state.x - state.gradient, low, high)))

    def running(state: _State) -> Array:
        return (optimality(state) > options.tolerance) & ~state.failed & (state.iterations < options.iterations)

    def body(state: _State) -> _State:
        held = ((state.x <= low) & (state.gradient > 0)) | ((state.x >= high) & (state.gradient < 0))
        slope = jnp.where(held, 0.0, state.gradient)
        newton = -jnp.where(held, 0.0, state.inverse @ slope)
        direction = jnp.where(newton @ slope < 0, newton, -_first_step(slope, options) * slope)
        tried, cuts = _line_search(look, state, direction, low, high, options)
        failed = ~_enough(tried, state, options)
        x, value, gradient = (
            jnp.where(failed, old, new)
            for old, new in zip((state.x, state.value, state.gradient), tried[1:], strict=True)
        )
        fresh = state.iterations == 0 if options.memory is None else state.iterations % options.memory == 0
        inverse = _updated(state.inverse, x - state.x, gradient - state.gradient, fresh)
        return _State(x, value, gradient, inverse, state.iterations + 1, state.evaluations + 1 + cuts, failed)

    x = jnp.clip(start, low, high)
    value, gradient = look(x)
    inverse = _first_step(gradient, options) * jnp.eye(len(x))
    end = lax.while_loop(
        running, body, _State(x, value, gradient, inverse, jnp.array(0), jnp.array(1), jnp.array(False))
    )
    residual = optimality(end)
    ending = descent_ending(end.value, residual, options.tolerance, end.failed)
    return Found(end.x, end.value, end.gradient, residual, end.iterations, end.evaluations, ending)


def _first_step(gradient: Array, options: Options) -> Array:
    """Scale of the first step along the gradient."""
    size = gradient @ gradient
    return options.first / jnp.sqrt(jnp.where(size > 0, size, 1.0))


def _updated(inverse: Array, step: Array, change: Array, fresh: Array) -> Array:
    """BFGS, where ``fresh`` from this step's own curvature; left alone where f curves down along the step."""
    curvature = step @ change
    good = curvature > 1e-10 * jnp.sqrt((step @ step) * (change @ change))
    scale = curvature / jnp.where(good, change @ change, 1.0)
    inverse = jnp.where(fresh & good, scale * jnp.eye(len(step)), inverse)
    turned = inverse @ change
    weight = jnp.where(good, 1 / jnp.where(good, curvature, 1.0), 0.0)
    along = (1 + change @ turned * weight) * weight * step - weight * turned
    return inverse + along[:, None] * step - (weight * step)[:, None] * turned


def _enough(tried: _Tried, state: _State, options: Options) -> Array:
    """Armijo's condition on the path that is bent into the box."""
    return falls_enough(tried.value, state.value, state.gradient @ (tried.x - state.x), options.sufficient)


def _line_search(
    look: Callable[[Array], tuple[Array, Array]],
    state: _State,
    direction: Array,
    low: Array | float,
    high: Array | float,
    options: Options,
) -> tuple[_Tried, Array]:
    """The whole step, then the minimum of the parabola through what was tried, clipped to a tenth and a half."""

    def at(step: Array) -> _Tried:
        x = jnp.clip(state.x + step * direction, low, high)
        return _Tried(step, x, *look(x))

    def enough(tried: _Tried) -> Array:
        return _enough(tried, state, options)

    def shorter(tried: _Tried, _: Array) -> _Tried:
        slope = state.gradient @ (tried.x - state.x)
        vertex = -0.5 * slope / (tried.value - state.value - slope)
        return at(tried.step * jnp.where(jnp.isfinite(vertex), jnp.clip(vertex, 0.1, 0.5), 0.1))

    return backtrack(at(jnp.array(1.0)), enough, shorter, options.cuts)
