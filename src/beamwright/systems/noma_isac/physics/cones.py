"""Projections on the cones in which multipliers prove a bound."""

import numpy as np


def lmi_cone(lmi: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Matrices T (drops, ..., r+1, r+1) moved into {T >= 0, tr(T11 B^H B) <= T22}, B (drops, antennas, r).

    Eigenvalues are clipped, then T11 is shrunk by a congruence.
    """
    if not lmi.shape[-1]:
        return lmi
    lmi = finite(lmi)
    values, vectors = np.linalg.eigh((lmi + adjoint(lmi)) / 2)
    lmi = (vectors * np.maximum(values, 0)[..., None, :]) @ adjoint(vectors)
    metric = (adjoint(basis) @ basis).reshape(len(basis), *(1,) * (lmi.ndim - 3), *2 * basis.shape[-1:])
    trace = np.sum(lmi[..., :-1, :-1] * np.swapaxes(metric, -1, -2), axis=(-1, -2)).real
    corner = lmi[..., -1, -1].real
    shrink = np.sqrt(np.where(trace > corner, corner / np.where(trace > corner, trace, 1), 1))
    factors = np.concatenate([np.repeat(shrink[..., None], lmi.shape[-1] - 1, -1), np.ones((*shrink.shape, 1))], -1)
    return factors[..., :, None] * lmi * factors[..., None, :]


def norm_cone(y: np.ndarray) -> np.ndarray:
    """(s, z) on the last axis with s raised to ||z||."""
    head, tail = nonnegative(y[..., :1]), finite(y[..., 1:])
    return np.concatenate([np.maximum(head, np.linalg.norm(tail, axis=-1, keepdims=True)), tail], axis=-1)


def finite(multipliers: np.ndarray) -> np.ndarray:
    """Multipliers with zero for what is not finite."""
    return np.nan_to_num(multipliers, nan=0.0, posinf=0.0, neginf=0.0)


def nonnegative(multipliers: np.ndarray) -> np.ndarray:
    """Multipliers with zero for what is negative or not finite."""
    return np.maximum(finite(multipliers), 0)


def adjoint(matrix: np.ndarray) -> np.ndarray:
    """Conjugate transpose of matrices on the last two axes."""
    return np.conj(np.swapaxes(matrix, -1, -2))
