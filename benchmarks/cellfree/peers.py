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
from beamwright.numerics import in_tiles, one_by_one
from beamwright.optim import quasi_newton as qn
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Radio
from beamwright.systems.cellfree.solve import Options, SearchResult
from beamwright.systems.cellfree.solve.search import TILE, Lane, decode
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


def bfgs(s: cf.Scenario, lanes: Lane, steps: int) -> SearchResult:
    """Our dense BFGS in the place of Adam, ``steps`` per temperature; one round, the same coordinates and scenarios."""
    users = lanes.paths.uplink_gain.shape[1]
    flat = (*lanes.paths, *lanes[1:])
    return in_tiles(_compiled_bfgs(s.radio, users, steps), TILE, *flat, counted=True)


@cache
def _compiled_bfgs(s: Radio, users: int, steps: int) -> Callable[..., SearchResult]:
    options = Options(rounds=1)
    count = len(physics.Paths._fields)

    def one(*arrays: Any) -> SearchResult:
        lane = Lane(physics.Paths(*arrays[:count]), *arrays[count:])
        offsets = lane.range_hz * jnp.asarray(physics.candidates(s.aps, options.random, seed=1))
        scenarios = physics.offset_scenarios(s, offsets)

        def designed(x: Array) -> tuple[physics.Point, physics.Filters, Array]:
            point, weights = decode(s, lane, x, users, options)
            received = physics.received_signals(lane.paths, point)
            filters = physics.closed_form_filters(s, received, scenarios, weights)
            filtered = physics.apply_filters(s, received, filters)
            return point, filters, physics.utility_at(s, filtered, scenarios.phases)

        def cool(x: Array, temperature: Array) -> tuple[Array, None]:
            def loss(x: Array) -> Array:
                each = designed(x)[2]
                least = jnp.min(each)
                return temperature * jnp.log(jnp.sum(jnp.exp((least - each) / temperature))) - least

            return qn.minimise(loss, x, options=qn.Options(steps, 1e-5, memory=25)).x, None

        point, filters, each = designed(lax.scan(cool, lane.start, jnp.array([0.3, options.cold]))[0])
        return SearchResult(point, filters, jnp.min(each), jnp.min(each)[None], jnp.array(2 * steps))

    return one_by_one(one)
