"""Upper bound of the weighted rate: every group has the antenna to itself, nobody interferes (spec dma_noma, 5)."""

import numpy as np

from beamwright.metrics import spectral_efficiency
from beamwright.optim.ending import Ending
from beamwright.optim.power_allocation import allocate_power
from beamwright.systems.dma_noma.physics import Design, Known, Scenario, model, user_channels
from beamwright.systems.dma_noma.physics.responses import Law, law_of
from beamwright.systems.dma_noma.types import Access, Network

MOST = 1e3
"""Rate in bit/s/Hz that counts as out of reach."""


def rate_bound(s: Scenario, known: Known, design: Design) -> np.ndarray:
    """Weighted rate (drops,) that no responses, beams or powers exceed: on any subcarrier, so the least of them."""
    return np.min(np.stack([_bound_at(s, known, design, tone) for tone in s.tones]), axis=0)


def _bound_at(s: Scenario, known: Known, design: Design, tone: float) -> np.ndarray:
    """Bound (drops,) at a frequency of ``tone`` times the carrier's.

    At the estimates |h^H f| <= B, see ``largest_amplitudes``, or ||h|| for a chain per element. Scattering takes at
    least the same share from it as from ||h||, since |h^H f| <= ||h|| ||f||: so g <= B^2 (1 - rho / ||h||)_+^2, and a
    and b are at least noise / g. Rates fall with both, and the closed form gives the best powers for them. In slots or
    bands every kind of users has its share to itself, and all the power. inf where required rates are out of reach.
    """
    h, rho = user_channels(s, known, known.positions_m, tone=tone), s.scattering_radius[known.users]
    norms = np.linalg.norm(h, axis=-1)
    wave, digital = model.waves(s, known, design, tone), design.hardware is Network.DIGITAL
    amplitudes = norms if digital else largest_amplitudes(h, wave, law_of(s, design.hardware))
    left = np.maximum(1 - np.divide(rho, norms, out=np.full_like(norms, np.inf), where=norms > 0), 0)
    gain = (amplitudes * np.where(rho > 0, left, 1.0)) ** 2
    noise = np.divide(s.noise_power_w[known.users], gain, out=np.full_like(gain, np.inf), where=gain > 0)
    near, far = noise[:, : s.groups], noise[:, s.groups :]
    if Access(int(design.access[0])) is not Access.NOMA:
        return _bound_apart(s, known, design, (near, far))
    best = model.best_powers(s, known, near, far)
    rate = model.weighted_rate(s, known, *model.noma_rates(np.asarray(best.x), near, far))
    return np.where(best.ending == Ending.SOLVED, rate, np.inf)


def _bound_apart(s: Scenario, known: Known, design: Design, noise_w: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Bound where near and far users have shares of time or band: water-filling over each kind, with P for each."""
    kinds = zip(noise_w, *map(known.near_and_far, (s.weights, s.required_rates)), design.share.T, strict=True)
    bound = np.zeros(len(design.share))
    for noise, weight, required, share in kinds:
        each, banded = share[:, None], int(design.access[0]) == Access.FDMA
        ratio = noise * np.where(banded & (each > 0), each, 1.0)  # noise grows with the band
        rate = np.divide(required, each, out=np.where(required > 0, MOST, 0.0), where=each > 0)
        best = allocate_power(ratio, ratio, s.power_w, weight, np.minimum(rate, MOST), 0.0, weight_far=weight)
        reached = np.sum(weight * spectral_efficiency(np.sum(best.x, axis=-1) / ratio), axis=-1)
        bound += np.where(best.ending == Ending.SOLVED, share * reached, np.inf)
    return bound


def largest_amplitudes(h: np.ndarray, wave: np.ndarray, law: Law = "amplitude") -> np.ndarray:
    """Bound B of |h^H W v| over all responses and ||v|| = 1: (drops, users).

    Phase shifters: sum |h_n| |Q_nl| |v_l|, by Cauchy and Schwarz. Lorentzian elements, c_n = conj(h_n) q_n^T v: at most
    1/2 (|sum c_n| + sum |c_n|), the second sum at most ||h|| ||Q||. Amplitudes:

    The best amplitudes switch on what helps: with x_n = Re(conj(h_n) q_n^T v) the modulus is the largest
    sum (x_n)_+ = 1/2 (sum x_n + sum |x_n|) over v. The first sum is linear in v, and by Cauchy and Schwarz the second
    is at most ||h|| times a largest singular value, that of the rows x_n / |h_n|.

    Args: h (drops, users, elements), Q (drops, elements, chains).
    """
    size, norms = np.abs(h), np.linalg.norm(h, axis=-1)
    if law == "phase":
        return np.minimum(norms, np.linalg.norm(size @ np.abs(wave), axis=-1))
    if law == "lorentzian":
        linear = np.linalg.norm(np.conj(h) @ wave, axis=-1)
        return np.minimum(norms, 0.5 * (linear + norms * np.linalg.norm(wave, 2, axis=(1, 2))[:, None]))
    turned = np.conj(np.divide(h, size, out=np.zeros_like(h), where=size > 0))
    rows = turned[..., None] * wave[:, None]
    rows = np.concatenate([rows.real, -rows.imag], axis=-1)
    gram = np.swapaxes(rows, -1, -2) @ rows
    spectral = np.sqrt(np.maximum(np.linalg.eigvalsh(gram)[..., -1], 0))
    linear = np.linalg.norm(np.sum(size[..., None] * rows, axis=-2), axis=-1)
    return np.minimum(norms, 0.5 * (linear + norms * spectral))
