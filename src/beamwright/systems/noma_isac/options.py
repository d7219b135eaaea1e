"""What a method may be told: typed, validated, with units."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from beamwright.core import Config, parameter, ranges
from beamwright.core.fields import Numbers

SINR_DB = Numbers(**ranges.DECIBELS, many="one number per user")
CSI_ERROR = Numbers(ge=0, le=1e15, many="one number per user")
POWER_W = Numbers(**ranges.WATTS)
PerUserDb = Annotated[float | tuple[float, ...], SINR_DB]
PerUserError = Annotated[float | tuple[float, ...], CSI_ERROR]
PerUserErrorOrNone = Annotated[float | tuple[float, ...] | None, replace(CSI_ERROR, none=True)]


def _target() -> Any:
    return parameter(8.0, "SINR target of every stream: one value, or one per user", unit="dB", source="paper, (12)")


def _error(default: float | None, description: str) -> Any:
    return parameter(default, description, unit="amplitude", source="paper, section V; spec E7")


class MinPower(Config):
    """Options of minimum power with channels taken as exact."""

    sinr_db: PerUserDb = _target()


class RobustMinPower(Config):
    """Options of minimum power that holds for every channel within a ball."""

    sinr_db: PerUserDb = _target()
    csi_error: PerUserErrorOrNone = _error(
        None, "Radius of the ball the channel error lies in: one value, or one per user; None: the scenario's"
    )


class NonRobustMinPower(Config):
    """Options of minimum power with estimates taken as exact, judged as if they were not."""

    sinr_db: PerUserDb = _target()
    csi_error: PerUserErrorOrNone = _error(
        None, "Radius of the ball over which the SINRs are reported, None: the scenario's; the design ignores it"
    )


class MaxMin(Config):
    """Options of max-min SINR."""

    power_w: Annotated[float, POWER_W] = parameter(6.0, "Budget of the objective J", unit="W", source="paper, figure 3")
    csi_error: PerUserError = _error(0.0, "Radius of the ball the channel error lies in: one value, or one per user")


class _Oma(Config):
    prelog: bool = parameter(
        True, "Targets of equal rate, (1 + SINR)^K - 1 in a slot; otherwise of equal SINR", source="spec P4"
    )
    sensing: Literal["average", "slot"] = parameter(
        "average", "Sensing requirements on the frame average, or in every slot", source="spec P4"
    )


class OmaMinPower(_Oma):
    """Options of minimum power with users one after another."""

    sinr_db: PerUserDb = _target()
    csi_error: PerUserError = _error(0.0, "Radius of the ball the channel error lies in: one value, or one per user")


class OmaMaxMin(_Oma):
    """Options of max-min SINR with users one after another."""

    power_w: Annotated[float, POWER_W] = parameter(6.0, "Budget of the objective J", unit="W", source="paper, figure 3")


class Reference(RobustMinPower):
    """Options of the reference solver."""

    csi_error: PerUserError = _error(0.0, "Radius of the ball the channel error lies in: one value, or one per user")


class Randomisation(Reference):
    """Options of Gaussian randomisation."""

    samples: int = parameter(
        50, "Random directions per drop, of which the cheapest feasible one is kept", ge=1, le=1_000_000
    )
    seed: int = parameter(0, "Of the directions; drop i uses fold_in(key(seed), i)", **ranges.SEED)
