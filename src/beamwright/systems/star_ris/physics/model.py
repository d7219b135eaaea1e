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
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.types import Goal
from beamwright.uncertainty import mean_phasor

SHARPNESS = (2.0, 8.0, 32.0, 128.0)
"""Sharpness of the soft minimum that stands for the least rate, per bit/s/Hz (spec star_ris, P3): the search goes
through all of them, its certificate takes the last."""


class Moments(NamedTuple):
    """Mean, variance and power of F_kj, (drops, users k, streams j)."""

    mean: np.ndarray
    variance: np.ndarray

    @property
    def power(self) -> np.ndarray:
        """S_kj = E |F_kj|^2 in W."""
        return square_modulus(self.mean) + self.variance


class MeanPaths(NamedTuple):
    """Mean paths to every user:  m_kj = direct_kj + sum_n cascaded_kn incident_nj."""

    direct: np.ndarray
    """hd_k^H w_j, (drops, users, streams)."""
    cascaded: np.ndarray
    """chi conj(hr_kn) u_kn, (drops, users, elements)."""
    incident: np.ndarray
    """x_j = G w_j, (drops, elements, streams)."""


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
    return (together(known.side, share) @ stream_powers(precoder)[..., None])[..., 0]


def stream_powers(precoder: np.ndarray) -> np.ndarray:
    """||w_j||^2 in W, (drops, streams)."""
    return np.sum(square_modulus(precoder), axis=1)


def mean_paths(known: Statistics, u: np.ndarray, precoder: np.ndarray) -> MeanPaths:
    """Direct and cascaded paths for the surfaces u and the precoders."""
    chi = mean_phasor(known.kappa)[:, None, None]
    return MeanPaths(
        direct=np.conj(known.direct_mean) @ precoder,
        cascaded=chi * (np.conj(known.user_mean) * at_users(known.side, u)),
        incident=known.surface_mean @ precoder,
    )


def moments(known: Statistics, u: np.ndarray, precoder: np.ndarray, share: ArrayLike = 1.0) -> Moments:
    """Moments of the streams that are sent while user k listens; zero where stream j is not.

    Args:    share of the time, one value or (drops, users).
    """
    return sent_moments(known, mean_paths(known, u, precoder), u, precoder, share)


def sent_moments(known: Statistics, paths: MeanPaths, u: np.ndarray, precoder: np.ndarray, share: ArrayLike) -> Moments:
    """``moments`` for known paths."""
    sent, all_streams = together(known.side, share), stream_moments(known, paths, u, precoder)
    return Moments(sent * all_streams.mean, sent * all_streams.variance)


def received(known: Statistics, u: np.ndarray, precoder: np.ndarray) -> Moments:
    """Exact first and second moments of what user k receives of stream j while that is sent.

        m_kj = hd_k^H w_j + chi sum_n conj(hr_kn) u_kn x_jn,      x_j = G w_j,  p_kn = |u_kn|^2
        V_kj = sum_n p_kn [((1-chi^2)|hr_kn|^2 + rho_k) |x_jn|^2 + tau (|hr_kn|^2 + rho_k) ||w_j||^2] + eta_k ||w_j||^2

    Args:    u (drops, 2, elements), precoder (drops, antennas, streams).
    Returns: Moments, (drops, users, streams) in sqrt(W) and W.
    """
    return stream_moments(known, mean_paths(known, u, precoder), u, precoder)


def stream_moments(known: Statistics, paths: MeanPaths, u: np.ndarray, precoder: np.ndarray) -> Moments:
    """``received`` for known paths."""
    mean = paths.direct + paths.cascaded @ paths.incident
    passed = square_modulus(at_users(known.side, u))
    noise, scattered = variance_weights(known)
    constant = np.sum(passed * scattered, axis=-1) + known.direct_var
    coloured = (passed * noise) @ square_modulus(paths.incident)
    return Moments(mean, coloured + constant[..., None] * stream_powers(precoder)[:, None])


def variance_weights(known: Statistics) -> tuple[np.ndarray, np.ndarray]:
    """Factors of p_kn |x_jn|^2 and of p_kn ||w_j||^2 in V_kj, (drops, users, elements) each."""
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


