"""Starting points of searches: hologram and zero forcing, then random variations of them (spec dma_noma, section 6)."""

import numpy as np

from beamwright.core import draws, numbered_keys, root_key
from beamwright.systems.dma_noma.physics import Scenario
from beamwright.systems.dma_noma.physics.closed_forms import nulling_beams, unit_columns
from beamwright.systems.dma_noma.physics.responses import (
    as_parts,
    from_parts,
    holograms,
    law_of,
    parts_of,
    settings_of,
)


def initial(s: Scenario, nominal: np.ndarray, wave: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Responses (drops, elements) and unit beams (drops, chains, groups) for estimated positions.

    The hologram of all users, then beams that null each other at the near users.

    Args: nominal channels (drops, users, elements), near users first; wave Q (drops, elements, chains).
    """
    responses = holograms(s, nominal, wave)
    return responses, nulling_beams(nominal[:, : s.groups], responses, wave)


def varied(
    s: Scenario, responses: np.ndarray, beams: np.ndarray, numbers: np.ndarray, starts: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Points, ``starts`` per drop, (drops, starts, ...): the one of the drop, then half random responses and beams.

    Drop number i draws from fold_in(key(seed), i).
    """
    law = law_of(s)
    settings = settings_of(law, as_parts(responses, axis=0))[:, None]

    first, second = draws.split(numbered_keys(root_key(seed), numbers))
    elsewhere = draws.uniform(first, (starts, *responses.shape[1:]))
    turns = draws.complex_normal(second, (starts, *beams.shape[1:]))
    some = np.arange(starts) > 0
    moved = 0.5 * (settings + elsewhere) if law == "amplitude" else settings + np.pi * (elsewhere - 0.5)
    mixed = from_parts(parts_of(law, np.where(some.reshape(-1, *(1,) * (settings.ndim - 2)), moved, settings)))
    turned = np.where(some[:, None, None], beams[:, None] + unit_columns(turns), beams[:, None])
    return mixed, unit_columns(turned)
