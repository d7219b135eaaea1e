"""Signal-to-interference-and-noise ratios with successive cancellation, for any beams or covariances."""

import numpy as np


def beam_gains(h: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """Received power of every beam at every user: |h_l^H w_k|^2.

    Args:    h (..., users, antennas), beams (..., streams, antennas); leading axes broadcast.
    Returns: (..., users, streams) in W.
    """
    amplitude = np.conj(h) @ np.swapaxes(beams, -1, -2)
    return amplitude.real**2 + amplitude.imag**2


def covariance_gains(h: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """Received power of every stream of given covariance at every user: h_l^H W_k h_l, at least zero.

    Args:    h (..., users, antennas), covariances (..., streams, antennas, antennas); leading axes broadcast.
    Returns: (..., users, streams) in W.
    """
    h = h[..., None, :, :]
    power = np.sum((np.conj(h) @ covariances) * h, axis=-1).real  # where little is left, rounding may be below zero
    return np.swapaxes(np.maximum(power, 0), -1, -2)


def sinr_after_cancellation(
    gains: np.ndarray, later: np.ndarray, noise_power_w: np.ndarray, residual_gains: np.ndarray | None = None
) -> np.ndarray:
    """SINR of every stream at every user, streams decoded one after another.

        SINR_lk = g_lk / ( sum_{i after k} g_li + sum_{i before k} r_li + noise_l )      spec noma_isac, section 1

    Args:    gains (..., users, streams) in W; later (..., streams k, streams i), true where i is decoded after k
             (or never, as interference); noise_power_w (..., users); residual_gains (..., users, streams) what the
             cancelled streams leave, d_l^H W_i d_l for a channel error d_l, none if cancellation is perfect.
    Returns: (..., users, streams) linear, for every pair: mask those where the user does not decode the stream.
    """
    interference = gains @ np.swapaxes(later, -1, -2)
    if residual_gains is not None:
        interference = interference + residual_gains @ later
    return gains / (interference + noise_power_w[..., None])


def least_over_users(sinr: np.ndarray) -> np.ndarray:
    """SINR of a stream: the least over the users that decode it, (..., users, streams) -> (..., streams); NaN skipped.

    A stream that nobody decodes, or whose entries are all NaN, has NaN.
    """
    least = np.min(np.where(np.isnan(sinr), np.inf, sinr), axis=-2)
    return np.where(np.isinf(least), np.nan, least)
