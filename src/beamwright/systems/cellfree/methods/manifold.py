"""The source's algorithm for the worst offsets, corrected, for comparison; and its relaxations (spec cellfree, 5).

Every phasor between two access points becomes a variable of its own on the unit circle, and penalty dual decomposition
pulls the A (A - 1) S of them back to those that offsets can make. It starts beside no offsets (printed: there), which
can be a stationary point. Conjugate gradients are Polak-Ribiere's (printed: Fletcher-Reeves), the fit is a matched one
(printed: sums of unwrapped angles, without the unwrapping).
"""

from collections.abc import Callable
from functools import cache
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from beamwright.core import renamed, require
from beamwright.numerics import Tree, in_tiles, one_by_one
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim import penalty_dual
from beamwright.optim import quasi_newton as qn
from beamwright.optim.manifolds import UnitNorm
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import Design, Finder, Known, Radio, Receivers, Scenario, WorstCase, checked
from beamwright.uncertainty import offset_samples, offset_vertices

TILE = 4
FITS = 16
"""Random points from which the fit starts, beside the vertices and the last offsets."""
BESIDE = 0.02
"""Largest offset of the first start, in units of the range: no offsets at all can be a stationary point."""


class Variant(NamedTuple):
    """Variant of the algorithm."""

    starts: int = 1
    """Number of starts: beside no offsets, then vertices."""
    duals: bool = True
    polish: bool = False
    """Whether a search of the box follows."""
    rounds: int = 25


def by_manifold(s: Scenario, filtered: physics.FilteredSignals, **options: float) -> WorstCase:
    """Least J(u(f)) over all rounds, of a batch; options are those of ``Variant``."""
    require_one_subcarrier(s)
    function, drops = _compiled(s.radio, _variant(**options)), len(filtered.echo)
    value, offsets = in_tiles(function, TILE, *filtered, np.full(drops, s.offset_range_hz), counted=True)
    return WorstCase(value, s.offset_range_hz * offsets, np.full(drops, int(Finder.SEARCH)), np.ones(drops, int))


def require_one_subcarrier(s: Scenario) -> None:
    """Phasors of their own do not say what subcarriers leak into each other. Raises ValueError."""
    require(s.subcarriers == 1, "subcarriers", "be 1 for the manifold algorithm", s.subcarriers, "The oracle takes any")


def _variant(**options: float) -> Variant:
    unknown = sorted(set(options) - set(Variant._fields))
    require(not unknown, "options", f"be some of {', '.join(Variant._fields)}", ", ".join(unknown))
    chosen = Variant(**options)  # type: ignore[arg-type]
    for name in ("starts", "rounds"):
        require(getattr(chosen, name) >= 1, name, "be >= 1", getattr(chosen, name))
    return chosen


@cache
def _compiled(s: Radio, variant: Variant) -> Callable[..., Tree]:
    return one_by_one(lambda *arrays: _search(s, physics.FilteredSignals(*arrays[:-1]), arrays[-1], variant))


class _Fit(NamedTuple):
    offsets: Array
    """(aps,) of the last fit, in units of the range."""
    best: Array
    utility: Array


