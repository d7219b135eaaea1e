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
"""Relative to the size of what is added up in G: what floating point may have done to an eigenvalue of it."""


class Bound(NamedTuple):
    """What the multipliers prove."""

    bound_w: np.ndarray
    """(drops,) every design needs at least this; infinite if the multipliers prove that there is none."""
    scale: np.ndarray
    """(drops,) the factor t."""


_Terms = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Part of a ``Combination``: matrix, value, size."""


class Combination(NamedTuple):
    """The constraints, weighted by their multipliers and added up: sum_k tr(G_k W_k) >= value."""

    matrix: np.ndarray
    """(drops, users, r, r) G_k in ``basis``."""
    value: np.ndarray
    """(drops,)"""
    size: np.ndarray
    """(drops,) of what was added up in G, before anything cancelled."""
    basis: np.ndarray
    """(drops, antennas, r) orthonormal, holding all channels, steering vectors and error directions."""


def dual_bound(s: Scenario, problem: Problem, multipliers: Multipliers) -> Bound:
    """Certified lower bound on J over all designs that meet the constraints, of any rank.

    t = 1 / max_k lmax(C^-1/2 G_k C^-1/2) with C = rho_c I + rho_s A A^H (slot mode: C/K). Infinite if no positive t
    violates C - t G_k >= 0; zero if the combined constraints have no positive value.

    Source: spec noma_isac, A3; scaling by t instead of shifting by kappa, which it never falls below.
    """
    combined = combine(s, problem, multipliers)
    outer = np.swapaxes(s.steering @ np.conj(combined.basis), -1, -2)
    cost = s.comm_weight * np.eye(outer.shape[-2]) + s.sensing_weight * outer @ _adjoint(outer)
    root = np.linalg.inv(np.linalg.cholesky(cost / (s.users if problem.oma is Oma.SLOT else 1)))[:, None]
    top = np.linalg.eigvalsh(root @ combined.matrix @ _adjoint(root))[..., -1].max(axis=-1)
    top = top + _ROUNDING * np.linalg.norm(root[:, 0], axis=(-1, -2)) ** 2 * combined.size
    scale = np.divide(1.0, top, out=np.full_like(top, np.inf), where=top > 0)
    proves = combined.value > 0
    return Bound(np.where(proves, np.where(proves, combined.value, 1) * scale, 0.0), scale)


def combine(s: Scenario, problem: Problem, multipliers: Multipliers) -> Combination:
    """The constraints, weighted by their multipliers and added up.

    With sums over the users l that decode, E_l = [eps_l B, h_l], F_l = [eps_l B, 0], B = ``multipliers.basis``:

        G_k = sum_l E_l T_kl E_l^H - sum_{j before k, l} g_j E_l T_jl E_l^H - sum_{j after k, l} g_j F_l T_jl F_l^H
              + A S A^H,                  S = diag(u) - slab + (z + z^H)/2
        value = sum g_k noise_l T22_kl + Ps sum u - Pdiff sum (v+ + v-) - s sqrt(xi M (M-1)/2)

    where a nominal multiplier y counts as T = diag(0, y). The power order adds q_lk - q_l,before(k) on h_l h_l^H.
    Multipliers are first put into their cones (NaN to zero), so that any input gives a valid inequality.
    """
    h = problem.h
    steering = np.broadcast_to(s.steering, (len(h), *s.steering.shape))
    basis = model.span_basis(h, steering, np.swapaxes(multipliers.basis, -1, -2))
    ball = _adjoint(basis) @ multipliers.basis
    users = _user_terms(s, problem, multipliers, h @ np.conj(basis), ball)
    sensing = _sensing_terms(s, multipliers, steering @ np.conj(basis), problem.oma)
    sums = [one + other for one, other in zip(users, sensing, strict=True)]
    return Combination(sums[0], sums[1], sums[2], basis)


def _user_terms(s: Scenario, problem: Problem, multipliers: Multipliers, h: np.ndarray, ball: np.ndarray) -> _Terms:
    """The SINR constraints and the power order; h (drops, users, r), ball (drops, r, .) the directions of errors."""
    order, oma = problem.order, problem.oma
    target = problem.sinr_target / (s.users if oma is Oma.AVERAGE else 1)
    decodes = np.swapaxes(model.decoding_mask(s, order, oma), -1, -2)
    nominal = np.where(decodes, _nonnegative(multipliers.sinr), 0)
    robust = np.where(decodes[..., None, None], _lmi_cone(multipliers.lmi, multipliers.basis), 0)
    ball = problem.csi_error[..., None, None] * ball[:, None]
    wanted = _weighted_gram(nominal, h)
    residual = np.zeros_like(wanted)
    corner = nominal
    if robust.shape[-1]:
        edges = np.concatenate([ball, h[..., None]], axis=-1)
        wanted = wanted + _congruence(edges, robust)
        residual = _congruence(ball, robust[..., :-1, :-1])
        corner = nominal + robust[..., -1, -1].real

    later = model.later_mask(order, oma).astype(float)
    weight = target[..., None, None]
    matrix = wanted - _mix(np.swapaxes(later, -1, -2), weight * wanted) - _mix(later, weight * residual)
    traces = np.trace(wanted + weight * (wanted + residual) * s.users, axis1=-2, axis2=-1).real.sum(axis=-1)
    value = np.sum(target[..., None] * corner * s.noise_vector_w, axis=(-1, -2))
    if s.sic_order and oma is Oma.NONE:
        ordered = _order_weights(_nonnegative(multipliers.sic), order)
        matrix = matrix + _weighted_gram(np.swapaxes(ordered, -1, -2), h)
        traces = traces + np.sum(np.abs(ordered) * np.sum(np.abs(h) ** 2, axis=-1)[..., None], axis=(-1, -2))
    return matrix, value, traces


def _sensing_terms(s: Scenario, multipliers: Multipliers, steering: np.ndarray, oma: Oma) -> _Terms:
    """A S A^H for the frame or every slot, broadcast over users, with its value summed over slots."""
    floor = _per_slot(_nonnegative(multipliers.floor), oma)
    upper = _per_slot(np.triu(_nonnegative(multipliers.slab_upper), 1), oma)
    lower = _per_slot(np.triu(_nonnegative(multipliers.slab_lower), 1), oma)
    cross = _per_slot(np.triu(_finite(multipliers.cross), 1), oma)
    cone = _per_slot(_nonnegative(multipliers.correlation), oma)
    cone = np.maximum(cone, np.linalg.norm(cross, axis=(-1, -2)))

    tilt = upper - lower
    diagonal = floor - tilt.sum(axis=-1) + tilt.sum(axis=-2)
    inner = diagonal[..., None] * np.eye(s.targets) + (cross + _adjoint(cross)) / 2
    outer = np.swapaxes(steering, -1, -2)[:, None]
    value = s.sensing_power_w * floor.sum(axis=-1) - s.power_difference_w * (upper + lower).sum(axis=(-1, -2))
    value = value - s.correlation_limit_w * cone
    size = s.antennas * (floor.sum(axis=-1) + 2 * (upper + lower).sum(axis=(-1, -2)) + s.targets * cone)
    return outer @ inner @ _adjoint(outer), value.sum(axis=-1), size.sum(axis=-1)


def _lmi_cone(lmi: np.ndarray, basis: np.ndarray) -> np.ndarray:
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
