"""Multipliers of a solver made dual feasible stream by stream, so that one of them does not spoil the bound of all.

At high SINR the streams differ in power by powers of the target, and a solver is accurate for each in its own unit.
Its error for the weakest stream is nothing to the objective, yet C - G_k >= 0 must hold for all. Instead of
shrinking all multipliers until it does, each stream gives up a share of its own.
"""

from dataclasses import replace

import numpy as np

from beamwright.systems.noma_isac.physics import Multipliers, Problem, Scenario, dual_bound, lmi_cone, model
from beamwright.systems.noma_isac.physics.combination import parts, weighted_cost
from beamwright.systems.noma_isac.physics.constraints.sinr import relief

_SLACK = 1e-10
"""Relative share that is given up so that rounding cannot make a singular matrix indefinite."""
_NULL = 1e-14
"""Relative eigenvalue below which nothing may be added in a direction."""


def tighten(s: Scenario, problem: Problem, multipliers: Multipliers, objective_w: np.ndarray) -> Multipliers:
    """Multipliers that are dual feasible without scaling, and prove at least as much.

    Streams share the slack in the decoding order:

        t_k = max t <= 1  with  C - S_k + sum_{j disturbed by k} t_j g_j A_j + R_k - t A_k >= 0

    A_k = sum_l E_l T_kl E_l^H, S_k sensing and power order, R_k the residuals (see ``combine``); then all of them
    times the ``scale`` of ``dual_bound``.

    Args:    objective_w (drops,) of the relaxation: where the bound reaches it there is nothing to share.
    """
    bound = dual_bound(s, problem, multipliers)
    loose = np.flatnonzero(bound.bound_w < objective_w * (1 - 1e-8))
    if len(loose):
        some, old = problem.take(loose), multipliers.take(loose)
        shared = _weighted(old, _shares(s, some, old), np.full(len(loose), 1 - _SLACK))
        tried = dual_bound(s, some, shared)
        better = tried.bound_w > bound.bound_w[loose]
        multipliers = multipliers.put(loose[better], shared.take(better))
        bound.scale[loose[better]] = tried.scale[better]
    solution = (bound.scale > 0.5) & (bound.scale < 2)  # else a ray: any multiple of it proves as much
    scale = np.where(solution, bound.scale, 1.0)
    return _weighted(multipliers, np.broadcast_to(scale[:, None], problem.order.shape), scale)


def _weighted(multipliers: Multipliers, streams: np.ndarray, shared: np.ndarray) -> Multipliers:
    """Multipliers times factors of the streams (drops, users), and of the terms that all share (drops,)."""
    factors = {"sinr": streams, "lmi": streams, "basis": np.ones(len(shared))}

    def times(name: str, value: np.ndarray) -> np.ndarray:
        factor = factors.get(name, shared)
        return value * factor.reshape(*factor.shape, *(1,) * (value.ndim - factor.ndim))

    lmi = lmi_cone(multipliers.lmi, multipliers.basis)
    values = {k: v for k, v in {**vars(multipliers), "lmi": lmi}.items() if v is not None}
    return replace(multipliers, **{k: times(k, v) for k, v in values.items()})


def _shares(s: Scenario, problem: Problem, multipliers: Multipliers) -> np.ndarray:
    """Shares t_k of the streams, (drops, users)."""
    part = parts(s, problem, multipliers)
    cost = weighted_cost(s, problem, part.basis)
    wanted = part.sinr.wanted
    spared = relief(s, problem, np.zeros_like(wanted), part.sinr.residual)[1]
    room = cost[:, None] - (1 - _SLACK) * part.shared + spared
    disturbed = np.swapaxes(model.disturbs(s, problem.order, problem.oma), -1, -2)  # (drops, k, j): k disturbs j
    weighted = model.slot_target(s, problem)[..., None, None] * wanted
    share = np.ones(problem.order.shape)
    lane = np.arange(len(share))
    for k in problem.order.T:
        at_k = room[lane, k] + np.sum((share * disturbed[lane, k])[..., None, None] * weighted, axis=1)
        share[lane, k] = np.minimum(1.0, (1 - _SLACK) * _largest_multiple(wanted[lane, k], at_k))
    return share


def _largest_multiple(matrix: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Largest t with limit - t matrix >= 0, (drops,), for matrix >= 0; computed with a unit diagonal of limit."""
    diagonal = np.diagonal(limit, axis1=-2, axis2=-1).real
    d = np.where(diagonal > 0, np.where(diagonal > 0, diagonal, 1.0) ** -0.5, 0.0)
    values, vectors = np.linalg.eigh(d[..., :, None] * limit * d[..., None, :])
    root = np.conj(np.swapaxes(vectors, -1, -2)) / np.sqrt(np.maximum(values, _NULL))[..., :, None]
    root = root * d[..., None, :]
    top = np.linalg.eigvalsh(root @ matrix @ np.conj(np.swapaxes(root, -1, -2)))[..., -1]
    return 1 / np.maximum(top, np.finfo(float).tiny)
