"""A lower bound on the objective of every design, from multipliers that need not be trusted (spec A3).

Any multipliers in their cones combine the constraints into sum_k tr(G_k W_k) >= value for all admissible W. Scaled by
the largest t with C - t G_k >= 0 for all k they prove J = sum_k tr(C W_k) >= t value, whatever a solver left of errors.
"""

from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.results import Multipliers, Oma, Problem
from beamwright.systems.noma_isac.scenario import Scenario

_ROUNDING = 1e-14
"""Relative to the size of what is added up in G: what floating point may have done to it."""
_CAUTION = 1e-9
"""Share of the bound that may be given away to rounding before a sharper proof is looked for."""


class Bound(NamedTuple):
    """What the multipliers prove."""

    bound_w: np.ndarray
    """(drops,) every design needs at least this; infinite if the multipliers prove that there is none."""
    scale: np.ndarray
    """(drops,) the factor t."""


class Combination(NamedTuple):
    """The constraints, weighted by their multipliers and added up: sum_k tr(G_k W_k) >= value."""

    matrix: np.ndarray
    """(drops, users, r, r) G_k in ``basis``."""
    value: np.ndarray
    """(drops,)"""
    mass: np.ndarray
    """(drops, users, r, r) >= 0, what was added up in G_k with all signs taken as plus."""
    basis: np.ndarray
    """(drops, antennas, r) orthonormal, channels first, holding also steering vectors and error directions."""


def dual_bound(s: Scenario, problem: Problem, multipliers: Multipliers) -> Bound:
    """Certified lower bound on J over all designs that meet the constraints, of any rank.

    t = 1 / max_k lmax(C^-1/2 G_k C^-1/2) with C = rho_c I + rho_s A A^H (slot mode: C/K). Infinite if no positive t
    violates C - t G_k >= 0; zero if the combined constraints have no positive value.

    Source: spec noma_isac, A3; scaling by t instead of shifting by kappa, which it never falls below.
    """
    combined = combine(s, problem, multipliers)
    cost = weighted_cost(s, problem, combined.basis)
    root = np.linalg.inv(np.linalg.cholesky(cost))
    top = np.linalg.eigvalsh(root[:, None] @ combined.matrix @ _adjoint(root)[:, None])[..., -1].max(axis=-1)
    trace = np.trace(combined.mass, axis1=-2, axis2=-1).real.max(axis=-1)
    rounding = _ROUNDING * np.linalg.norm(root, axis=(-1, -2)) ** 2 * trace
    top = _sharpened(np.maximum(top, 0), rounding, cost, combined)
    scale = np.divide(1.0, top, out=np.full_like(top, np.inf), where=top > 0)
    proves = combined.value > 0
    return Bound(np.where(proves, np.where(proves, combined.value, 1) * scale, 0.0), scale)


def _sharpened(top: np.ndarray, rounding: np.ndarray, cost: np.ndarray, combined: Combination) -> np.ndarray:
    """The smallest 1/t above ``top`` that is proven in spite of rounding, (drops,); ``top + rounding`` always is.

    At high SINR the terms of G_k cancel along the channels, at many times the size of C. There the slack is large, too:
    with D = diag(C - t G_k)^-1/2 it is compared, coordinate by coordinate, with what rounding may have done,

        lmin(D (C - t G_k) D) > rounding (||D (C + t M_k) D|| + t ||D|| (tr M_k  tr D M_k D)^1/2),    M_k = mass
    """
    best = top + rounding
    open_ = np.flatnonzero((rounding > _CAUTION * best) & np.isfinite(best))
    for share in 10.0 ** np.arange(-8.0, 0.0):
        if not len(open_):
            break
        trial = (top + share * rounding)[open_]
        part = Combination(*(x[open_] for x in combined))
        proven = _holds(trial, cost[open_, None], part)
        best[open_[proven]] = trial[proven]
        open_ = open_[~proven]
    return best


def _holds(top: np.ndarray, cost: np.ndarray, combined: Combination) -> np.ndarray:
    """(drops,), true where C - G_k / top >= 0 is proven for every stream."""
    t = (1 / top)[:, None, None, None]
    slack, mass = cost - t * combined.matrix, t * combined.mass
    diagonal = np.diagonal(slack, axis1=-2, axis2=-1).real
    d = np.where(diagonal > 0, np.where(diagonal > 0, diagonal, 1) ** -0.5, 0)
    scaled = d[..., :, None] * slack * d[..., None, :]
    traces = np.trace(mass, axis1=-2, axis2=-1).real * np.sum(
        d**2 * np.diagonal(mass, axis1=-2, axis2=-1).real, axis=-1
    )
    size = np.sum(d**2 * np.diagonal(cost + mass, axis1=-2, axis2=-1).real, axis=-1)
    error = _ROUNDING * (size + np.linalg.norm(d, axis=-1) * np.sqrt(np.maximum(traces, 0)))
    least = np.linalg.eigvalsh(np.where(np.isfinite(scaled), scaled, 0))[..., 0]
    return np.all((least > error) & (diagonal > 0).all(axis=-1), axis=-1)


