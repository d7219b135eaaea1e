"""Products X -> F X G^H of Hermitian matrices as real matrices on their coordinates."""

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics.fusion import materialise, total

_ROOT2 = float(np.sqrt(2.0))


def kronecker(f: Array, g: Array) -> Array:
    """Real matrix of (X, X') -> sum_p Re tr(X F_p X' G_p^H) on real coordinates, (d, d, d, d, lanes).

    T[a, b, c, e] = sum_p F[b, c] conj(G[a, e]) acts on entries X_ab and X'_ce; entries are combinations of coordinates
    (a, b) and (b, a), so the real matrix is a combination of T with its two index pairs swapped.
    """
    d = f.shape[0]
    t = materialise(total(f[None, :, :, None, p] * jnp.conj(g[:, None, None, :, p]) for p in range(f.shape[2])))
    upper, diagonal = np.triu(np.ones((d, d), bool), 1), np.eye(d, dtype=bool)
    left = (m.reshape(d, d, 1, 1, 1) for m in (upper, diagonal))
    right = (m.reshape(1, 1, d, d, 1) for m in (upper, diagonal))
    flipped, (above, on) = jnp.swapaxes(t, 0, 1), left
    t = materialise(jnp.where(above, t + flipped, jnp.where(on, _ROOT2 * t, 1j * (flipped - t))))
    flipped, (above, on) = jnp.swapaxes(t, 2, 3), right
    below = t.imag - flipped.imag
    return materialise(0.5 * jnp.where(above, t.real + flipped.real, jnp.where(on, _ROOT2 * t.real, below)))
