"""A bound on the objective of every design from multipliers alone, which need not be trusted. NumPy.

Any u in K* with c - A^T u in K_w* proves c^T w >= -b^T u for all admissible w. Multipliers are first moved into their
cones, then by multipliers that only help until that holds exactly:

    scalars that cost nothing    + v_i / |<a_i, p_i>| p_i,   p_i = projection of -a_i on K*, v_i the excess of a_i^T u
    covariances, C_k > 0         times kappa, the largest with C_k - kappa G_k >= 0, G_k the matrix of A^T u
    covariances otherwise        + delta p, where conditions p limit the trace, sum of p F <= -I, by the excess of G_k
    scalars that cost            times kappa with kappa a_i^T u <= c_i

Multipliers with b^T u < 0 that bear every cost but for rounding prove that no w exists: they are repaired as if nothing
had a cost, and those of cones that only ever charge a scalar are dropped.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from beamwright.programs.form import Form
from beamwright.programs.layout import Layout, coordinates, matrices
from beamwright.programs.scaling import units

_ROUNDING = 4e-15
"""Rounding error of sums relative to the size of their terms."""
_RAY = 1e6
"""Factor by which multipliers can grow before they are tried as a proof that no design exists."""


class Bound(NamedTuple):
    """What multipliers prove about c^T w."""

    value: np.ndarray
    """(drops,) no admissible w has less; inf where none exists, -inf where nothing is proven."""
    reason: np.ndarray
    """(drops,) what it rests on, in words."""


COST = "the cost of every covariance, C > 0"
TRACE = "conditions that limit the trace of every covariance"
FREE = "multipliers that are feasible as they are"
NOTHING = "nothing: no cost on every covariance and no condition that limits their traces"
NO_FACTOR = "nothing: no factor makes the multipliers of the scalars feasible"


def bound(form: Form, multipliers: np.ndarray) -> Bound:
    """Lower bound on c^T w over all w that meet the conditions, for any multipliers (drops, m), NaN included."""
    size = units(form)
    scaled = size.scaled(form)
    u = in_cones(form.layout, np.nan_to_num(size.scaled_multipliers(multipliers), nan=0.0, posinf=0.0, neginf=0.0))
    given = u
    costs = [matrices(scaled.c[:, s]) for s in scaled.layout.columns[: len(scaled.layout.blocks)]]
    eigen = [np.linalg.eigh(cost) for cost in costs]
    positive = np.all([e[0][:, 0] >= -1e-14 * np.abs(e[0]).max(axis=1) for e in eigen], axis=0)
    u = _repair_scalars(scaled, u, ~positive)
    low, high, u, reason = _covariance_limits(scaled, u, costs, eigen, positive)
    low, high = _scalar_limits(scaled, u, low, high)
    value = -_dot(scaled.b, u)
    value -= _ROUNDING * _dot(np.abs(scaled.b), np.abs(u))
    kappa = np.where(value > 0, high, low)
    proves = low <= high
    found = np.where(kappa == 0, 0.0, np.where(value == 0, 0.0, kappa * np.where(value == 0, 1, value)))
    reason = np.where(proves, reason, np.where(reason == NOTHING, NOTHING, NO_FACTOR))
    value = np.where(proves, found, -np.inf) * size.value
    likely = np.flatnonzero(~proves | (high > _RAY))
    if len(likely):
        none, rests_on = _no_design(scaled.take(likely), given[likely])
        value[likely[none]], reason[likely[none]] = np.inf, rests_on[none]
    return Bound(value, reason)


def _no_design(form: Form, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether multipliers prove that no w meets the conditions, -b^T u > 0 and -A^T u in K_w*, and on what it rests."""
    form = form._replace(c=np.zeros_like(form.c))
    every = np.ones(len(u), bool)
    u = _repair_scalars(form, _without_charges(form, u), every)
    columns = form.layout.columns[: len(form.layout.blocks)]
    costs = [matrices(form.c[:, s]) for s in columns]
    u, excess, limited = _trace_repair(form, u, costs, columns)
    low, high = _scalar_limits(form, u, np.zeros(len(u)), np.full(len(u), np.inf))
    value = -_dot(form.b, u) - _ROUNDING * _dot(np.abs(form.b), np.abs(u))
    return (excess <= 0) & (high == np.inf) & (value > 0), np.where(limited, TRACE, FREE)


