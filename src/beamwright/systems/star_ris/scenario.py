"""Geometry, links and powers of the default scene (spec star_ris, section 6)."""

from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import field_validator, model_validator

from beamwright.core import Config, parameter, ranges, require
from beamwright.core.fields import Numbers

_SPEC = "spec star_ris, section 6"


class Scenario(Config):
    """A base station and users on both sides of a simultaneously transmitting and reflecting surface."""

    antennas: int = parameter(
        8, "Base station antennas M, half a wavelength apart along y", source=_SPEC, ge=1, le=4096
    )
    elements: int = parameter(
        64, "Surface elements N, a near-square grid in the y-z plane", source=_SPEC, ge=1, le=65_536
    )
    users: int = parameter(4, "Single-antenna users K", source=_SPEC, ge=1, le=4096)
    reflection_users: int | None = parameter(
        None,
        "Users before the surface, the others are behind it; default: half of them, rounded up",
        source=_SPEC,
        ge=0,
        le=4096,
    )
    surface_mode: Literal["energy-splitting", "mode-switching", "time-switching", "conventional"] = parameter(
        "energy-splitting",
        "Both sides at once at 1/2 each; every other element for either side; sides in turn; reflection only",
        source="spec, section 1",
    )
    scale: Literal["paper", "physical"] = parameter(
        "paper", "Link gains: 1/d clipped to 0.01..1, or free space at 28 GHz with noise in watts", source=_SPEC
    )
    snr_db: float = parameter(
        20.0, "Power over noise power in the paper scale", unit="dB", source=_SPEC, **ranges.DECIBELS
    )
    power_dbm: float = parameter(
        30.0, "Transmit power in the physical scale", unit="dBm", source=_SPEC, **ranges.DECIBELS
    )
    noise_dbm: float = parameter(
        -104.0, "Noise power in the physical scale: 10 MHz", unit="dBm", source=_SPEC, **ranges.DECIBELS
    )
    rician_db: Annotated[float | Literal["inf", "-inf"], Numbers(**ranges.DECIBELS, words=("inf", "-inf"))] = parameter(
        10.0, "Rician factor of all links; inf: no scattering, -inf: only scattering", unit="dB", source=_SPEC
    )
    kappa: Annotated[float | Literal["inf"], Numbers(ge=0, le=1e12, words=("inf",))] = parameter(
        10.0, "Concentration of the von Mises phase noise; 0: uniform, inf: none", source=_SPEC
    )
    direct_loss_db: float = parameter(
        0.0, "Extra loss of the direct links (blockage)", unit="dB", source=_SPEC, ge=0, le=300
    )
    direct_link: bool = parameter(True, "Whether there are direct links at all", source=_SPEC)
    surface_paths: int = parameter(
        1, "Equal paths between base station and surface; 1: line of sight", source=_SPEC, ge=1, le=10_000
    )
    carrier_hz: float = parameter(28e9, "Carrier frequency", unit="Hz", source=_SPEC, ge=1, le=1e18)

    @classmethod
    def paper(cls) -> Self:
        """The default setting."""
        return cls()

    @classmethod
    def physical(cls, **values: Any) -> Self:
        """Free-space gains, 30 dBm, -104 dBm of noise."""
        return cls(scale="physical", **values)

    @classmethod
    def small(cls) -> Self:
        """Four antennas, sixteen elements, two users: for examples and quick checks."""
        return cls(antennas=4, elements=16, users=2)

    @property
    def side(self) -> np.ndarray:
        """(users,) 1 for reflection users, who come first, 0 for transmission users."""
        reflecting = -(-self.users // 2) if self.reflection_users is None else self.reflection_users
        return (np.arange(self.users) < reflecting).astype(int)

    @property
    def rician(self) -> float:
        """Rician factor, linear."""
        return float(10 ** (float(self.rician_db) / 10))

    @field_validator("kappa", "rician_db", mode="before")
    @classmethod
    def _infinite(cls, value: object) -> object:
        """An infinite number is as good as its name, which YAML and JSON can hold."""
        return str(value) if isinstance(value, float) and np.isinf(value) else value

    @model_validator(mode="after")
    def _sides(self) -> Self:
        if self.reflection_users is not None:
            require(
                self.reflection_users <= self.users,
                "reflection_users",
                f"be at most users ({self.users})",
                self.reflection_users,
            )
        return self
