"""Peers of the cell-free radar: SciPy's multistart for the worst offsets, dense BFGS for the design.

Both work on our compiled utility, so what is compared is the search.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from scipy.optimize import minimize

from beamwright import cellfree as cf
from beamwright.numerics import Values, in_tiles, one_by_one
from beamwright.optim import quasi_newton as qn
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Radio
from beamwright.systems.cellfree.solve import Found, Options, filters_for, first_lanes
from beamwright.systems.cellfree.solve.search import COLD, TILE, Lane, Run, decode
from benchmarks.timing import Times, timed_each

SAMPLES, STARTS = 512, 8
"""Points and searches of SciPy's multistart (spec section 5)."""


def by_scipy(s: cf.Scenario, filtered: physics.FilteredSignals) -> tuple[np.ndarray, Times]:
    """Least utility per drop: L-BFGS-B with our compiled utility and its gradient from the worst points."""
    points, bounds = physics.candidates(s.aps, SAMPLES), [(-0.5, 0.5)] * s.aps
    values, slope = _compiled_utility(s.radio)

    def search(one: physics.FilteredSignals) -> float:
        def both(y: np.ndarray) -> tuple[float, np.ndarray]:
            value, gradient = slope(y, one, s.offset_range_hz)
            return float(value), np.asarray(gradient)

        seen = np.asarray(values(points, one, s.offset_range_hz))
        first = np.argsort(seen)[:STARTS]
        ends = [minimize(both, points[i], jac=True, method="L-BFGS-B", bounds=bounds).fun for i in first]
        return min(seen.min(), *ends)

    drops = [physics.FilteredSignals(*(jnp.asarray(a[i]) for a in filtered)) for i in range(len(filtered.echo))]
    ended, times = timed_each(search, drops, warm=True)
    return np.array(ended), times


@cache
def _compiled_utility(s: Radio) -> tuple[Any, Any]:
    def look(y: Array, one: physics.FilteredSignals, range_hz: float) -> Array:
        return physics.utility_at(s, one, physics.offset_phases(s, range_hz * y))

    return jax.jit(jax.vmap(look, (0, None, None))), jax.jit(jax.value_and_grad(look))


def bfgs(s: cf.Scenario, known: cf.Known, options: Options, steps: int) -> Found:
    """Our dense BFGS in the place of Adam, ``steps`` per temperature; one round, the same starts and scenarios."""
    frame, lanes = first_lanes(s, known, options)
    drops = len(known.echo_gain)
    compiled = _compiled_bfgs(s.radio.shape, lanes.paths.uplink_gain.shape[1], steps)
    point, weights, merit = in_tiles(compiled, TILE, *lanes.paths, *lanes.run, *lanes[2:], counted=True)
    best = np.arange(drops) * options.starts + merit.reshape(drops, -1).argmax(axis=1)
    ended = frame.restored(physics.Point(*(a[best] for a in point)))
    filters = filters_for(s, known, ended, s.offset_range_hz * lanes.offsets[best], weights[best])
    return Found(ended, filters, merit[best][:, None], np.full(drops, 2 * steps * options.starts))


@cache
def _compiled_bfgs(shape: tuple[Values, ...], users: int, steps: int) -> Callable[..., Any]:
    paths = len(physics.Paths._fields)
    more = paths + len(Run._fields)

    def one(*arrays: Any) -> tuple[physics.Point, Array, Array]:
        lane = Lane(physics.Paths(*arrays[:paths]), Run(*arrays[paths:more]), *arrays[more:])
        s = Radio(*shape, *lane.numbers)
        scenarios = physics.offset_scenarios(s, lane.range_hz * lane.offsets)

        def each(x: Array) -> Array:
            point, weights = decode(s, lane, x, users)
            received = physics.received_signals(lane.paths, point)
            filters = physics.closed_form_filters(s, received, scenarios, weights)
            return physics.utility_at(s, physics.apply_filters(s, received, filters), scenarios.phases)

        def cool(x: Array, temperature: Array) -> tuple[Array, None]:
            def loss(x: Array) -> Array:
                least = jnp.min(each(x))
                return temperature * jnp.log(jnp.sum(jnp.exp((least - each(x)) / temperature))) - least

            return qn.minimise(loss, x, options=qn.Options(steps, 1e-5, memory=25)).x, None

        x = lax.scan(cool, lane.start, jnp.array([0.3, COLD]))[0]
        return *decode(s, lane, x, users), jnp.min(each(x))

    return one_by_one(one)