def interference_w(moments: Moments) -> np.ndarray:
    """Total interference sum_k sum_{j != k} S_kj, the aim of P1 in W, (drops,)."""
    return other_streams(moments.power).sum(axis=-1)


def other_streams(power: np.ndarray) -> np.ndarray:
    """sum over j != k, (drops, users); a difference of sums would cancel where the user's own stream is loud."""
    return np.sum(power, axis=-1, where=~np.eye(power.shape[-1], dtype=bool))


def reference_w(known: Statistics, u: np.ndarray, precoder: np.ndarray, share: ArrayLike = 1.0) -> np.ndarray:
    """The mean of P1's objective over independent uniform phases, amplitudes as they are, (drops,)."""
    paths = mean_paths(known, u, precoder)
    return mean_interference_w(known, paths, sent_moments(known, paths, u, precoder, share), share)


def mean_interference_w(known: Statistics, paths: MeanPaths, moments: Moments, share: ArrayLike) -> np.ndarray:
    """``reference_w`` for known paths and moments."""
    incoherent = square_modulus(paths.direct) + square_modulus(paths.cascaded) @ square_modulus(paths.incident)
    return other_streams(together(known.side, share) * incoherent + moments.variance).sum(axis=-1)


def disturbance_w(known: Statistics, moments: Moments) -> np.ndarray:
    """V_kk + sum_{j != k} S_kj + noise, the denominator of the use-and-forget SINR, (drops, users)."""
    self_noise = np.diagonal(moments.variance, axis1=-2, axis2=-1)
    return other_streams(moments.power) + self_noise + known.noise_power_w[:, None]


def signal_w(moments: Moments) -> np.ndarray:
    """|m_kk|^2, the coherent power of a user's own stream, (drops, users)."""
    return square_modulus(np.diagonal(moments.mean, axis1=-2, axis2=-1))


def sinr(known: Statistics, moments: Moments) -> np.ndarray:
    """Use-and-forget:  |m_kk|^2 / (V_kk + sum_{j != k} S_kj + noise), (drops, users)."""
    return signal_w(moments) / disturbance_w(known, moments)


def rates(known: Statistics, moments: Moments, share: np.ndarray | float = 1.0) -> np.ndarray:
    """share log2(1 + SINR), a rigorous lower bound on the achievable rate, (drops, users) bit/s/Hz."""
    return share * spectral_efficiency(sinr(known, moments))


def ratio_rates(known: Statistics, found: Moments) -> np.ndarray:
    """log2(1 + S_kk / (sum_{j != k} S_kj + noise)): an approximation, it counts incoherent power as useful."""
    own = np.diagonal(found.power, axis1=-2, axis2=-1)
    return spectral_efficiency(own / (other_streams(found.power) + known.noise_power_w[:, None]))


def qpsk_rates(known: Statistics, found: Moments, share: np.ndarray | float = 1.0) -> np.ndarray:
    """share times the mutual information of QPSK at the use-and-forget SINR, at most 2 bit/s/Hz: (drops, users)."""
    return share * qpsk_information(sinr(known, found))


def objective(known: Statistics, goal: Goal, u: np.ndarray, precoder: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The goal's objective: interference over its reference, sum rate or least rate, (drops,)."""
    paths = mean_paths(known, u, precoder)
    moments = sent_moments(known, paths, u, precoder, share)
    reference = mean_interference_w(known, paths, moments, share) if goal is Goal.INTERFERENCE else np.ones(len(u))
    return objective_of(known, goal, moments, share, reference)


def objective_of(
    known: Statistics, goal: Goal, moments: Moments, share: np.ndarray, reference: np.ndarray
) -> np.ndarray:
    """``objective`` for known moments and reference."""
    if goal is Goal.INTERFERENCE:
        return interference_w(moments) / np.where(reference > 0, reference, 1.0)
    each = rates(known, moments, share)
    return each.sum(axis=-1) if goal is Goal.SUM_RATE else each.min(axis=-1)
