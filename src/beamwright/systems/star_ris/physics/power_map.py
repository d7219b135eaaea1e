"""Expected received power of a design anywhere in the scene."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import as_array
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import SURFACE_M, Realisation, Scenario, Statistics, statistics_at
from beamwright.systems.star_ris.types import Design


def received_power_w(
    scenario: Scenario, realisation: Realisation, design: Design, positions_m: ArrayLike
) -> np.ndarray:
    """E|F_j|^2 of every stream j at every position, for a user whose links have uniformly random phases.

    Direct and surface paths then add in power: half the sum of the exact second moments for either sign of the direct
    mean. Positions before the surface (towards the base station) see its reflection, those behind its transmission.
    Where sides take turns it is the mean over time: a stream is sent while its own side is served.

    Args:    positions_m (points, 3) in m; design for ``realisation``.
    Returns: (drops, points, streams) in W; sum over streams for what arrives in all.
    Raises:  ValueError naming positions_m.
    """
    points = as_array(positions_m, "positions_m", "points xyz", float, xyz=3)
    before = points[:, 0] < SURFACE_M[0]
    order = np.argsort(~before, kind="stable")  # the scenario counts reflection users first
    drops = len(design.u)
    mapped = scenario.derived(users=len(points), reflection_users=int(before.sum()))
    links = statistics_at(mapped, np.broadcast_to(points[order], (drops, *points.shape)), realisation.known)
    slot = model.slots(realisation.known.side, design.share)
    turns = (design.share < 1).any(axis=-1, keepdims=True)
    power = np.zeros((drops, len(points), design.precoder.shape[-1]))
    for side in range(2):  # one after the other where sides take turns, else all in the first
        if not (slot == side).any():
            continue
        u = np.where((turns & (np.arange(2) != side))[..., None], 0, design.u)
        w = np.where((slot == side)[:, None], design.precoder, 0)
        power += np.mean([_power(links, sign, u, w) for sign in (1, -1)], axis=0)
    return (design.share[:, None] * power)[:, np.argsort(order)]


def _power(links: Statistics, sign: int, u: np.ndarray, w: np.ndarray) -> np.ndarray:
    turned = Statistics(**{**vars(links), "direct_mean": sign * links.direct_mean})
    return model.received(turned, u, w).power
