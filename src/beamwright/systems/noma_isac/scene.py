"""Scenes: random drops, what the designer knows of them, and checks of what people bring (spec, section 1)."""

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.channels import rayleigh
from beamwright.core import (
    ArrayRecord,
    Input,
    as_array,
    db_to_linear,
    draws,
    drop_keys,
    guarded,
    plain_array,
    require,
    require_drops,
    require_memory,
)
from beamwright.core.ranges import brief, real_numbers
from beamwright.systems.noma_isac.scenario import CSI_ERROR, SINR_DB, Scenario
from beamwright.systems.noma_isac.sizes import draw_bytes
from beamwright.systems.noma_isac.types import Oma
from beamwright.uncertainty import sample_ball

INPUTS = {"h": Input("drops users antennas", "amplitude", conjugated=True)}
"""Arrays that a person may bring."""


@dataclass(frozen=True)
class Realisation(ArrayRecord):
    """Channels of a batch of drops: estimated and true."""

    known: np.ndarray
    """(drops, users, antennas) the estimates h_hat, which the designer knows."""
    truth: np.ndarray
    """(drops, users, antennas) the true channels h_hat + d, ||d_l|| <= csi_error."""


@guarded(Scenario)
def draw(
    scenario: Scenario, key: jax.Array, drops: int, first: int = 0, csi_error: ArrayLike | None = None
) -> Realisation:
    """Drops ``first .. first+drops-1`` of the endless sequence that ``key`` stands for, whatever the batch.

    Estimates are CN(0, I); the truth is uniform in the ball of radius eps around them (spec section 1).

    Args:    csi_error eps >= 0: one value, (users,) or (drops, users); None: the scenario's.
    Raises:  ValueError if drops or csi_error is negative, or drops more than fit into memory.
    """
    require_drops(drops, first)
    need, sizes = draw_bytes(scenario, drops)
    require_memory(need, **sizes)
    channel, error = draws.split(drop_keys(key, drops, first))
    radius = error_radius(scenario, csi_error, drops)
    known = rayleigh(channel, scenario.users, scenario.antennas)
    truth = known + sample_errors(scenario, error, radius)[0] if radius.any() else known
    return Realisation(known=known, truth=truth)


def sample_errors(s: Scenario, keys: jax.Array, radius: np.ndarray, samples: int = 1) -> np.ndarray:
    """Channel errors L_l z, z uniform in the ball of radius (drops, users): (samples, drops, users, antennas)."""
    z = sample_ball(keys, radius, s.antennas, samples)
    return z if s.error_shape is None else np.einsum("uab,sdub->sdua", s.error_shape, z)


@guarded(Scenario)
def known(scenario: Scenario, h: ArrayLike) -> np.ndarray:
    """A person's channels, (drops, users, antennas). Raises ValueError naming ``h`` and what is wrong with it."""
    return batched_channels(scenario, h, "h")


def batched_channels(s: Scenario, h: ArrayLike, name: str = "channels") -> np.ndarray:
    """``h`` with its drops axis, finite and of the scenario's sizes. Raises ValueError naming the argument and axis."""
    h = plain_array(getattr(h, "known", h), name)  # a whole realisation stands for what is known of it
    return as_array(h[None] if h.ndim == 2 else h, name, "drops users antennas", complex, users=s.users,
                    antennas=s.antennas)  # fmt: skip


def error_radius(s: Scenario, csi_error: ArrayLike | None, drops: int) -> np.ndarray:
    """eps per drop and user, (drops, users), from one value, (users,) or (drops, users); None: the scenario's.

    Raises: ValueError naming ``csi_error``.
    """
    eps = _per_user(s, s.csi_error if csi_error is None else csi_error, "csi_error", drops)
    require(bool(np.all(np.isfinite(eps) & (eps >= 0))), "csi_error", "be >= 0 and finite", brief(csi_error))
    CSI_ERROR.check(eps, "csi_error")
    return np.broadcast_to(eps, (drops, s.users))


def sinr_targets(s: Scenario, sinr_db: ArrayLike, drops: int) -> np.ndarray:
    """Linear SINR targets (drops, users), from one value in dB, (users,) or (drops, users); -inf dB demands nothing.

    Raises: ValueError naming ``sinr_db``.
    """
    values = _per_user(s, sinr_db, "sinr_db", drops)
    require(bool(np.all(~np.isnan(values) & (values < np.inf))), "sinr_db", "be finite", brief(sinr_db))
    SINR_DB.check(values[np.isfinite(values)], "sinr_db")
    return db_to_linear(np.broadcast_to(values, (drops, s.users)))


def _per_user(s: Scenario, value: ArrayLike, name: str, drops: int) -> np.ndarray:
    """One value, (users,) or (drops, users), as it is. Raises ValueError naming an array of another shape."""
    values = real_numbers(value, name)
    allowed = values.shape in ((), (s.users,), (drops, s.users))
    require(allowed, name, f"be one value, ({s.users},) or ({drops}, {s.users})", f"shape {values.shape}")
    return values


def power_budget_w(power_w: float) -> float:
    """A positive number of watts. Raises ValueError naming ``power_w``."""
    power = float(as_array(np.atleast_1d(np.asarray(power_w, float)), "power_w", "values", values=1)[0])
    require(power > 0, "power_w", "be > 0", power_w)
    return power


def time_sharing(sensing: str) -> Oma:
    """``Oma`` code of where sensing requirements hold. Raises ValueError naming ``sensing``."""
    require(sensing in ("average", "slot"), "sensing", "be 'average' or 'slot'", repr(sensing))
    return Oma.AVERAGE if sensing == "average" else Oma.SLOT
