"""The design problem of one drop in JAX: smoothed worst cases, powers split in closed form (spec dma_noma, 5 and 6).

Channels are in units of the noise amplitude. Complex arrays travel as real ones with a leading axis of parts: one real
matrix product gives what every user hears of every beam at every position.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

PENALTY = 20.0
"""Of weighted rate per bit that a group's power is short of what its required rates need (spec section 6, A)."""
_FAINT = 1e-12
"""Amplitudes below this, in units of the noise, count as this."""

Values = Any
"""NumPy's arrays in a batch on the host, JAX's of one drop in a kernel."""


class Drop(NamedTuple):
    """One drop."""

    channels: Values
    """(parts, users, positions, elements) over the noise amplitude; users are near, then far."""
    present: Values
    """(users, positions) one for positions that count, zero for those that fill up."""
    scattering: Values
    """(users,) over the noise amplitude."""
    wave: Values
    """(parts, elements, chains)."""
    power: Values
    """() P in W."""
    weight: Values
    """()."""
    rate_near: Values
    """()."""
    rate_far: Values
    """()."""


class Point(NamedTuple):
    """What is searched for, apart from powers."""

    amplitudes: Values
    """(elements,)."""
    beams: Values
    """(parts, chains, groups), any norms: they are normalised inside."""


def normalised(beams: Array) -> Array:
    """Unit columns."""
    size = jnp.sum(beams * beams, axis=(0, 1))
    return beams / jnp.sqrt(jnp.where(size > 0, size, 1.0))


def vectors(drop: Drop, point: Point) -> Array:
    """f = diag(m) Q v, (parts, elements, groups)."""
    real, imag = normalised(point.beams)
    wave = drop.wave
    there = jnp.stack([wave[0] @ real - wave[1] @ imag, wave[0] @ imag + wave[1] @ real])
    return point.amplitudes[:, None] * there


class Heard(NamedTuple):
    """What arrives, noise power one, per watt of each group."""

    gain: Array
    """(users, positions) least own gain."""
    interference: Array
    """(users, positions, groups) largest, zero for the own group."""


def heard(drop: Drop, point: Point) -> Heard:
    """Gains of every beam at every user and position."""
    f = vectors(drop, point)
    return received(drop.channels, f, drop.scattering, np.tile(np.eye(f.shape[-1]), (2, 1)))


def received(channels: Array, f: Array, scattering: Array, own: np.ndarray) -> Heard:
    """Least own gains and largest interference per watt.

    Args: channels (parts, users, positions, elements), f (parts, elements, groups), scattering (users,),
          own (users, groups) one at each user's own beam.
    """
    users, positions, elements = channels.shape[1:]
    groups = f.shape[-1]
    rows = jnp.concatenate([channels[0], channels[1]], axis=-1).reshape(-1, 2 * elements)
    columns = jnp.concatenate(
        [jnp.concatenate([f[0], f[1]], axis=0), jnp.concatenate([f[1], -f[0]], axis=0)], axis=1
    )  # h^H f = (h_r f_r + h_i f_i) + j (h_r f_i - h_i f_r)
    z = (rows @ columns).reshape(users, positions, 2, groups)
    amplitude = jnp.sqrt(z[:, :, 0] ** 2 + z[:, :, 1] ** 2 + _FAINT**2)
    spread = scattering[:, None, None] * jnp.sqrt(jnp.sum(f * f, axis=(0, 1)) + _FAINT**2)
    low = jnp.maximum(jnp.sum(own[:, None] * (amplitude - spread), axis=-1), _FAINT)
    return Heard(low**2, jnp.asarray(1.0 - own)[:, None] * (amplitude + spread) ** 2)


def log_ratios(drop: Drop, at: Heard, powers: Array, sharpness: Array | float | None = None) -> Array:
    """log of max over positions of (I + 1)/g, (users,); with a sharpness beta, log-sum-exp(beta .)/beta, above it."""
    ratio = jnp.log(at.interference @ powers + 1.0) - jnp.log(at.gain)
    top = jnp.max(jnp.where(drop.present > 0, ratio, -jnp.inf), axis=1)
    if sharpness is None:
        return top
    return top + jnp.log(jnp.sum(drop.present * jnp.exp(sharpness * (ratio - top[:, None])), axis=1)) / sharpness


class Split(NamedTuple):
    """Powers of a group's users, their rates, and the power its required rates need."""

    near: Array
    far: Array
    rate_near: Array
    rate_far: Array
    needed: Array


def split(drop: Drop, log_ratio: Array, powers: Array, sharpness: Array | float | None = None) -> Split:
    """Best split of group powers (groups,) in closed form (spec section 5), at least what the near user requires."""
    groups = len(powers)
    log_near, log_far = log_ratio[:groups], log_ratio[groups:]
    if sharpness is None:
        log_both = jnp.maximum(log_near, log_far)
    else:
        log_both = jnp.logaddexp(sharpness * log_near, sharpness * log_far) / sharpness
    a, c = jnp.exp(log_near), jnp.exp(log_both)
    rest, least = 2.0**-drop.rate_far, (2.0**drop.rate_near - 1) * a
    most = rest * powers - (1 - rest) * c  # what the far user's required rate leaves
    # for weights below one half a larger near share stops paying at an inner point
    inner = (drop.weight * c - (1 - drop.weight) * a) / jnp.where(drop.weight < 0.5, 1 - 2 * drop.weight, 1.0)
    near = jnp.maximum(jnp.where(drop.weight < 0.5, jnp.minimum(inner, most), most), least)
    near = jnp.clip(near, 0.0, powers)
    far = powers - near
    return Split(
        near=near,
        far=far,
        rate_near=jnp.log2(1 + near / a),
        rate_far=jnp.log2(1 + far / (near + c)),
        needed=(least + (1 - rest) * c) / rest,
    )


def shortfall(found: Split, powers: Array) -> Array:
    """() bits by which group powers are short of what required rates need."""
    return jnp.sum(jnp.maximum(0.0, jnp.log2(jnp.maximum(found.needed, 1e-300) / powers)))


def merit(drop: Drop, found: Split, powers: Array) -> Array:
    """Weighted rate less the penalty."""
    weighted = jnp.sum(drop.weight * found.rate_near + (1 - drop.weight) * found.rate_far)
    return weighted - PENALTY * shortfall(found, powers)
