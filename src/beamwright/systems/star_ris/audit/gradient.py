"""Riemannian gradient of a goal at a design, in closed form: the certificate's own, without the search's kernel.

With the factors of the objective f by means and variances, D_kj = 2 df / d conj(m_kj) and E_kj = df / dV_kj,

    g_sn = sum_{k on s} [chi hr_kn sum_j D_kj conj(x_jn) + 2 u_sn sum_j E_kj dV_kj/dp_kn]    (spec star_ris, section 5)

is the Euclidean gradient in u; the second term counts where amplitudes are variables. In the phases of u it is
Im(conj(u_sn) g_sn); with amplitudes g_n minus its part along the point (u_tn, u_rn) of the unit sphere.
"""

from typing import NamedTuple

import numpy as np

from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.audit.instance import Instance
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.types import Goal
from beamwright.uncertainty import mean_phasor


class Factors(NamedTuple):
    """Derivatives of the objective (minimised) by the moments, (drops, users k, streams j)."""

    mean: np.ndarray
    """D_kj = 2 df / d conj(m_kj)."""
    variance: np.ndarray
    """E_kj = df / dV_kj."""


def gradient_norm(instance: Instance) -> np.ndarray:
    """(drops,) norm of the Riemannian gradient; of the least rate as a soft minimum at its sharpest."""
    factors = _factors(instance)
    back = factors.mean @ np.conj(np.swapaxes(instance.paths.incident, -1, -2))
    if not instance.joint:
        slopes = _per_side(instance, np.imag(np.conj(instance.paths.cascaded) * back))
        return np.sqrt(np.sum(slopes**2, axis=(1, 2)))
    known, u = instance.known, instance.u
    chi = mean_phasor(known.kappa)[:, None, None]
    by_power = _per_side(instance, _power_slopes(instance, factors))
    slopes = _per_side(instance, chi * known.user_mean * back) + 2 * u * by_power
    along = np.sum((np.conj(u) * slopes).real, axis=1, keepdims=True)
    return np.sqrt(np.sum(square_modulus(slopes - u * along), axis=(1, 2)))


def _power_slopes(instance: Instance, factors: Factors) -> np.ndarray:
    """sum_j E_kj dV_kj / dp_kn, (drops, users, elements)."""
    noise, scattered = model.variance_weights(instance.known)
    incident = np.swapaxes(square_modulus(instance.paths.incident), -1, -2)
    powers = model.stream_powers(instance.precoder)[..., None]
    return noise * (factors.variance @ incident) + scattered * (factors.variance @ powers)


def _factors(instance: Instance) -> Factors:
    moments = instance.moments
    if instance.goal is Goal.INTERFERENCE:
        weight = instance.disturbing / instance.unit[:, None, None]
        return Factors(2 * weight * moments.mean, weight)
    signal, disturbance = model.signal_w(moments), model.disturbance_w(instance.known, moments)
    rate = instance.share * np.log2(1 + signal / disturbance)
    weight = np.ones_like(rate)
    if instance.goal is Goal.MIN_RATE:
        weight = np.exp(-model.SHARPNESS[-1] * (rate - rate.min(axis=-1, keepdims=True)))
        weight = weight / weight.sum(axis=-1, keepdims=True)
    by_signal = -weight * instance.share / (np.log(2) * (disturbance + signal))
    by_disturbance = (-by_signal * signal / disturbance)[..., None] * instance.together
    own = np.eye(rate.shape[-1], dtype=bool)
    return Factors(2 * np.where(own, by_signal[..., None], by_disturbance) * moments.mean, by_disturbance)


def _per_side(instance: Instance, values: np.ndarray) -> np.ndarray:
    """(drops, users, elements) summed over the users of either side, (drops, 2, elements)."""
    on_side = (instance.known.side[:, None] == np.arange(2)[:, None]).astype(float)
    return on_side @ values
