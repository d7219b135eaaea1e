"""The source's objective and gradient as they stand in print, for the record.

    f = sum_k mean_k^2,   mean_k = c_k + e_k (sqrt(b_br b_rk) Lambda_k + sqrt(b_br) + sqrt(b_rk) + 1)       section 8

Unit amplitudes, the stray random term xi set to zero. With b the Rician factors and alpha the gains of the links,
c_k = sqrt(alpha_bk b / (b+1)) sum_m cos(pi m sin phi_k) and e_k = sqrt(alpha_br alpha_rk / ((b_br+1)(b_rk+1))), so

    mean_k = |hd_k| sum_m cos(pi m sin phi_k)
             + |G| |hr_k| Lambda_k + |G| sqrt(rho_k) + sqrt(tau) |hr_k| + sqrt(tau rho_k)

with |.| the (root mean square) modulus of an entry: finite for every Rician factor.
"""

from typing import NamedTuple

import numpy as np

from beamwright.arrays import near_square, planar_positions, unit_vectors
from beamwright.core import require
from beamwright.systems.star_ris.scene import BASE_STATION_M, SURFACE_M, Realisation, checked
from beamwright.uncertainty import mean_phasor


class Setting(NamedTuple):
    """Constants of the printed formula, all but the phases; drops first, (drops, users, ...)."""

    chi: np.ndarray
    """(drops, 1)."""
    side: np.ndarray
    antennas: int
    constant: np.ndarray
    """All terms of mean_k without Lambda_k."""
    coupling: np.ndarray
    """|G| |hr_k|, what multiplies Lambda_k."""
    user_angle: np.ndarray
    """pi (y_n A_k + z_n B_k), (drops, users, elements): A, B the y and z cosines surface -> user."""
    base_angle: np.ndarray
    """(elements,) the same surface -> base station."""


class CosineSums(NamedTuple):
    """Sums in Lambda_k = M N - 2 chi C_k / B, (drops, users[, elements]); psi_n is theta_n plus the geometry."""

    top: np.ndarray
    """C_k = sum_{q<n} cos(psi_n - psi_q), towards the user."""
    bottom: np.ndarray
    """B = sum_{m <= M} sum_n cos(psi_n - psi_m), towards the base station, m over the first M elements."""
    top_slope: np.ndarray
    """dC_k / dtheta_n."""
    bottom_slope: np.ndarray


def printed_objective(real: Realisation, theta: np.ndarray) -> np.ndarray:
    """f as printed, (drops,). It has poles where the cosine sum B vanishes.

    Args:    theta (drops, 2, elements) phases in rad; a user's own side enters. Needs antennas <= elements.
    Raises:  ValueError naming theta or antennas.
    Source:  spec star_ris, section 8, option printed.
    """
    setting = make_setting(real)
    return value(setting, _checked_phases(real, theta))


def printed_gradient(real: Realisation, theta: np.ndarray) -> np.ndarray:
    """The gradient as printed: one complex number per user, the same for all elements of its side.

        sum_{k on s} 2 D_k mean_k,   D_k = -2 chi^2 |G| |hr_k| (B N2_k - C_k N4) / B^2

    N2_k and N4 are the sums C_k and B with exp(j geometry) for cos(theta + geometry): theta is missing, the
    sines of a derivative too. It is not the derivative of ``printed_objective``.

    Returns: (drops, 2, elements) complex, in the place of df/du*; its projection on the unit circles is the slope
             Im(conj(e^(j theta)) gradient) per angle.
    Args, Raises, Source: as ``printed_objective``.
    """
    setting = make_setting(real)
    sums = cosine_sums(setting, _checked_phases(real, theta))
    own, base = np.exp(1j * setting.user_angle), np.exp(1j * setting.base_angle)
    # sum_{q<n} conj(e_q) e_n
    n2 = np.sum(own * (np.cumsum(np.conj(own), axis=-1) - np.conj(own)), axis=-1)
    n4 = np.conj(base[: setting.antennas].sum()) * base.sum()
    ratio = (sums.bottom * n2 - sums.top * n4) / sums.bottom**2
    each = 2 * (-2 * setting.chi**2) * setting.coupling * ratio * _means(setting, sums)
    return np.repeat(_per_side(setting, each[..., None]), theta.shape[-1], axis=-1)


def printed_means(real: Realisation, theta: np.ndarray) -> np.ndarray:
    """mean_k as printed, (drops, users): theorem 1 without its random term. Args, Raises: as ``printed_objective``."""
    setting = make_setting(real)
    return _means(setting, cosine_sums(setting, _checked_phases(real, theta)))


