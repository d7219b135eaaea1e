"""Phase noise of reconfigurable elements: independent von Mises angles."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike
from scipy import special


def mean_phasor(concentration: ArrayLike) -> np.ndarray:
    """chi = E exp(j delta) = I1(kappa) / I0(kappa) of von Mises noise, by scaled Bessel functions: no overflow.

    Args:    concentration kappa >= 0: 0 is a uniform angle (chi = 0), inf no noise at all (chi = 1).
    """
    kappa = np.asarray(concentration, float)
    finite = np.where(np.isfinite(kappa), kappa, 0.0)
    return np.where(np.isfinite(kappa), special.i1e(finite) / special.i0e(finite), 1.0)


def sample_von_mises(keys: jax.Array, concentration: float, shape: tuple[int, ...]) -> np.ndarray:
    """Angles in radians, (keys, *shape), key i giving draw i whatever the batch.

    Args:    concentration kappa in [0, inf]; inf gives zeros.
    """
    if np.isinf(concentration):
        return np.zeros((len(keys), *shape))
    return np.asarray(_each(keys, float(concentration), shape))


@partial(jax.jit, static_argnums=2)
def _each(keys: jax.Array, kappa: float, shape: tuple[int, ...]) -> jax.Array:
    return jax.vmap(lambda key: von_mises_angles(key, kappa, shape))(keys)


def von_mises_angles(key: jax.Array, kappa: jax.Array | float, shape: tuple[int, ...]) -> jax.Array:
    """Angles of one key, traceable: Best and Fisher's rejection from a wrapped Cauchy density, kappa finite.

    Written with 1 - cos so that digits are kept for large kappa; below 1e-8 the density is flat to that order.
    """
    k = jnp.maximum(kappa, 1e-8)
    root = jnp.sqrt(1.0 + 4.0 * k**2)
    tau, over = 1.0 + root, 4.0 * k**2 / (1.0 + root)  # over = tau - 2
    rho = tau * over / ((tau + jnp.sqrt(2.0 * tau)) * 2.0 * k)
    r_less_one = (1.0 - rho) ** 2 / (2.0 * rho)

    def again(carry: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array, jax.Array]:
        key, angle, done = carry
        key, *parts = jax.random.split(key, 4)
        z = jnp.cos(jnp.pi * jax.random.uniform(parts[0], shape))
        less = r_less_one * (1.0 - z) / (1.0 + r_less_one + z)  # 1 - cos(angle)
        c = k * (r_less_one + less)
        u = jax.random.uniform(parts[1], shape, minval=jnp.finfo(float).tiny)
        good = (c * (2.0 - c) > u) | (jnp.log(c / u) + 1.0 >= c)
        sign = jnp.where(jax.random.bernoulli(parts[2], shape=shape), 1.0, -1.0)
        new = sign * 2.0 * jnp.arcsin(jnp.sqrt(jnp.clip(less / 2.0, 0.0, 1.0)))
        return key, jnp.where(done, angle, new), done | good

    start = (key, jnp.zeros(shape), jnp.zeros(shape, bool))
    return jax.lax.while_loop(lambda carry: ~jnp.all(carry[2]), again, start)[1]
