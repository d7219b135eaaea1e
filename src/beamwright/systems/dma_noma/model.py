"""Worst-case gains and rates over sets of positions, exactly (spec dma_noma, section 3). NumPy, batched over drops.

    a_i = max over near positions (I + noise) / g,   b_i = the same over far positions,   c_i = max(a_i, b_i)
    NOMA        R_N = log2(1 + P_N / a),     R_F = log2(1 + P_F / (P_N + c))
    orthogonal  R_N = share log2(1 + P_N / a),     R_F = share log2(1 + P_F / b)

g = (|h^H f_i| - rho ||f_i||)_+^2 is the least own gain and I = sum_{j != i} P_j (|h^H f_j| + rho ||f_j||)^2 the largest
interference, with rho = 0 for near users. c and not b: in NOMA the near user must decode the far user's signal too.
"""

from typing import NamedTuple

import numpy as np

from beamwright.metrics import spectral_efficiency
from beamwright.numerics import square_modulus
from beamwright.systems.dma_noma.results import Access, Design, Known
from beamwright.systems.dma_noma.scenario import Scenario


class Sent(NamedTuple):
    """What is on the air while a kind of users (near or far) is served."""

    vectors: np.ndarray
    """f_i = diag(amplitudes) Q v_i: (drops, elements, groups)."""
    powers_w: np.ndarray
    """(drops, groups) of each beam."""
    noise_w: np.ndarray
    """(drops,)."""
    scattering: float
    """Norm of what may be added to the channels."""


def sent(s: Scenario, known: Known, design: Design) -> tuple[Sent, Sent]:
    """For near and for far users; ``known`` has its reference waves."""
    wave = known.wave
    if design.digital.any():
        wave = np.broadcast_to(np.eye(s.elements), (len(wave), s.elements, s.elements))
    vectors = transmit_vectors(design.amplitudes, wave, design.beams)
    far = vectors
    if design.far_amplitudes is not None and design.far_beams is not None:
        far = transmit_vectors(design.far_amplitudes, wave, design.far_beams)
    access = Access(int(design.access[0]))
    both = design.powers_w.sum(axis=-1)
    near_w, far_w = (both, both) if access is Access.NOMA else (design.powers_w[..., 0], design.powers_w[..., 1])
    noise = np.full((2, len(both)), s.noise_power_w)
    if access is Access.FDMA:  # noise grows with the band
        noise = noise * design.share.T
    return Sent(vectors, near_w, noise[0], 0.0), Sent(far, far_w, noise[1], s.scattering_radius)


def transmit_vectors(amplitudes: np.ndarray, wave: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """f_i = diag(amplitudes) Q v_i: (drops, elements, groups)."""
    return amplitudes[..., None] * (wave @ beams)


def ratios(h: np.ndarray, on_air: Sent) -> np.ndarray:
    """(I + noise) / g in W for users of one kind: h (drops, groups, positions, elements) -> (drops, groups, positions).

    inf where a user may hear nothing of its own beam.
    """
    groups = h.shape[1]
    amplitude = np.sqrt(square_modulus(np.conj(h) @ on_air.vectors[:, None]))
    spread = on_air.scattering * np.linalg.norm(on_air.vectors, axis=1)[:, None, None]
    own = np.eye(groups, dtype=bool)[:, None]
    gain = np.sum(np.where(own, np.maximum(amplitude - spread, 0) ** 2, 0), axis=-1)
    interference = np.where(own, 0, (amplitude + spread) ** 2) @ on_air.powers_w[:, None, :, None]
    total = interference[..., 0] + on_air.noise_w[:, None, None]
    return np.divide(total, gain, out=np.full_like(total, np.inf), where=gain > 0)


def rates(design: Design, near_w: np.ndarray, far_w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(R_N, R_F), (drops, groups) each, for ratios a and b (drops, groups)."""
    powers = design.powers_w
    if Access(int(design.access[0])) is Access.NOMA:
        return noma_rates(powers, near_w, far_w)
    return (
        design.share[:, :1] * spectral_efficiency(powers[..., 0] / near_w),
        design.share[:, 1:] * spectral_efficiency(powers[..., 1] / far_w),
    )


def noma_rates(powers_w: np.ndarray, near_w: np.ndarray, far_w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(R_N, R_F), (drops, groups) each, for powers (drops, groups, 2) and ratios a and b (drops, groups)."""
    near, far = powers_w[..., 0], powers_w[..., 1]
    return spectral_efficiency(near / near_w), spectral_efficiency(far / (near + np.maximum(near_w, far_w)))
