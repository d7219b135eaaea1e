"""Batched primal-dual interior point on the homogeneous self-dual embedding, lanes last.

    minimise c^T x  subject to  G x + s = h, s in K          (dual: maximise -h^T z, G^T z + c = 0, z in K)

One iteration reads as the papers do: residuals, scaling, predictor, centring, corrector, step. The direction is HKM on
Hermitian blocks (two Cholesky inverses, no eigenvalues) and Nesterov-Todd on second-order cones. The embedding adds
(tau, kappa): a solution has tau > 0, a certificate of infeasibility has kappa > 0; nothing has to be guessed.
Every lane owns its status; a finished lane is frozen, a broken one keeps its best iterate.
"""

from typing import NamedTuple, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import Array, lax

from beamwright.numerics import factorise, materialise, solve_factorised
from beamwright.optim.conic.maps import LinearMap
from beamwright.optim.conic.points import Point, combine, dot, norm
from beamwright.optim.conic.product import Cone, Factors
from beamwright.optim.ending import Ending

T = TypeVar("T")

_LAG, _REFINEMENTS = 10.0, 2
"""Residuals of the embedding shrink together. Where the dual one falls this many times behind the primal, rounding in
the Newton system holds it, and so many steps of iterative refinement are spent on that."""
_NEAR = 100.0
"""Residuals below so many tolerances are near it: the embedding converges fast there, or not at all."""


class Problem(eqx.Module):
    """Data of a batch of programs that share sizes; c is (n, lanes), h a ``Point``."""

    c: Array
    g: LinearMap
    h: Point
    cone: Cone


class Options(NamedTuple):
    """Tolerance is relative, on both residuals and the gap; ``accept`` is what still counts as solved at the end."""

    tolerance: float = 1e-9
    accept: float = 1e-7
    iterations: int = 60
    fraction: float = 0.98
    settled: int = 0
    """Iterations in a row that do not halve a residual near the tolerance, after which rounding is what holds it and
    the lane ends with its best iterate; 0: it ends after eight that are no better."""


class Solution(NamedTuple):
    """Per lane: the point, how it ended and what it cost."""

    x: Array
    """(n, lanes)."""
    s: Point
    z: Point
    ending: Array
    """``Ending``: SOLVED; INFEASIBLE, then z is the proof: G^T z = 0, h^T z = -1; DUAL_INFEASIBLE, then x and s are it:
    G x + s = 0, c^T x = -1; else ITERATIONS, STALLED or NO_NUMBER, with the best iterate and its residual."""
    value: Array
    """c^T x."""
    bound: Array
    """-h^T z."""
    residual: Array
    """Largest of relative primal residual, dual residual and gap."""
    iterations: Array


class _State(NamedTuple):
    x: Array
    s: Point
    z: Point
    tau: Array
    kappa: Array
    best: Solution
    running: Array
    since_best: Array
    halved: tuple[Array, Array]
    """Residual when it last was half of what it had been, and iterations since."""
    step: Array
    start: tuple[Array, Array]
    """Norms of the primal and the dual residual of the first iterate."""


def solve(problem: Problem, options: Options = Options()) -> Solution:  # noqa: B008 (an immutable value)
    """Solve every lane. Traceable: call it inside ``jax.jit``; iterations are bounded by ``options.iterations``."""
    cone, lanes = problem.cone, problem.c.shape[-1]
    unit, one = cone.unit(lanes), jnp.ones(lanes)
    empty = Solution(
        jnp.zeros_like(problem.c), unit, unit, jnp.full(lanes, Ending.STALLED), 0 * one, 0 * one, jnp.inf * one,
        jnp.zeros(lanes, int),
    )  # fmt: skip
    start = _State(
        jnp.zeros_like(problem.c),
        unit,
        unit,
        one,
        one,
        empty,
        jnp.ones(lanes, bool),
        jnp.zeros(lanes, int),
        (jnp.inf * one, jnp.zeros(lanes, int)),
        jnp.array(0),
        (norm(combine((1.0, unit), (-1.0, problem.h))), _norm(problem.g.adjoint(unit) + problem.c)),
    )
    # The final pass only judges the last iterate; the loop is one more judgement than steps.
    end = lax.while_loop(
        lambda a: jnp.any(a.running) & (a.step <= options.iterations), lambda a: _iterate(problem, options, a), start
    )
    best = end.best
    short = jnp.where(end.running, Ending.ITERATIONS, Ending.STALLED)
    short = jnp.where(best.residual < jnp.inf, short, Ending.NO_NUMBER)  # no iterate was ever worth keeping
    short = jnp.where(best.residual <= options.accept, Ending.SOLVED, short)
    return best._replace(ending=jnp.where(best.ending == Ending.STALLED, short, best.ending))


