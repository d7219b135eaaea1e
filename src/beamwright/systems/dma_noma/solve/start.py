"""Starting points of searches: hologram and zero forcing, then random variations of them (spec dma_noma, section 6)."""

import jax
import numpy as np

from beamwright.core import numbered_keys, root_key
from beamwright.systems.dma_noma.physics.closed_forms import holograms, nulling_beams, unit_columns


def initial(nominal: np.ndarray, wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes (drops, elements) and unit beams (drops, chains, groups) for estimated positions.

    The hologram of all users, then beams that null each other at the near users.

    Args: nominal channels (drops, users, elements), near users first; wave Q (drops, elements, chains).
    """
    groups = nominal.shape[1] // 2
    amplitudes = holograms(nominal, wave)
    return amplitudes, nulling_beams(nominal[:, :groups], amplitudes, wave)


def varied(
    amplitudes: np.ndarray, beams: np.ndarray, numbers: np.ndarray, starts: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Points, ``starts`` per drop, (drops, starts, ...): the one of the drop, then half random amplitudes and beams.

    Drop number i draws from fold_in(key(seed), i).
    """
    elements = amplitudes.shape[1]

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
    return mixed, unit_columns(turned)
