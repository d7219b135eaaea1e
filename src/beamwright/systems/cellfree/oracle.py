"""The worst carrier offsets of one drop in JAX: look everywhere, then search from the worst (spec cellfree, section 5).

Filters, beams and positions are fixed, so all that is left of a drop is what filters hear (``model.Heard``): an
evaluation costs S A^2 U products whatever the antennas, and the range of offsets is a number like any other.
"""

from collections.abc import Callable
from enum import IntEnum
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.numerics import materialise, phasor, total
from beamwright.optim import quasi_newton as qn
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.model import Heard
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.uncertainty import offset_samples, offset_vertices

LOOK = 32
"""Candidates looked at together, so that they stay in a core's cache."""
AGREED = 1e-6
"""Searches agree that end within this share of the drop from J(0)."""


Values = Any
"""NumPy's arrays on the host, JAX's in a kernel."""


class Finder(IntEnum):
    """Where the worst offsets were found."""

    NOMINAL = 0
    """No offsets are as bad as none."""
    VERTEX = 1
    """All pairs at the end of the range or without difference."""
    SAMPLE = 2
    """A random point of the box."""
    SEARCH = 3
    """A local search."""


class Effort(NamedTuple):
    """How hard to look."""

    samples: int = 64
    starts: int = 4
    steps: int = 40


SLOW, FAST = Effort(), Effort(512, 16, 60)
"""While the snapshots last carriers part by little, and the worst is a vertex or near one; or by much."""
MUCH = 0.4
"""Cycles."""


def effort_for(s: Scenario) -> Effort:
    """How hard to look: misses at most 0.3 % of the drop in ``cellfree/fig10``; two programs serve all ranges."""
    return SLOW if s.drift <= MUCH else FAST


class Worst(NamedTuple):
    """Of one drop."""

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


def worst_offsets(
    s: Scenario, heard: Heard, range_hz: Array, effort: Effort, radar_only: Array | bool = False
) -> Worst:
    """Least utility over the box, of one drop, traceable; ``radar_only``: least radar SINR instead."""
    points = jnp.asarray(candidates(s.aps, effort.samples))
    vertices = len(offset_vertices(s.aps))
    at = quick_ratios(s, heard, range_hz)

    def values(offsets: Array) -> Array:
        """(points,) of offsets (aps, points)."""
        found = at(offsets)
        return jnp.where(radar_only, found.radar, model.utility(s, found))

    spare = -len(points) % LOOK
    chunks = jnp.concatenate([points, jnp.zeros((spare, s.aps))]).reshape(-1, LOOK, s.aps)
    seen = lax.map(lambda chunk: values(chunk.T), chunks).ravel()[: len(points)]
    starts = min(effort.starts, len(points))
    _, order = lax.top_k(-seen, starts)

    def search(start: Array) -> qn.Found:
        scale = jnp.maximum(jnp.abs(seen[0]), 1e-300)  # values of order one, whatever the metric
        stop = qn.Options(effort.steps, 1e-6, cuts=10, first=1.0)
        return qn.minimise(lambda y: values(y[:, None])[0] / scale, start, -0.5, 0.5, stop)

    ended = jax.vmap(search)(points[order])
    found = values(ended.x.T)
    best, first = jnp.argmin(found), order[0]
    improved = found[best] < seen[first] * (1 - 1e-12)
    value = jnp.where(improved, found[best], seen[first])
    kind = jnp.where(first == 0, Finder.NOMINAL, jnp.where(first <= vertices, Finder.VERTEX, Finder.SAMPLE))
    close = found <= value + AGREED * jnp.maximum(seen[0] - value, 1e-9 * jnp.abs(value))
    return Worst(
        utility=value,
        offsets=jnp.where(improved, ended.x[best], points[first]),
        found_by=jnp.where(improved, Finder.SEARCH, kind),
        searches=jnp.sum(close),
        nominal=seen[0],
    )


