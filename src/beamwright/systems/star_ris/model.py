"""Exact moments of the STAR-RIS downlink and what follows from them (spec star_ris, section 2).

    F_kj = h_k^H w_j,   h_k^H = hd_k^H + hr_k^H diag(u_side(k) e^(j delta)) G,   all random but u and w

Every function is batched over drops: u (drops, 2, elements), W (drops, antennas, users). Where sides take turns (time
switching: a share of the time below one) a user meets the streams of its own side; those of the other are not sent.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.metrics import qpsk_information, spectral_efficiency
from beamwright.numerics import square_modulus
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


def slots(side: np.ndarray, share: ArrayLike) -> np.ndarray:
    """(drops, users) the slot in which a user is served: 0 for all, or its side where sides take turns (share < 1)."""
    turns = (np.broadcast_to(np.asarray(share, float), side.shape) < 1).any(axis=-1, keepdims=True)
    return np.where(turns, side, 0)


def together(side: np.ndarray, share: ArrayLike) -> np.ndarray:
    """(drops, users k, users j) whether stream j is sent while user k listens."""
    slot = slots(side, share)
    return slot[:, :, None] == slot[:, None, :]


def slot_powers(known: Statistics, precoder: np.ndarray, share: ArrayLike) -> np.ndarray:
    """sum_j ||w_j||^2 over the streams sent with that of user k, in W: (drops, users), each at most the power."""
    return (together(known.side, share) @ np.sum(square_modulus(precoder), axis=1)[..., None])[..., 0]


def moments(known: Statistics, u: np.ndarray, precoder: np.ndarray, share: ArrayLike = 1.0) -> Moments:
    """``received`` of what is sent while user k listens; zero where stream j is not.

    Args:    share of the time, one value or (drops, users).
    """
    sent, found = together(known.side, share), received(known, u, precoder)
    return Moments(sent * found.mean, sent * found.variance)


def received(known: Statistics, u: np.ndarray, precoder: np.ndarray) -> Moments:
    """Exact first and second moments of what user k receives of stream j while that is sent.

        m_kj = hd_k^H w_j + chi sum_n conj(hr_kn) u_kn x_jn,      x_j = G w_j,  p_kn = |u_kn|^2
        V_kj = sum_n p_kn [((1-chi^2)|hr_kn|^2 + rho_k) |x_jn|^2 + tau (|hr_kn|^2 + rho_k) ||w_j||^2] + eta_k ||w_j||^2

    Args:    u (drops, 2, elements), precoder (drops, antennas, streams).
    Returns: Moments, (drops, users, streams) in sqrt(W) and W.
    """
    chi = mean_phasor(known.kappa)[:, None, None]
    x = known.surface_mean @ precoder
    seen = at_users(known.side, u)
    mean = np.conj(known.direct_mean) @ precoder + chi * ((np.conj(known.user_mean) * seen) @ x)
    passed = square_modulus(seen)
    noise, scattered = variance_weights(known)
    norms = np.sum(square_modulus(precoder), axis=1)[:, None]
    constant = np.sum(passed * scattered, axis=-1) + known.direct_var
    return Moments(mean, (passed * noise) @ square_modulus(x) + constant[..., None] * norms)


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
    hb = np.swapaxes(mean_channels(known, u), -1, -2)
    return hb[..., :, None] * np.conj(hb[..., None, :]) + scattered_covariance(known, u)


def scattered_covariance(known: Statistics, u: np.ndarray) -> np.ndarray:
    """R_k - hb_k hb_k^H with V_kj = w_j^H (..) w_j, (drops, users, antennas, antennas)."""
    passed = square_modulus(at_users(known.side, u))
    noise, scattered = variance_weights(known)
    g = known.surface_mean[:, None]
    coloured = np.conj(np.swapaxes(g, -1, -2)) @ ((passed * noise)[..., None] * g)
    constant = np.sum(passed * scattered, axis=-1) + known.direct_var
    return coloured + constant[..., None, None] * np.eye(g.shape[-1])


def interference_w(found: Moments) -> np.ndarray:
    """P1's sum_k sum_{j != k} S_kj, (drops,)."""
    return _crossed(found.power)


def _crossed(power: np.ndarray) -> np.ndarray:
    return _others(power).sum(axis=-1)


def _others(power: np.ndarray) -> np.ndarray:
    """sum over j != k, (drops, users); a difference of sums would cancel where the user's own stream is loud."""
    return np.sum(power, axis=-1, where=~np.eye(power.shape[-1], dtype=bool))


def reference_w(known: Statistics, u: np.ndarray, precoder: np.ndarray, share: ArrayLike = 1.0) -> np.ndarray:
    """The mean of P1's objective over independent uniform phases, amplitudes as they are, (drops,)."""
    direct = square_modulus(np.conj(known.direct_mean) @ precoder)
    chi = mean_phasor(known.kappa)[:, None, None]
    passed = square_modulus(at_users(known.side, u))
    x = square_modulus(known.surface_mean @ precoder)
    coherent = chi**2 * ((passed * square_modulus(known.user_mean)) @ x)
    return _crossed(together(known.side, share) * (direct + coherent) + moments(known, u, precoder, share).variance)


def sinr(known: Statistics, found: Moments) -> np.ndarray:
    """Use-and-forget:  |m_kk|^2 / (V_kk + sum_{j != k} S_kj + noise), (drops, users)."""
    signal = square_modulus(np.diagonal(found.mean, axis1=-2, axis2=-1))
    self_noise = np.diagonal(found.variance, axis1=-2, axis2=-1)
    return signal / (_others(found.power) + self_noise + known.noise_power_w[:, None])


def rates(known: Statistics, found: Moments, share: np.ndarray | float = 1.0) -> np.ndarray:
    """share log2(1 + SINR), a rigorous lower bound on the achievable rate, (drops, users) bit/s/Hz."""
    return share * spectral_efficiency(sinr(known, found))


def ratio_rates(known: Statistics, found: Moments) -> np.ndarray:
    """log2(1 + S_kk / (sum_{j != k} S_kj + noise)): an approximation, it counts incoherent power as useful."""
    own = np.diagonal(found.power, axis1=-2, axis2=-1)
    return spectral_efficiency(own / (_others(found.power) + known.noise_power_w[:, None]))


def qpsk_rates(known: Statistics, found: Moments, share: np.ndarray | float = 1.0) -> np.ndarray:
    """share times the mutual information of QPSK at the use-and-forget SINR, at most 2 bit/s/Hz: (drops, users)."""
    return share * qpsk_information(sinr(known, found))
