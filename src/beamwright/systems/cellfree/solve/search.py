"""Search of positions, beams, powers and scenario weights together, for one drop and start.

    max   softmin_tau over scenarios k of J(f_k; filters in closed form for all scenarios),   tau falling to 1/20

by Adam on smooth coordinates of everything: layouts and powers by softmax, beams by direction and share of power. After
every round the oracle's worst offsets join the scenarios (spec cellfree, section 6). BFGS on the same coordinates ends
in worse optima after more time (benchmarks/cellfree).
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax, nn

from beamwright.arrays import decode_layout
from beamwright.numerics import Tree, Values, in_tiles, materialise, one_by_one
from beamwright.optim import adam
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Radio, Scenario

TILE = 16
"""Lanes (drops times starts) per compiled call, one after another in it."""
PENALTY = 20.0
"""Utility lost per bit that the radar is short of what is required."""


class Options(NamedTuple):
    """Kind of design, and length of the search."""

    movable: bool = True
    robust: bool = True
    full_power: bool = False
    rounds: int = 2
    """Rounds of search; each further one has one more of the oracle's worst offsets."""
    steps: int = 300
    """Steps of Adam per round."""
    random: int = 12
    """Random scenarios."""
    hot: float = 1.0
    cold: float = 0.05
    """Temperatures of the softened minimum; a further round is cold throughout."""
    rate: float = 0.03
    effort: physics.Effort = physics.Effort()
    """Effort of the oracle between rounds."""


class Lane(NamedTuple):
    """One drop and start; leading axis in a batch."""

    paths: physics.Paths
    range_hz: Values
    """()."""
    ap_power: Values
    user_power: Values
    radar_log: Values
    """log2(1 + required radar SINR), 0 where none is."""
    reach: Values
    """() half the region."""
    spacing: Values
    """() of antennas."""
    tx: Values
    """(aps, tx antennas) of fixed arrays."""
    rx: Values
    start: Values
    """(variables,)."""
    numbers: Values
    """(numbers,) ``Radio.numbers``."""
    assumed: Values
    """(aps,) offsets in units of the range that a design without robustness is for; a robust one is for all."""


class SearchResult(NamedTuple):
    """Design of the best round by the oracle."""

    point: physics.Point
    filters: physics.Filters
    merit: Values
    """() least utility by the oracle, less the penalty for what the radar lacks."""
    trace: Values
    """(rounds,) best so far."""
    iterations: Values


class VariableSizes(NamedTuple):
    """Numbers of variables of every kind, in the order of the vector."""

    beams: int
    shares: int
    tx: int
    rx: int
    users: int
    weights: int

    @property
    def ends(self) -> np.ndarray:
        """Index after the last variable of every kind."""
        return np.cumsum(self)


def variable_sizes(s: Radio, users: int, options: Options) -> VariableSizes:
    """Numbers of variables of a search."""
    move = int(options.movable)
    return VariableSizes(
        beams=2 * s.aps * s.tx_antennas, shares=0 if options.full_power else s.aps,
        tx=move * s.aps * (s.tx_antennas + 1), rx=move * s.aps * (s.rx_antennas + 1), users=users + 1,
        weights=scenario_count(s, options),
    )  # fmt: skip


def scenario_count(s: Radio, options: Options) -> int:
    """Number of scenarios in a search, spare ones included."""
    return len(_scenarios(s, options)) + (options.rounds - 1 if options.robust else 0)


def _scenarios(s: Radio, options: Options) -> np.ndarray:
    return physics.candidates(s.aps, options.random, seed=1) if options.robust else np.zeros((1, s.aps))


def search(s: Scenario, lanes: Lane, options: Options) -> SearchResult:
    """Search every lane."""
    flat = (*lanes.paths, *lanes[1:])
    users = lanes.paths.uplink_gain.shape[1]
    return in_tiles(_compiled(s.radio.shape, users, options), TILE, *flat, counted=True)


@cache
def _compiled(shape: tuple[Values, ...], users: int, options: Options) -> Callable[..., SearchResult]:
    count = len(physics.Paths._fields)

    def one(*arrays: Array) -> SearchResult:
        lane = Lane(physics.Paths(*arrays[:count]), *arrays[count:])
        return _search(Radio(*shape, *lane.numbers), users, lane, options)

    return one_by_one(one)