class Parts(NamedTuple):
    """What every stream's multipliers, and those shared by all, put into a ``Combination``."""

    wanted: np.ndarray
    """(drops, users, r, r) sum_l E_l T_kl E_l^H: in G_k, and with -g_k in G_i of every stream i that disturbs k."""
    residual: np.ndarray
    """(drops, users, r, r) sum_l F_l T_kl F_l^H: with -g_k in G_i of every stream i that is cancelled before k."""
    value: np.ndarray
    """(drops, users) sum_l g_k noise_l T22_kl."""
    shared: np.ndarray
    """(drops, users, r, r) the rest of G_k: sensing and power order."""
    shared_mass: np.ndarray
    """(drops, users, r, r) the same with all signs taken as plus."""
    shared_value: np.ndarray
    """(drops,)"""
    basis: np.ndarray
    """(drops, antennas, r)."""


def combine(s: Scenario, problem: Problem, multipliers: Multipliers) -> Combination:
    """The constraints, weighted by their multipliers and added up.

    With sums over the users l that decode, E_l = [eps_l B, h_l], F_l = [eps_l B, 0], B = ``multipliers.basis``:

        G_k = sum_l E_l T_kl E_l^H - sum_{j before k, l} g_j E_l T_jl E_l^H - sum_{j after k, l} g_j F_l T_jl F_l^H
              + A S A^H,                  S = diag(u) - slab + (z + z^H)/2
        value = sum g_k noise_l T22_kl + Ps sum u - Pdiff sum (v+ + v-) - s sqrt(xi M (M-1)/2)

    where a nominal multiplier y counts as T = diag(0, y). The power order adds q_lk - q_l,before(k) on h_l h_l^H.
    Multipliers are first put into their cones (NaN to zero), so that any input gives a valid inequality.
    """
    part = parts(s, problem, multipliers)
    disturbed = sum(relief(s, problem, part.wanted, part.residual))
    return Combination(
        part.wanted - disturbed + part.shared,
        part.value.sum(axis=-1) + part.shared_value,
        part.wanted + disturbed + part.shared_mass,
        part.basis,
    )


