"""Search of positions, beams, powers and scenario weights together: one run, of one drop from one start.

    max   softmin_tau over scenarios k of J(f_k; filters in closed form for all scenarios),   tau falling to 1/20

by Adam on smooth coordinates of everything: layouts and powers by softmax, beams by direction and share of power. A run
may hold the radar at a floor for its first half: silence is a strong local optimum, and interference that costs the
users more than the radar earns at first is nulled only if the radar must go on meanwhile. After a run the oracle finds
the worst offsets, which join the scenarios of the next (spec cellfree, section 6). BFGS on the same coordinates ends in
worse optima after more time (benchmarks/cellfree). One compiled program serves moving and fixed arrays, any number of
steps, and any range of offsets.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, nn

from beamwright.arrays import least_distance
from beamwright.numerics import Values, in_tiles, materialise, one_by_one
from beamwright.optim import adam
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import SOUND, Radio, Scenario
from beamwright.systems.cellfree.solve.layouts import decoded_layout, layout_size

TILE = 16
"""Lanes (drops times starts) per compiled call, one after another in it."""
PENALTY = 20.0
"""Utility lost per bit that the radar is short of what is required."""
RANDOM = 12
"""Random scenarios."""
SPARE = 3
"""Scenarios that are kept for worst offsets found on the way; no offsets until then."""
COLD = 0.05
"""Last temperature of the softened minimum."""


class Run(NamedTuple):
    """How one run of the search goes; numbers, which may differ from lane to lane."""

    steps: Values
    """Steps of Adam."""
    hot: Values = 1.0
    """First temperature of the softened minimum."""
    rate: Values = 0.03
    floor: Values = 0.0
    """log2(1 + radar SINR), of all targets, or with metric position its bits, held for the first half of the steps and
    given up in the second."""


class Lane(NamedTuple):
    """One drop and start; leading axis in a batch."""

    paths: physics.Paths
    """In the frame, where powers are shares of what is allowed."""
    run: Run
    range_hz: Values
    """()."""
    radar_log: Values
    """log2(1 + required radar SINR), 0 where none is."""
    movable: Values
    """Whether antennas move."""
    full_power: Values
    """Whether every access point radiates all it may."""
    reach: Values
    """() half the region."""
    spacing: Values
    """() of antennas."""
    tx: Values
    """(aps, tx antennas) of fixed arrays."""
    rx: Values
    offsets: Values
    """(scenarios, aps) in units of the range."""
    numbers: Values
    """(numbers,) ``Radio.numbers``."""
    start: Values
    """(variables,)."""
    adam: Values
    """(kinds + 4,) of a schedule, see ``Schedule.adam``; (0,) where there is none."""


class SearchResult(NamedTuple):
    """Where a run ended, and what the oracle says of it."""

    point: physics.Point
    weights: Values
    """(scenarios,) shares of the lane's offsets in the filters."""
    merit: Values
    """() least utility by the oracle, less the penalty for what the radar lacks."""
    worst: Values
    """(aps,) worst offsets, in units of the range."""
    x: Values
    """(variables,)."""


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


def variable_sizes(s: Radio, users: int) -> VariableSizes:
    """Numbers of variables of a search."""
    return VariableSizes(
        beams=2 * s.subcarriers * s.aps * s.tx_antennas, shares=s.aps, tx=s.aps * layout_size(s, s.tx_antennas),
        rx=s.aps * layout_size(s, s.rx_antennas), users=s.subcarriers * users + 1, weights=len(scenarios(s)),
    )  # fmt: skip


def scenarios(s: Radio) -> np.ndarray:
    """(scenarios, aps) offsets that a search begins with, spare ones last, in units of the range."""
    return np.concatenate([physics.candidates(s.aps, RANDOM, seed=1), np.zeros((SPARE, s.aps))])


def search(s: Scenario, lanes: Lane) -> SearchResult:
    """One run of every lane."""
    radio = s.radio._replace(targets=lanes.paths.echo_gain.shape[-3])
    compiled = _compiled(radio.shape, lanes.paths.uplink_gain.shape[-3], physics.effort_for(s))
    return in_tiles(compiled, TILE, *lanes.paths, *lanes.run, *lanes[2:], counted=True)


@cache
def _compiled(shape: tuple[Values, ...], users: int, effort: physics.Effort) -> Callable[..., SearchResult]:
    paths = len(physics.Paths._fields)
    more = paths + len(Run._fields)

    def one(*arrays: Array) -> SearchResult:
        lane = Lane(physics.Paths(*arrays[:paths]), Run(*arrays[paths:more]), *arrays[more:])
        return _search(Radio(*shape, *lane.numbers), users, lane, effort)

    return one_by_one(one)


