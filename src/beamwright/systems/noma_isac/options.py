"""What a method may be told: typed, validated, with units."""

from typing import Any, Literal

import numpy as np
from pydantic import field_validator

from beamwright.core import Config, parameter, require

PerUser = float | tuple[float, ...]


class _PerUserOptions(Config):
    """Values that hold for all users, or one per user in input order."""

    @field_validator("sinr_db", "csi_error", mode="before", check_fields=False)
    @classmethod
    def _per_user(cls, value: Any, info: Any) -> PerUser:
        name = info.field_name
        try:
            values = np.asarray(value, float)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be a number or one number per user, got {value!r}") from None
        require(values.ndim <= 1 and bool(np.isfinite(values).all()), name, "be finite: one or one per user", value)
        require(name != "csi_error" or bool((values >= 0).all()), name, "be >= 0", value)
        return float(values) if values.ndim == 0 else tuple(values.tolist())


def _target() -> Any:
    return parameter(8.0, "SINR target of every stream: one value, or one per user", unit="dB", source="paper, (12)")


def _error(default: float, description: str) -> Any:
    return parameter(default, description, unit="amplitude", source="paper, section V; spec E7")


class MinPower(_PerUserOptions):
    """Options of minimum power with channels taken as exact."""

    sinr_db: PerUser = _target()


class RobustMinPower(_PerUserOptions):
    """Options of minimum power that holds for every channel within a ball."""

    sinr_db: PerUser = _target()
    csi_error: PerUser = _error(0.05, "Radius of the ball the channel error lies in: one value, or one per user, >= 0")


class NonRobustMinPower(_PerUserOptions):
    """Options of minimum power with estimates taken as exact, judged as if they were not."""

    sinr_db: PerUser = _target()
    csi_error: PerUser = _error(
        0.05, "Radius of the ball over which the SINRs are reported, >= 0; the design ignores it"
    )


class MaxMin(_PerUserOptions):
    """Options of max-min SINR."""

    power_w: float = parameter(6.0, "Budget of the objective J", unit="W", source="paper, figure 3", gt=0)
    csi_error: PerUser = _error(0.0, "Radius of the ball the channel error lies in: one value, or one per user, >= 0")


class _Oma(_PerUserOptions):
    prelog: bool = parameter(
        True, "Targets of equal rate, (1 + SINR)^K - 1 in a slot; otherwise of equal SINR", source="spec P4"
    )
    sensing: Literal["average", "slot"] = parameter(
        "average", "Sensing requirements on the frame average, or in every slot", source="spec P4"
    )


class OmaMinPower(_Oma):
    """Options of minimum power with users one after another."""

    sinr_db: PerUser = _target()
    csi_error: PerUser = _error(0.0, "Radius of the ball the channel error lies in: one value, or one per user, >= 0")


class OmaMaxMin(_Oma):
    """Options of max-min SINR with users one after another."""

    power_w: float = parameter(6.0, "Budget of the objective J", unit="W", source="paper, figure 3", gt=0)


class Reference(RobustMinPower):
    """Options of the reference solver."""

    csi_error: PerUser = _error(0.0, "Radius of the ball the channel error lies in: one value, or one per user, >= 0")


class Randomisation(Reference):
    """Options of Gaussian randomisation."""

    samples: int = parameter(50, "Random directions per drop, of which the cheapest feasible one is kept", ge=1)
    seed: int = parameter(0, "Of the directions; drop i uses fold_in(key(seed), i)", ge=0)
