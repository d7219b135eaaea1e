"""Sum of the constraints weighted by their multipliers: a linear inequality for all admissible designs (spec A3)."""

from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.physics import model
from beamwright.systems.noma_isac.physics.cones import adjoint
from beamwright.systems.noma_isac.physics.constraints import USERS, Ball, Constraint, constraints
from beamwright.systems.noma_isac.physics.constraints.sinr import Terms, relief, terms
from beamwright.systems.noma_isac.physics.multipliers import rows_of
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Oma, Problem


class Combination(NamedTuple):
    """Sum of the constraints weighted by their multipliers: sum_k tr(G_k W_k) >= value."""

    matrix: np.ndarray
    """(drops, streams, r, r) G_k in ``basis``."""
    value: np.ndarray
    """(drops,)"""
    mass: np.ndarray
    """(drops, streams, r, r) >= 0, at least the summands of G_k with all signs taken as plus."""
    basis: np.ndarray
    """(drops, antennas, r) orthonormal, channels first, holding also steering vectors and error directions."""


class Parts(NamedTuple):
    """Terms of a ``Combination``: those of the SINR stream by stream, and those of all other constraints."""

    sinr: Terms
    shared: np.ndarray
    """(drops, streams, r, r) the rest of G_k."""
    shared_mass: np.ndarray
    """(drops, streams, r, r) the terms of ``shared`` with all signs taken as plus."""
    shared_value: np.ndarray
    """(drops,)"""
    basis: np.ndarray
    """(drops, antennas, r)."""


def combine(s: Scenario, problem: Problem, multipliers: Multipliers) -> Combination:
    """Sum of the constraints weighted by their multipliers.

        G_k = sum_l E_l T_kl E_l^H - sum_{j before k, l} g_j E_l T_jl E_l^H - sum_{j after k, l} g_j F_l T_jl F_l^H
              + sum_r y_r q_rk F_r,          value = sum g_k noise_l T22_kl + sum_r y_r b_r - sum of cones s b

    The first line is the SINR's (``constraints.sinr``), r runs over the rows of all other constraints. Multipliers are
    first put into their cones (NaN to zero), so that any input gives a valid inequality.
    """
    part = parts(s, problem, multipliers)
    wanted, mass, residual = part.sinr.wanted, part.sinr.mass, part.sinr.residual
    return Combination(
        _each_stream(s, wanted) - sum(relief(s, problem, wanted, residual)) + part.shared,
        part.sinr.value.sum(axis=-1) + part.shared_value,
        _each_stream(s, mass) + sum(relief(s, problem, mass, residual)) + part.shared_mass,
        part.basis,
    )


def _each_stream(s: Scenario, terms: np.ndarray) -> np.ndarray:
    """Terms of the users' streams, and nothing for a dedicated sensing signal: nobody wants it."""
    nothing = np.zeros((len(terms), s.streams - s.users, *terms.shape[2:]))
    return np.concatenate([terms, nothing], axis=1)


def parts(s: Scenario, problem: Problem, multipliers: Multipliers) -> Parts:
    """Terms of ``combine`` before they are added up."""
    basis = design_basis(s, problem.h, np.swapaxes(multipliers.basis, -1, -2))
    own = terms(s, problem, multipliers, basis)
    shared = mass = np.zeros((len(basis), s.streams, *own.wanted.shape[2:]), own.wanted.dtype)
    value = np.zeros(len(basis))
    for constraint, y in rows_of(s, problem, multipliers).items():
        part = (
            _ball_terms(s, problem, constraint, y, multipliers.basis, basis)
            if isinstance(constraint, Ball)
            else _row_terms(s, problem, constraint, y, basis)
        )
        shared, mass, value = shared + part[0], mass + part[1], value + part[2]
    return Parts(own, shared, mass, value, basis)


def design_basis(s: Scenario, h: np.ndarray, *further: np.ndarray) -> np.ndarray:
    """Orthonormal columns (drops, antennas, r) that hold channels and all that constraints see of the antennas (A1).

    The first K columns span the channels: there the solver measures each stream in a unit of its own.

    Args:    further (drops, n, antennas) vectors to be held, too.
    """
    seen = list(families(constraints(s), s).values())
    seen += [] if s.error_shape is None else [np.eye(s.antennas)]  # errors in ellipsoids leave any other span
    return model.span_basis(h, *(np.broadcast_to(v, (len(h), *v.shape)) for v in seen), *further)


