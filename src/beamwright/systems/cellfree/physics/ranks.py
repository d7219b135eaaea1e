"""Ranks of access points, users and targets by what their paths carry, so that random numbers belong to no index.

An access point's index is its code, and codes at different distances do not correlate alike under carrier offsets: with
its paths moved to another index it is another access point, in another problem. So nothing is sorted here: whoever
draws numbers for access points hands ``numbers[rank]`` to each, and the same numbers come to the same paths.
"""

from typing import NamedTuple

import numpy as np

from beamwright.numerics import square_modulus
from beamwright.systems.cellfree.scene import Known

DIGITS = 9
"""Decimals of log10 of a power beyond which two are the same, so that rounding breaks no tie."""


class Ranks(NamedTuple):
    """Place of every access point, user and target, 0 for the strongest."""

    aps: np.ndarray
    """(drops, aps)."""
    users: np.ndarray
    """(drops, users)."""
    targets: np.ndarray
    """(drops, targets)."""


def canonical_ranks(known: Known) -> Ranks:
    """Ranks by power of own echoes, then of uplinks, of links heard, and of links sent; users by their uplinks, targets
    by their own echoes, then by all.

    Order of access points, users, targets and paths, phases, mirrored arrays and the unit of power change nothing.
    Equals in all of these powers keep the order of their indices; ``known`` is checked.
    """
    every, uplink, link = map(square_modulus, (known.echoes[0], known.uplink_gain, known.direct_gain))
    if uplink.ndim > 4:  # over all subcarriers
        every, uplink, link = (power.sum(axis=1) for power in (every, uplink, link))
    own = np.diagonal(every, axis1=2, axis2=3)  # of (drops, targets, aps a, aps b)
    uplink, link = np.sum(uplink, axis=-1), np.sum(link, axis=-1)  # (drops, users, aps), (drops, aps a, aps b)
    strongest = np.sort(uplink, axis=2)[..., ::-1]  # every user's, without the index of the access point
    return Ranks(
        _ranked(own.sum(axis=1), uplink.sum(axis=1), link.sum(axis=2), link.sum(axis=1)),
        _ranked(uplink.sum(axis=2), *np.moveaxis(strongest, -1, 0)),
        _ranked(own.sum(axis=2), every.sum(axis=(2, 3))),
    )


def _ranked(*powers: np.ndarray) -> np.ndarray:
    """Rank of every entry of (drops, entries) by falling powers, the first ones first."""
    keys = []
    for power in powers:
        level = np.log10(np.maximum(power, 1e-300))
        keys.append(-np.round(level - level.max(axis=-1, keepdims=True, initial=-300.0), DIGITS))
    order = np.lexsort(keys[::-1], axis=-1)
    return np.argsort(order, axis=-1)
