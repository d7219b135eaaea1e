"""The deterministic optimiser of one drop and start: positions, beams, powers and scenario weights together.

    max   softmin_tau over scenarios k of J(f_k; filters in closed form for all scenarios),   tau falling to 1/20

by Adam on smooth coordinates of everything: layouts and powers by softmax, beams by direction and share of power. After
every round the oracle's worst offsets join the scenarios (spec cellfree, section 6). BFGS on the same coordinates ends
in worse optima after more time (benchmarks/cellfree.py).
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax, nn

from beamwright.arrays import decode_layout
from beamwright.numerics import in_tiles, materialise, one_by_one
from beamwright.optim import adam
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.model import Filters, Paths, Point
from beamwright.systems.cellfree.oracle import Effort, Numbers, candidates, shape_of, worst_offsets
from beamwright.systems.cellfree.scenario import Scenario

TILE = 16
"""Lanes (drops times starts) per compiled call, one after another in it."""
PENALTY = 20.0
"""Of utility per bit that the radar lacks."""


class Options(NamedTuple):
    """What kind of design, and how long to search."""

    movable: bool = True
    robust: bool = True
    full_power: bool = False
    rounds: int = 2
    """The first without, every further one with one more of the oracle's offsets."""
    steps: int = 300
    """Of Adam per round."""
    random: int = 12
    """Random scenarios."""
    hot: float = 1.0
    cold: float = 0.05
    """Temperatures of the softened minimum; a further round is cold throughout."""
    rate: float = 0.03
    effort: Effort = Effort()
    """Of the oracle between rounds."""


class Lane(NamedTuple):
    """One drop and start; leading axis in a batch."""

    paths: Paths
    range_hz: Any
    """()."""
    ap_power: Any
    user_power: Any
    radar_log: Any
    """log2(1 + required radar SINR), 0 where none is."""
    reach: Any
    """() half the region."""
    spacing: Any
    """() of antennas."""
    tx: Any
    """(aps, tx antennas) of fixed arrays."""
    rx: Any
    start: Any
    """(variables,)."""
    numbers: Any
    """(numbers,) ``oracle.Numbers``."""


class Reached(NamedTuple):
    """The best round by the oracle."""

    point: Point
    filters: Filters
    merit: Any
    """() least utility by the oracle, less the penalty for what the radar lacks."""
    trace: Any
    """(rounds,) best so far."""
    iterations: Any


class Layout(NamedTuple):
    """Where variables are in the vector: numbers of them."""

    beams: int
    shares: int
    tx: int
    rx: int
    users: int
    weights: int

    @property
    def ends(self) -> np.ndarray:
        """Where each ends."""
        return np.cumsum(self)


def layout(s: Scenario, users: int, options: Options) -> Layout:
    """Sizes of the parts."""
    move = int(options.movable)
    return Layout(
        beams=2 * s.aps * s.tx_antennas, shares=0 if options.full_power else s.aps,
        tx=move * s.aps * (s.tx_antennas + 1), rx=move * s.aps * (s.rx_antennas + 1), users=users + 1,
        weights=scenario_count(s, options),
    )  # fmt: skip


def scenario_count(s: Scenario, options: Options) -> int:
    """Scenarios of a search, spare ones included."""
    return len(_scenarios(s, options)) + (options.rounds - 1 if options.robust else 0)


def _scenarios(s: Scenario, options: Options) -> np.ndarray:
    return candidates(s.aps, options.random, seed=1) if options.robust else np.zeros((1, s.aps))


def search(s: Scenario, lanes: Lane, options: Options) -> Reached:
    """Lanes lead; see ``Lane``."""
    flat = (*lanes.paths, *lanes[1:])
    users = lanes.paths.uplink_gain.shape[1]
    return in_tiles(_compiled(shape_of(s), users, options), TILE, *flat, counted=True)


@cache
def _compiled(s: Scenario, users: int, options: Options) -> Callable[..., Reached]:
    count = len(Paths._fields)
    return one_by_one(lambda *arrays: _search(s, users, Lane(Paths(*arrays[:count]), *arrays[count:]), options))