def quick_ratios(s: Scenario, heard: Heard, range_hz: Array) -> Callable[[Array], model.Ratios]:
    """``model.ratios`` as a function of offsets (aps, points), in units of the range: real arithmetic, points last.

    sum_ab q_ab x_b e_b conj(e_a) = sum_a conj(e_a) t_a with t = Q (x e) for all snapshots, users and the radar at once.
    """
    users, aps = heard.leaks.shape[0], s.aps
    every = jnp.concatenate([heard.leaks, heard.clutter[None]]).swapaxes(0, 1).reshape(aps * (users + 1), aps)
    mix = jnp.concatenate(
        [jnp.concatenate([every.real, -every.imag], axis=1), jnp.concatenate([every.imag, every.real], axis=1)]
    )  # (parts a receivers, parts b)
    code = s.codes.T[:, :, None]  # (aps, snapshots, 1)
    step = s.symbol_time_s * range_hz * jnp.arange(s.snapshots)[:, None]  # cycles

    def at(offsets: Array) -> model.Ratios:
        cosine, sine = materialise(phasor(step * offsets[:, None, :]))  # (aps, snapshots, points)
        sent = materialise((code.real * cosine - code.imag * sine, code.real * sine + code.imag * cosine))
        t = mix @ jnp.concatenate(sent).reshape(2 * aps, -1)
        t = t.reshape(2, aps, users + 1, *cosine.shape[1:])
        turn = (jnp.ones_like(cosine), jnp.zeros_like(sine)) if s.derotated else (cosine, sine)
        leak = _backwards(turn, t[:, :, :users])
        echo = _backwards(sent, t[:, :, users:])
        noise = heard.floor[:, None] + jnp.mean(leak[0] ** 2 + leak[1] ** 2, axis=1)
        clutter = jnp.mean(echo[0][0], axis=0) ** 2 + jnp.mean(echo[1][0], axis=0) ** 2
        return model.Ratios((heard.signal[:, None] / noise).T, heard.echo / (heard.radar_floor + s.snapshots * clutter))

    return at


def _backwards(turn: tuple[Array, Array], t: Array) -> tuple[Array, Array]:
    """sum_a conj(turn_a) t_a: turn (aps, snapshots, points), t (parts, aps, receivers, snapshots, points)."""
    cosine, sine = turn
    aps = range(len(cosine))
    return (
        total(cosine[a] * t[0, a] + sine[a] * t[1, a] for a in aps),
        total(cosine[a] * t[1, a] - sine[a] * t[0, a] for a in aps),
    )


def only_physics(s: Scenario) -> Scenario:
    """The scenario without what compiled code gets as arrays, so that nothing is compiled twice."""
    return s.derived(**_ARRAYS)


class Numbers(NamedTuple):
    """What compiled code reads of a scenario and is not compiled again for; one value per lane in a batch."""

    symbol_time_s: Values
    sensing_weight: Values

    def within(self, s: Scenario) -> Scenario:
        """The scenario with these, which may be traced."""
        return s.derived(**self._asdict())


def shape_of(s: Scenario) -> Scenario:
    """``only_physics`` without ``Numbers``: sizes, codes, metric and receivers alone."""
    return only_physics(s).derived(**{name: Scenario.model_fields[name].default for name in Numbers._fields})


def numbers_of(s: Scenario, lanes: int) -> Numbers:
    """The same for every lane."""
    return Numbers(*(np.full(lanes, getattr(s, name)) for name in Numbers._fields))


_ARRAYS: dict[str, Any] = {
    name: Scenario.model_fields[name].default
    for name in ("users", "paths", "offset_range_hz", "ap_power_w", "user_power_w", "noise_dbm", "self_interference_db",
                 "inter_ap_extra_db", "radar_cross_section", "wavelength_m", "ap_radius_m", "user_radius_m",
                 "target_range_m", "target_azimuth_deg", "half_region_wavelengths", "spacing_wavelengths")
}  # fmt: skip
