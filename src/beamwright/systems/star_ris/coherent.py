"""How the phases act: through few complex numbers per user (spec star_ris, sections 2 and 5).

    m_kj = d_kj + sum_r z_kr T_rj,    z_kr = sum_n C_krn u_side(k),n

With G = A B^H of rank r: C_krn = chi conj(hr_kn) A_nr and T = B^H W; where r is not below the number of streams,
C_kjn = chi conj(hr_kn) x_jn and T = I. All in units of the noise amplitude, so that the noise is one.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.core.linalg import total
from beamwright.systems.star_ris import model
from beamwright.systems.star_ris.results import Goal, Statistics
from beamwright.uncertainty import mean_phasor

RANK_TOLERANCE = 1e-13
"""Directions of G that carry less than this share of its power do not count."""


class Map(NamedTuple):
    """One drop (or, with a leading axis, a batch) for the kernels; noise power one."""

    phases: np.ndarray
    """C (users, r, elements)."""
    streams: np.ndarray
    """T (r, users)."""
    direct: np.ndarray
    """d (users k, users j)."""
    sees: np.ndarray
    """(users, 2) one where the user is on that side."""
    noise: np.ndarray
    """(users k, users j, elements): what p_kn multiplies in V_kj; its last axis is summed (length 1) if p is fixed."""
    constant: np.ndarray
    """(users k, users j): what is left of V_kj."""
    share: np.ndarray
    """(users,) of the time."""
    reference: np.ndarray
    """() unit of the interference."""


def coherent_map(known: Statistics, u: np.ndarray, precoder: np.ndarray, share: np.ndarray, joint: bool) -> Map:
    """The map for given precoders; amplitudes are those of ``u`` (and inside C) unless they are variables too."""
    chi = mean_phasor(known.kappa)[:, None, None]
    noise_w = known.noise_power_w[:, None, None]
    left, right = factors(known.surface_mean)
    x = known.surface_mean @ precoder
    if left.shape[-1] < precoder.shape[-1]:
        middle, streams = left, np.conj(np.swapaxes(right, -1, -2)) @ precoder
    else:
        middle = x
        streams = np.broadcast_to(np.eye(x.shape[-1], dtype=complex), (len(x), *(x.shape[-1],) * 2))
    arriving = (chi * np.conj(known.user_mean))[:, :, None] * np.swapaxes(middle, -1, -2)[:, None]
    self_noise, scattered = model.variance_weights(known)
    norms = np.sum(np.abs(precoder) ** 2, axis=1)[:, None]
    of_power = (
        self_noise[:, :, None] * np.abs(np.swapaxes(x, -1, -2))[:, None] ** 2 + scattered[:, :, None] * norms[..., None]
    )
    constant = known.direct_var[..., None] * norms
    if not joint:
        amplitude = np.abs(model.at_users(known.side, u))
        arriving = arriving * amplitude[:, :, None]
        constant = constant + np.einsum("dkn,dkjn->dkj", amplitude**2, of_power)
        of_power = np.zeros((*of_power.shape[:-1], 1))
    return Map(
        phases=arriving / np.sqrt(noise_w)[..., None],
        streams=streams,
        direct=np.conj(known.direct_mean) @ precoder / np.sqrt(noise_w),
        sees=np.eye(2)[known.side],
        noise=of_power / noise_w[..., None],
        constant=constant / noise_w,
        share=np.broadcast_to(share, known.side.shape),
        reference=model.reference_w(known, u, precoder) / known.noise_power_w,
    )


def factors(g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """G = A B^H: A (drops, elements, r), B (drops, antennas, r) orthonormal, r the largest rank of the batch."""
    values, vectors = np.linalg.eigh(np.conj(np.swapaxes(g, -1, -2)) @ g)
    top = np.maximum(values[:, -1:], 0)
    rank = max(int((values > RANK_TOLERANCE * top).sum(axis=-1).max(initial=0)), 1)
    kept = vectors[..., -rank:]
    return g @ kept, kept


def means(drop: Map, u: Array) -> Array:
    """m_kj over the noise amplitude, (users, users), for coefficients u (2, elements)."""
    z = jnp.sum(drop.phases * _seen(drop, u)[:, None], axis=-1)
    # Sums of products, not matrix products: these are tiny, and fuse.
    return total((z[:, r, None] * drop.streams[r] for r in range(z.shape[1])), jnp.asarray(drop.direct))


def _seen(drop: Map, values: Array) -> Array:
    """What every user sees of (2, elements)."""
    sees = jnp.asarray(drop.sees)
    return sees[:, :1] * values[0] + sees[:, 1:] * values[1]


def variances(drop: Map, u: Array) -> Array:
    """V_kj over the noise power."""
    seen = _seen(drop, u.real**2 + u.imag**2)
    return jnp.asarray(drop.constant) + jnp.sum(drop.noise * seen[:, None], axis=-1)


def cost(goal: Goal, drop: Map, u: Array, sharpness: Array | float = 0.0, *, joint: bool) -> Array:
    """What is minimised: interference over its reference, minus the sum rate, or minus the soft least rate."""
    mean = means(drop, u)
    variance = variances(drop, u) if joint else drop.constant
    power = mean.real**2 + mean.imag**2 + variance
    own = np.eye(len(power))
    if goal is Goal.INTERFERENCE:
        return jnp.sum((1.0 - own) * power) / jnp.where(drop.reference > 0, drop.reference, 1.0)
    signal = jnp.sum(own * (mean.real**2 + mean.imag**2), axis=1)
    rate = drop.share * jnp.log2(1.0 + signal / (jnp.sum(power, axis=1) - signal + 1.0))
    if goal is Goal.SUM_RATE:
        return -jnp.sum(rate)
    least = jnp.min(rate)
    return jnp.log(jnp.sum(jnp.exp(-sharpness * (rate - least)))) / sharpness - least