def decode(s: Scenario, lane: Lane, x: Array, users: int, options: Options) -> tuple[Point, Array]:
    """Positions, beams, powers, and weights of the scenarios, of a vector of variables."""
    beams, shares, tx, rx, powers, weights = jnp.split(x, layout(s, users, options).ends[:-1])
    if options.movable:
        places = (decode_layout(part.reshape(s.aps, -1), -lane.reach, lane.reach, lane.spacing) for part in (tx, rx))
        at_tx, at_rx = places
    else:
        at_tx, at_rx = lane.tx, lane.rx
    real, imag = beams.reshape(2, s.aps, s.tx_antennas)
    size = jnp.sqrt(jnp.sum(real**2 + imag**2, axis=-1) + 1e-30)
    share = jnp.ones(s.aps) if options.full_power else jnp.sin(shares)
    scale = (jnp.sqrt(lane.ap_power) * share / size)[:, None]
    user_powers = lane.user_power * nn.softmax(powers)[:-1]
    return Point(at_tx, at_rx, scale * (real + 1j * imag), user_powers), nn.softmax(weights)


def _search(s: Scenario, users: int, lane: Lane, options: Options) -> Reached:
    s, base = Numbers(*lane.numbers).within(s), _scenarios(s, options)
    spare = scenario_count(s, options) - len(base)
    offsets = jnp.concatenate([jnp.asarray(base), jnp.zeros((spare, s.aps))])

    def designed(x: Array, scenarios: model.Scenarios) -> tuple[Point, Filters, model.Air]:
        point, weights = decode(s, lane, x, users, options)
        there = model.air(lane.paths, point)
        return point, model.best_filters(s, there, scenarios, weights), there

    def loss(x: Array, scenarios: model.Scenarios, temperature: Array) -> Array:
        _, filters, there = designed(x, scenarios)
        found = model.ratios(s, model.through(s, there, filters), scenarios.drift)
        each = model.utility(s, found) - PENALTY * _lack(lane, found.radar)
        least = jnp.min(each)
        return temperature * jnp.log(jnp.sum(jnp.exp((least - each) / temperature))) - least

    def least_radar(heard: model.Heard, scenarios: model.Scenarios) -> Array:
        return jnp.min(model.ratios(s, heard, scenarios.drift).radar)

    def round(carry: tuple[Array, Array, Array], number: Array) -> tuple[tuple[Array, Array, Array], Reached]:
        x, offsets, best = carry
        scenarios = materialise(model.scenarios_of(s, lane.range_hz * offsets))

        def cooled(x: Array, share: Array) -> Array:
            """From hot to cold in the first round, cold in further ones."""
            hot = jnp.where(number == 0, options.hot, options.cold)
            return loss(x, scenarios, hot * (options.cold / hot) ** share)

        x = adam.minimise(cooled, x, adam.Options(options.steps, options.rate))
        point, filters, there = designed(x, scenarios)
        heard = model.through(s, there, filters)
        worst = worst_offsets(s, heard, lane.range_hz, options.effort)
        radar = model.ratios(s, heard, model.drift(s, lane.range_hz * worst.offsets)).radar
        merit = worst.utility - PENALTY * _lack(lane, jnp.minimum(radar, least_radar(heard, scenarios)))
        slot = len(base) + number
        offsets = jnp.where(jnp.arange(len(offsets))[:, None] == slot, worst.offsets, offsets)
        best = jnp.maximum(best, merit)
        return (x, offsets, best), Reached(point, filters, merit, best, jnp.array(options.steps))

    rounds = options.rounds if options.robust else 1
    _, found = lax.scan(round, (lane.start, offsets, jnp.array(-jnp.inf)), jnp.arange(rounds))
    pick = jnp.argmax(jnp.where(jnp.isnan(found.merit), -jnp.inf, found.merit))
    return Reached(
        _at(found.point, pick), _at(found.filters, pick), found.merit[pick], found.trace, jnp.sum(found.iterations)
    )


def _lack(lane: Lane, radar: Array) -> Array:
    """Bits that a radar SINR is short of what is required."""
    return jnp.maximum(0.0, lane.radar_log - jnp.log1p(radar) / np.log(2))


def _at(part: Any, index: Array) -> Any:
    if isinstance(part, tuple):
        return type(part)(*(_at(a, index) for a in part))
    return part[index]
