"""Where searches start: hologram and zero forcing, then random variations of them (spec dma_noma, section 6)."""

import jax
import numpy as np

from beamwright.arrays import hologram
from beamwright.core import numbered_keys, root_key


def initial(nominal: np.ndarray, wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes (drops, elements) and unit beams (drops, chains, groups) for estimated positions.

    The hologram of all users, then V = G (G^H G)^+ on the near users' effective channels G = W^H H.

    Args: nominal channels (drops, users, elements), near users first; wave Q (drops, elements, chains).
    """
    groups = nominal.shape[1] // 2
    amplitudes = np.stack([hologram(h, q) for h, q in zip(nominal, wave, strict=True)])
    return amplitudes, zero_forcing(nominal[:, :groups], amplitudes, wave)


def zero_forcing(h: np.ndarray, amplitudes: np.ndarray, wave: np.ndarray) -> np.ndarray:
    """Unit beams (drops, chains, groups) that null the other users of ``h`` (drops, groups, elements) if they can."""
    rows = np.conj(h) @ (amplitudes[..., None] * wave)
    return unit_columns(np.linalg.pinv(rows, rcond=1e-9))


def unit_columns(beams: np.ndarray) -> np.ndarray:
    """Columns over their norms; a column of zeros becomes the first unit vector."""
    size = np.linalg.norm(beams, axis=-2, keepdims=True)
    first = np.zeros_like(beams)
    first[..., 0, :] = 1
    return np.where(size > 1e-300, beams / np.where(size > 1e-300, size, 1.0), first)


def varied(
    amplitudes: np.ndarray, beams: np.ndarray, numbers: np.ndarray, starts: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """``starts`` points per drop, (drops * starts, ...): the given one, then half random amplitudes and beams.

    Drop number i draws from fold_in(key(seed), i).
    """
    drops, elements = amplitudes.shape

    def draw(key: jax.Array) -> tuple[jax.Array, jax.Array]:
        first, second = jax.random.split(key)
        return (
            jax.random.uniform(first, (starts, elements)),
            jax.random.normal(second, (starts, *beams.shape[1:]), complex),
        )

    uniform, normal = (np.array(x) for x in jax.vmap(draw)(numbered_keys(root_key(seed), numbers)))
    some = np.arange(starts) > 0
    mixed = np.where(some[:, None], 0.5 * (amplitudes[:, None] + uniform), amplitudes[:, None])
    turned = np.where(some[:, None, None], beams[:, None] + unit_columns(normal), beams[:, None])
    return mixed.reshape(drops * starts, elements), unit_columns(turned).reshape(drops * starts, *beams.shape[1:])
