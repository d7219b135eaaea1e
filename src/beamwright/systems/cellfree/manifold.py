"""The source's algorithm for the worst offsets, corrected, for comparison; and what it relaxes (spec cellfree, 5).

Every phasor between two access points becomes a variable of its own on the unit circle, and penalty dual decomposition
pulls the A (A - 1) S of them back to those that offsets can make. Conjugate gradients are Polak-Ribiere's (printed:
Fletcher-Reeves), the fit is a matched one (printed: sums of unwrapped angles, without the unwrapping).
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.core import require
from beamwright.numerics import in_tiles, one_by_one
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim import penalty_dual
from beamwright.optim import quasi_newton as qn
from beamwright.optim.manifolds import UnitNorm
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.evaluation import through
from beamwright.systems.cellfree.known import checked
from beamwright.systems.cellfree.model import Drift, Heard
from beamwright.systems.cellfree.oracle import Finder, candidates, only_physics
from beamwright.systems.cellfree.results import Design, Known, Receivers, WorstCase
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.uncertainty import offset_vertices

TILE = 4
FITS = 16
"""Random points from which the fit starts, beside the vertices and the last offsets."""


class Options(NamedTuple):
    """Variants of the algorithm."""

    starts: int = 1
    """From no offsets, then from vertices."""
    duals: bool = True
    polish: bool = False
    """Whether a search of the box follows."""
    rounds: int = 25


def by_manifold(s: Scenario, heard: Heard, **options: Any) -> WorstCase:
    """On a batch: options starts, duals, polish, rounds. The least J(u(f)) that any round saw."""
    chosen = _options(**options)
    function = _compiled(only_physics(s), chosen)
    value, offsets = in_tiles(function, TILE, *heard, np.full(len(heard.echo), s.offset_range_hz), counted=True)
    drops = len(value)
    return WorstCase(value, s.offset_range_hz * offsets, np.full(drops, int(Finder.SEARCH)), np.ones(drops, int))


def _options(**options: Any) -> Options:
    unknown = sorted(set(options) - set(Options._fields))
    require(not unknown, "options", f"be some of {', '.join(Options._fields)}", ", ".join(unknown))
    chosen = Options(**options)
    for name in ("starts", "rounds"):
        require(getattr(chosen, name) >= 1, name, "be >= 1", getattr(chosen, name))
    return chosen


@cache
def _compiled(s: Scenario, options: Options) -> Callable[..., Any]:
    return one_by_one(lambda *arrays: _search(s, Heard(*arrays[:-1]), arrays[-1], options))


class _Seen(NamedTuple):
    offsets: Array
    """(aps,) of the last fit, in units of the range."""
    best: Array
    utility: Array


def _search(s: Scenario, heard: Heard, range_hz: Array, options: Options) -> tuple[Array, Array]:
    fits = jnp.asarray(candidates(s.aps, FITS, seed=2)[1:])
    pairs = s.snapshots * s.aps * (s.aps - 1)
    apart = 1 - jnp.eye(s.aps)

    def of_offsets(offsets: Array) -> Array:
        return model.utility(s, model.ratios(s, heard, model.drift(s, range_hz * offsets)))

    def of_parts(x: Array) -> Array:
        return model.utility(s, model.ratios(s, heard, drift_of(s, x)))

    def descend(x: Array, target: Array, rho: Array) -> Array:
        def value(y: Array) -> Array:
            return of_parts(y) + jnp.sum(apart * (y - target) ** 2) / (2 * rho)

        return cg.minimise(value, x, UnitNorm(), cg.Options(1e-6, 60, cut=0.5)).x

    def fit(wanted: Array, seen: _Seen) -> tuple[Array, _Seen]:
        def mismatch(offsets: Array) -> Array:
            return -jnp.sum(apart * wanted * parts_of(s, range_hz * offsets)) / max(pairs, 1)

        starts = jnp.concatenate([seen.offsets[None], fits])
        _, order = lax.top_k(-jax.vmap(mismatch)(starts), min(4, len(starts)))
        ended = jax.vmap(lambda y: qn.minimise(mismatch, y, -0.5, 0.5, qn.Options(30)))(starts[order])
        offsets = ended.x[jnp.argmin(ended.value)]
        utility = of_offsets(offsets)
        better = utility < seen.utility
        best = jnp.where(better, offsets, seen.best)
        return parts_of(s, range_hz * offsets), _Seen(offsets, best, jnp.where(better, utility, seen.utility))

    def from_start(offsets: Array) -> _Seen:
        utility = of_offsets(offsets)
        rho = pairs / jnp.maximum(jnp.abs(utility), 1e-300)
        limits = penalty_dual.Options(options.rounds, duals=options.duals)
        seen = _Seen(offsets, offsets, utility)
        return penalty_dual.decompose(descend, fit, parts_of(s, range_hz * offsets), seen, rho, limits).state

    first = jnp.concatenate([jnp.zeros((1, s.aps)), jnp.asarray(offset_vertices(s.aps))])[: options.starts]
    ended = lax.map(from_start, first)
    pick = jnp.argmin(ended.utility)
    best, value = ended.best[pick], ended.utility[pick]
    if options.polish:
        found = qn.minimise(of_offsets, best, -0.5, 0.5, qn.Options(40, 1e-9))
        best, value = found.x, found.value
    return value, best


def parts_of(s: Scenario, offsets_hz: Array) -> Array:
    """u (parts, snapshots, aps, aps) of offsets: exp(j 2 pi s T (f_b - f_a))."""
    angle = offsets_hz[None, :] - offsets_hz[:, None]
    return pair_parts(s, angle)


def pair_parts(s: Scenario, pairs_hz: Array) -> Array:
    """The same for an offset of its own for every pair (aps a, aps b)."""
    angle = 2 * jnp.pi * s.symbol_time_s * jnp.arange(s.snapshots)[:, None, None] * pairs_hz
    return jnp.stack([jnp.cos(angle), jnp.sin(angle)])


def drift_of(s: Scenario, parts: Array) -> Drift:
    """What phasors (parts, snapshots, aps, aps) do; those of an access point to itself are one."""
    own = jnp.eye(s.aps)
    turn = (1 - own) * (parts[0] + 1j * parts[1]) + own
    waves = jnp.asarray(s.codes)[:, None, :] * turn
    return Drift(waves, model.correlated(s, waves))


Relaxation = Literal["pairs", "phasors"]


def relaxed_worst_case(
    s: Scenario, known: Known, x: Design, r: Receivers, offsets_hz: np.ndarray, relaxation: Relaxation = "pairs"
) -> np.ndarray:
    """(drops,) J where offsets need not be consistent, searched from ``offsets_hz`` (drops, aps): never above J there.

    ``pairs``: an offset of its own for every pair, within the range; ``phasors``: any phases, searched from the former.
    Local searches: they show how much a relaxation can overestimate the loss, and bound nothing.

    Raises: ValueError naming the argument; de-rotated scenarios have no phases of pairs.
    """
    require(relaxation in ("pairs", "phasors"), "relaxation", "be 'pairs' or 'phasors'", repr(relaxation))
    require(not s.derotated, "scenario", "not be derotated", s.derotated)
    known = checked(s, known)
    heard = through(s, known, x, r)
    function = _relaxed(only_physics(s), relaxation)
    return in_tiles(function, TILE, *heard, np.full(len(heard.echo), s.offset_range_hz), offsets_hz, counted=True)


@cache
def _relaxed(s: Scenario, relaxation: Relaxation) -> Callable[..., Any]:
    def one(*arrays: Any) -> Array:
        heard, range_hz, offsets = Heard(*arrays[:-2]), arrays[-2], arrays[-1]

        def value(parts: Array) -> Array:
            return model.utility(s, model.ratios(s, heard, drift_of(s, parts)))

        scale = jnp.where(range_hz > 0, range_hz, 1.0)
        start = ((offsets[None, :] - offsets[:, None]) / scale).ravel()
        shape = (s.aps, s.aps)
        pairs = qn.minimise(lambda y: value(pair_parts(s, range_hz * y.reshape(shape))), start, -1.0, 1.0,
                            qn.Options(200, 1e-9))  # fmt: skip
        if relaxation == "pairs":
            return pairs.value
        first = pair_parts(s, range_hz * pairs.x.reshape(shape))
        return cg.minimise(value, first, UnitNorm(), cg.Options(1e-7, 300)).value

    return one_by_one(one)
