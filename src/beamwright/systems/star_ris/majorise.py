"""Majorise-minimise: phases in closed form, step after step, no line search (spec star_ris, section 5).

P1 is a least-squares problem per side, ||A X + b||^2 over unit-modulus X; with lam = ||A||_2^2 its majoriser at X gives

    X <- exp(j arg(lam X - A^H (A X + b)))

P2 becomes one by the quadratic transform (fractional programming): with gamma_k the SINR and y_k the receiver,

    sum_k (1 + gamma_k) (2 Re(conj(y_k) m_kk) - |y_k|^2 T_k)      is concave in the means and quadratic in X.

Both surrogates touch the objective with its own gradient, so a step needs that gradient and a curvature only.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import ArrayLike

from beamwright.core import USUAL, guarded, require
from beamwright.numerics import in_tiles, one_by_one, square_modulus
from beamwright.optim.manifolds import UnitNorm, inner
from beamwright.systems.star_ris import coherent, options
from beamwright.systems.star_ris.coherent import Map, Measured, coherent_map
from beamwright.systems.star_ris.design import finish
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.precoders import Closed, Precoding, chosen
from beamwright.systems.star_ris.results import Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.search import start_point
from beamwright.systems.star_ris.sizes import design_bytes
from beamwright.systems.star_ris.surfaces import start_surface, time_share

Objective = Literal["interference", "sum-rate"]


@guarded(Scenario, options.Majorise, design_bytes)
def majorise_minimise(
    s: Scenario,
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
    known = checked(known, s)
    drops = len(known.side)
    u = start_surface(s, known, start, 1, seed)
    goal = Goal.INTERFERENCE if objective == "interference" else Goal.SUM_RATE
    share = time_share(s, known)
    precoding = chosen(known, precoder, share, Closed)
    w = precoding(known, u, share)
    there = coherent_map(known, u, w, share, False)
    arrays = (*there, _norms(goal, there), u, np.full(drops, tolerance))
    u, count, trace = in_tiles(_compiled(goal, iterations), coherent.TILE, *arrays, counted=True)
    after = precoding(known, u, share)
    sign = 1.0 if goal is Goal.INTERFERENCE else -1.0
    return finish(known, goal, u, after, w, share, tolerance=tolerance, iterations=count, trace=sign * trace)


@cache
def _compiled(goal: Goal, iterations: int) -> Callable[..., Any]:
    manifold = UnitNorm()

    def one(*arrays: Any) -> tuple[Array, Array, Array]:
        drop, (norms, u, tolerance) = Map(*arrays[:-3]), arrays[-3:]
        size, start = start_point(u, joint=False)
        measure = coherent.measurement(drop, joint=False)
        curvature = _interference_curvature if goal is Goal.INTERFERENCE else _rate_curvature(drop)

        def look(x: Array) -> _Seen:
            measured, pull = jax.vjp(measure, x)
            value, inwards = jax.value_and_grad(partial(coherent.objective, goal, drop))(measured)
            (slope,) = pull(inwards)
            tangent = manifold.project(x, slope)
            return _Seen(x, value, slope, jnp.sqrt(inner(tangent, tangent)), curvature(drop, measured, norms))

        def body(carry: tuple[_Seen, Array, Array]) -> tuple[_Seen, Array, Array]:
            seen, count, trace = carry
            towards = seen.curvature[:, None] * seen.x - seen.slope
            there = jnp.sum(towards**2, axis=0) > 0
            seen = look(jnp.where(there, manifold.retract(jnp.where(there, towards, 1.0)), seen.x))
            return seen, count + 1, trace.at[count + 1].set(seen.value)

        seen = look(start)
        trace = jnp.full(iterations + 1, jnp.nan).at[0].set(seen.value)
        seen, count, trace = lax.while_loop(
            lambda carry: (carry[0].norm > tolerance) & (carry[1] < iterations), body, (seen, jnp.array(0), trace)
        )
        return size * (seen.x[0] + 1j * seen.x[1]), count, trace

    return one_by_one(one)


class _Seen(NamedTuple):
    x: Array
    """(parts, 2, elements)."""
    value: Array
    slope: Array
    norm: Array
    """Of the Riemannian gradient."""
    curvature: Array
    """(2,) of the majoriser, per side."""


def _interference_curvature(drop: Map, measured: Measured, norms: Array) -> Array:
    """f = ||A X + b||^2 over the reference."""
    return 2 * norms / jnp.where(drop.reference > 0, drop.reference, 1.0)


def _rate_curvature(drop: Map) -> Callable[[Map, Measured, Array], Array]:
    """Of the quadratic function that gamma and y leave: the largest eigenvalue of sum_k c_k A_k^H A_k is bounded by the
    largest c_k, or by the sum over users, whichever is less."""
    gram = jnp.einsum("krn,ksn->krs", drop.phases, jnp.conj(drop.phases))
    streams = drop.streams @ jnp.conj(drop.streams).T
    alone = jnp.sqrt(jnp.sum(square_modulus(gram), axis=(1, 2)) * jnp.sum(square_modulus(streams)))
    sees = drop.sees.T

    def curvature(drop: Map, measured: Measured, norms: Array) -> Array:
        powers = coherent.mean_powers(drop, measured)
        own = np.eye(len(powers))
        signal = jnp.diagonal(powers)
        disturbance = jnp.sum((1.0 - own) * powers + measured.variance, axis=1) + 1.0
        weight = drop.share * signal / (disturbance * (signal + disturbance))
        return 2 / np.log(2) * jnp.minimum(norms * jnp.max(sees * weight, axis=1), sees @ (weight * alone))

    return curvature


def _norms(goal: Goal, drops: Map) -> np.ndarray:
    """||A||_2^2 of either side's rows, those of P1 (j != k) or all of them: (drops, 2)."""
    rows = np.einsum("dkrn,drj->dkjn", drops.phases, drops.streams)
    users = rows.shape[1]
    wanted = drops.together > 0
    if goal is Goal.INTERFERENCE:
        wanted = wanted & ~np.eye(users, dtype=bool)
    norms = []
    for side in range(2):
        used = (wanted & (drops.sees[:, :, None, side] > 0))[..., None]
        a = np.where(used, rows, 0).reshape(len(rows), users**2, -1)
        norms.append(np.linalg.eigvalsh(a @ np.conj(np.swapaxes(a, -1, -2)))[:, -1])
    return np.maximum(np.stack(norms, axis=1), 0)