def families(rows: tuple[Constraint, ...], s: Scenario) -> dict[str, np.ndarray]:
    """Vectors (n, antennas) of every family beside the channels, in the order in which constraints mention them."""
    return {c.family: c.vectors(s) for c in rows if c.family != USERS}


def coordinates(s: Scenario, problem: Problem, constraint: Constraint, basis: np.ndarray) -> np.ndarray:
    """V of a constraint in a basis, (drops, n, r); of the channels in decoding order."""
    if constraint.family == USERS:
        return np.take_along_axis(problem.h, problem.order[..., None], axis=1) @ np.conj(basis)
    return constraint.vectors(s) @ np.conj(basis)


def stream_weights(problem: Problem, constraint: Constraint, streams: int) -> np.ndarray:
    """Weights q of the rows in the input order of streams, (drops, slots, rows, streams); slots is 1 but in slot mode.

    Args:    streams: number of all. Rows that tell streams apart are about those of the users.
    """
    drops, users = problem.order.shape
    weights = constraint.streams()
    if weights is not None:
        ours = np.moveaxis(weights[:, model.positions(problem.order)], 0, 1)
        return np.concatenate([ours, np.zeros((*ours.shape[:2], streams - users))], axis=-1)[:, None]
    slots = np.eye(users) if problem.oma is Oma.SLOT else np.ones((1, streams))
    return np.broadcast_to(slots[:, None], (drops, len(slots), len(constraint.forms()), slots.shape[-1]))


def _row_terms(
    s: Scenario, problem: Problem, constraint: Constraint, y: np.ndarray, basis: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums over the rows of one constraint: y_r q_rk F_r, the same with all signs taken as plus, and the value.

    herm(alpha v_i v_j^H) counts as |alpha| (v_i v_i^H + v_j v_j^H) / 2.
    """
    y = y if problem.oma is Oma.SLOT else y[:, None]
    limits = constraint.limits_w(s)
    value = -limits[0] * y[..., 0] if constraint.cone else y @ limits
    y = y[..., 1:] if constraint.cone else y
    forms, v = constraint.forms(), coordinates(s, problem, constraint, basis)
    weighted = y[..., None] * stream_weights(problem, constraint, s.streams)  # (drops, slots, rows, streams)
    weighted = weighted.sum(axis=1)  # a slot's rows weigh its own stream alone
    inner = np.einsum("drk,rij->dkij", weighted, forms, optimize=True)
    size = np.einsum("drk,ri->dki", np.abs(weighted), np.abs(forms).sum(axis=-1), optimize=True)
    columns = np.swapaxes(v, -1, -2)[:, None]
    return (
        columns @ inner @ adjoint(columns),
        (columns * size[..., None, :]) @ adjoint(columns),
        value.sum(axis=-1),
    )


def _ball_terms(
    s: Scenario, problem: Problem, ball: Ball, t: np.ndarray, directions: np.ndarray, basis: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same sums of rows that hold for all errors: c_r E_r T_r E_r^H and b_r T22_r, E_r = [radius_r B, v_r].

    E T E^H counts as 2 F T F^H + 2 T22 v v^H, F = [radius B, 0], which it never exceeds: nothing cancels in that.
    """
    if not t.shape[-1]:
        return np.zeros((1, 1, 1, 1)), np.zeros((1, 1, 1, 1)), np.zeros(1)
    t = t if problem.oma is Oma.SLOT else t[:, None]
    v = coordinates(s, problem, ball, basis)
    errors = ball.radii(s)[:, None, None] * (adjoint(basis) @ directions)[:, None]
    columns, corner = v[..., None], t[..., -1, -1].real
    edges = np.concatenate([errors, columns], axis=-1)[:, None]
    matrix = np.einsum("r,dtrij->dtij", ball.signs(), edges @ t @ adjoint(edges))
    errors, outer = errors[:, None], corner[..., None, None] * (columns @ adjoint(columns))[:, None]
    mass = 2 * np.sum(errors @ t[..., :-1, :-1] @ adjoint(errors) + outer, axis=2)
    return matrix, mass, (corner @ ball.limits_w(s)).sum(axis=-1)


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
