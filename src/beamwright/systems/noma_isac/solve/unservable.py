"""Multipliers that prove what ``physics.unservable_pairs`` knows without solving: users that no power serves."""

from dataclasses import replace

import numpy as np

from beamwright.systems.noma_isac.physics import Multipliers, Problem, Scenario, model
from beamwright.systems.noma_isac.physics.error_shape import whitened


def prove_unservable(s: Scenario, problem: Problem, pairs: np.ndarray, multipliers: Multipliers) -> Multipliers:
    """Multipliers of drops with such ``pairs`` replaced by T = t t^H, t = (-B^H L^-1 h_l / eps_l, 1): E t = 0.

    They add nothing to Z_k that could make it indefinite, and have a positive value. Nominal: y = 1 on h_l = 0.
    """
    drops = pairs.any(axis=(1, 2))
    if not drops.any():
        return multipliers
    demand = model.slot_target(s, problem)[:, :, None] * s.noise_vector_w
    weight = np.where(pairs, 1 / np.where(pairs, demand, 1), 0)
    radius = np.where(problem.csi_error > 0, problem.csi_error, 1)[..., None]
    edge = np.concatenate([-whitened(problem) @ np.conj(multipliers.basis) / radius, np.ones_like(radius)], axis=-1)
    edge = edge[..., edge.shape[-1] - multipliers.lmi.shape[-1] :]
    outer = edge[..., :, None] * np.conj(edge[..., None, :])
    proof = {name: np.zeros_like(value) for name, value in vars(multipliers).items() if value is not None}
    proof["basis"], proof["lmi"] = multipliers.basis, weight[..., None, None] * outer[:, None]
    if not multipliers.lmi.shape[-1]:
        proof["sinr"] = weight
    chosen = {
        name: np.where(drops.reshape(-1, *(1,) * (value.ndim - 1)), value, getattr(multipliers, name))
        for name, value in proof.items()
    }
    return replace(multipliers, **chosen)