def decode(s: Radio, lane: Lane, x: Array, users: int, last: bool = False) -> tuple[physics.Point, Array]:
    """Positions, beams, powers, and weights of the scenarios, of a vector of variables; the last one of a run."""
    beams, shares, tx, rx, powers, weights = jnp.split(x, variable_sizes(s, users).ends[:-1])
    places = (decoded_layout(s, part.reshape(s.aps, -1), lane.reach, lane.spacing, last) for part in (tx, rx))
    at_tx, at_rx = (jnp.where(lane.movable, at, fixed) for at, fixed in zip(places, (lane.tx, lane.rx), strict=True))
    band = (s.subcarriers,) if s.subcarriers > 1 else ()
    real, imag = beams.reshape(2, *band, s.aps, s.tx_antennas)
    size = jnp.sqrt(jnp.sum(real**2 + imag**2, axis=-1) + 1e-30)
    shared = nn.softmax(powers)[:-1]
    if band:  # one budget for all subcarriers, of which powers have the mean
        size = jnp.sqrt(jnp.mean(size**2, axis=0))
        shared = s.subcarriers * shared.reshape(*band, users)
    share = jnp.where(lane.full_power, 1.0, jnp.sin(shares))
    scale = (share / size)[:, None]
    return physics.Point(at_tx, at_rx, scale * (real + 1j * imag), shared), nn.softmax(weights)


def _search(s: Radio, users: int, lane: Lane, effort: physics.Effort) -> SearchResult:
    run = lane.run
    seen = materialise(physics.offset_scenarios(s, lane.range_hz * lane.offsets))

    def heard(x: Array, last: bool = False) -> tuple[physics.ReceivedSignals, physics.Filters]:
        point, weights = decode(s, lane, x, users, last)
        received = physics.received_signals(lane.paths, point, s.displaced)
        return received, physics.closed_form_filters(s, received, seen, weights)

    def loss(x: Array, share: Array) -> Array:
        """Softened least utility; the temperature and, in the second half, the floor of the radar fall."""
        sinrs = physics.scenario_sinrs(s, *heard(x), seen)
        each = physics.utility(s, sinrs) - PENALTY * _held(sinrs, lane, run.floor * jnp.clip(2 - 2 * share, 0.0, 1.0))
        temperature, least = run.hot * (COLD / run.hot) ** share, jnp.min(each)
        return temperature * jnp.log(jnp.sum(jnp.exp((least - each) / temperature))) - least

    x = adam.minimise(loss, lane.start, _adam(s, users, lane)).x
    filtered, (point, weights) = physics.apply_filters(s, *heard(x, True)), decode(s, lane, x, users, True)
    worst = physics.find_worst_offsets(s, filtered, lane.range_hz, effort)
    radar = physics.sinrs(s, filtered, physics.offset_phases(s, lane.range_hz * worst.offsets)).radar
    if s.subcarriers > 1:
        others = physics.sinrs(s, filtered, seen.phases).radar
    else:
        others = physics.radar_sinr(s, filtered, seen.phases.rho)
    least = jnp.minimum(physics.weakest(radar), jnp.min(others))
    merit = worst.utility - PENALTY * _radar_deficit(lane.radar_log, least)
    if s.planar:
        merit = jnp.where(_keeps_apart(lane, point), merit, -jnp.inf)
    return SearchResult(point, weights, jnp.where(jnp.isnan(merit), -jnp.inf, merit), worst.offsets, x)


def _keeps_apart(lane: Lane, point: physics.Point) -> Array:
    """Whether antennas in a plane keep their spacing: where sweeps leave overlaps, a run counts for nothing."""
    closest = jnp.minimum(jnp.min(least_distance(point.tx)), jnp.min(least_distance(point.rx)))
    return closest >= lane.spacing - SOUND / 2


def _adam(s: Radio, users: int, lane: Lane) -> adam.Options:
    """Options of Adam; without a schedule all variables have one rate."""
    if not lane.adam.size:
        return adam.Options(lane.run.steps, lane.run.rate)
    sizes = np.array(variable_sizes(s, users))
    rates, (momentum, memory, clip, last) = jnp.split(jnp.asarray(lane.adam), [len(sizes)])
    rates = lane.run.rate * jnp.repeat(rates, sizes, total_repeat_length=int(sizes.sum()))
    return adam.Options(lane.run.steps, rates, last, clip, momentum, memory)


def _held(sinrs: physics.Sinrs, lane: Lane, floor: Array) -> Array:
    """Bits that the radar is short of what is required and of a floor that holds it up."""
    if sinrs.position is None:
        return _radar_deficit(jnp.maximum(lane.radar_log, floor), physics.weakest(sinrs.radar))
    required = _radar_deficit(lane.radar_log, physics.weakest(sinrs.radar))
    return required + jnp.maximum(0.0, floor - physics.weakest(sinrs.position))


def _radar_deficit(floor: Array, radar: Array) -> Array:
    """Bits that a radar SINR is short of a floor in bits."""
    return jnp.maximum(0.0, floor - jnp.log1p(radar) / np.log(2))
