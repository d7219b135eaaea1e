"""The orthogonal baseline (spec P4): users one after another in K equal slots, sensing all along."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, db_to_linear, guarded, linear_to_db, require
from beamwright.metrics import equivalent_sinr
from beamwright.systems.noma_isac import options
from beamwright.systems.noma_isac.design import per_user, pose, solve
from beamwright.systems.noma_isac.max_min import balance, budget
from beamwright.systems.noma_isac.results import Design, Oma, Problem
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.sizes import design_bytes
from beamwright.systems.noma_isac.worst_case import batched_channels, error_radius

Sensing = Literal["average", "slot"]


@guarded(Scenario, options.OmaMinPower, design_bytes)
def minimise_power_oma(
    s: Scenario,
    h: ArrayLike,
    sinr_db: ArrayLike,
    csi_error: ArrayLike = USUAL,
    prelog: bool = USUAL,
    sensing: Sensing = USUAL,
) -> Design:
    """Least weighted power when every user has a slot of its own.

        (1/K) log2(1 + g_k) = log2(1 + gamma_k):   g_k = (1 + gamma_k)^K - 1  (prelog),   or  g_k = gamma_k    spec P4

    Args:    h, sinr_db, csi_error as in ``minimise_power``; prelog: targets of equal rate, or of equal SNR;
             sensing: requirements on the frame average (beams are then w~_k / sqrt(K)) or in every slot.
    Returns: Design; ``sinr`` is that within the slot, the objective the frame average.
    Raises:  ValueError naming the argument.
    """
    h = batched_channels(s, h)
    asked = db_to_linear(per_user(s, sinr_db, len(h), "sinr_db", finite=False))
    slots_db = (s.users if prelog else 1) * float(linear_to_db(1 + asked.max()))
    require(slots_db <= 300, "sinr_db", f"ask for at most 300 dB in a slot of {s.users} users", f"{slots_db:.0f} dB")
    target = slot_snr(asked, s.users, prelog)
    return solve(s, pose(s, h, target, error_radius(s, csi_error, len(h)), oma=mode(sensing)))


@guarded(Scenario, options.OmaMaxMin, design_bytes)
def balance_sinr_oma(
    s: Scenario, h: ArrayLike, power_w: float, prelog: bool = USUAL, sensing: Sensing = USUAL
) -> Design:
    """Largest common SINR within a power budget when every user has a slot of its own.

    ``balanced_sinr`` is the equivalent SINR (1 + SNR_slot)^(1/K) - 1 with ``prelog``, else the slot's SNR.

    Args:    h (drops, users, antennas) or (users, antennas); power_w > 0 budget of J in W; the rest as above.
    Raises:  ValueError naming the argument.
    """
    h = batched_channels(s, h)
    power, oma = budget(power_w), mode(sensing)
    radiated = max(power - s.sensing_weight * s.targets * s.sensing_power_w, 0.0) / s.comm_weight * s.users
    highest = (np.sum(np.abs(h) ** 2, axis=-1) * radiated / s.noise_vector_w).min(axis=-1)
    asked = pose(s, h, np.zeros(h.shape[:2]), np.zeros(h.shape[:2]), power, oma)

    def problem_at(t: np.ndarray, drops: np.ndarray) -> Problem:
        return asked.take(drops)._replace(sinr_target=np.repeat(t[:, None], s.users, axis=1))

    design = balance(s, problem_at, highest, power)  # of the SNR in the slot: the equivalent SINR rises with it
    if not prelog:
        return design
    return replace(
        design,
        balanced_sinr=equivalent_sinr(design.balanced_sinr, s.users),
        relaxed_sinr=equivalent_sinr(design.relaxed_sinr, s.users),
    )


def slot_snr(sinr: ArrayLike, users: int, prelog: bool) -> np.ndarray:
    """SNR a slot must give for the rate of ``sinr`` on the whole frame."""
    return np.expm1(users * np.log1p(np.asarray(sinr, float))) if prelog else np.asarray(sinr, float)


def mode(sensing: str) -> Oma:
    """``Oma`` code. Raises ValueError naming ``sensing``."""
    require(sensing in ("average", "slot"), "sensing", "be 'average' or 'slot'", repr(sensing))
    return Oma.AVERAGE if sensing == "average" else Oma.SLOT
