"""A lower bound on the objective of every design, from multipliers that need not be trusted (spec A3).

Any multipliers in their cones combine the constraints into sum_k tr(G_k W_k) >= value for all admissible W. Scaled by
the largest t with C - t G_k >= 0 for all k they prove J = sum_k tr(C W_k) >= t value, whatever a solver left of errors.

Audit and search share this inequality: the certificate evaluates it for the multipliers that a design stores, ``solve``
to choose multipliers that prove much. It is evaluated exactly and holds for any multipliers, so a search can only make
the bound weaker; tests compute it a second time, term by term from the specification.
"""

from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.physics.combination import Combination, combine, inverse_root, weighted_cost
from beamwright.systems.noma_isac.physics.cones import adjoint
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Problem

_ROUNDING = 1e-14
"""Rounding error of G relative to the size of its summands."""
_CAUTION = 1e-9
"""Share of the bound that may be given away to rounding before a sharper proof is looked for."""


class Bound(NamedTuple):
    """Lower bound that multipliers prove, and the factor that makes them feasible."""

    bound_w: np.ndarray
    """(drops,) every design needs at least this; infinite if the multipliers prove that there is none."""
    scale: np.ndarray
    """(drops,) the factor t; infinite only with the bound, one where any factor is feasible and nothing is proven."""


def dual_bound(s: Scenario, problem: Problem, multipliers: Multipliers) -> Bound:
    """Certified lower bound on J over all designs that meet the constraints, of any rank.

    t = 1 / max_k lmax(C^-1/2 G_k C^-1/2) with C = rho_c I + rho_s A A^H (slot mode: C/K). Infinite if all t > 0
    meet C - t G_k >= 0 and the combined constraints have a positive value; zero if they have none.

    Source: spec noma_isac, A3; scaling by t instead of shifting by kappa, which it never falls below.
    """
    combined = combine(s, problem, multipliers)
    cost = weighted_cost(s, problem, combined.basis)
    root, error = inverse_root(s, problem, combined.basis)
    top = np.linalg.eigvalsh(root[:, None] @ combined.matrix @ adjoint(root)[:, None])[..., -1].max(axis=-1)
    trace = np.trace(combined.mass, axis1=-2, axis2=-1).real.max(axis=-1)
    rounding = _ROUNDING * np.linalg.norm(root, axis=(-1, -2)) ** 2 * trace
    top = _sharpened(np.maximum(top, 0) * (1 + error), rounding, cost, combined)
    proves = combined.value > 0
    scale = np.divide(1.0, top, out=np.where(proves, np.inf, 1.0), where=top > 0)
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
    """Mask (drops,), true where C - G_k / top >= 0 is proven for every stream."""
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