def decode(s: Radio, lane: Lane, x: Array, users: int, options: Options) -> tuple[physics.Point, Array]:
    """Positions, beams, powers, and weights of the scenarios, of a vector of variables."""
    beams, shares, tx, rx, powers, weights = jnp.split(x, variable_sizes(s, users, options).ends[:-1])
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
    return physics.Point(at_tx, at_rx, scale * (real + 1j * imag), user_powers), nn.softmax(weights)


def best_starts(results: SearchResult, starts: int) -> SearchResult:
    """Best of every ``starts`` lanes by the oracle; iterations add up. A lane that ended in NaN never wins."""
    order = np.nan_to_num(results.merit, nan=-np.inf).reshape(-1, starts)
    best = np.arange(0, order.size, starts) + order.argmax(axis=1)
    total = np.asarray(results.iterations).reshape(-1, starts).sum(axis=1)

    def pick(part: object) -> object:
        if isinstance(part, tuple):
            return type(part)(*map(pick, part))  # type: ignore[arg-type]
        return part[best]  # type: ignore[index]

    chosen = pick(results)
    assert isinstance(chosen, SearchResult)
    return chosen._replace(iterations=total)


def _search(s: Radio, users: int, lane: Lane, options: Options) -> SearchResult:
    base = _scenarios(s, options)
    spare = scenario_count(s, options) - len(base)
    known = jnp.asarray(base) if options.robust else lane.assumed[None]
    offsets = jnp.concatenate([known, jnp.zeros((spare, s.aps))])

    def designed(
        x: Array, scenarios: physics.OffsetScenarios
    ) -> tuple[physics.Point, physics.Filters, physics.ReceivedSignals]:
        point, weights = decode(s, lane, x, users, options)
        received = physics.received_signals(lane.paths, point)
        return point, physics.closed_form_filters(s, received, scenarios, weights), received

    def loss(x: Array, scenarios: physics.OffsetScenarios, temperature: Array) -> Array:
        _, filters, received = designed(x, scenarios)
        sinrs = physics.sinrs(s, physics.apply_filters(s, received, filters), scenarios.phases)
        each = physics.utility(s, sinrs) - PENALTY * _radar_deficit(lane, sinrs.radar)
        least = jnp.min(each)
        return temperature * jnp.log(jnp.sum(jnp.exp((least - each) / temperature))) - least

    def least_radar(filtered: physics.FilteredSignals, scenarios: physics.OffsetScenarios) -> Array:
        return jnp.min(physics.sinrs(s, filtered, scenarios.phases).radar)

    def round(carry: tuple[Array, Array, Array], number: Array) -> tuple[tuple[Array, Array, Array], SearchResult]:
        x, offsets, best = carry
        scenarios = materialise(physics.offset_scenarios(s, lane.range_hz * offsets))

        def cooled(x: Array, share: Array) -> Array:
            """Loss at a temperature that falls in the first round and is cold in further ones."""
            hot = jnp.where(number == 0, options.hot, options.cold)
            return loss(x, scenarios, hot * (options.cold / hot) ** share)

        x = adam.minimise(cooled, x, adam.Options(options.steps, options.rate)).x
        point, filters, received = designed(x, scenarios)
        filtered = physics.apply_filters(s, received, filters)
        worst = physics.find_worst_offsets(s, filtered, lane.range_hz, options.effort)
        radar = physics.sinrs(s, filtered, physics.offset_phases(s, lane.range_hz * worst.offsets)).radar
        merit = worst.utility - PENALTY * _radar_deficit(lane, jnp.minimum(radar, least_radar(filtered, scenarios)))
        slot = len(base) + number
        offsets = jnp.where(jnp.arange(len(offsets))[:, None] == slot, worst.offsets, offsets)
        best = jnp.maximum(best, merit)
        return (x, offsets, best), SearchResult(point, filters, merit, best, jnp.array(options.steps))

    rounds = options.rounds if options.robust else 1
    _, results = lax.scan(round, (lane.start, offsets, jnp.array(-jnp.inf)), jnp.arange(rounds))
    pick = jnp.argmax(jnp.where(jnp.isnan(results.merit), -jnp.inf, results.merit))
    return SearchResult(
        _at(results.point, pick),
        _at(results.filters, pick),
        results.merit[pick],
        results.trace,
        jnp.sum(results.iterations),
    )


def _radar_deficit(lane: Lane, radar: Array) -> Array:
    """Bits that a radar SINR is short of what is required."""
    return jnp.maximum(0.0, lane.radar_log - jnp.log1p(radar) / np.log(2))


def _at(part: Tree, index: Array) -> Tree:
    if isinstance(part, tuple):
        return type(part)(*(_at(a, index) for a in part))
    return part[index]
