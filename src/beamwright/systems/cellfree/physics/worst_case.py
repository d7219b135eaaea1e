"""Worst carrier offsets: candidates all over the box, then local searches from the worst (spec cellfree, section 5).

Filters, beams and positions are fixed, so a drop enters by ``model.FilteredSignals`` alone: an evaluation costs S A^2 U
products whatever the antennas, and the range of offsets is a number like any other.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import Values, in_tiles, materialise, one_by_one, phasor, square_modulus, total
from beamwright.optim import quasi_newton as qn
from beamwright.systems.cellfree.physics import model
from beamwright.systems.cellfree.physics.offset_phases import offset_phases
from beamwright.systems.cellfree.scene import Finder, Radio, Scenario
from beamwright.uncertainty import ALL_VERTICES_UP_TO, offset_samples, offset_vertices

TILE = 64
"""Drops per compiled call, one after another in it."""
CHUNK = 32
"""Candidates evaluated together, so that they stay in a core's cache."""
AGREED = 1e-6
"""Searches agree that end within this share of the loss from J(0)."""


UTILITY, RADAR, FIRST_USER = 0, 1, 2
"""Figures whose least value is searched: the utility, the least SINR of all targets, that of user u at 2 + u, and that
of target t at 2 + users + t."""


class Effort(NamedTuple):
    """Random candidates, local searches, and steps of each; and what goes before those."""

    samples: int = 64
    starts: int = 4
    steps: int = 40
    moved: int = 0
    """Worst candidates that are improved by moving one access point at a time, before the local searches."""
    places: int = 2
    """Places of an access point that are tried: the ends of the box, and evenly between them."""


SLOW, FAST = Effort(), Effort(256, 4, 60, moved=16, places=21)
"""Efforts for slow drift, where the worst offsets are a vertex or near one, and for fast drift."""
DENSE_SLOW, DENSE_FAST = Effort(512, 16, 60), Effort(1024, 16, 60, moved=32)
"""Efforts of certificates."""
FAST_FROM = 0.4
"""Largest slow drift, in cycles over all snapshots."""
PLACES = 21, 81, 321
"""Places of moves in a certificate, of which there are four per cycle at least (up to 80); few programs serve all."""


def effort_for(s: Scenario) -> Effort:
    """Effort that misses at most 0.3 % of the loss in ``cellfree/worst-offsets``; two programs serve all ranges."""
    return _for_sizes(s, SLOW if s.drift <= FAST_FROM else FAST)


def dense_effort(s: Scenario) -> Effort:
    """Effort of a certificate; with fast drift access points are moved through all cycles."""
    if s.drift <= FAST_FROM:
        return _for_sizes(s, DENSE_SLOW)
    return _for_sizes(s, DENSE_FAST._replace(places=next((n for n in PLACES if n > 4 * s.drift), PLACES[-1])))


def _for_sizes(s: Scenario, effort: Effort) -> Effort:
    """The effort, with moves where not all vertices are candidates."""
    return effort if s.aps <= ALL_VERTICES_UP_TO else effort._replace(moved=effort.moved or 8 * effort.starts)


class WorstOffsets(NamedTuple):
    """Worst offsets of one drop; leading axis in a batch."""

    utility: Values
    offsets: Values
    """(aps,) in units of the range."""
    found_by: Values
    searches: Values
    nominal: Values
    """J(0)."""


def candidates(aps: int, samples: int, seed: int = 0) -> np.ndarray:
    """(candidates, aps) no offsets, vertices, then random points, in units of the range."""
    return np.concatenate([np.zeros((1, aps)), offset_vertices(aps), offset_samples(aps, samples, seed)])


