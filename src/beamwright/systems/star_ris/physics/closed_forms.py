"""Closed-form precoders for given mean channels (spec star_ris, section 4)."""

import numpy as np

from beamwright.core import require
from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import Statistics

LEAST_LOAD = 1e-14
"""Least load of rzf relative to its strongest channel: the rounding of dependent channels is no direction."""


def closed_form(known: Statistics, u: np.ndarray, kind: str, share: np.ndarray) -> np.ndarray:
    """W (drops, antennas, users), columns of equal power that add up to P in every slot; Hb are the mean channels.

        mrt  Hb       zf  Hb (Hb^H Hb)^-1       rzf  Hb (Hb^H Hb + (K noise / P) I)^-1       identity  columns of I

    Where sides take turns, Hb and K are those of a slot. A user whose mean channel vanishes gets no power from mrt, zf
    and rzf (nothing is known of its direction), the others of its slot share it.
    """
    hb = model.mean_channels(known, u)
    drops, antennas, users = hb.shape
    together = model.together(known.side, share)
    count = together.sum(axis=-1)
    power = np.broadcast_to(known.power_w, (drops,))[:, None]
    if kind == "mrt":
        w = hb
    elif kind == "identity":
        most = int(count.max())
        require(most <= antennas, "precoder", "not be identity for more users than antennas", f"{most} > {antennas}")
        place = np.tril(together).sum(axis=-1) - 1  # of a user in its slot
        w = np.moveaxis(np.eye(antennas, users, dtype=complex)[:, place], 1, 0)
    else:
        gram = together * (np.conj(np.swapaxes(hb, -1, -2)) @ hb)
        if kind == "zf":
            _require_independent(gram, int(count.max()), antennas)
            load = np.zeros((drops, users))
        else:
            least = LEAST_LOAD * size(gram).max(axis=(1, 2))[:, None]
            load = np.maximum(count * known.noise_power_w[:, None] / power, least)
        w = hb @ np.linalg.inv(gram + load[..., None] * np.eye(users))
    return equal_power(w, known, share)


def equal_power(w: np.ndarray, known: Statistics, share: np.ndarray) -> np.ndarray:
    """Columns of the same directions and equal powers that add up to P in every slot; zero columns stay zero."""
    directions = unit_columns(w)
    served = np.any(directions != 0, axis=1)
    count = (model.together(known.side, share) @ served[..., None].astype(float))[..., 0]
    return np.sqrt(known.power_w[:, None] / np.maximum(count, 1))[:, None] * directions


def unit_columns(w: np.ndarray) -> np.ndarray:
    """w / ||w|| column by column, zero where w is; the largest entry first, so that squares stay in range."""
    largest = size(w).max(axis=1, keepdims=True)
    w = w / np.where(largest > 0, largest, 1.0)
    norm = np.sqrt(np.sum(square_modulus(w), axis=1, keepdims=True))
    return w / np.where(norm > 0, norm, 1.0)


def size(z: np.ndarray) -> np.ndarray:
    """The larger of |Re z| and |Im z|: exact, so the same bits in any batch, which ``abs`` is not."""
    return np.maximum(np.abs(z.real), np.abs(z.imag))


def _require_independent(gram: np.ndarray, most: int, antennas: int) -> None:
    require(most <= antennas, "precoder", "not be zf for more users than antennas", f"{most} > {antennas}")
    values = np.linalg.eigvalsh(gram)
    poor = values[:, 0] <= 1e-12 * values[:, -1]
    require(
        not poor.any(), "precoder", "not be zf for dependent mean channels", f"drop {int(np.argmax(poor))}", "Use rzf."
    )