def printed_descends(real: Realisation, theta: np.ndarray) -> np.ndarray:
    """(drops,) whether a small step against the printed gradient lowers the printed objective, along the circles."""
    setting = make_setting(real)
    theta = _checked_phases(real, theta)
    along = np.imag(np.conj(np.exp(1j * theta)) * printed_gradient(real, theta))
    return np.sum(along * slope(setting, theta), axis=(1, 2)) > 0


def make_setting(real: Realisation) -> Setting:
    """The formula's constants. Raises ValueError naming antennas where there are more than elements."""
    known = checked(real.known)
    drops, users, antennas = known.direct_mean.shape
    elements = known.surface_mean.shape[1]
    require(antennas <= elements, "antennas", "be at most elements in the printed formula", f"{antennas} > {elements}")
    y, z = 2 * planar_positions(*near_square(elements))[:, 1:].T
    to_user, to_base = unit_vectors(SURFACE_M, real.user_position_m), unit_vectors(SURFACE_M, BASE_STATION_M)
    sine = unit_vectors(BASE_STATION_M, real.user_position_m)[..., 1]
    direct, user = (_modulus(mean) for mean in (known.direct_mean, known.user_mean))
    base = _modulus(known.surface_mean.reshape(drops, 1, -1))
    rho, tau = np.sqrt(known.user_var), np.sqrt(known.surface_var)[:, None]
    beams = np.cos(np.pi * sine[..., None] * np.arange(antennas)).sum(axis=-1)
    return Setting(
        chi=mean_phasor(known.kappa)[:, None],
        side=known.side,
        antennas=antennas,
        constant=direct * beams + base * rho + tau * user + tau * rho,
        coupling=base * user,
        user_angle=np.pi * (to_user[..., 1:2] * y + to_user[..., 2:3] * z),
        base_angle=np.pi * (to_base[1] * y + to_base[2] * z),
    )


def _modulus(mean: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(np.abs(mean) ** 2, axis=-1))


def _checked_phases(real: Realisation, theta: np.ndarray) -> np.ndarray:
    theta = np.asarray(theta, float)
    shape = (len(real.user_position_m), 2, np.shape(real.known.surface_mean)[-2])
    require(theta.shape == shape, "theta", f"have shape {shape}", theta.shape)
    require(bool(np.isfinite(theta).all()), "theta", "be finite", "NaN or infinity")
    return theta


def cosine_sums(setting: Setting, theta: np.ndarray) -> CosineSums:
    """C_k and B at the phases, with their derivatives."""
    phases = np.take_along_axis(theta, setting.side[..., None], axis=1)
    own, base = np.exp(1j * (phases + setting.user_angle)), np.exp(1j * (phases + setting.base_angle))
    total, whole = own.sum(axis=-1), base.sum(axis=-1)
    first = base[..., : setting.antennas].sum(axis=-1)
    slope = -np.imag(np.conj(first)[..., None] * base)
    slope[..., : setting.antennas] -= np.imag(np.conj(whole)[..., None] * base[..., : setting.antennas])
    return CosineSums(
        top=0.5 * (np.abs(total) ** 2 - theta.shape[-1]),
        bottom=np.real(np.conj(first) * whole),
        top_slope=-np.imag(np.conj(total)[..., None] * own),
        bottom_slope=slope,
    )


def _means(setting: Setting, sums: CosineSums) -> np.ndarray:
    """mean_k as printed, (drops, users)."""
    whole = setting.antennas * setting.user_angle.shape[-1]
    return setting.constant + setting.coupling * (whole - 2 * setting.chi * sums.top / sums.bottom)


def value(setting: Setting, theta: np.ndarray) -> np.ndarray:
    """f as printed, (drops,)."""
    return np.sum(_means(setting, cosine_sums(setting, theta)) ** 2, axis=-1)


def slope(setting: Setting, theta: np.ndarray) -> np.ndarray:
    """The true derivative of f by the angles, (drops, 2, elements)."""
    sums = cosine_sums(setting, theta)
    ratio = (sums.top / sums.bottom)[..., None]
    change = (sums.top_slope - ratio * sums.bottom_slope) / sums.bottom[..., None]
    each = 2 * _means(setting, sums) * setting.coupling * -2 * setting.chi
    return _per_side(setting, each[..., None] * change)


def _per_side(setting: Setting, each: np.ndarray) -> np.ndarray:
    """(drops, users, n) summed over the users of either side, (drops, 2, n)."""
    return np.einsum("dks,dkn->dsn", np.eye(2)[setting.side], each)
