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
from beamwright.systems.noma_isac.physics.unservable import unservable_pairs
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Multipliers, Problem

_ROUNDING = 1e-14
"""Rounding error of G relative to the size of its summands."""
_CAUTION = 1e-9
"""Share of the bound that may be given away to rounding before a sharper proof is looked for."""
_SHARES = 10.0 ** np.arange(-12.0, 0.0)
"""Shares of that rounding with which a sharper proof is tried."""
_SPLITS = 10.0 ** np.arange(-8.0, 1.0, 2.0)
"""Weights p of the two sides of a product of channel and error."""


class Bound(NamedTuple):
    """Lower bound that multipliers prove, and the factor that makes them feasible."""

    bound_w: np.ndarray
    """(drops,) every design needs at least this; infinite if it is proven that there is none."""
    scale: np.ndarray
    """(drops,) the factor t; infinite only with the bound, one where any factor is feasible and nothing is proven."""


def dual_bound(s: Scenario, problem: Problem, multipliers: Multipliers) -> Bound:
    """Certified lower bound on J over all designs that meet the constraints, of any rank.

    t = 1 / max_k lmax(C^-1/2 G_k C^-1/2) with C = rho_c I + rho_s A A^H (slot mode: C/K). Infinite if all t > 0
    meet C - t G_k >= 0 and the combined constraints have a positive value, and, whatever the multipliers, where a user
    has to decode whose channel may be zero; zero if the value is not positive.

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
    bound = np.where(proves, np.where(proves, combined.value, 1) * scale, 0.0)
    hopeless = unservable_pairs(s, problem).any(axis=(1, 2))
    return Bound(np.where(hopeless, np.inf, bound), np.where(hopeless, np.inf, scale))


def _sharpened(top: np.ndarray, rounding: np.ndarray, cost: np.ndarray, combined: Combination) -> np.ndarray:
    """The smallest 1/t above ``top`` that is proven in spite of rounding, (drops,); ``top + rounding`` always is."""
    best = top + rounding
    open_ = np.flatnonzero((rounding > _CAUTION * best) & np.isfinite(best))
    for share in _SHARES:
        if not len(open_):
            break
        trial = (top + share * rounding)[open_]
        part = Combination(*(x[open_] for x in combined))
        proven = _holds(trial, cost[open_, None], part)
        best[open_[proven]] = trial[proven]
        open_ = open_[~proven]
    return best


def _holds(top: np.ndarray, cost: np.ndarray, combined: Combination) -> np.ndarray:
    """Mask (drops,), true where S = C - G_k / top >= 0 is proven for every stream.

    At high SINR the terms of G_k cancel along the channels, at many times the size of C; there the slack is large, too.
    With M = mass / top, a relative error e of every channel and of every sum moves x^H S x by at most

        2 e ||x|| (tr M  x^H M x)^1/2 + e x^H (C + M + r diag M) x <= e x^H (C + p tr M I + (1 + 1/p) M + r diag M) x

    for any p > 0: S less that has to be positive definite for one of them.
    """
    t = (1 / top)[:, None, None, None]
    slack, mass = cost - t * combined.matrix, t * combined.mass
    eye = np.eye(mass.shape[-1])
    trace = np.trace(mass, axis1=-2, axis2=-1).real[..., None, None]
    fixed = slack - _ROUNDING * (cost + mass + len(eye) * eye * mass)
    ways = [_definite(fixed - _ROUNDING * (p * trace * eye + mass / p)) for p in _SPLITS]
    return np.all(np.any(ways, axis=0), axis=-1)


def _definite(matrix: np.ndarray) -> np.ndarray:
    """Whether Hermitian matrices (..., r, r) are positive definite, seen with a unit diagonal."""
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1).real
    d = np.where(diagonal > 0, np.where(diagonal > 0, diagonal, 1) ** -0.5, 0)
    scaled = d[..., :, None] * matrix * d[..., None, :]
    least = np.linalg.eigvalsh(np.where(np.isfinite(scaled), scaled, 0))[..., 0]
    return (least > _ROUNDING * matrix.shape[-1]) & (diagonal > 0).all(axis=-1)