def find_worst_offsets(
    s: Radio, filtered: model.FilteredSignals, range_hz: Array, effort: Effort, figure: Array | int = UTILITY
) -> WorstOffsets:
    """Least figure over the box, of one drop, traceable: ``UTILITY``, ``RADAR``, or ``FIRST_USER`` + u and so on."""
    points = jnp.asarray(candidates(s.aps, effort.samples))[:, _ranks(filtered)]
    vertices = len(offset_vertices(s.aps))
    sinrs_at = sinrs_by_offset(s, filtered, range_hz)

    @jax.jit  # traced once for every place that asks
    def values(offsets: Array) -> Array:
        """(points,) of offsets (aps, points)."""
        sinrs = sinrs_at(offsets)
        return jnp.stack([model.utility(s, sinrs), model.weakest(sinrs.radar), *sinrs.users.T, *sinrs.radar.T])[figure]

    sampled = _in_chunks(values, points.T)
    starts = min(effort.starts, len(points))

    def search(start: Array) -> qn.Found:
        scale = jnp.maximum(jnp.abs(sampled[0]), 1e-300)  # values of order one, whatever the metric
        stop = qn.Options(effort.steps, 1e-6, cuts=10, first=1.0)
        return qn.minimise(lambda y: values(y[:, None])[0] / scale, start, -0.5, 0.5, stop)

    _, order = lax.top_k(-sampled, min(max(starts, effort.moved), len(points)))
    first, seeds = order[0], points[order]
    if effort.moved:
        moved, least = _moved(values, seeds, sampled[order], effort.places)
        seeds = moved[lax.top_k(-least, starts)[1]]
    ended = jax.vmap(search)(seeds)
    reached = values(ended.x.T)
    best = jnp.argmin(reached)
    improved = reached[best] < sampled[first] * (1 - 1e-12)
    value = jnp.where(improved, reached[best], sampled[first])
    kind = jnp.where(first == 0, Finder.NOMINAL, jnp.where(first <= vertices, Finder.VERTEX, Finder.SAMPLE))
    close = reached <= value + AGREED * jnp.maximum(sampled[0] - value, 1e-9 * jnp.abs(value))
    return WorstOffsets(
        utility=value,
        offsets=jnp.where(improved, ended.x[best], points[first]),
        found_by=jnp.where(improved, Finder.SEARCH, kind),
        searches=jnp.sum(close),
        nominal=sampled[0],
    )


def _in_chunks(values: Callable[[Array], Array], points: Array) -> Array:
    """``values`` of any number of points (aps, points), a few at a time: memory does not grow with their number."""
    aps, count = points.shape
    chunks = jnp.pad(points, ((0, 0), (0, -count % CHUNK))).reshape(aps, -1, CHUNK)
    return lax.map(values, jnp.moveaxis(chunks, 1, 0)).ravel()[:count]


def _ranks(filtered: model.FilteredSignals) -> Array:
    """Rank of every access point by what is heard of and at it over the noise: candidates belong to no index."""
    leaks, clutter = square_modulus(filtered.leaks), square_modulus(filtered.clutter).sum(axis=-3)
    while leaks.ndim > filtered.floor.ndim + 2:  # from every subcarrier
        leaks, clutter = leaks.sum(axis=-4), clutter.sum(axis=-4)
    users = leaks / jnp.maximum(filtered.floor, 1e-300)[..., None, None]
    radar = clutter / jnp.maximum(filtered.radar_floor, 1e-300)[..., None, None]
    power = users.sum(axis=-3) + radar.sum(axis=-3)
    power = power.sum(axis=0) if power.ndim > 2 else power
    return jnp.argsort(jnp.argsort(-(power.sum(axis=0) + power.sum(axis=1))))


