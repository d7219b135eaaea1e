"""Antennas that move along a line: sorted, inside a region, at least a spacing apart. Positions in wavelengths.

A layout of n antennas is a point of the simplex of its n + 1 gaps: what is left of the region beside the spacings
between antennas, split into what lies before the first, between neighbours and behind the last.
"""

import jax.numpy as jnp
import numpy as np
from jax import nn
from numpy.typing import ArrayLike
from scipy import special

from beamwright.core import require
from beamwright.numerics import Values, namespace

_NONE = 1e-300
"""Share of the room that stands for no gap at all."""


def centred_layout(antennas: int, low: float, high: float, spacing: float = 0.5) -> np.ndarray:
    """(antennas,) a fixed array in the middle of the region. Raises ValueError where it is too wide."""
    require_room(antennas, low, high, spacing)
    return (low + high) / 2 + spacing * (np.arange(antennas) - (antennas - 1) / 2)


def require_room(antennas: int, low: float, high: float, spacing: float, name: str = "region_wavelengths") -> None:
    """Raise ValueError naming the region where the antennas do not fit in."""
    need = (antennas - 1) * spacing
    require(
        high - low >= need - 1e-12, name, f"hold {antennas} antennas {spacing:g} wavelengths apart ({need:g})",
        f"({low:g}, {high:g})", "Widen it, or take fewer antennas or a smaller spacing",
    )  # fmt: skip


def decode_layout(logits: Values, low: float, high: float, spacing: float) -> Values:
    """Positions (..., n) of logits (..., n + 1), whatever they are. Traceable and smooth; NumPy's arrays stay so.

    x_i = low + spacing i + room (s_0 + ... + s_i),  s = softmax(logits),  room = high - low - (n - 1) spacing
    """
    antennas = logits.shape[-1] - 1
    room = high - low - (antennas - 1) * spacing
    xp = namespace(logits)
    shares = (special if xp is np else nn).softmax(logits, axis=-1)
    return low + spacing * xp.arange(antennas) + room * xp.cumsum(shares, axis=-1)[..., :-1]


def encode_layout(positions: ArrayLike, low: float, high: float, spacing: float) -> np.ndarray:
    """Logits (..., n + 1) of feasible positions (..., n): ``decode_layout`` returns them."""
    x = np.asarray(positions, float)
    antennas = x.shape[-1]
    room = high - low - (antennas - 1) * spacing
    slack = x - low - spacing * np.arange(antennas)
    ends = np.zeros((*x.shape[:-1], 1)), np.full((*x.shape[:-1], 1), room)
    gaps = np.diff(np.concatenate([ends[0], slack, ends[1]], axis=-1), axis=-1)
    share = gaps / room if room > 0 else np.full_like(gaps, 1 / (antennas + 1))
    return np.log(np.maximum(share, _NONE))


def project_layout(positions: Values, low: float, high: float, spacing: float) -> Values:
    """The feasible layout nearest to any positions (..., n), sorted. Exact, traceable.

    With the spacings subtracted, feasible layouts are the nondecreasing ones in a box: isotonic regression, then
    clipping. Each fitted value is max over j <= i of min over k >= i of the mean of x_j .. x_k.
    """
    x = jnp.sort(jnp.asarray(positions), axis=-1)
    antennas = x.shape[-1]
    steps = spacing * jnp.arange(antennas)
    sums = jnp.concatenate([jnp.zeros((*x.shape[:-1], 1)), jnp.cumsum(x - steps, axis=-1)], axis=-1)
    first, last = np.arange(antennas)[:, None], np.arange(antennas)[None, :]
    ordered = last >= first
    count = np.where(ordered, last - first + 1, 1)
    mean = jnp.where(ordered, (sums[..., None, 1:] - sums[..., :-1, None]) / count, jnp.inf)
    # least over k >= i for every j, then largest over j <= i
    least = jnp.flip(jnp.minimum.accumulate(jnp.flip(mean, -1), axis=-1), -1)
    fitted = jnp.max(jnp.where(ordered, least, -jnp.inf), axis=-2)
    return jnp.clip(fitted, low, high - (antennas - 1) * spacing) + steps
