"""The study's objective as it stands in print, for the record: what minimising it does to the true interference.

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
from beamwright.systems.star_ris.design import finish
from beamwright.systems.star_ris.known import checked
from beamwright.systems.star_ris.precoders import Closed, Precoding, chosen
from beamwright.systems.star_ris.realisation import BASE_STATION_M, SURFACE_M, Realisation
from beamwright.systems.star_ris.results import Design, Goal
from beamwright.systems.star_ris.scenario import Scenario
from beamwright.systems.star_ris.surfaces import amplitudes, random_start, time_share
from beamwright.uncertainty import mean_phasor

SUFFICIENT, CUT, CUTS = 1e-4, 0.25, 20
"""Of the step: Armijo's constant, the factor of a cut, the largest number of cuts."""


class _Setting(NamedTuple):
    """Everything in the printed formula but the phases; drops first, (drops, users, ...)."""

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


class _Parts(NamedTuple):
    """Of Lambda_k = M N - 2 chi C_k / B, (drops, users[, elements]); psi_n is theta_n plus the geometry's angle."""

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
    setting = _setting(real)
    return _value(setting, _parts(setting, _checked_phases(real, theta)))


def printed_gradient(real: Realisation, theta: np.ndarray) -> np.ndarray:
    """The gradient as printed: one complex number per user, the same for all elements of its side.

        sum_{k on s} 2 D_k mean_k,   D_k = -2 chi^2 |G| |hr_k| (B N2_k - C_k N4) / B^2

    N2_k and N4 are the sums C_k and B with exp(j geometry) for cos(theta + geometry): theta is missing, the
    sines of a derivative too. It is not the derivative of ``printed_objective``.

    Returns: (drops, 2, elements) complex, in the place of df/du*; its projection on the unit circles is the slope
             Im(conj(e^(j theta)) gradient) per angle.
    Args, Raises, Source: as ``printed_objective``.
    """
    setting = _setting(real)
    parts = _parts(setting, _checked_phases(real, theta))
    own, base = np.exp(1j * setting.user_angle), np.exp(1j * setting.base_angle)
    # sum_{q<n} conj(e_q) e_n
    n2 = np.sum(own * (np.cumsum(np.conj(own), axis=-1) - np.conj(own)), axis=-1)
    n4 = np.conj(base[: setting.antennas].sum()) * base.sum()
    ratio = (parts.bottom * n2 - parts.top * n4) / parts.bottom**2
    each = 2 * (-2 * setting.chi**2) * setting.coupling * ratio * _means(setting, parts)
    return np.repeat(_per_side(setting, each[..., None]), theta.shape[-1], axis=-1)


def printed_means(real: Realisation, theta: np.ndarray) -> np.ndarray:
    """mean_k as printed, (drops, users): theorem 1 without its random term. Args, Raises: as ``printed_objective``."""
    setting = _setting(real)
    return _means(setting, _parts(setting, _checked_phases(real, theta)))


def printed_descends(real: Realisation, theta: np.ndarray) -> np.ndarray:
    """(drops,) whether a small step against the printed gradient lowers the printed objective, along the circles."""
    setting = _setting(real)
    theta = _checked_phases(real, theta)
    along = np.imag(np.conj(np.exp(1j * theta)) * printed_gradient(real, theta))
    return np.sum(along * _slope(setting, _parts(setting, theta)), axis=(1, 2)) > 0


def printed(
    s: Scenario, real: Realisation, precoding: Precoding = "mrt", iterations: int = 200, seed: int = 0
) -> Design:
    """For the record only: minimises ``printed_objective`` and is judged by the true moments, as P1.

    Gradient steps on the angles with the true derivative of f (the printed one is no descent direction), backtracking,
    from random phases, drop i using fold_in(key(seed), i). A drop ends where 20 cuts find no descent.

    Measured on 60 drops of the default scene, one fixed precoder (identity; mrt of the start in brackets), interference
    relative to the random start: this search median 1.03 (1.06), mean 1.42 +- 0.12 (1.55 +- 0.16), and f down to 0.58
    of its start only, near poles; L-BFGS brings f to zero in 93 % of the drops, and the interference to a median of
    1.67 (1.80); P1 reaches 0.28 (0.22). Over 200 random surfaces the rank correlation of f with the true interference
    is -0.04 +- 0.01 on average and at most 0.19 in modulus in any drop. |mean_k| is 9.9 times the true mean for unit
    amplitudes and w of ones (5 to 95 %: 4.7 to 39). The projected ``printed_gradient`` has a positive product with the
    true slope of f at 47 % of 800 points, which is chance; moving all angles of a side by the same number, as one
    scalar per user would have it, does not change f at all, since only differences of phases enter.

    Returns: Design with goal interference; ``design_precoder`` is made for the random start, ``precoder`` for the final
             phases; ``trace`` holds f as printed, not the objective.
    Raises:  ValueError naming antennas (more than elements), iterations, or the precoder.
    Source:  spec star_ris, section 8, option printed.
    """
    require(iterations >= 1, "iterations", "be >= 1", iterations)
    known = checked(real.known)
    drops, elements = known.surface_mean.shape[:2]
    start = random_start(amplitudes(s, elements), known, 1, seed)
    share = time_share(s, known)
    precoder = chosen(known, precoding, share, Closed, "precoding")
    theta, trace, spent = _descend(_setting(real), np.angle(start), iterations)
    u = np.abs(start) * np.exp(1j * theta)
    return finish(
        known, Goal.INTERFERENCE, u, precoder(known, u, share), precoder(known, start, share), share,
        iterations=spent, trace=trace,
    )  # fmt: skip


