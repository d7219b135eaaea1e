"""Received powers of one drop in JAX: the gains of ``model`` in real arithmetic, smooth where a user receives nothing.

Complex arrays travel as real ones with a leading axis of parts: one real matrix product gives the amplitude of every
beam at every user and position.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

_FAINT = 1e-12
"""Amplitudes below this, in units of the noise, count as this."""


class ReceivedPower(NamedTuple):
    """Received power over that of the noise, per watt of each group."""

    log_gain: Array
    """(users, positions) log of the least own gain."""
    interference: Array
    """(users, positions, groups) largest, zero for the own group."""


def received(
    channels: Array, f: Array, scattering: Array, own: np.ndarray, softness: Array | float | None = None
) -> ReceivedPower:
    """Least own gains (|h^H f_i| - rho ||f_i||)_+^2 and largest interference (|h^H f_j| + rho ||f_j||)^2.

    With a softness, gains fall on where scattering may take nearly all of the amplitude or more, so that a search sees
    the way out (see ``_log_left``); without it they are exact down to the faintest amplitude that counts.

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
    spread = scattering[:, None] * jnp.sqrt(jnp.sum(f * f, axis=(0, 1)) + _FAINT**2)
    wanted, lost = jnp.sum(own[:, None] * amplitude, axis=-1), jnp.sum(own * spread, axis=-1)[:, None]
    if softness is None:
        log_amplitude = jnp.log(jnp.maximum(wanted - lost, _FAINT))
    else:
        log_amplitude = jnp.log(wanted) + _log_left(lost / wanted, softness)
    return ReceivedPower(2 * log_amplitude, jnp.asarray(1.0 - own)[:, None] * (amplitude + spread[:, None]) ** 2)


def _log_left(lost: Array, softness: Array | float) -> Array:
    """log(1 - lost) up to lost = exp(-softness), and beyond it the tangent in log(lost): finite, and falling on."""
    edge = jnp.exp(-softness)
    beyond = jnp.log(jnp.maximum(lost, edge)) + softness
    return jnp.log1p(-jnp.minimum(lost, edge)) - beyond * edge / (1 - edge)