def _iterate(problem: Problem, options: Options, state: _State) -> _State:
    seen = _look(problem, state)
    state = _judge(problem, options, state, seen)
    moved = _step(problem, options, state, seen)
    ok = jnp.isfinite(moved.tau) & jnp.all(jnp.isfinite(moved.x), axis=0) & (moved.tau > 0)
    keep = materialise(state.running & ok)

    def choose(new: T, old: T) -> T:
        return jax.tree.map(lambda a, b: jnp.where(keep, a, b), new, old)

    return state._replace(
        x=choose(moved.x, state.x),
        s=choose(moved.s, state.s),
        z=choose(moved.z, state.z),
        tau=choose(moved.tau, state.tau),
        kappa=choose(moved.kappa, state.kappa),
        running=keep,
        step=state.step + 1,
    )


class _Seen(NamedTuple):
    """Quantities of an iterate that both its residuals and its step need."""

    gx: Point
    """G x + s."""
    gz: Array
    """G^T z."""
    cx: Array
    hz: Array


def _look(problem: Problem, state: _State) -> _Seen:
    gx = combine((1.0, problem.g.apply(state.x)), (1.0, state.s))
    cx, hz = jnp.sum(problem.c * state.x, axis=0), dot(problem.h, state.z)
    return materialise(_Seen(gx, problem.g.adjoint(state.z), cx, hz))


def _judge(problem: Problem, options: Options, state: _State, seen: _Seen) -> _State:
    """Record the iterate when it is the best so far, and decide which lanes are finished."""
    c, h = problem.c, problem.h
    x, s, z, tau = state.x, state.s, state.z, state.tau
    gx, gz, cx, hz = seen
    # Values per lane are stored before they meet arrays: fused, a division would be redone for every entry.
    per_tau, c_norm, h_norm = materialise((1.0 / tau, 1.0 + _norm(c), 1.0 + norm(h)))
    primal = norm(materialise(combine((per_tau, gx), (-1.0, h)))) / h_norm
    dual = _norm(gz * per_tau + c) / c_norm
    value, bound = cx * per_tau, -hz * per_tau
    gap = jnp.abs(value - bound) / jnp.maximum(1e-6, jnp.minimum(jnp.abs(value), jnp.abs(bound)))
    residual = jnp.maximum(jnp.maximum(primal, dual), gap)
    primal_ray = jnp.where(hz < 0, _norm(gz) * h_norm / jnp.maximum(-hz, 1e-300), jnp.inf)
    dual_ray = jnp.where(cx < 0, norm(gx) * c_norm / jnp.maximum(-cx, 1e-300), jnp.inf)
    ray = jnp.minimum(primal_ray, dual_ray)
    # Rounding may keep a ray above the tolerance; the embedding says without it that no solution exists.
    infeasible = (ray < options.tolerance) & (tau < 1e-3 * state.kappa)
    infeasible |= (ray < options.accept) & (tau < 1e-9 * state.kappa)
    ending = jnp.where(
        infeasible,
        jnp.where(primal_ray <= dual_ray, Ending.INFEASIBLE, Ending.DUAL_INFEASIBLE),
        jnp.where(residual <= options.tolerance, Ending.SOLVED, Ending.STALLED),
    )
    scale = jnp.where(
        ending == Ending.INFEASIBLE, -1 / hz, jnp.where(ending == Ending.DUAL_INFEASIBLE, -1 / cx, per_tau)
    )
    better = state.running & (infeasible | (residual < state.best.residual))
    scale, better, ending, residual, ray = materialise((scale, better, ending, residual, ray))
    here = Solution(
        x * scale, combine((scale, s)), combine((scale, z)), ending, value, bound,
        jnp.where(infeasible, ray, residual), jnp.full_like(ending, state.step),
    )  # fmt: skip
    best = jax.tree.map(lambda new, old: jnp.where(better, new, old), here, state.best)
    # The count of a lane keeps growing while it runs, also when an iterate is no better.
    best = best._replace(iterations=jnp.where(state.running, state.step, state.best.iterations))
    since = jnp.where(better, 0, state.since_best + 1)
    finished = (ending != Ending.STALLED) | ((since >= 8) & (state.best.residual < 1e-5))
    halved = state.halved
    if options.settled:
        half = residual <= 0.5 * halved[0]
        halved = jnp.where(half, residual, halved[0]), jnp.where(half, 0, halved[1] + 1)
        finished |= (halved[1] >= options.settled) & (best.residual < _NEAR * options.tolerance)
    return state._replace(best=best, since_best=since, halved=halved, running=state.running & ~finished)


class _Direction(NamedTuple):
    x: Array
    s: Point
    z: Point
    tau: Array
    kappa: Array


class _Fixed(NamedTuple):
    x: Array
    gx: Point
    z: Point
    slope: Array
    """Slope of the gap row in tau."""


class _Passes(NamedTuple):
    direction: _Direction
    fixed: _Fixed
    longest: Array
    sigma: Array


