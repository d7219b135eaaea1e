"""Random drops: Rayleigh estimates, and the channels they are estimates of."""

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.channels import rayleigh
from beamwright.core import ArrayRecord, drop_keys, guarded, require_drops, require_memory
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.sizes import draw_bytes
from beamwright.systems.noma_isac.worst_case import error_radius
from beamwright.uncertainty import sample_ball


@dataclass(frozen=True)
class Realisation(ArrayRecord):
    """Channels of a batch of drops."""

    known: np.ndarray
    """(drops, users, antennas) what the designer knows: the estimates h_hat."""
    truth: np.ndarray
    """(drops, users, antennas) what is true: h_hat + d, ||d_l|| <= csi_error."""


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
    keys = jax.vmap(jax.random.split)(drop_keys(key, drops, first))
    radius = error_radius(scenario, csi_error, drops)
    known = rayleigh(keys[:, 0], scenario.users, scenario.antennas)
    truth = known + sample_ball(keys[:, 1], radius, scenario.antennas)[0] if radius.any() else known
    return Realisation(known=known, truth=truth)