def relief(s: Scenario, problem: Problem, wanted: np.ndarray, residual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What G_k loses because stream k disturbs others: sums over those it disturbs, and those it is cancelled for."""
    disturbs, cancelled = (
        np.swapaxes(mask(s, problem.order, problem.oma), -1, -2).astype(float)
        for mask in (model.disturbs, model.cancelled)
    )
    weight = slot_target(s, problem)[..., None, None]
    return _mix(disturbs, weight * wanted), _mix(cancelled, weight * residual)


def slot_target(s: Scenario, problem: Problem) -> np.ndarray:
    """g_k (drops, users): the target, divided by K where the frame average counts."""
    return problem.sinr_target / (s.users if problem.oma is Oma.AVERAGE else 1)


def parts(s: Scenario, problem: Problem, multipliers: Multipliers) -> Parts:
    """The terms of ``combine`` before they are added up."""
    h, order = problem.h, problem.order
    steering = np.broadcast_to(s.steering, (len(h), *s.steering.shape))
    basis = model.span_basis(h, steering, np.swapaxes(multipliers.basis, -1, -2))
    ball = problem.csi_error[..., None, None] * (_adjoint(basis) @ multipliers.basis)[:, None]
    h, steering = h @ np.conj(basis), steering @ np.conj(basis)

    decodes = np.swapaxes(model.decoding_mask(s, order, problem.oma), -1, -2)
    corner = np.where(decodes, _nonnegative(multipliers.sinr), 0)
    robust = np.where(decodes[..., None, None], lmi_cone(multipliers.lmi, multipliers.basis), 0)
    wanted = _weighted_gram(corner, h)
    residual = np.zeros_like(wanted)
    if robust.shape[-1]:
        wanted = wanted + _congruence(np.concatenate([ball, h[..., None]], axis=-1), robust)
        residual = _congruence(ball, robust[..., :-1, :-1])
        corner = corner + robust[..., -1, -1].real
    value = slot_target(s, problem) * np.sum(corner * s.noise_vector_w, axis=-1)

    shared, mass, shared_value = _sensing_terms(s, multipliers, steering, problem.oma)
    shared, mass = np.broadcast_to(shared, wanted.shape), np.broadcast_to(mass, wanted.shape)
    if s.sic_order and problem.oma is Oma.NONE:
        ordered = _order_weights(_nonnegative(multipliers.sic), order)
        shared = shared + _weighted_gram(np.swapaxes(ordered, -1, -2), h)
        mass = mass + _weighted_gram(np.swapaxes(np.abs(ordered), -1, -2), h)
    return Parts(wanted, residual, value, shared, mass, shared_value, basis)


def weighted_cost(s: Scenario, problem: Problem, basis: np.ndarray) -> np.ndarray:
    """C = rho_c I + rho_s A A^H in ``basis``, (drops, r, r); in slot mode a K-th of it."""
    outer = np.swapaxes(s.steering @ np.conj(basis), -1, -2)
    cost = s.comm_weight * np.eye(outer.shape[-2]) + s.sensing_weight * outer @ _adjoint(outer)
    return cost / (s.users if problem.oma is Oma.SLOT else 1)


def _sensing_terms(
    s: Scenario, multipliers: Multipliers, steering: np.ndarray, oma: Oma
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A S A^H for the frame or every slot, to broadcast over users; its mass; its value, summed over slots."""
    floor = _per_slot(_nonnegative(multipliers.floor), oma)
    upper = _per_slot(np.triu(_nonnegative(multipliers.slab_upper), 1), oma)
    lower = _per_slot(np.triu(_nonnegative(multipliers.slab_lower), 1), oma)
    cross = _per_slot(np.triu(_finite(multipliers.cross), 1), oma)
    cone = _per_slot(_nonnegative(multipliers.correlation), oma)
    cone = np.maximum(cone, np.linalg.norm(cross, axis=(-1, -2)))

    tilt, both = upper - lower, upper + lower
    diagonal = floor - tilt.sum(axis=-1) + tilt.sum(axis=-2)
    inner = diagonal[..., None] * np.eye(s.targets) + (cross + _adjoint(cross)) / 2
    outer = np.swapaxes(steering, -1, -2)[:, None]
    value = s.sensing_power_w * floor.sum(axis=-1) - s.power_difference_w * both.sum(axis=(-1, -2))
    value = value - s.correlation_limit_w * cone
    size = floor + both.sum(axis=-1) + both.sum(axis=-2) + s.targets * cone[..., None]
    return outer @ inner @ _adjoint(outer), (outer * size[..., None, :]) @ _adjoint(outer), value.sum(axis=-1)


def lmi_cone(lmi: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """T put into {T >= 0, tr(T11 B^H B) <= T22}: eigenvalues clipped, then T11 shrunk by a congruence."""
    if not lmi.shape[-1]:
        return lmi
    lmi = _finite(lmi)
    values, vectors = np.linalg.eigh((lmi + _adjoint(lmi)) / 2)
    lmi = (vectors * np.maximum(values, 0)[..., None, :]) @ _adjoint(vectors)
    metric = (_adjoint(basis) @ basis)[:, None, None]
    trace = np.sum(lmi[..., :-1, :-1] * np.swapaxes(metric, -1, -2), axis=(-1, -2)).real
    corner = lmi[..., -1, -1].real
    shrink = np.sqrt(np.where(trace > corner, corner / np.where(trace > corner, trace, 1), 1))
    factors = np.concatenate([np.repeat(shrink[..., None], lmi.shape[-1] - 1, -1), np.ones((*shrink.shape, 1))], -1)
    return factors[..., :, None] * lmi * factors[..., None, :]


def _order_weights(sic: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Weight of h_l h_l^H in G_k from (e): q_lk - q_l,before(k), (drops, users l, users k)."""
    along = np.take_along_axis(sic, order[:, None, :], axis=-1)
    along = np.concatenate([along[..., :-1], np.zeros_like(along[..., :1])], axis=-1)
    change = along - np.concatenate([np.zeros_like(along[..., :1]), along[..., :-1]], axis=-1)
    return np.take_along_axis(change, model.positions(order)[:, None, :], axis=-1)


def _congruence(edges: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """sum_l E_l T_kl E_l^H: edges (drops, l, r, n), inner (drops, k, l, n, n) -> (drops, k, r, r)."""
    edges = edges[:, None]
    return np.sum(edges @ inner @ _adjoint(edges), axis=2)


def _weighted_gram(weights: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """sum_l y_kl h_l h_l^H: weights (drops, k, l), vectors (drops, l, r) -> (drops, k, r, r)."""
    columns = np.swapaxes(vectors, -1, -2)[:, None]
    return (columns * weights[:, :, None, :]) @ _adjoint(columns)


def _mix(weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """sum_j w_kj M_j: (drops, k, j), (drops, j, r, r) -> (drops, k, r, r)."""
    flat = matrices.reshape(*matrices.shape[:2], -1)
    return (weights @ flat).reshape(matrices.shape)


def _per_slot(multipliers: np.ndarray, oma: Oma) -> np.ndarray:
    """With a slots axis after drops: in slot mode it is there, else the frame is one slot."""
    return multipliers if oma is Oma.SLOT else multipliers[:, None]


def _finite(multipliers: np.ndarray) -> np.ndarray:
    return np.nan_to_num(multipliers, nan=0.0, posinf=0.0, neginf=0.0)


def _nonnegative(multipliers: np.ndarray) -> np.ndarray:
    return np.maximum(_finite(multipliers), 0)


def _adjoint(matrix: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(matrix, -1, -2))