def _step(problem: Problem, options: Options, state: _State, seen: _Seen) -> _State:
    """One predictor-corrector step of every lane."""
    c, g, h, cone = problem.c, problem.g, problem.h, problem.cone
    x, s, z, tau, kappa = state.x, state.s, state.z, state.tau, state.kappa
    r_dual = seen.gz + c * tau
    r_primal = combine((1.0, seen.gx), (-tau, h))
    r_dual, r_primal, r_gap = materialise((r_dual, r_primal, seen.cx + seen.hz + kappa))
    mu = materialise((dot(s, z) + tau * kappa) / (cone.degree + 1))
    lags = state.running & (_norm(r_dual) * state.start[0] > _LAG * norm(r_primal) * state.start[1])
    rounds = jnp.where(jnp.any(lags), 1 + _REFINEMENTS, 1)

    scaling, factors = materialise(cone.factor(s, z))
    schur = materialise(g.schur(scaling))
    diagonal = jnp.einsum("iil->il", schur)
    unit = materialise(jnp.where(diagonal > 0, diagonal, 1.0) ** -0.5)  # or a direction is lost to a far larger one
    lower = factorise(materialise(schur * unit[:, None] * unit[None]))

    def solved(right: Array) -> Array:
        return unit * solve_factorised(lower, unit * right)

    def newton(dual: Array, centring: Point, primal: Point) -> tuple[Array, Point, Point]:
        """x, G x and z with  G^T z = -dual  and  z = centring + H(primal + G x)."""
        right = materialise(combine((1.0, centring), (1.0, cone.scale(scaling, primal))))
        nothing = (jnp.zeros_like(x), combine((0.0, right)), right)

        def refine(r: Array, found: tuple[Array, Point, Point]) -> tuple[Array, Point, Point]:
            counts = lags | (r == 0)  # a lane has the same bits whatever its neighbours need
            more = jnp.where(counts, solved(-dual - g.adjoint(found[2])), 0.0)
            more = materialise(more)
            gx = materialise(g.apply(more))
            z = combine((1.0, found[2]), (1.0, cone.scale(scaling, gx)))
            return materialise((found[0] + more, combine((1.0, found[1]), (1.0, gx)), z))

        return lax.fori_loop(0, rounds, refine, nothing)

    def passes(p: Array, carry: _Passes) -> _Passes:
        """First: the part of the direction that tau multiplies. Second: the predictor, straight to the boundary. Third:
        centred by the predictor's success, with its second-order term. One copy of the code compiles faster."""
        before, fixed = carry.direction, carry.fixed
        target, keep, gap = materialise(
            (carry.sigma * mu, 1.0 - carry.sigma, carry.sigma * mu - tau * kappa - before.tau * before.kappa)
        )
        x1, gx1, z1 = newton(
            *lax.cond(
                p == 0,
                lambda: (c, combine((0.0, z)), combine((-1.0, h))),
                lambda: (
                    keep * r_dual,
                    materialise(cone.centring(s, z, scaling, factors, target, before.s, before.z)),
                    combine((keep, r_primal)),
                ),
            )
        )

        def direction() -> _Passes:
            d_tau = materialise((-keep * r_gap - jnp.sum(c * x1, axis=0) - dot(h, z1) - gap / tau) / fixed.slope)
            ds = combine((d_tau, h), (-1.0, gx1), (-d_tau, fixed.gx), (-keep, r_primal))
            dz = combine((1.0, z1), (d_tau, fixed.z))
            d = materialise(_Direction(x1 + d_tau * fixed.x, ds, dz, d_tau, (gap - kappa * d_tau) / tau))
            longest = _longest(cone, s, z, factors, d.s, d.z, tau, kappa, d.tau, d.kappa)
            left = 1.0 - jnp.minimum(1.0, longest)
            return _Passes(d, fixed, longest, jnp.clip(left**2 * jnp.maximum(left, 0.1), 1e-6, 1.0))

        def fixed_part() -> _Passes:
            slope = jnp.sum(c * x1, axis=0) + dot(h, z1) - kappa / tau
            return carry._replace(fixed=_Fixed(x1, gx1, z1, slope))

        return lax.cond(p == 0, fixed_part, direction)

    nothing = _Direction(jnp.zeros_like(x), combine((0.0, s)), combine((0.0, z)), 0 * tau, 0 * tau)
    start = _Passes(nothing, _Fixed(nothing.x, nothing.s, nothing.z, 0 * tau), 0 * tau, 0 * tau)
    d, _, longest, _ = lax.fori_loop(0, 3, passes, start)
    alpha = materialise(jnp.minimum(1.0, options.fraction * longest))
    return state._replace(
        x=x + alpha * d.x,
        s=combine((1.0, s), (alpha, d.s)),
        z=combine((1.0, z), (alpha, d.z)),
        tau=tau + alpha * d.tau,
        kappa=kappa + alpha * d.kappa,
    )


def _longest(cone: Cone, s: Point, z: Point, f: Factors, ds: Point, dz: Point, *scalars: Array) -> Array:
    tau, kappa, dt, dk = scalars
    ray = jnp.minimum(jnp.where(dt < 0, -tau / dt, jnp.inf), jnp.where(dk < 0, -kappa / dk, jnp.inf))
    return jnp.minimum(ray, cone.longest_step(s, z, f, ds, dz))


def _norm(x: Array) -> Array:
    return jnp.sqrt(jnp.sum(x * x, axis=0))
