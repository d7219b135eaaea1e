"""Moments and ergodic rates by drawing channels and phase noise: a check of the closed forms."""

from functools import cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import ArrayLike

from beamwright.core import numbered_keys, require, root_key
from beamwright.systems.star_ris.physics import model, moments
from beamwright.systems.star_ris.scene import Statistics
from beamwright.uncertainty import von_mises_angles

CHUNK = 500
"""Channel draws held in memory at a time."""


class MonteCarlo(NamedTuple):
    """Sample means and their standard errors."""

    power: np.ndarray
    """(drops, users, users) of |F_kj|^2 in W."""
    power_error: np.ndarray
    mean: np.ndarray
    """(drops, users, users) of F_kj."""
    ergodic: np.ndarray
    """(drops, users) E log2(1 + |F_kk|^2 / (sum_{j != k} |F_kj|^2 + noise)): what a receiver that knows F achieves."""
    ergodic_error: np.ndarray


def monte_carlo(
    known: Statistics,
    u: ArrayLike,
    precoder: ArrayLike,
    samples: int = 10_000,
    seed: int = 0,
    share: ArrayLike = 1.0,
) -> MonteCarlo:
    """Draw all links and the phase noise ``samples`` times (rounded up to whole chunks); drop number i
    uses fold_in(key(seed), i).

    Args:   known, u, precoder, share as ``moments``: streams that are not sent while a user listens are zero for it.
            ``ergodic`` is the rate while the user is served: times ``share`` for its mean over time.
    Raises: ValueError if samples < 2, or naming what has a wrong shape or is not finite.
    """
    require(samples >= 2, "samples", "be >= 2", samples)
    known, u, precoder = moments.checked_design(known, u, precoder)
    together = model.together(known.side, moments.checked_share(known, share))
    chunks = -(-samples // CHUNK)
    keys = jax.random.key_data(numbered_keys(root_key(seed), known.numbers))
    coefficients = np.take_along_axis(u, known.side[..., None], axis=1)
    arrays = (
        known.direct_mean, known.surface_mean, known.user_mean, known.direct_var, known.surface_var, known.user_var,
        np.minimum(known.kappa, 1e12), known.noise_power_w, coefficients, precoder, np.asarray(keys), known.side,
        together,
    )  # fmt: skip
    first, second, mean, rate, rate_square = (np.asarray(x) for x in _compiled(chunks)(*arrays))
    count = chunks * CHUNK

    def error(mean: np.ndarray, square: np.ndarray) -> np.ndarray:
        return np.sqrt(np.maximum(square - mean**2, 0) / (count - 1))

    return MonteCarlo(first, error(first, second), mean, rate, error(rate, rate_square))


@cache
def _compiled(chunks: int):
    def one(arrays: tuple[Array, ...]) -> tuple[Array, ...]:
        *_, key, _side, _together = arrays
        keys = jax.random.split(jax.random.wrap_key_data(key), chunks)
        sums = lax.map(lambda key: _chunk(arrays, key), keys)
        return tuple(jnp.mean(s, axis=0) for s in sums)

    return jax.jit(lambda *arrays: lax.map(one, arrays))


def _chunk(arrays: tuple[Array, ...], key: Array) -> tuple[Array, ...]:
    hd, g, hr, eta, tau, rho, kappa, noise, u, w, _, side, together = arrays
    keys = jax.random.split(key, 4)

    def scattered(key: Array, variance: Array, shape: tuple[int, ...]) -> Array:
        return jnp.sqrt(variance) * jax.random.normal(key, (CHUNK, *shape), complex)

    direct = hd + scattered(keys[0], eta[:, None], hd.shape)
    middle = g + scattered(keys[1], tau, g.shape)
    last = hr + scattered(keys[2], rho[:, None], hr.shape)
    noisy = jnp.exp(1j * von_mises_angles(keys[3], kappa, (CHUNK, 2, hr.shape[-1])))[:, side]
    x = middle @ w
    f = together * (jnp.conj(direct) @ w + jnp.einsum("skn,snj->skj", jnp.conj(last) * u * noisy, x))
    power = f.real**2 + f.imag**2
    own = jnp.diagonal(power, axis1=1, axis2=2)
    rate = jnp.log2(1 + own / (jnp.sum(power * (1 - jnp.eye(len(side))), axis=2) + noise))
    return tuple(jnp.mean(v, axis=0) for v in (power, power**2, f, rate, rate**2))
