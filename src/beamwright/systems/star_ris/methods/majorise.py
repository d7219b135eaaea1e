"""Majorise-minimise: phases in closed form, step after step, no line search (spec star_ris, section 5).

P1 is a least-squares problem per side, ||A X + b||^2 over unit-modulus X; with lam = ||A||_2^2 its majoriser at X gives

    X <- exp(j arg(lam X - A^H (A X + b)))

P2 becomes one by the quadratic transform (fractional programming): with gamma_k the SINR and y_k the receiver,

    sum_k (1 + gamma_k) (2 Re(conj(y_k) m_kk) - |y_k|^2 T_k)      is concave in the means and quadratic in X.

Both surrogates touch the objective with its own gradient, so a step needs that gradient and a curvature only.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import ArrayLike

from beamwright.core import USUAL, require
from beamwright.numerics import Tree, in_tiles, one_by_one, square_modulus
from beamwright.optim.manifolds import UnitNorm, inner
from beamwright.systems.star_ris.methods import certified, options
from beamwright.systems.star_ris.scene import Scenario, Statistics, checked, time_share
from beamwright.systems.star_ris.solve import Closed, Precoding, kernel, precoder_rule, start_point, start_surface
from beamwright.systems.star_ris.types import Design, Goal

Objective = Literal["interference", "sum-rate"]


@options.guarded_method(options.Majorise)
def majorise_minimise(
    scenario: Scenario,
    known: Statistics,
    objective: Objective = USUAL,
    precoder: Precoding = USUAL,
    start: ArrayLike | None = None,
    tolerance: float = USUAL,
    iterations: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """Phases by majorise-minimise for the precoder of the start: MM for P1, FP-MM for P2. The objective never rises.

    Args:    objective interference or sum-rate; start (drops, 2, elements), random phases without it; stops where the
             Riemannian gradient is at most ``tolerance``, as the conjugate gradient does, or after ``iterations``.
    Raises:  ValueError naming the argument.
    """
    require(objective in ("interference", "sum-rate"), "objective", "be 'interference' or 'sum-rate'", repr(objective))
    require(tolerance > 0, "tolerance", "be > 0", tolerance)
    require(iterations >= 1, "iterations", "be >= 1", iterations)
    known = checked(known, scenario)
    drops = len(known.side)
    u = start_surface(scenario, known, start, 1, seed)
    goal = Goal.INTERFERENCE if objective == "interference" else Goal.SUM_RATE
    share = time_share(scenario, known)
    precoding = precoder_rule(known, precoder, share, Closed)
    w = precoding(known, u, share)
    maps = kernel.phase_map(known, u, w, share, False)
    arrays = (*maps, _norms(goal, maps), u, np.full(drops, tolerance))
    u, count, trace = in_tiles(_compiled(goal, iterations), kernel.TILE, *arrays, counted=True)
    after = precoding(known, u, share)
    sign = 1.0 if goal is Goal.INTERFERENCE else -1.0
    return certified.design(known, goal, u, after, w, share, tolerance=tolerance, iterations=count, trace=sign * trace)


@cache
def _compiled(goal: Goal, iterations: int) -> Callable[..., Tree]:
    manifold = UnitNorm()

    def one(*arrays: Array) -> tuple[Array, Array, Array]:
        drop, (norms, u, tolerance) = kernel.PhaseMap(*arrays[:-3]), arrays[-3:]
        size, start = start_point(u, joint=False)
        terms_of = kernel.surface_terms(drop, joint=False)
        curvature = _interference_curvature if goal is Goal.INTERFERENCE else _rate_curvature(drop)

        def evaluate(x: Array) -> _Point:
            terms, pull = jax.vjp(terms_of, x)
            value, inwards = jax.value_and_grad(partial(kernel.objective, goal, drop))(terms)
            (slope,) = pull(inwards)
            tangent = manifold.project(x, slope)
            return _Point(x, value, slope, jnp.sqrt(inner(tangent, tangent)), curvature(drop, terms, norms))

        def body(carry: tuple[_Point, Array, Array]) -> tuple[_Point, Array, Array]:
            point, count, trace = carry
            towards = point.curvature[:, None] * point.x - point.slope
            moves = jnp.sum(towards**2, axis=0) > 0
            point = evaluate(jnp.where(moves, manifold.retract(jnp.where(moves, towards, 1.0)), point.x))
            return point, count + 1, trace.at[count + 1].set(point.value)

        point = evaluate(start)
        trace = jnp.full(iterations + 1, jnp.nan).at[0].set(point.value)
        point, count, trace = lax.while_loop(
            lambda carry: (carry[0].norm > tolerance) & (carry[1] < iterations), body, (point, jnp.array(0), trace)
        )
        return size * (point.x[0] + 1j * point.x[1]), count, trace

    return one_by_one(one)


class _Point(NamedTuple):
    """A point of the manifold with what the next step needs."""

    x: Array
    """(parts, 2, elements)."""
    value: Array
    slope: Array
    norm: Array
    """Norm of the Riemannian gradient."""
    curvature: Array
    """(2,) curvature of the majoriser, per side."""


def _interference_curvature(drop: kernel.PhaseMap, terms: kernel.SurfaceTerms, norms: Array) -> Array:
    """Curvature of f = ||A X + b||^2 over the reference."""
    return 2 * norms / jnp.where(drop.reference > 0, drop.reference, 1.0)


def _rate_curvature(drop: kernel.PhaseMap) -> Callable[[kernel.PhaseMap, kernel.SurfaceTerms, Array], Array]:
    """Curvature of the quadratic function that gamma and y leave.

    The largest eigenvalue of sum_k c_k A_k^H A_k is bounded by the largest c_k, or by the sum over users, whichever is
    less.
    """
    gram = jnp.einsum("krn,ksn->krs", drop.phases, jnp.conj(drop.phases))
    streams = drop.streams @ jnp.conj(drop.streams).T
    alone = jnp.sqrt(jnp.sum(square_modulus(gram), axis=(1, 2)) * jnp.sum(square_modulus(streams)))
    on_side = drop.on_side.T

    def curvature(drop: kernel.PhaseMap, terms: kernel.SurfaceTerms, norms: Array) -> Array:
        powers = kernel.mean_powers(drop, terms)
        own = np.eye(len(powers))
        signal = jnp.diagonal(powers)
        disturbance = jnp.sum((1.0 - own) * powers + terms.variance, axis=1) + 1.0
        weight = drop.share * signal / (disturbance * (signal + disturbance))
        return 2 / np.log(2) * jnp.minimum(norms * jnp.max(on_side * weight, axis=1), on_side @ (weight * alone))

    return curvature


def _norms(goal: Goal, drops: kernel.PhaseMap) -> np.ndarray:
    """||A||_2^2 of either side's rows, those of P1 (j != k) or all of them: (drops, 2)."""
    rows = np.einsum("dkrn,drj->dkjn", drops.phases, drops.streams)
    users = rows.shape[1]
    rows_used = drops.together > 0
    if goal is Goal.INTERFERENCE:
        rows_used = rows_used & ~np.eye(users, dtype=bool)
    norms = []
    for side in range(2):
        used = (rows_used & (drops.on_side[:, :, None, side] > 0))[..., None]
        a = np.where(used, rows, 0).reshape(len(rows), users**2, -1)
        norms.append(np.linalg.eigvalsh(a @ np.conj(np.swapaxes(a, -1, -2)))[:, -1])
    return np.maximum(np.stack(norms, axis=1), 0)
