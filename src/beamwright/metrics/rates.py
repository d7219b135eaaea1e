"""Rates from SINRs."""

import numpy as np


def spectral_efficiency(sinr: np.ndarray) -> np.ndarray:
    """Achievable rate log2(1 + SINR) in bit/s/Hz, elementwise; exact for the faintest SINR too."""
    return np.log1p(sinr) / np.log(2)


def qpsk_information(sinr: np.ndarray) -> np.ndarray:
    """Mutual information of QPSK in Gaussian noise, elementwise, in bit: log2(1 + SINR) when low, 2 when high.

        I = 2 (1 - E log2(1 + exp(-2 SINR - 2 sqrt(SINR) z))),   z standard normal

    two binary channels in quadrature. The mean is a trapezoidal sum over |z| <= 12, exact to rounding for such a smooth
    integrand.
    """
    z = np.linspace(-12.0, 12.0, 601)
    weight = np.exp(-(z**2) / 2)
    weight /= weight.sum()
    sinr = np.asarray(sinr, float)[..., None]
    return 2 - 2 * np.sum(weight * np.logaddexp(0, -2 * sinr - 2 * np.sqrt(sinr) * z), axis=-1) / np.log(2)


def equivalent_sinr(slot_sinr: np.ndarray, slots: int) -> np.ndarray:
    """SINR that, served all the time, carries as much as ``slot_sinr`` in one slot of ``slots``.

    (1 + SINR_slot)^(1/K) - 1                                                  spec noma_isac, P4
    """
    return np.expm1(np.log1p(slot_sinr) / slots)


def slot_sinr(sinr: np.ndarray, slots: int) -> np.ndarray:
    """Inverse of ``equivalent_sinr``: (1 + SINR)^K - 1."""
    return np.expm1(np.log1p(sinr) * slots)
