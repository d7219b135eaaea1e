"""Worst-case gains and rates over sets of positions, exactly (spec dma_noma, section 3). NumPy, batched over drops.

    a_i = max over near positions (I + noise) / g,   b_i = the same over far positions,   c_i = max(a_i, b_i)
    NOMA        R_N = log2(1 + P_N / a),     R_F = log2(1 + P_F / (P_N + c))
    orthogonal  R_N = share log2(1 + P_N / a),     R_F = share log2(1 + P_F / b)

g = (|h^H f_i| - rho ||f_i||)_+^2 is the least own gain and I = sum_{j != i} P_j (|h^H f_j| + rho ||f_j||)^2 the largest
interference; noise and rho are the user's. c and not b: in NOMA the near user must decode the far user's signal too.

Over a band a and b are the largest over its subcarriers, too: a rate holds on every one of them. Each has the F-th part
of all powers and of the noise, so that ratios are those of a single carrier at its frequency.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from beamwright.metrics import spectral_efficiency
from beamwright.numerics import square_modulus
from beamwright.optim.power_allocation import Allocation, allocate_power
from beamwright.systems.dma_noma.physics.geometry import reference_waves, shifter_matrix, user_channels
from beamwright.systems.dma_noma.scene import Known, Scenario
from beamwright.systems.dma_noma.types import Access, Design, Network


class Transmission(NamedTuple):
    """Beams, powers and noise while one kind of users (near or far) is served."""

    vectors: np.ndarray
    """f_i = W v_i: (drops, elements, groups)."""
    powers_w: np.ndarray
    """(drops, groups) of each beam."""
    noise_w: np.ndarray
    """(drops, groups) at each user."""
    scattering: np.ndarray
    """(drops, groups) largest norm of each user's scattered channel, which is unknown."""

    def take(self, drops: np.ndarray) -> "Transmission":
        """The transmission of some drops."""
        return Transmission(*(array[drops] for array in self))

    def without_scattering(self) -> "Transmission":
        """The transmission over channels that are known in full."""
        return self._replace(scattering=np.zeros_like(self.scattering))


Sent = tuple[Transmission, Transmission]
"""Transmissions to near and to far users."""


def over_band(s: Scenario, known: Known, design: Design) -> list[Sent]:
    """Transmissions on every subcarrier."""
    return [transmissions(s, known, design, tone) for tone in s.tones]


def transmissions(s: Scenario, known: Known, design: Design, tone: float = 1.0) -> Sent:
    """Transmissions to near and to far users, at a frequency of ``tone`` times the carrier's."""
    wave = waves(s, known, design, tone)
    near = far = transmit_vectors(design.responses, wave, design.beams)
    if design.far_responses is not None and design.far_beams is not None:
        far = transmit_vectors(design.far_responses, wave, design.far_beams)
    access, both = Access(int(design.access[0])), design.powers_w.sum(axis=-1)
    near_w, far_w = (both, both) if access is Access.NOMA else (design.powers_w[..., 0], design.powers_w[..., 1])
    noise, scattering = known.near_and_far(s.noise_power_w), known.near_and_far(s.scattering_radius)
    band = design.share if access is Access.FDMA else np.ones_like(design.share)  # noise grows with it
    return (
        Transmission(near, near_w, noise[0] * band[:, :1], scattering[0]),
        Transmission(far, far_w, noise[1] * band[:, 1:], scattering[1]),
    )


def waves(s: Scenario, known: Known, design: Design, tone: float = 1.0) -> np.ndarray:
    """Q of the network that a design is for, (drops, elements, chains)."""
    drops, chains, _ = design.beams.shape
    if design.hardware is Network.SURFACE:
        return reference_waves(s, known, tone)
    alone = np.eye(s.elements) if design.hardware is Network.DIGITAL else shifter_matrix(s.elements, chains)
    return np.broadcast_to(alone, (drops, s.elements, chains))


def noma_transmissions(s: Scenario, known: Known, vectors: np.ndarray, group_w: np.ndarray) -> Sent:
    """Transmissions to near and far users at once, for vectors (drops, elements, groups), powers (drops, groups)."""
    noise, scattering = known.near_and_far(s.noise_power_w), known.near_and_far(s.scattering_radius)
    near, far = (Transmission(vectors, group_w, *of_kind) for of_kind in zip(noise, scattering, strict=True))
    return near, far


