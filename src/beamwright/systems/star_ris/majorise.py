"""Majorise-minimise: phases in closed form, step after step, no line search (spec star_ris, section 5).

P1 is a least-squares problem per side, ||A X + b||^2 over unit-modulus X; with lam = ||A||_2^2 its majoriser at X gives

    X <- exp(j arg(lam X - A^H (A X + b)))

P2 becomes one by the quadratic transform (fractional programming): with gamma_k the SINR and y_k the receiver,

    sum_k (1 + gamma_k) (2 Re(conj(y_k) m_kk) - |y_k|^2 T_k)      is concave in the means and quadratic in X.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.optim.manifolds import UnitNorm, inner
from beamwright.optim.tiles import compiler_options, in_tiles
from beamwright.systems.star_ris import coherent
from beamwright.systems.star_ris.coherent import Map, coherent_map
from beamwright.systems.star_ris.design import finish
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.precoders import Kind, precoder
from beamwright.systems.star_ris.results import Design, Goal, Statistics
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.search import TILE, phasors
from beamwright.systems.star_ris.surfaces import start_surface, time_share

Objective = Literal["interference", "sum-rate"]


def majorise_minimise(
    s: Scenario,
    known: Statistics,
    objective: Objective = "interference",
    precoder: Kind = "mrt",
    start: ArrayLike | None = None,
    tolerance: float = 1e-3,
    iterations: int = 2000,
    seed: int = 0,
) -> Design:
    """Phases by majorise-minimise for the precoder of the start: MM for P1, FP-MM for P2. The objective never rises.

    Args:    objective interference or sum-rate; start (drops, 2, elements), random phases without it; stops where the
             Riemannian gradient is at most ``tolerance``, as the conjugate gradient does, or after ``iterations``.
    Raises:  ValueError naming the argument.
    """
    require(objective in ("interference", "sum-rate"), "objective", "be 'interference' or 'sum-rate'", repr(objective))
    require(precoder != "wmmse", "precoder", "be a closed form", repr(precoder))
    require(tolerance > 0, "tolerance", "be > 0", tolerance)
    require(iterations >= 1, "iterations", "be >= 1", iterations)
    known = checked(known)
    drops = len(known.side)
    u = start_surface(s, known, start, 1, seed)
    goal = Goal.INTERFERENCE if objective == "interference" else Goal.SUM_RATE
    w, share = _precoder(known, u, precoder), time_share(s, known)
    there = coherent_map(known, u, w, share, False)
    arrays = (*there, _norms(goal, there), phasors(u), np.full(drops, tolerance))
    x, count, trace = in_tiles(_compiled(goal, iterations), TILE, *arrays)
    u = np.abs(u) * x
    after = _precoder(known, u, precoder)
    sign = 1.0 if goal is Goal.INTERFERENCE else -1.0
    return finish(known, goal, u, after, w, share, tolerance=tolerance, iterations=count, trace=sign * trace)


_precoder = precoder


@cache
def _compiled(goal: Goal, iterations: int) -> Callable[..., Any]:
    step = _least_squares_step if goal is Goal.INTERFERENCE else _fractional_step

    def one(arrays: tuple[Any, ...]) -> tuple[Array, Array, Array]:
        drop, (norms, start, tolerance) = Map(*arrays[:-3]), arrays[-3:]

        def look(x: Array) -> tuple[Array, Array]:
            value, slope = jax.value_and_grad(lambda x: coherent.cost(goal, drop, x, joint=False))(x)
            slope = UnitNorm().project(x, jnp.conj(slope))
            return value, jnp.sqrt(inner(slope, slope))

        def body(carry: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
            x, _, count, trace = carry
            x = step(drop, x, norms)
            value, norm = look(x)
            return x, norm, count + 1, trace.at[count + 1].set(value)

        value, norm = look(start)
        trace = jnp.full(iterations + 1, jnp.nan).at[0].set(value)
        x, _, count, trace = lax.while_loop(
            lambda carry: (carry[1] > tolerance) & (carry[2] < iterations), body, (start, norm, jnp.array(0), trace)
        )
        return x, count, trace

    return jax.jit(lambda *arrays: lax.map(one, arrays), compiler_options=compiler_options())


def _norms(goal: Goal, drops: Map) -> np.ndarray:
    """||A||_2^2 of either side's rows, those of P1 (j != k) or all of them: (drops, 2)."""
    rows = np.einsum("dkrn,drj->dkjn", drops.phases, drops.streams)
    users = rows.shape[1]
    wanted = ~np.eye(users, dtype=bool) if goal is Goal.INTERFERENCE else np.ones((users, users), bool)
    norms = []
    for side in range(2):
        used = (wanted & (drops.sees[:, :, None, side] > 0))[..., None]
        a = np.where(used, rows, 0).reshape(len(rows), users**2, -1)
        norms.append(np.linalg.eigvalsh(a @ np.conj(np.swapaxes(a, -1, -2)))[:, -1])
    return np.maximum(np.stack(norms, axis=1), 0)


def _least_squares_step(drop: Map, x: Array, norms: Array) -> Array:
    """One step of P1, both sides at once: their rows do not share unknowns."""
    mean = coherent.means(drop, x)
    return _move(drop, x, mean - jnp.diag(jnp.diagonal(mean)), norms)


def _fractional_step(drop: Map, x: Array, norms: Array) -> Array:
    """One step of P2: gamma and y for the present X, then a majoriser of the quadratic function that they leave."""
    mean = coherent.means(drop, x)
    power = mean.real**2 + mean.imag**2 + drop.constant
    total = jnp.sum(power, axis=1) + 1.0
    own = jnp.diagonal(mean)
    signal = own.real**2 + own.imag**2
    weight = jnp.asarray(drop.share) * total / (total - signal)
    y = own / total
    curvature = weight * (y.real**2 + y.imag**2)
    slope = curvature[:, None] * mean - jnp.diag(weight * y)
    # The largest eigenvalue of sum_k curvature_k A_k^H A_k: by the largest curvature, or by the sum over users.
    gram = jnp.einsum("krn,ksn->krs", drop.phases, jnp.conj(drop.phases))
    streams = drop.streams @ jnp.conj(drop.streams).T
    alone = jnp.sqrt(jnp.sum(jnp.abs(gram) ** 2, axis=(1, 2)) * jnp.sum(jnp.abs(streams) ** 2))
    sees = jnp.asarray(drop.sees).T
    largest = jnp.minimum(norms * jnp.max(sees * curvature, axis=1), sees @ (curvature * alone))
    return _move(drop, x, slope, largest)


def _move(drop: Map, x: Array, slope: Array, largest: Array) -> Array:
    """exp(j arg(lam X - A^H slope)), per side."""
    pulled = slope @ jnp.conj(drop.streams).T
    back = jnp.sum(jnp.conj(drop.phases) * pulled[..., None], axis=1)
    return _unit(largest[:, None] * x - jnp.asarray(drop.sees).T @ back, x)


def _unit(z: Array, otherwise: Array) -> Array:
    size = jnp.sqrt(z.real**2 + z.imag**2)
    return jnp.where(size > 0, z / jnp.where(size > 0, size, 1.0), otherwise)
