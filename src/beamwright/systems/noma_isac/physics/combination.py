"""Sum of the constraints weighted by their multipliers: a linear inequality for all admissible designs (spec A3)."""

from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.multipliers import adjoint, finite, lmi_cone, nonnegative
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma, Problem


class Combination(NamedTuple):
    """Sum of the constraints weighted by their multipliers: sum_k tr(G_k W_k) >= value."""

    matrix: np.ndarray
    """(drops, users, r, r) G_k in ``basis``."""
    value: np.ndarray
    """(drops,)"""
    mass: np.ndarray
    """(drops, users, r, r) >= 0, at least the summands of G_k with all signs taken as plus."""
    basis: np.ndarray
    """(drops, antennas, r) orthonormal, channels first, holding also steering vectors and error directions."""


class Parts(NamedTuple):
    """Terms of a ``Combination``: of every stream's multipliers, and of those shared by all."""

    wanted: np.ndarray
    """(drops, users, r, r) sum_l E_l T_kl E_l^H: in G_k, and with -g_k in G_i of every stream i that disturbs k."""
    wanted_mass: np.ndarray
    """(drops, users, r, r) sum_l 2 F_l T_kl F_l^H + 2 T22_kl h_l h_l^H >= ``wanted``: nothing cancels in it."""
    residual: np.ndarray
    """(drops, users, r, r) sum_l F_l T_kl F_l^H: with -g_k in G_i of every stream i that is cancelled before k."""
    value: np.ndarray
    """(drops, users) sum_l g_k noise_l T22_kl."""
    shared: np.ndarray
    """(drops, users, r, r) the rest of G_k: sensing and power order."""
    shared_mass: np.ndarray
    """(drops, users, r, r) the terms of ``shared`` with all signs taken as plus."""
    shared_value: np.ndarray
    """(drops,)"""
    basis: np.ndarray
    """(drops, antennas, r)."""


def combine(s: Scenario, problem: Problem, multipliers: Multipliers) -> Combination:
    """Sum of the constraints weighted by their multipliers.

    With sums over the users l that decode, E_l = [eps_l B, h_l], F_l = [eps_l B, 0], B = ``multipliers.basis``:

        G_k = sum_l E_l T_kl E_l^H - sum_{j before k, l} g_j E_l T_jl E_l^H - sum_{j after k, l} g_j F_l T_jl F_l^H
              + A S A^H,                  S = diag(u) - balance + (z + z^H)/2
        value = sum g_k noise_l T22_kl + Ps sum u - Pdiff sum (v+ + v-) - s sqrt(xi M (M-1)/2)

    where a nominal multiplier y counts as T = diag(0, y). The power order adds q_lk - q_l,before(k) on h_l h_l^H.
    Multipliers are first put into their cones (NaN to zero), so that any input gives a valid inequality.
    """
    part = parts(s, problem, multipliers)
    disturbed = sum(relief(s, problem, part.wanted, part.residual))
    return Combination(
        part.wanted - disturbed + part.shared,
        part.value.sum(axis=-1) + part.shared_value,
        part.wanted_mass + sum(relief(s, problem, part.wanted_mass, part.residual)) + part.shared_mass,
        part.basis,
    )