def _search(s: Radio, filtered: physics.FilteredSignals, range_hz: Array, variant: Variant) -> tuple[Array, Array]:
    fits = jnp.asarray(physics.candidates(s.aps, FITS, seed=2)[1:])
    pairs = s.snapshots * s.aps * (s.aps - 1)
    apart = 1 - jnp.eye(s.aps)

    def utility_at(offsets: Array) -> Array:
        return physics.utility_at(s, filtered, physics.offset_phases(s, range_hz * offsets))

    def utility_of(x: Array) -> Array:
        return physics.utility_at(s, filtered, phases_of_parts(s, x))

    def descend(x: Array, target: Array, rho: Array) -> Array:
        def value(y: Array) -> Array:
            return utility_of(y) + jnp.sum(apart * (y - target) ** 2) / (2 * rho)

        return cg.minimise(value, x, UnitNorm(), cg.Options(1e-6, 60, cut=0.5)).x

    def fit(target: Array, last: _Fit) -> tuple[Array, _Fit]:
        def mismatch(offsets: Array) -> Array:
            return -jnp.sum(apart * target * offset_parts(s, range_hz * offsets)) / max(pairs, 1)

        starts = jnp.concatenate([last.offsets[None], fits])
        _, order = lax.top_k(-jax.vmap(mismatch)(starts), min(4, len(starts)))
        ended = jax.vmap(lambda y: qn.minimise(mismatch, y, -0.5, 0.5, qn.Options(30)))(starts[order])
        offsets = ended.x[jnp.argmin(ended.value)]
        utility = utility_at(offsets)
        better = utility < last.utility
        best = jnp.where(better, offsets, last.best)
        return offset_parts(s, range_hz * offsets), _Fit(offsets, best, jnp.where(better, utility, last.utility))

    def better(offsets: Array, utility: Array) -> _Fit:
        """Start there; best so far, it or no offsets."""
        none = jnp.zeros(s.aps)
        nominal = utility_at(none)
        return _Fit(offsets, jnp.where(utility < nominal, offsets, none), jnp.minimum(utility, nominal))

    def from_start(offsets: Array) -> _Fit:
        utility = utility_at(offsets)
        rho = pairs / jnp.maximum(jnp.abs(utility), 1e-300)
        limits = penalty_dual.Options(variant.rounds, duals=variant.duals)
        last = better(offsets, utility)
        return penalty_dual.decompose(descend, fit, offset_parts(s, range_hz * offsets), last, rho, limits).state

    first = jnp.concatenate([jnp.asarray(_beside(s.aps)), jnp.asarray(offset_vertices(s.aps))])[: variant.starts]
    ended = lax.map(from_start, first)
    pick = jnp.argmin(ended.utility)
    best, value = ended.best[pick], ended.utility[pick]
    if variant.polish:
        polished = qn.minimise(utility_at, best, -0.5, 0.5, qn.Options(40, 1e-9))
        best, value = polished.x, polished.value
    return value, best


def _beside(aps: int) -> np.ndarray:
    """(1, aps) small offsets without symmetry, the same for ever."""
    return BESIDE * offset_samples(aps, 1, seed=3)


def offset_parts(s: Radio, offsets_hz: Array) -> Array:
    """Phasors u (parts, snapshots, aps, aps) of offsets: exp(j 2 pi s T (f_b - f_a))."""
    angle = offsets_hz[None, :] - offsets_hz[:, None]
    return pair_parts(s, angle)


def pair_parts(s: Radio, pairs_hz: Array) -> Array:
    """Phasors (parts, snapshots, aps, aps) of an offset of its own for every pair (aps a, aps b)."""
    angle = 2 * jnp.pi * s.symbol_time_s * jnp.arange(s.snapshots)[:, None, None] * pairs_hz
    return jnp.stack([jnp.cos(angle), jnp.sin(angle)])


def phases_of_parts(s: Radio, parts: Array) -> physics.OffsetPhases:
    """Waves and correlations of phasors (parts, snapshots, aps, aps); those of an access point to itself are one."""
    own = jnp.eye(s.aps)
    turn = (1 - own) * (parts[0] + 1j * parts[1]) + own
    waves = jnp.asarray(s.codes)[:, None, :] * turn
    return physics.OffsetPhases(waves, physics.code_correlation(s, waves))


Relaxation = Literal["pairs", "phasors"]


@renamed
def relaxed_worst_case(
    scenario: Scenario, known: Known, x: Design, r: Receivers, offsets_hz: np.ndarray, relaxation: Relaxation = "pairs"
) -> np.ndarray:
    """(drops,) J where offsets need not be consistent, searched from ``offsets_hz`` (drops, aps): never above J there.

    ``pairs``: an offset of its own for every pair, within the range; ``phasors``: any phases, searched from the former.
    Local searches: they show how much a relaxation can overestimate the loss, and bound nothing.

    Raises: ValueError naming the argument; de-rotated scenarios have no phases of pairs.
    """
    require(relaxation in ("pairs", "phasors"), "relaxation", "be 'pairs' or 'phasors'", repr(relaxation))
    require(not scenario.derotated, "scenario", "not be derotated", scenario.derotated)
    require_one_subcarrier(scenario)
    known = checked(scenario, known)
    filtered = physics.filtered_signals(scenario, known, x, r)
    function = _relaxed(scenario.radio, relaxation)
    return in_tiles(
        function, TILE, *filtered, np.full(len(filtered.echo), scenario.offset_range_hz), offsets_hz, counted=True
    )


@cache
def _relaxed(s: Radio, relaxation: Relaxation) -> Callable[..., Tree]:
    def one(*arrays: Array) -> Array:
        filtered, range_hz, offsets = physics.FilteredSignals(*arrays[:-2]), arrays[-2], arrays[-1]

        def value(parts: Array) -> Array:
            return physics.utility_at(s, filtered, phases_of_parts(s, parts))

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
