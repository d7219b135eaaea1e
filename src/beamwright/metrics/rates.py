"""Rates from SINRs."""

import numpy as np


def spectral_efficiency(sinr: np.ndarray) -> np.ndarray:
    """Achievable rate log2(1 + SINR) in bit/s/Hz, elementwise."""
    return np.log2(1.0 + sinr)


def equivalent_sinr(slot_sinr: np.ndarray, slots: int) -> np.ndarray:
    """SINR that, served all the time, carries as much as ``slot_sinr`` in one slot of ``slots``.

    (1 + SINR_slot)^(1/K) - 1                                                  spec noma_isac, P4
    """
    return np.expm1(np.log1p(slot_sinr) / slots)


def slot_sinr(sinr: np.ndarray, slots: int) -> np.ndarray:
    """Inverse of ``equivalent_sinr``: (1 + SINR)^K - 1."""
    return np.expm1(np.log1p(sinr) * slots)
