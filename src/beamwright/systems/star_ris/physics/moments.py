"""Exact moments of any surface and precoder that people bring, scattering independent or correlated."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array, plain_array, require
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import Statistics, checked, checked_surface
from beamwright.uncertainty import mean_phasor


def moments(known: Statistics, u: ArrayLike, precoder: ArrayLike, share: ArrayLike = 1.0) -> model.Moments:
    """Exact mean and variance of F_kj and S_kj = E |F_kj|^2, the ``.power`` (spec star_ris, section 2).

    Args:    known statistics, drops axis or not; u (drops, 2, elements) or (2, elements), any amplitudes;
             precoder (drops, antennas, users) or (antennas, users); share of the time, ``design.share``: where it is
             below one the sides take turns, and the streams of the other side are not sent.
    Returns: Moments, (drops, users k, streams j).
    Raises:  ValueError naming what has a wrong shape or is not finite.
    """
    known, u, w = checked_design(known, u, precoder)
    return model.moments(known, u, w, checked_share(known, share))


def correlated_moments(
    known: Statistics,
    u: ArrayLike,
    precoder: ArrayLike,
    surface_correlation: ArrayLike,
    antenna_correlation: ArrayLike,
    share: ArrayLike = 1.0,
) -> model.Moments:
    """Exact mean and variance of F_kj; unlike with independent scattering, the phases act on the variance too.

        E|F_kj|^2 = |d|^2 + 2 Re(conj(d) m_z) + u^T [D o conj(hr hr^H + rho Cr) o (x x^H + tau (w^H Ct w) Cr)] u*
                    + eta w^H Ct w
        d = hd_k^H w_j,  m_z = chi sum_n conj(hr_kn) u_kn x_jn,  D = chi^2 1 1^T + (1 - chi^2) I

    Args:    known, u, precoder, share as ``moments``; surface_correlation Cr (elements, elements) and
             antenna_correlation Ct (antennas, antennas), Hermitian, positive semidefinite, unit diagonal: the scattered
             part of G has covariance tau Cr[n, n'] Ct[m', m], those of hr_k and hd_k have rho_k Cr and eta_k Ct.
    Returns: Moments, (drops, users k, streams j).
    Raises:  ValueError naming what has a wrong shape or is no correlation matrix.
    """
    known, u, w = checked_design(known, u, precoder)
    surface = _correlation(surface_correlation, "surface_correlation", u.shape[-1])
    antenna = _correlation(antenna_correlation, "antenna_correlation", w.shape[1])
    chi = mean_phasor(known.kappa)[:, None, None]
    mean = model.moments(known, u, w).mean
    coefficients, x = model.at_users(known.side, u), known.surface_mean @ w
    scattered = np.einsum("dmj,mn,dnj->dj", np.conj(w), antenna, w).real
    noisy = chi**2 + (1 - chi**2) * np.eye(u.shape[-1])
    departing = np.conj(_outer(known.user_mean) + known.user_var[..., None, None] * surface)
    departing = noisy[:, None] * departing * _outer(coefficients)
    arriving = _outer(np.swapaxes(x, 1, 2)) + (known.surface_var[:, None] * scattered)[..., None, None] * surface
    power = np.einsum("dknm,djnm->dkj", departing, arriving, optimize=True).real
    coherent = square_modulus(mean - np.conj(known.direct_mean) @ w)
    sent = model.together(known.side, checked_share(known, share))
    through = np.maximum(power - coherent, 0)  # a variance, but for rounding
    return model.Moments(sent * mean, sent * (through + known.direct_var[..., None] * scattered[:, None]))


def checked_share(known: Statistics, share: ArrayLike) -> np.ndarray:
    """Shares of the time (drops, users). Raises ValueError naming them."""
    array = np.asarray(share, float)
    fits = array.shape in ((), known.side.shape, known.side.shape[1:])
    require(fits, "share", f"be one value or have shape {known.side.shape}", array.shape)
    require(bool(((array > 0) & (array <= 1)).all()), "share", "be > 0 and <= 1", array)
    return np.broadcast_to(array, known.side.shape)


def checked_design(known: Statistics, u: ArrayLike, precoder: ArrayLike) -> tuple[Statistics, np.ndarray, np.ndarray]:
    """Statistics, surface and precoder with a drops axis each. Raises ValueError naming what is wrong."""
    known = checked(known)
    drops, users, antennas = known.direct_mean.shape
    w = plain_array(precoder, "precoder")
    w = np.broadcast_to(w, (drops, *w.shape)) if w.ndim == 2 else w
    w = as_array(w, "precoder", "drops antennas users", complex, drops=drops, antennas=antennas, users=users)
    return known, checked_surface(known, np.asarray(u), passive=False), w


def _outer(rows: np.ndarray) -> np.ndarray:
    """a a^H of every row a."""
    return rows[..., :, None] * np.conj(rows[..., None, :])


def _correlation(matrix: ArrayLike, name: str, size: int) -> np.ndarray:
    c = np.asarray(matrix, complex)
    require(c.shape == (size, size), name, f"have shape {(size, size)}", c.shape)
    require(bool(np.isfinite(c).all()), name, "be finite", "NaN or infinity")
    require(
        np.allclose(c, np.conj(c).T, atol=1e-12), name, "be Hermitian", f"off by {np.abs(c - np.conj(c).T).max():.2g}"
    )
    require(np.allclose(np.diag(c), 1, atol=1e-12), name, "have a unit diagonal", np.diag(c).real)
    least = float(np.linalg.eigvalsh(c)[0])
    require(least >= -1e-9, name, "be positive semidefinite", f"an eigenvalue of {least:.2g}")
    return c