def _moved(values: Callable[[Array], Array], points: Array, value: Array, places: int) -> tuple[Array, Array]:
    """Points (points, aps) and their values after moves of one access point at a time, each the one that lowers most.

    A valley of one access point's offset is never missed for being narrow; every point ends where no move lowers.
    """
    aps = points.shape[1]
    at = jnp.repeat(jnp.arange(aps), places)
    to = jnp.tile(jnp.linspace(-0.5, 0.5, places), aps)

    def descend(start: tuple[Array, Array]) -> tuple[Array, Array]:
        def move(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            point, value, _ = carry
            moves = jnp.where(jnp.arange(aps)[:, None] == at, to, point[:, None])
            found = _in_chunks(values, moves)
            best = jnp.argmin(found)
            better = found[best] < value * (1 - 1e-12)
            return jnp.where(better, moves[:, best], point), jnp.where(better, found[best], value), better

        return lax.while_loop(lambda carry: carry[2], move, (*start, jnp.array(True)))[:2]

    return lax.map(descend, (points, value))


def sinrs_by_offset(s: Radio, filtered: model.FilteredSignals, range_hz: Array) -> Callable[[Array], model.Sinrs]:
    """``model.sinrs`` as a function of offsets (aps, points), in units of the range: real arithmetic, points last.

    sum_ab q_ab x_b e_b conj(e_a) = sum_a conj(e_a) t_a with t = Q (x e) for all snapshots, users and the radar at once.
    """
    if s.subcarriers > 1:
        return lambda offsets: model.sinrs(s, filtered, offset_phases(s, range_hz * offsets.T))
    users, aps = filtered.leaks.shape[0], s.aps
    every = jnp.concatenate([filtered.leaks, filtered.clutter.reshape(-1, aps, aps)])
    receivers = len(every)
    every = every.swapaxes(0, 1).reshape(aps * receivers, aps)
    mix = jnp.concatenate(
        [jnp.concatenate([every.real, -every.imag], axis=1), jnp.concatenate([every.imag, every.real], axis=1)]
    )  # (parts a receivers, parts b)
    code = s.codes.T[:, :, None]  # (aps, snapshots, 1)
    step = s.symbol_time_s * range_hz * jnp.arange(s.snapshots)[:, None]  # cycles

    def at(offsets: Array) -> model.Sinrs:
        cosine, sine = materialise(phasor(step * offsets[:, None, :]))  # (aps, snapshots, points)
        sent = materialise((code.real * cosine - code.imag * sine, code.real * sine + code.imag * cosine))
        t = mix @ jnp.concatenate(sent).reshape(2 * aps, -1)
        t = t.reshape(2, aps, receivers, *cosine.shape[1:])
        turn = (jnp.ones_like(cosine), jnp.zeros_like(sine)) if s.derotated else (cosine, sine)
        leak = _backwards(turn, t[:, :, :users])
        echo = _backwards(sent, t[:, :, users:])
        local = _position(s, filtered, sent, t[:, :, users:]) if s.metric == "position" else None
        heard = jnp.mean(leak[0] ** 2 + leak[1] ** 2, axis=1)
        if s.displaced:
            heard = model.with_echoes(heard, filtered.echo_leaks[:, None])
        noise = filtered.floor[:, None] + heard
        each = jnp.mean(echo[0], axis=1) ** 2 + jnp.mean(echo[1], axis=1) ** 2
        clutter = s.snapshots * jnp.sum(each.reshape(s.targets, -1, each.shape[-1]), axis=1)
        if s.displaced:
            clutter = model.with_echoes(clutter, jnp.sum(filtered.echo_clutter, axis=-1)[:, None])
        radar = filtered.echo[:, None] / (filtered.radar_floor[:, None] + clutter)
        return model.Sinrs((filtered.signal[:, None] / noise).T, radar.T, local)

    return at


def _position(s: Radio, filtered: model.FilteredSignals, sent: tuple[Array, Array], t: Array) -> Array:
    """``model.position_bits`` (points, targets) of what is received, by access point."""
    aps = s.aps

    def disturbed(a: int) -> Array:
        there = _backwards((sent[0][a : a + 1], sent[1][a : a + 1]), t[:, a : a + 1])
        each = jnp.mean(there[0], axis=1) ** 2 + jnp.mean(there[1], axis=1) ** 2
        return jnp.sum(each.reshape(s.targets, -1, each.shape[-1]), axis=1)

    clutter = s.snapshots * jnp.stack([disturbed(a) for a in range(aps)], axis=-1)  # (targets, points, aps)
    if s.displaced:
        clutter = model.with_echoes(clutter, filtered.echo_clutter[:, None])
    sinr = filtered.echo_at[:, None] / (filtered.floor_at[:, None] + clutter)
    return model.position_bits(s, jnp.swapaxes(sinr, 0, 1), filtered.looks)


def _backwards(turn: tuple[Array, Array], t: Array) -> tuple[Array, Array]:
    """sum_a conj(turn_a) t_a: turn (aps, snapshots, points), t (parts, aps, receivers, snapshots, points)."""
    cosine, sine = turn
    aps = range(len(cosine))
    return (
        total(cosine[a] * t[0, a] + sine[a] * t[1, a] for a in aps),
        total(cosine[a] * t[1, a] - sine[a] * t[0, a] for a in aps),
    )


def find_worst_offsets_of_drops(
    s: Scenario, filtered: model.FilteredSignals, effort: Effort, figure: int = UTILITY
) -> WorstOffsets:
    """``find_worst_offsets`` on a batch: arrays with a drops axis; one program for all figures."""
    drops, radio = len(filtered.echo), s.radio._replace(planar=False)  # behind filters, antennas may be anywhere
    more = np.full(drops, s.offset_range_hz), np.full(drops, figure), *(np.full(drops, n) for n in radio.numbers)
    return in_tiles(_compiled(radio.shape, effort), TILE, *filtered, *more, counted=True)


@cache
def _compiled(shape: tuple[Values, ...], effort: Effort) -> Callable[..., WorstOffsets]:
    count = len(model.FilteredSignals._fields)

    def one(*arrays: Array) -> WorstOffsets:
        range_hz, figure, *numbers = arrays[count:]
        filtered = model.FilteredSignals(*arrays[:count])
        return find_worst_offsets(Radio(*shape, *numbers), filtered, range_hz, effort, figure)

    return one_by_one(one)
