"""The orthogonal baseline (spec P4): users one after another in K equal slots, sensing all along."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, Config, linear_to_db, parameter, require
from beamwright.metrics import equivalent_sinr
from beamwright.systems.noma_isac import scene
from beamwright.systems.noma_isac.methods import base
from beamwright.systems.noma_isac.methods.max_min import balanced_design
from beamwright.systems.noma_isac.physics import Design, Scenario, model
from beamwright.systems.noma_isac.solve import least_power

Sensing = Literal["average", "slot"]


class _Oma(Config):
    prelog: bool = parameter(
        True, "Targets of equal rate, (1 + SINR)^K - 1 in a slot; otherwise of equal SINR", source="spec P4"
    )
    sensing: Sensing = parameter(
        "average", "Sensing requirements on the frame average, or in every slot", source="spec P4"
    )


def _without_sensing_signal(scenario: Scenario) -> None:
    """Raises ValueError naming ``sensing_signal``: the baseline of the paper (P4) senses with the users' beams."""
    require(scenario.sensing_signal == "none", "sensing_signal", "be 'none' where users take turns",
            repr(scenario.sensing_signal), "That baseline senses with the beams of its users.")  # fmt: skip


class OmaMinPower(_Oma):
    """Options of minimum power with users one after another."""

    sinr_db: base.PerUserDb = base.sinr_target()
    csi_error: base.PerUserError = base.ball_radius()


class OmaMaxMin(_Oma):
    """Options of max-min SINR with users one after another."""

    power_w: base.PowerBudget = base.power_budget()


@base.guarded_method(OmaMinPower)
def minimise_power_oma(
    scenario: Scenario,
    channels: ArrayLike,
    sinr_db: ArrayLike,
    csi_error: ArrayLike = USUAL,
    prelog: bool = USUAL,
    sensing: Sensing = USUAL,
) -> Design:
    """Least weighted power when every user has a slot of its own.

        (1/K) log2(1 + g_k) = log2(1 + gamma_k):   g_k = (1 + gamma_k)^K - 1  (prelog),   or  g_k = gamma_k    spec P4

    Args:    channels, sinr_db, csi_error as in ``minimise_power``; prelog: targets of equal rate, or of equal SNR;
             sensing: requirements on the frame average (beams are then w~_k / sqrt(K)) or in every slot.
    Returns: Design; ``sinr`` is that within the slot, the objective the frame average.
    Raises:  ValueError naming the argument.
    """
    _without_sensing_signal(scenario)
    channels = scene.batched_channels(scenario, channels)
    frame = scene.sinr_targets(scenario, sinr_db, len(channels))
    slots_db = (scenario.users if prelog else 1) * float(linear_to_db(1 + frame.max()))
    rule = f"ask for at most 300 dB in a slot of {scenario.users} users"
    require(slots_db <= 300, "sinr_db", rule, f"{slots_db:.0f} dB")
    radius = scene.error_radius(scenario, csi_error, len(channels))
    target = model.slot_snr(frame, scenario.users, prelog)
    problem = model.make_problem(scenario, channels, target, radius, oma=scene.time_sharing(sensing))
    return base.certified_design(scenario, problem, least_power(scenario, problem))


@base.guarded_method(OmaMaxMin)
def balance_sinr_oma(
    scenario: Scenario, channels: ArrayLike, power_w: float, prelog: bool = USUAL, sensing: Sensing = USUAL
) -> Design:
    """Largest common SINR within a power budget when every user has a slot of its own.

    ``balanced_sinr`` is the equivalent SINR (1 + SNR_slot)^(1/K) - 1 with ``prelog``, else the slot's SNR.

    Args:    channels (drops, users, antennas) or (users, antennas); power_w > 0 budget of J in W; the rest as above.
    Raises:  ValueError naming the argument.
    """
    _without_sensing_signal(scenario)
    channels = scene.batched_channels(scenario, channels)
    none = np.zeros(channels.shape[:2])
    problem = model.make_problem(
        scenario, channels, none, none, scene.power_budget_w(power_w), scene.time_sharing(sensing)
    )
    design = balanced_design(scenario, problem)  # of the SNR in the slot: the equivalent SINR rises with it
    if not prelog:
        return design
    return replace(
        design,
        balanced_sinr=equivalent_sinr(design.balanced_sinr, scenario.users),
        relaxed_sinr=equivalent_sinr(design.relaxed_sinr, scenario.users),
    )
