"""Beam pattern: power that a set of beams radiates in every direction."""

import numpy as np


def pattern_w(responses: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """Power towards given directions, P(theta) = a(theta)^H R a(theta), R the sum of w_k w_k^H.

    Args:    responses (angles, antennas) steering vectors; beams (..., streams, antennas).
    Returns: (..., angles) in W (times the array's gain, at most ``antennas``).
    """
    amplitude = beams @ np.conj(responses).T
    return np.sum(amplitude.real**2 + amplitude.imag**2, axis=-2)
