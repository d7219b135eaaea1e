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

from beamwright.optim.line_search import descent_ending, falls_enough


class Options(NamedTuple):
    """Tolerance is on the largest entry of the projected gradient x - clip(x - g)."""

    iterations: int | Array = 60
    """If traced, searches of several lengths share one compilation."""
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
    """The best point so far, and how far along which direction the next one is tried."""

    x: Array
    value: Array
    gradient: Array
    inverse: Array
    """Inverse Hessian (n, n)."""
    direction: Array
    step: Array
    cuts: Array
    """Of this step so far."""
    iterations: Array
    evaluations: Array
    failed: Array


def minimise(
    f: Callable[[Array], Array],
    start: Array,
    low: Array | float = -jnp.inf,
    high: Array | float = jnp.inf,
    options: Options = Options(),  # noqa: B008 (an immutable value)
) -> Found:
    """Minimise a smooth f over low <= x <= high from ``start`` (n,), which is clipped into the box. Traceable.

    The value never rises. Steps that are no numbers are cut like any that rise; a start whose value is none stays.
    Every turn of the one loop looks at one point, the start, a whole step or a shorter one: the compiler sees f once,
    and of instances that are mapped none waits for the line searches of the others.
    """

    def optimality(state: _State) -> Array:
        return jnp.max(jnp.abs(state.x - jnp.clip(state.x - state.gradient, low, high)))

    def running(state: _State) -> Array:
        more = (optimality(state) > options.tolerance) & ~state.failed & (state.iterations < options.iterations)
        return (state.evaluations == 0) | more

    def turn(state: _State) -> _State:
        x = jnp.clip(state.x + state.step * state.direction, low, high)
        value, gradient = jax.value_and_grad(f)(x)
        begins, slope = state.evaluations == 0, state.gradient @ (x - state.x)
        enough = begins | falls_enough(value, state.value, slope, options.sufficient)
        failed = ~enough & (state.cuts >= options.cuts)
        fresh = state.iterations == 0 if options.memory is None else state.iterations % options.memory == 0
        inverse = _updated(state.inverse, x - state.x, gradient - state.gradient, fresh)
        inverse = jnp.where(begins, _first_step(gradient, options) * jnp.eye(len(x)), inverse)
        held = ((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0))
        direction = _direction(inverse, gradient, held, options)
        ahead = _State(
            x, value, gradient, inverse, direction, jnp.array(1.0), jnp.array(0), state.iterations + ~begins,
            state.evaluations + 1, failed,
        )  # fmt: skip
        back = state._replace(
            step=state.step * _shorter(value - state.value, slope), cuts=state.cuts + 1,
            iterations=state.iterations + failed, evaluations=state.evaluations + 1, failed=failed,
        )  # fmt: skip
        return jax.tree.map(lambda new, old: jnp.where(enough, new, old), ahead, back)

    x, none, no = jnp.clip(start, low, high), jnp.array(0), jnp.array(False)
    nothing = jnp.zeros_like(x)
    first = _State(
        x, jnp.array(jnp.inf), nothing, jnp.zeros((len(x), len(x))), nothing, jnp.array(0.0), none, none, none, no
    )
    end = lax.while_loop(running, turn, first)
    residual = optimality(end)
    ending = descent_ending(end.value, residual, options.tolerance, end.failed)
    return Found(end.x, end.value, end.gradient, residual, end.iterations, end.evaluations, ending)


def _direction(inverse: Array, gradient: Array, held: Array, options: Options) -> Array:
    """Quasi-Newton over the variables that are not held at a bound; the slope's where that does not lead down."""
    slope = jnp.where(held, 0.0, gradient)
    newton = -jnp.where(held, 0.0, inverse @ slope)
    return jnp.where(newton @ slope < 0, newton, -_first_step(slope, options) * slope)


def _shorter(rise: Array, slope: Array) -> Array:
    """Share of a step to the minimum of the parabola through both ends, clipped to a tenth and a half."""
    vertex = -0.5 * slope / (rise - slope)
    return jnp.where(jnp.isfinite(vertex), jnp.clip(vertex, 0.1, 0.5), 0.1)


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