def _without_charges(form: Form, u: np.ndarray) -> np.ndarray:
    """Multipliers without those of cones that charge a scalar which no multiplier can relieve, a_i in K."""
    starts = [s.start for s in form.layout.cones]
    sizes = [s.stop - s.start for s in form.layout.cones]
    u = u.copy()
    for column in form.layout.columns[len(form.layout.blocks) :]:
        a = form.a[:, :, column.start]
        stuck = -_dot(a, in_cones(form.layout, -a)) <= 0
        charges = np.repeat(np.add.reduceat(a * u, starts, axis=1) > 0, sizes, axis=1) if starts else np.zeros_like(u)
        u = np.where(stuck[:, None] & charges, 0.0, u)
    return u


def in_cones(layout: Layout, u: np.ndarray) -> np.ndarray:
    """Nearest multipliers in K*, (drops, m)."""
    u = u.copy()
    u[:, layout.linear] = np.maximum(u[:, layout.linear], 0)
    for s in layout.norm_cones:
        u[:, s] = _second_order(u[:, s])
    for s in layout.matrix_cones:
        values, vectors = np.linalg.eigh(matrices(u[:, s]))
        kept = (vectors * np.maximum(values, 0)[:, None]) @ np.conj(np.swapaxes(vectors, -1, -2))
        u[:, s] = coordinates(kept)
    return u


def _second_order(x: np.ndarray) -> np.ndarray:
    """Projection of (drops, q) on the cone, a hair inside."""
    head, tail = x[:, 0], x[:, 1:]
    length = np.linalg.norm(tail, axis=1)
    middle = (head + length) / 2
    share = np.where(length <= head, 1.0, np.maximum(middle, 0) / np.where(length > 0, length, 1))
    tail = tail * share[:, None]
    return np.concatenate([np.maximum(head, np.linalg.norm(tail, axis=1) * (1 + 1e-15))[:, None], tail], axis=1)


def _repair_scalars(form: Form, u: np.ndarray, every: np.ndarray) -> np.ndarray:
    """Multipliers with a_i^T u <= c_i for scalars that cost nothing, or all where ``every``, by multipliers in K*."""
    for column in form.layout.columns[len(form.layout.blocks) :]:
        i = column.start
        free = every | (form.c[:, i] == 0)
        if not free.any():
            continue
        a = form.a[:, :, i]
        excess = _dot(a, u) - form.c[:, i] + _ROUNDING * _dot(np.abs(a), np.abs(u))
        helps = in_cones(form.layout, -a)
        strength = -_dot(a, helps)
        wanted = free & (excess > 0) & (strength > 0)
        margin = 1e-13 * _dot(np.abs(a), np.abs(u) + np.abs(helps))  # what is added has rounding errors of its own
        share = np.where(wanted, (excess + margin) / np.where(strength > 0, strength, 1), 0)
        u = u + share[:, None] * helps
    return u


