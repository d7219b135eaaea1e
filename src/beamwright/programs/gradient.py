"""Optimal values as differentiable functions of a program's data, by the envelope theorem.

At an optimum (W, y) with multipliers u, the value's derivative is that of the Lagrangian with all three held constant:

    L(data) = objective(W, y; data) - sum_c <u_c, condition_c(W, y; data)>,      dv/ddata = dL/ddata

so nothing is solved a second time. The multiplier of a set of channels is a matrix U >= 0 of the S-lemma,
<U, B^H Phi B> = tr(B U B^H Phi), B = [r S, h].
Source: Bonnans and Shapiro, Perturbation Analysis of Optimization Problems (2000).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.core import Tracer

from beamwright.core import require
from beamwright.numerics import Tree
from beamwright.programs.conditions import Condition
from beamwright.programs.expressions import Covariance, Expression, Scalar
from beamwright.programs.form import Model, expressions_of
from beamwright.programs.layout import matrices
from beamwright.programs.problem import Problem
from beamwright.programs.robust import Robust


def value(build: Callable[[Tree], Problem], data: Tree) -> Array:
    """Optimal value of the relaxation of ``build(data)``, (drops,), which JAX can differentiate in reverse.

        jax.grad(lambda data: value(build, data).sum())(data)

    Args:    build states the program from its data, with ``jax.numpy`` or plain arithmetic where it computes with them;
             data: arrays, or any pytree of them. What ``build`` takes from elsewhere is held constant.
    Returns: infinite where no design exists and NaN where the solver stalled, as ``Problem.relaxed_value``; the
             gradient is zero in these drops. Where an optimum has several multipliers it is one of the subgradients.
             Of complex data it is JAX's, the conjugate of the direction of steepest ascent.
    Raises:  ValueError inside ``jax.jit`` or ``jax.vmap``: the program is solved when it is called.
    """
    return _value(build, data)


class _Optimum(NamedTuple):
    """What the Lagrangian needs of a solved program; NumPy, drops first, zero where there is no optimum."""

    covariances: list[np.ndarray]
    """W (drops, antennas, antennas) as they were made."""
    scalars: list[np.ndarray]
    """(drops,)."""
    multipliers: list[np.ndarray]
    """(drops, entries) of every condition as they were made; of sets of channels U (drops, directions + 1, ...)."""
    bases: list[np.ndarray]
    """Q (drops or 1, antennas, d) of every set of channels, in whose coordinates U stands where the set is a ball."""
    sign: np.ndarray
    """(drops,) 1 where the objective is minimised, else -1; 0 where there is no optimum."""


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _value(build: Callable[[Tree], Problem], data: Tree) -> Array:
    return _forth(build, data)[0]


def _forth(build: Callable[[Tree], Problem], data: Tree) -> tuple[Array, tuple[Tree, _Optimum]]:
    traced = any(isinstance(x, Tracer) for x in jax.tree.leaves(data))
    require(not traced, "data", "be numbers when a program is solved", "traced arrays",
            "Differentiate outside jax.jit and jax.vmap")  # fmt: skip
    problem = build(jax.tree.map(np.asarray, data))
    require(isinstance(problem, Problem), "build", "return a Problem", type(problem).__name__)
    found, w, values = problem.optimum()
    return jnp.asarray(values), (data, _optimum(problem, w, found.u))


def _back(build: Callable[[Tree], Problem], saved: tuple[Tree, _Optimum], slope: Array) -> tuple[Tree]:
    data, optimum = saved
    return jax.vjp(lambda d: lagrangian(build(d).model, optimum), data)[1](slope)  # type: ignore[no-any-return]


_value.defvjp(_forth, _back)


def lagrangian(model: Model, at: _Optimum) -> Array:
    """L (drops,) in the sense of the objective as it was written; a function of the data in the model's expressions."""
    w = dict(zip(model.covariances, at.covariances, strict=True))
    y = dict(zip(model.scalars, at.scalars, strict=True))
    total = _evaluated(model.objective, w, y)[:, 0]
    bases = iter(at.bases)
    for condition, u in zip(model.conditions, at.multipliers, strict=True):
        if condition.kind == "ball":
            total = total - _weighted_set(condition.inside, next(bases), u, w, y)
        else:
            values = [_evaluated(e, w, y) for e in expressions_of(condition)]
            total = total - jnp.sum(u * _side_by_side(values), axis=1)
    return jnp.asarray(at.sign) * total


def _evaluated(e: Expression, w: dict[Covariance, Any], y: dict[Scalar, Any]) -> Array:
    """Values (drops, entries) of a real expression."""
    total = jnp.asarray(e.constant)
    for v, form in e.forms.items():
        total = total + jnp.einsum("deij,dji->de", form, w[v]).real  # one drop stands for all
    for v, traces in e.traces.items():
        total = total + traces * jnp.trace(w[v], axis1=1, axis2=2).real[:, None]
    for s, coefficients in e.scalars.items():
        total = total + coefficients * y[s][:, None]
    return total


def _weighted_set(robust: Robust, q: Any, u: Any, w: dict[Covariance, Any], y: dict[Scalar, Any]) -> Array:
    """<U, B^H Phi B + rest e e^T>, (drops,): what the multiplier of the S-lemma makes of a condition."""
    ball = robust.ball
    axes = q if ball.axes is None else ball.axes
    frame = _side_by_side([ball.radius[:, None, None] * axes, jnp.asarray(ball.centre)[..., None]])
    seen = frame @ u @ frame.swapaxes(-1, -2).conj()
    phi = sum(c[:, None, None] * w[v] for v, c in robust.combination.weights.items())
    return jnp.einsum("dij,dji->d", seen, phi).real + u[:, -1, -1].real * _evaluated(robust.rest, w, y)[:, 0]


def _side_by_side(parts: list[Any]) -> Array:
    """Arrays joined along the last axis, shared ones repeated for every drop."""
    drops = max(len(x) for x in parts)
    return jnp.concatenate([jnp.broadcast_to(x, (drops, *x.shape[1:])) for x in parts], axis=-1)


def _optimum(problem: Problem, w: np.ndarray, u: np.ndarray) -> _Optimum:
    """Parts of an optimum from the coordinates of the standard form, w (drops, n) and u (drops, m)."""
    model, layout = problem.model, problem.model.layout
    known = np.isfinite(w).all(axis=1, keepdims=True)
    w, u = np.where(known, w, 0.0), np.where(known, u, 0.0)
    whole = {}
    for v, s in zip(model.sorted_covariances, layout.columns, strict=False):
        inner, q = matrices(w[:, s]), model.reduction.bases.get(v)
        whole[v] = inner if q is None else q @ inner @ np.conj(np.swapaxes(q, -1, -2))
    first = layout.unknowns - layout.scalars
    entries = dict(zip(map(id, model.cones), model.entries, strict=True))
    return _Optimum(
        [whole[v] for v in model.covariances],
        [w[:, first + i] for i in range(len(model.scalars))],
        [_multiplier(c, u[:, entries[id(c)]]) for c in model.conditions],
        [model.basis(ball) for ball in model.balls],
        np.where(known[:, 0], 1.0 if problem.sense == "minimise" else -1.0, 0.0),
    )


def _multiplier(condition: Condition, u: np.ndarray) -> np.ndarray:
    return matrices(u) if condition.kind == "ball" else u
