"""Exact moments of the STAR-RIS downlink and what follows from them (spec star_ris, section 2).

    F_kj = h_k^H w_j,   h_k^H = hd_k^H + hr_k^H diag(u_side(k) e^(j delta)) G,   all random but u and w

Every function is batched over drops: u (drops, 2, elements), W (drops, antennas, users).
"""

from typing import NamedTuple

import numpy as np

from beamwright.core.linalg import square_modulus
from beamwright.metrics import qpsk_information, spectral_efficiency
from beamwright.systems.star_ris.results import Statistics
from beamwright.uncertainty import mean_phasor


class Moments(NamedTuple):
    """Mean, variance and power of F_kj, (drops, users k, streams j)."""

    mean: np.ndarray
    variance: np.ndarray

    @property
    def power(self) -> np.ndarray:
        """S_kj = E |F_kj|^2 in W."""
        return square_modulus(self.mean) + self.variance


def moments(known: Statistics, u: np.ndarray, precoder: np.ndarray) -> Moments:
    """Exact first and second moments of what user k receives of stream j.

        m_kj = hd_k^H w_j + chi sum_n conj(hr_kn) u_kn x_jn,      x_j = G w_j,  p_kn = |u_kn|^2
        V_kj = sum_n p_kn [((1-chi^2)|hr_kn|^2 + rho_k) |x_jn|^2 + tau (|hr_kn|^2 + rho_k) ||w_j||^2] + eta_k ||w_j||^2

    Args:    u (drops, 2, elements), precoder (drops, antennas, users).
    Returns: Moments, (drops, users, users) in sqrt(W) and W.
    """
    chi = mean_phasor(known.kappa)[:, None, None]
    x = known.surface_mean @ precoder
    seen = at_users(known.side, u)
    mean = np.conj(known.direct_mean) @ precoder + chi * ((np.conj(known.user_mean) * seen) @ x)
    share = square_modulus(seen)
    noise, scattered = variance_weights(known)
    norms = np.sum(square_modulus(precoder), axis=1)[:, None]
    constant = np.sum(share * scattered, axis=-1) + known.direct_var
    return Moments(mean, (share * noise) @ square_modulus(x) + constant[..., None] * norms)


def variance_weights(known: Statistics) -> tuple[np.ndarray, np.ndarray]:
    """What p_kn multiplies in V_kj: of |x_jn|^2 and of ||w_j||^2, (drops, users, elements) each."""
    strength = square_modulus(known.user_mean)
    chi = mean_phasor(known.kappa)[:, None, None]
    rho, tau = known.user_var[..., None], known.surface_var[:, None, None]
    return (1 - chi**2) * strength + rho, tau * (strength + rho)


def at_users(side: np.ndarray, u: np.ndarray) -> np.ndarray:
    """The coefficients every user sees, (drops, users, elements)."""
    return np.take_along_axis(u, side[..., None], axis=1)


def mean_channels(known: Statistics, u: np.ndarray) -> np.ndarray:
    """hb_k with m_kj = hb_k^H w_j, as columns: (drops, antennas, users)."""
    chi = mean_phasor(known.kappa)[:, None, None]
    rows = np.conj(known.direct_mean) + chi * (
        (np.conj(known.user_mean) * at_users(known.side, u)) @ known.surface_mean
    )
    return np.conj(np.swapaxes(rows, -1, -2))


def received_covariance(known: Statistics, u: np.ndarray) -> np.ndarray:
    """R_k with S_kj = w_j^H R_k w_j, (drops, users, antennas, antennas)."""
    share = square_modulus(at_users(known.side, u))
    noise, scattered = variance_weights(known)
    hb = np.swapaxes(mean_channels(known, u), -1, -2)
    g = known.surface_mean[:, None]
    coloured = np.conj(np.swapaxes(g, -1, -2)) @ ((share * noise)[..., None] * g)
    constant = np.sum(share * scattered, axis=-1) + known.direct_var
    eye = np.eye(g.shape[-1])
    return hb[..., :, None] * np.conj(hb[..., None, :]) + coloured + constant[..., None, None] * eye


def interference_w(found: Moments) -> np.ndarray:
    """P1's sum_k sum_{j != k} S_kj, (drops,)."""
    return _crossed(found.power)


def _crossed(power: np.ndarray) -> np.ndarray:
    return power.sum(axis=(-1, -2)) - np.trace(power, axis1=-2, axis2=-1)


def reference_w(known: Statistics, u: np.ndarray, precoder: np.ndarray) -> np.ndarray:
    """The mean of P1's objective over independent uniform phases, amplitudes as they are, (drops,)."""
    direct = square_modulus(np.conj(known.direct_mean) @ precoder)
    chi = mean_phasor(known.kappa)[:, None, None]
    share = square_modulus(at_users(known.side, u))
    x = square_modulus(known.surface_mean @ precoder)
    coherent = chi**2 * ((share * square_modulus(known.user_mean)) @ x)
    return _crossed(direct + coherent + moments(known, u, precoder).variance)


def sinr(known: Statistics, found: Moments) -> np.ndarray:
    """Use-and-forget:  |m_kk|^2 / (V_kk + sum_{j != k} S_kj + noise), (drops, users)."""
    signal = square_modulus(np.diagonal(found.mean, axis1=-2, axis2=-1))
    return signal / (found.power.sum(axis=-1) - signal + known.noise_power_w[:, None])


def rates(known: Statistics, found: Moments, share: np.ndarray | float = 1.0) -> np.ndarray:
    """share log2(1 + SINR), a rigorous lower bound on the achievable rate, (drops, users) bit/s/Hz."""
    return share * spectral_efficiency(sinr(known, found))


def ratio_rates(known: Statistics, found: Moments) -> np.ndarray:
    """log2(1 + S_kk / (sum_{j != k} S_kj + noise)): an approximation, it counts incoherent power as useful."""
    own = np.diagonal(found.power, axis1=-2, axis2=-1)
    return spectral_efficiency(own / (found.power.sum(axis=-1) - own + known.noise_power_w[:, None]))


def qpsk_rates(known: Statistics, found: Moments, share: np.ndarray | float = 1.0) -> np.ndarray:
    """share times the mutual information of QPSK at the use-and-forget SINR, at most 2 bit/s/Hz: (drops, users)."""
    return share * qpsk_information(sinr(known, found))