def _covariance_limits(
    form: Form, u: np.ndarray, costs: list[np.ndarray], eigen: Sequence[Any], positive: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Least and largest kappa with C_k - kappa G_k >= 0 for every covariance, and multipliers moved where needed.

    Where some C_k is not > 0, C_k - G_k >= 0 is made true first: for C_k = 0 any factor keeps it, for C_k >= 0 one of
    at most 1, else none but 1.
    """
    columns = form.layout.columns[: len(costs)]
    low, high = np.zeros(len(u)), np.full(len(u), np.inf)
    reason = np.full(len(u), COST, dtype=object)
    costly = np.all([e[0][:, 0] > 1e-9 * e[0][:, -1] for e in eigen], axis=0)
    if not costly.all():
        free = np.all([~cost.any(axis=(1, 2)) for cost in costs], axis=0)
        moved, excess, limited = _trace_repair(form, u, costs, columns)
        proves = excess <= 0
        u = np.where((~costly & proves)[:, None], moved, u)
        low = np.where(costly | positive, 0.0, 1.0)
        high = np.where(costly | (free & proves), np.inf, np.where(proves, 1.0, -1.0))
        reason = np.where(costly, reason, np.where(proves, np.where(limited, TRACE, FREE), NOTHING))
    for s, (values, vectors) in zip(columns, eigen, strict=True):
        root = vectors / np.sqrt(np.where(costly[:, None], np.maximum(values, 1e-300), 1))[:, None]
        g = matrices(_transposed(form.a[:, :, s], u))
        top = np.linalg.eigvalsh(np.conj(np.swapaxes(root, -1, -2)) @ g @ root)[:, -1]
        top += _mass(form, u, s) / np.where(costly, np.maximum(values[:, 0], 1e-300), 1)
        factor = np.where(top > 0, 1 / np.where(top > 0, top, 1), np.inf)
        high = np.where(costly, np.minimum(high, factor), high)
    return low, high, u, reason


def _trace_repair(
    form: Form, u: np.ndarray, costs: list[np.ndarray], columns: list[slice]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """u + delta p, the excess max_k lmax(G_k - C_k) that is left (<= 0: none), and whether delta > 0."""

    def excess(v: np.ndarray) -> np.ndarray:
        tops = [
            np.linalg.eigvalsh(matrices(_transposed(form.a[:, :, s], v)) - cost)[:, -1] + _mass(form, v, s)
            for s, cost in zip(columns, costs, strict=True)
        ]
        return np.max(tops, axis=0)

    before = excess(u)
    p = _limits_of_trace(form, columns)
    least = np.min([-np.linalg.eigvalsh(matrices(_transposed(form.a[:, :, s], p)))[:, -1] for s in columns], axis=0)
    helps = (least > 1e-9) & (before > 0)
    margin = 1e-13 * (1 + np.abs(u).sum(axis=1))  # what is added has rounding errors of its own
    delta = np.where(helps, (before * (1 + 1e-9) + margin) / np.where(helps, least, 1), 0)
    moved = u + delta[:, None] * p
    return moved, np.where(helps, excess(moved), before), helps


def _limits_of_trace(form: Form, columns: list[slice]) -> np.ndarray:
    """Multipliers p >= 0 (of either sign for equations) of rows whose matrices F are <= 0 for every covariance."""
    layout = form.layout
    p = np.zeros(form.b.shape)
    for row in range(layout.zero + layout.rows):
        for sign in (1.0, -1.0) if row < layout.zero else (1.0,):
            parts = [sign * form.a[:, row, s] for s in columns]
            traces = [
                x.reshape(len(x), d, d).trace(axis1=1, axis2=2) for x, d in zip(parts, layout.blocks, strict=True)
            ]
            likely = np.all(
                [-t >= (1 - 1e-9) * np.linalg.norm(x, axis=1) for t, x in zip(traces, parts, strict=True)], 0
            )
            if not likely.any():  # a matrix F <= 0 has |tr F| >= ||F||
                continue
            tops = [np.linalg.eigvalsh(matrices(x[likely]))[:, -1] for x in parts]
            sizes = [np.linalg.norm(x[likely], axis=1) for x in parts]
            likely[likely] = np.all([t <= 1e-12 * n for t, n in zip(tops, sizes, strict=True)], axis=0)
            size = np.linalg.norm(form.a[:, row], axis=1)
            p[:, row] += np.where(likely, sign / np.where(size > 0, size, 1), 0)
    return p


def _scalar_limits(form: Form, u: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Factors kappa with kappa a_i^T u <= c_i for every scalar."""
    for column in form.layout.columns[len(form.layout.blocks) :]:
        c, a = form.c[:, column.start], form.a[:, :, column.start]
        g = _dot(a, u) + _ROUNDING * _dot(np.abs(a), np.abs(u))
        ratio = c / np.where(g == 0, 1, g)
        high = np.where((g > 0) & (c > 0), np.minimum(high, ratio), high)
        low = np.where((g < 0) & (c < 0), np.maximum(low, ratio), low)
        high = np.where((c < 0) & (g >= 0), -1.0, high)
        high = np.where((c == 0) & (g > 0), np.minimum(high, 0.0), high)
    return low, high


def _mass(form: Form, u: np.ndarray, columns: slice) -> np.ndarray:
    """Rounding error of G_k in its largest eigenvalue."""
    return _ROUNDING * _dot(np.linalg.norm(form.a[:, :, columns], axis=2), np.abs(u))


def _transposed(a: np.ndarray, u: np.ndarray) -> np.ndarray:
    """A^T u, (drops, n)."""
    return (u[:, None, :] @ a)[:, 0]


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("de,de->d", a, b)