def transmit_vectors(responses: np.ndarray, wave: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """Transmit vectors f_i = W v_i: (drops, elements, groups)."""
    if responses.ndim == wave.ndim:
        return antenna(responses, wave) @ beams
    return responses[..., None] * (wave @ beams)


def antenna(responses: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """W (drops, elements, chains) of Q and responses per element, diag(m) Q, or per element and chain, m o Q."""
    return (responses if responses.ndim == wave.ndim else responses[..., None]) * wave


def ratios(h: np.ndarray, sent: Transmission) -> np.ndarray:
    """Ratios (I + noise) / g in W of one kind of users: h (drops, groups, positions, elements) -> without elements.

    inf where a user may receive nothing of its own beam.
    """
    groups = h.shape[1]
    amplitude = np.sqrt(square_modulus(np.conj(h) @ sent.vectors[:, None]))
    spread = sent.scattering[:, :, None, None] * np.linalg.norm(sent.vectors, axis=1)[:, None, None]
    own = np.eye(groups, dtype=bool)[:, None]
    gain = np.sum(np.where(own, np.maximum(amplitude - spread, 0) ** 2, 0), axis=-1)
    interference = np.where(own, 0, (amplitude + spread) ** 2) @ sent.powers_w[:, None, :, None]
    total = interference[..., 0] + sent.noise_w[:, :, None]
    return np.divide(total, gain, out=np.full_like(total, np.inf), where=gain > 0)


def worst_ratios(h: np.ndarray, sent: Sent) -> tuple[np.ndarray, np.ndarray]:
    """Largest ratios a and b, (drops, groups) each, over positions of all users: h (drops, users, positions, elements).

    Users are near, then far.
    """
    groups = h.shape[1] // 2
    return ratios(h[:, :groups], sent[0]).max(axis=-1), ratios(h[:, groups:], sent[1]).max(axis=-1)


def worst_in_band(
    s: Scenario, known: Known, points_m: np.ndarray, sent: Sequence[Sent], scattered: np.ndarray | float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Largest ratios a and b, (drops, groups) each, over subcarriers and points (drops, users, positions, 3).

    Args: sent on every subcarrier; scattered part of the channels that is known, the same over the band.
    """
    each = [
        worst_ratios(user_channels(s, known, points_m, tone=tone) + scattered, pair)
        for tone, pair in zip(s.tones, sent, strict=True)
    ]
    return largest(near for near, _ in each), largest(far for _, far in each)


def largest(ratios: Iterable[np.ndarray]) -> np.ndarray:
    """The largest of ratios of equal shapes, one per subcarrier."""
    return np.max(np.stack(list(ratios)), axis=0)


def rates(design: Design, near_w: np.ndarray, far_w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rates (R_N, R_F) of a design, (drops, groups) each, for ratios a and b (drops, groups)."""
    powers = design.powers_w
    if Access(int(design.access[0])) is Access.NOMA:
        return noma_rates(powers, near_w, far_w)
    return (
        design.share[:, :1] * spectral_efficiency(powers[..., 0] / near_w),
        design.share[:, 1:] * spectral_efficiency(powers[..., 1] / far_w),
    )


def noma_rates(powers_w: np.ndarray, near_w: np.ndarray, far_w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rates (R_N, R_F) in NOMA, (drops, groups) each, for powers (drops, groups, 2), ratios a and b (drops, groups)."""
    near, far = powers_w[..., 0], powers_w[..., 1]
    return spectral_efficiency(near / near_w), spectral_efficiency(far / (near + np.maximum(near_w, far_w)))


def weighted_rate(s: Scenario, known: Known, near_rates: np.ndarray, far_rates: np.ndarray) -> np.ndarray:
    """Weighted rate, the sum of weight times rate over all users: (drops,)."""
    near, far = known.near_and_far(s.weights)
    return (near * near_rates).sum(axis=-1) + (far * far_rates).sum(axis=-1)


def missed(s: Scenario, known: Known, near_rates: np.ndarray, far_rates: np.ndarray) -> np.ndarray:
    """What every user's rate is short of that required, (drops, users), bit/s/Hz."""
    return np.maximum(s.required_rates[known.users] - np.concatenate([near_rates, far_rates], axis=-1), 0)


def best_powers(s: Scenario, known: Known, near_w: np.ndarray, far_w: np.ndarray) -> Allocation:
    """Best powers in closed form for ratios a and b (drops, groups) that stay."""
    (weight, weight_far), rates = known.near_and_far(s.weights), known.near_and_far(s.required_rates)
    return allocate_power(near_w, far_w, s.power_w, weight, *rates, weight_far=weight_far)
