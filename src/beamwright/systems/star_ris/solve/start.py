"""Surfaces to start from: random phases, and phases in which links add up (spec star_ris, section 5)."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import draws, numbered_keys, root_key
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.scene import Scenario, Statistics, amplitudes, checked_surface
from beamwright.systems.star_ris.solve.kernel import RANK_TOLERANCE


def start_surface(s: Scenario, known: Statistics, start: ArrayLike | None, starts: int, seed: int) -> np.ndarray:
    """The start, checked, or without one ``starts`` random ones per drop. Raises ValueError naming ``start``."""
    if start is None:
        return random_start(amplitudes(s, known.surface_mean.shape[1]), known, starts, seed)
    return checked_surface(known, np.asarray(start), "start", passive=s.surface_mode != "time-switching")


def random_start(amplitude: np.ndarray, known: Statistics, starts: int, seed: int) -> np.ndarray:
    """Uniform random phases, (drops * starts, 2, elements); drop number i draws from fold_in(key(seed), i)."""
    phases = draws.uniform(numbered_keys(root_key(seed), known.numbers), (starts, *amplitude.shape))
    return amplitude * np.exp(2j * np.pi * phases.reshape(-1, *amplitude.shape))


def aligned_starts(amplitude: np.ndarray, known: Statistics) -> np.ndarray:
    """Two surfaces per drop in whose phases links add up, (drops * 2, 2, elements): good places to start from.

        u_n ~ sum_k e^(j arg(hd_k^H v_k)) hr_kn conj(G v_k)_n,   v_k a right singular vector of G

    First all users of a side, the strongest user by the strongest direction and so on in turn; then the strongest user
    of either side alone. They depend neither on the order of the users nor on a common phase of a user's links.
    """
    gram = np.conj(np.swapaxes(known.surface_mean, 1, 2)) @ known.surface_mean
    values, vectors = np.linalg.eigh(gram)
    values, vectors = values[:, ::-1], vectors[:, :, ::-1]  # strongest first
    rank = np.maximum((values > RANK_TOLERANCE * values[:, :1]).sum(axis=1), 1)[:, None]
    strength = np.sum(square_modulus(known.user_mean), axis=-1)
    stronger = strength[:, None] > strength[:, :, None]
    first = ~(stronger & (known.side[:, None] == known.side[:, :, None])).any(axis=-1)
    starts = [
        _aligned(known, vectors, stronger.sum(axis=-1) % rank, np.ones(first.shape)),
        _aligned(known, vectors, known.side % rank, first.astype(float)),
    ]
    return amplitude * np.stack(starts, axis=1).reshape(-1, *amplitude.shape)


def _aligned(known: Statistics, vectors: np.ndarray, direction: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Phasors (drops, 2, elements) for users (drops, users) of given directions; one where nothing arrives."""
    v = np.take_along_axis(vectors, direction[:, None], axis=2)  # (drops, antennas, users)
    direct = _phasors(np.sum(np.conj(known.direct_mean) * np.swapaxes(v, 1, 2), axis=-1))
    arriving = known.user_mean * np.conj(np.swapaxes(known.surface_mean @ v, 1, 2))
    size = np.sqrt(square_modulus(arriving).sum(axis=-1))
    scale = weight * direct / np.where(size > 0, size, 1.0)
    return _phasors(np.einsum("dk,dks,dkn->dsn", scale, np.eye(2)[known.side], arriving))


def _phasors(z: np.ndarray) -> np.ndarray:
    """z / |z|, one where z vanishes."""
    size = np.sqrt(square_modulus(z))
    return np.where(size > 0, z / np.where(size > 0, size, 1.0), 1.0)