def relief(s: Scenario, problem: Problem, wanted: np.ndarray, residual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Terms that G_k loses to streams that k disturbs, and to streams before which k is cancelled."""
    disturbs, cancelled = (
        np.swapaxes(mask(s, problem.order, problem.oma), -1, -2).astype(float)
        for mask in (model.disturbs, model.cancelled)
    )
    weight = model.slot_target(s, problem)[..., None, None]
    return _mix(disturbs, weight * wanted), _mix(cancelled, weight * residual)


def parts(s: Scenario, problem: Problem, multipliers: Multipliers) -> Parts:
    """Terms of ``combine`` before they are added up."""
    h, order = problem.h, problem.order
    steering = np.broadcast_to(s.steering, (len(h), *s.steering.shape))
    basis = model.span_basis(h, steering, np.swapaxes(multipliers.basis, -1, -2))
    ball = problem.csi_error[..., None, None] * (adjoint(basis) @ multipliers.basis)[:, None]
    h, steering = h @ np.conj(basis), steering @ np.conj(basis)

    decodes = np.swapaxes(model.decoding_mask(s, order, problem.oma), -1, -2)
    corner = np.where(decodes, nonnegative(multipliers.sinr), 0)
    robust = np.where(decodes[..., None, None], lmi_cone(multipliers.lmi, multipliers.basis), 0)
    wanted = _weighted_gram(corner, h)
    wanted_mass, residual = wanted, np.zeros_like(wanted)
    if robust.shape[-1]:
        wanted = wanted + _congruence(np.concatenate([ball, h[..., None]], axis=-1), robust)
        residual = _congruence(ball, robust[..., :-1, :-1])
        wanted_mass = wanted_mass + 2 * residual + 2 * _weighted_gram(robust[..., -1, -1].real, h)
        corner = corner + robust[..., -1, -1].real
    value = model.slot_target(s, problem) * np.sum(corner * s.noise_vector_w, axis=-1)

    shared, mass, shared_value = _sensing_terms(s, multipliers, steering, problem.oma)
    shared, mass = np.broadcast_to(shared, wanted.shape), np.broadcast_to(mass, wanted.shape)
    if s.sic_order and problem.oma is Oma.NONE:
        ordered = _order_weights(nonnegative(multipliers.sic), order)
        shared = shared + _weighted_gram(np.swapaxes(ordered, -1, -2), h)
        mass = mass + _weighted_gram(np.swapaxes(np.abs(ordered), -1, -2), h)
    return Parts(wanted, wanted_mass, residual, value, shared, mass, shared_value, basis)


def weighted_cost(s: Scenario, problem: Problem, basis: np.ndarray) -> np.ndarray:
    """Cost matrix C = rho_c I + rho_s A A^H in ``basis``, (drops, r, r); in slot mode a K-th of it."""
    outer = np.swapaxes(s.steering @ np.conj(basis), -1, -2)
    cost = s.comm_weight * np.eye(outer.shape[-2]) + s.sensing_weight * outer @ adjoint(outer)
    return cost / (s.users if problem.oma is Oma.SLOT else 1)


class InverseRoot(NamedTuple):
    """A root R of the inverse cost, R C R^H = I, and the relative error of C that rounding may leave in it."""

    root: np.ndarray
    """(drops, r, r)."""
    error: np.ndarray
    """(drops,)."""


def inverse_root(s: Scenario, problem: Problem, basis: np.ndarray) -> InverseRoot:
    """Inverse root of ``weighted_cost`` from the singular vectors of A: any two weights, where C itself is singular.

        R = diag(rho_c + rho_s sigma^2)^-1/2 U^H,    A = U sigma V^H

    A backward error e ||A|| of A moves C by at most e (lmax C / lmin C)^1/2 relative to itself, not by e lmax / lmin.
    """
    outer = np.swapaxes(s.steering @ np.conj(basis), -1, -2)
    left, sizes, _ = np.linalg.svd(outer, full_matrices=True)
    values = np.full(left.shape[:-1], s.comm_weight)
    values[:, : sizes.shape[-1]] += s.sensing_weight * sizes**2
    values /= s.users if problem.oma is Oma.SLOT else 1
    error = np.sqrt(values.max(axis=-1, initial=0) / values.min(axis=-1, initial=s.comm_weight))
    return InverseRoot(adjoint(left / np.sqrt(values)[:, None]), np.finfo(float).eps * error)


def _sensing_terms(
    s: Scenario, multipliers: Multipliers, steering: np.ndarray, oma: Oma
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sensing term A S A^H for the frame or every slot, to broadcast over users; its mass; its value over all slots."""
    floor = _per_slot(nonnegative(multipliers.floor), oma)
    upper = _per_slot(np.triu(nonnegative(multipliers.slab_upper), 1), oma)
    lower = _per_slot(np.triu(nonnegative(multipliers.slab_lower), 1), oma)
    cross = _per_slot(np.triu(finite(multipliers.cross), 1), oma)
    cone = _per_slot(nonnegative(multipliers.correlation), oma)
    cone = np.maximum(cone, np.linalg.norm(cross, axis=(-1, -2)))

    tilt, both = upper - lower, upper + lower
    diagonal = floor - tilt.sum(axis=-1) + tilt.sum(axis=-2)
    inner = diagonal[..., None] * np.eye(s.targets) + (cross + adjoint(cross)) / 2
    outer = np.swapaxes(steering, -1, -2)[:, None]
    value = s.sensing_power_w * floor.sum(axis=-1) - s.power_difference_w * both.sum(axis=(-1, -2))
    value = value - s.correlation_limit_w * cone
    size = floor + both.sum(axis=-1) + both.sum(axis=-2) + s.targets * cone[..., None]
    return outer @ inner @ adjoint(outer), (outer * size[..., None, :]) @ adjoint(outer), value.sum(axis=-1)


def _order_weights(sic: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Weight of h_l h_l^H in G_k from (e): q_lk - q_l,before(k), (drops, users l, users k)."""
    along = np.take_along_axis(sic, order[:, None, :], axis=-1)
    along = np.concatenate([along[..., :-1], np.zeros_like(along[..., :1])], axis=-1)
    change = along - np.concatenate([np.zeros_like(along[..., :1]), along[..., :-1]], axis=-1)
    return np.take_along_axis(change, model.positions(order)[:, None, :], axis=-1)


def _congruence(edges: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Sums sum_l E_l T_kl E_l^H: edges (drops, l, r, n), inner (drops, k, l, n, n) -> (drops, k, r, r)."""
    edges = edges[:, None]
    return np.sum(edges @ inner @ adjoint(edges), axis=2)


def _weighted_gram(weights: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Sums sum_l y_kl h_l h_l^H: weights (drops, k, l), vectors (drops, l, r) -> (drops, k, r, r)."""
    columns = np.swapaxes(vectors, -1, -2)[:, None]
    return (columns * weights[:, :, None, :]) @ adjoint(columns)


def _mix(weights: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Sums sum_j w_kj M_j: (drops, k, j), (drops, j, r, r) -> (drops, k, r, r)."""
    flat = matrices.reshape(*matrices.shape[:2], -1)
    return (weights @ flat).reshape(matrices.shape)


def _per_slot(multipliers: np.ndarray, oma: Oma) -> np.ndarray:
    """Multipliers with a slots axis after drops: their own in slot mode, else the frame is one slot."""
    return multipliers if oma is Oma.SLOT else multipliers[:, None]
