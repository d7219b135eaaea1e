"""Carrier offsets of access points: every pair differs by at most a range (spec cellfree, section 3).

Only differences matter, so the set |f_a - f_b| <= F is the box f in [-F/2, F/2]^A, up to a common shift. Everything
here is in units of F.
"""

import numpy as np

from beamwright.core import require
from beamwright.numerics import Values, namespace, unit_phasor

ALL_VERTICES_UP_TO, SOME_VERTICES = 6, 32
"""Access points that have all their vertices, 62 at most; and how many of the 2^A - 2 more access points have."""


def offset_vertices(aps: int) -> np.ndarray:
    """(vertices, aps) the 2^A - 2 vertices +-1/2 that are not constant; of more than six access points a fixed choice.

    Those come in pairs with opposite signs, so every access point stands on either side equally often.
    """
    require(aps >= 1, "aps", "be >= 1", aps)
    if aps <= ALL_VERTICES_UP_TO:
        codes = np.arange(1, 2**aps - 1)[:, None] >> np.arange(aps) & 1
    else:
        codes = np.random.default_rng(aps).integers(0, 2, (4 * SOME_VERTICES, aps))
        codes = np.where(codes[:, :1] > 0, codes, 1 - codes)  # one of every pair
        _, first = np.unique(codes[np.ptp(codes, axis=1) > 0], axis=0, return_index=True)
        half = codes[np.ptp(codes, axis=1) > 0][np.sort(first)[: SOME_VERTICES // 2]]
        codes = np.concatenate([half, 1 - half])
    return codes - 0.5


def offset_samples(aps: int, count: int, seed: int = 0) -> np.ndarray:
    """(count, aps) uniform in the box, the same for all drops, as a grid would be."""
    return np.random.default_rng([seed, aps]).uniform(-0.5, 0.5, (count, aps))


def offset_range_of(least_hz: float, most_hz: float) -> float:
    """F of a box [least, most] for every difference: a difference and its negative must both lie in it.

    Raises: ValueError where zero difference is not allowed.
    """
    found = min(-least_hz, most_hz)
    require(found >= 0, "least_hz, most_hz", "hold zero between them", (least_hz, most_hz))
    return found


def offset_phasors(offsets_hz: Values, snapshots: int, symbol_time_s: float) -> Values:
    """exp(j 2 pi s T f_a), (..., snapshots, aps) for offsets (..., aps), NumPy's or JAX's."""
    xp = namespace(offsets_hz)
    return unit_phasor(symbol_time_s * xp.arange(snapshots)[:, None] * offsets_hz[..., None, :])