def _setting(real: Realisation) -> _Setting:
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
    return _Setting(
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


def _parts(setting: _Setting, theta: np.ndarray) -> _Parts:
    seen = np.take_along_axis(theta, setting.side[..., None], axis=1)
    own, base = np.exp(1j * (seen + setting.user_angle)), np.exp(1j * (seen + setting.base_angle))
    total, whole = own.sum(axis=-1), base.sum(axis=-1)
    first = base[..., : setting.antennas].sum(axis=-1)
    slope = -np.imag(np.conj(first)[..., None] * base)
    slope[..., : setting.antennas] -= np.imag(np.conj(whole)[..., None] * base[..., : setting.antennas])
    return _Parts(
        top=0.5 * (np.abs(total) ** 2 - theta.shape[-1]),
        bottom=np.real(np.conj(first) * whole),
        top_slope=-np.imag(np.conj(total)[..., None] * own),
        bottom_slope=slope,
    )


def _means(setting: _Setting, parts: _Parts) -> np.ndarray:
    """mean_k as printed, (drops, users)."""
    whole = setting.antennas * setting.user_angle.shape[-1]
    return setting.constant + setting.coupling * (whole - 2 * setting.chi * parts.top / parts.bottom)


def _value(setting: _Setting, parts: _Parts) -> np.ndarray:
    return np.sum(_means(setting, parts) ** 2, axis=-1)


def _slope(setting: _Setting, parts: _Parts) -> np.ndarray:
    """The true derivative of f by the angles, (drops, 2, elements)."""
    ratio = (parts.top / parts.bottom)[..., None]
    change = (parts.top_slope - ratio * parts.bottom_slope) / parts.bottom[..., None]
    each = 2 * _means(setting, parts) * setting.coupling * -2 * setting.chi
    return _per_side(setting, each[..., None] * change)


def _per_side(setting: _Setting, each: np.ndarray) -> np.ndarray:
    """(drops, users, n) summed over the users of either side, (drops, 2, n)."""
    return np.einsum("dks,dkn->dsn", np.eye(2)[setting.side], each)


def _descend(setting: _Setting, theta: np.ndarray, iterations: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Phases, f after every step (drops, steps + 1), NaN after the end, and the number of steps of every drop."""
    value = _value(setting, _parts(setting, theta))
    step, trace, spent = np.zeros(len(theta)), [value], np.zeros(len(theta), int)
    running = np.ones(len(theta), bool)
    for _ in range(iterations):
        slope = _slope(setting, _parts(setting, theta))
        steepness = np.sum(slope**2, axis=(1, 2))
        running = running & (steepness > 0)
        first = 1 / np.sqrt(np.where(steepness > 0, steepness, 1.0))
        step = np.where(step > 0, 2 * step, first)
        found, pending = value.copy(), running.copy()
        for _ in range(CUTS):
            if not pending.any():
                break
            trial = _value(setting, _parts(setting, theta - step[:, None, None] * slope))
            good = pending & (trial <= value - SUFFICIENT * step * steepness)
            found, pending = np.where(good, trial, found), pending & ~good
            step = np.where(pending, CUT * step, step)
        running = running & ~pending
        if not running.any():
            break
        theta = np.where(running[:, None, None], theta - step[:, None, None] * slope, theta)
        value = np.where(running, found, value)
        spent += running
        trace.append(np.where(running, value, np.nan))
    return theta, np.stack(trace, axis=1), spent
