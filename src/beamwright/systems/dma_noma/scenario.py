"""Antenna, users, powers and demands of the default scene (spec dma_noma, section 2)."""

from typing import Any, Literal, Self

import numpy as np
from pydantic import model_validator

from beamwright.arrays import REFRACTION
from beamwright.channels import LINE_OF_SIGHT, channels_named
from beamwright.core import Config, dbm_to_w, parameter, ranges, require

_SPEC = "spec dma_noma, section 2"
SPEED_OF_LIGHT = 3e8
"""m/s, rounded as in the source: 60 GHz is 5 mm."""


class Scenario(Config):
    """A metasurface base station and groups of a near and a far user, known by their positions up to a ball."""

    rows: int = parameter(1, "Rows of elements Nv, half a wavelength apart", source=_SPEC, ge=1, le=1024)
    columns: int = parameter(32, "Elements per row Nh, half a wavelength apart", source=_SPEC, ge=1, le=16_384)
    groups: int = parameter(2, "Groups K of one near and one far user, one beam each", source=_SPEC, ge=1, le=256)
    feeds: int | None = parameter(None, "Radio-frequency chains L; default: two per group", source=_SPEC, ge=1, le=4096)
    feeding: Literal["edge", "waveguides", "digital", "phase-shifters"] = parameter(
        "edge",
        "Feeds along the edge reach every element; one waveguide per row; a chain per element; no surface, but a phase "
        "shifter between every chain and every element",
        source=_SPEC,
    )
    element_weights: Literal["amplitude", "lorentzian"] = parameter(
        "amplitude", "Responses of elements: amplitudes in [0, 1]; or (j + exp(j phi)) / 2 of a resonance, phi free"
    )
    waveguide_index: float = parameter(
        REFRACTION,
        "Refractive index between feeds and elements; a chain per element has no waveguide",
        source=_SPEC,
        ge=0,
        le=100,
    )
    waveguide_attenuation_per_m: float = parameter(
        0.0,
        "Attenuation alpha between feeds and elements: amplitudes fall with exp(-alpha d)",
        unit="Np/m",
        ge=0,
        le=1e6,
    )
    element_pattern: Literal["isotropic", "cosine"] = parameter(
        "isotropic", "Elements radiate alike everywhere; or 2 (q + 1) cos^q of the power, nothing behind the panel"
    )
    pattern_exponent: float = parameter(2.0, "Exponent q of the pattern cosine; 2 is a short dipole's", ge=0, le=100)
    position_error_m: float = parameter(
        0.1, "Radius eps of the ball a true position lies in", unit="m", **ranges.METRES
    )
    range_error_m: float | None = parameter(
        None, "Largest error along the line of sight, a semi-axis; default: eps", unit="m", **ranges.METRES
    )
    azimuth_error_deg: float | None = parameter(
        None, "Largest error of the azimuth, a semi-axis; default: eps", unit="deg", ge=0, le=45
    )
    elevation_error_deg: float | None = parameter(
        None, "Largest error of the elevation, a semi-axis; default: eps", unit="deg", ge=0, le=45
    )
    power_dbm: float = parameter(
        27.0, "Transmit power P of all users together", unit="dBm", source=_SPEC, **ranges.DECIBELS
    )
    amplifier_efficiency: float = parameter(
        0.3, "Share of the power that amplifiers draw which reaches the antenna's chains", gt=0, le=1
    )
    circuit_power_w: float = parameter(1.0, "Power that the station draws whatever it sends", unit="W", **ranges.WATTS)
    chain_power_w: float = parameter(0.2, "Power that every radio-frequency chain draws", unit="W", ge=0, le=1e30)
    noise_dbm: float = parameter(-80.0, "Noise power", unit="dBm", source=_SPEC, **ranges.DECIBELS)
    carrier_hz: float = parameter(60e9, "Carrier frequency", unit="Hz", source=_SPEC, ge=1, le=1e18)
    reference_gain_db: float = parameter(-30.0, "Power gain at one metre", unit="dB", source=_SPEC, **ranges.DECIBELS)
    channel_model: str = parameter(
        LINE_OF_SIGHT, "Known part of every channel: line of sight, or the name of a model that was registered"
    )
    path_loss_exponent: float = parameter(2.2, "Decay of power with distance", source=_SPEC, gt=0, le=10)
    rician: float = parameter(20.0, "Rician factor kappa, linear", source=_SPEC, ge=0, le=1e30)
    scattering_norm: float = parameter(1e-4, "Norm of the far users' scattered channel", source=_SPEC, ge=0, le=1e15)
    weight: float = parameter(0.5, "Weight of near users' rates; far users have the rest", source=_SPEC, gt=0, lt=1)
    rate_near: float = parameter(1.0, "Least rate of every near user", unit="bit/s/Hz", source=_SPEC, ge=0, le=100)
    rate_far: float = parameter(1.0, "Least rate of every far user", unit="bit/s/Hz", source=_SPEC, ge=0, le=100)
    near_range_m: float = parameter(
        10.0, "Distance of near users in random drops", unit="m", source=_SPEC, gt=0, le=1e9
    )
    far_range_m: float = parameter(15.0, "Distance of far users in random drops", unit="m", source=_SPEC, gt=0, le=1e9)

    @classmethod
    def paper(cls) -> Self:
        """The default setting."""
        return cls()

    @classmethod
    def small(cls) -> Self:
        """Eight elements, one group: for examples and quick checks."""
        return cls(columns=8, groups=1)

    @property
    def elements(self) -> int:
        """Number of elements N."""
        return self.rows * self.columns

    @property
    def chains(self) -> int:
        """Number of chains L: ``feeds``, or as the feeding implies."""
        if self.feeding == "digital":
            return self.elements
        if self.feeding == "waveguides":
            return self.rows
        return 2 * self.groups if self.feeds is None else self.feeds

    @property
    def wavelength_m(self) -> float:
        """Wavelength lambda."""
        return SPEED_OF_LIGHT / self.carrier_hz

    @property
    def power_w(self) -> float:
        """Transmit power P."""
        return float(dbm_to_w(self.power_dbm))

    def consumption_w(self, sent_w: Any, chains: int) -> Any:
        """Power that the station draws where it sends ``sent_w`` by so many chains."""
        return sent_w / self.amplifier_efficiency + self.circuit_power_w + chains * self.chain_power_w

    @property
    def noise_power_w(self) -> float:
        """Noise power sigma^2."""
        return float(dbm_to_w(self.noise_dbm))

    @property
    def line_of_sight(self) -> float:
        """Amplitude c_L = sqrt(kappa / (1 + kappa)) of the known part of every channel."""
        return float(np.sqrt(self.rician / (1 + self.rician)))

    @property
    def scattering_radius(self) -> float:
        """Largest norm rho = tau / sqrt(1 + kappa) of a far user's scattered channel."""
        return self.scattering_norm / float(np.sqrt(1 + self.rician))

    @property
    def extent_m(self) -> tuple[float, float]:
        """Extents D_h and D_v, from the first element of a row or column to its last."""
        return (self.columns - 1) * self.wavelength_m / 2, (self.rows - 1) * self.wavelength_m / 2

    @property
    def half_extent_m(self) -> float:
        """Distance from the centre to a corner element."""
        return float(self.wavelength_m / 4 * np.hypot(self.columns - 1, self.rows - 1))

    @property
    def rayleigh_m(self) -> float:
        """Rayleigh distance 2 D^2 / lambda: users beyond it are in the far field."""
        return 2 * (2 * self.half_extent_m) ** 2 / self.wavelength_m

    @property
    def in_ball(self) -> bool:
        """Whether true positions lie in a ball, not in an ellipsoid."""
        return self.range_error_m is None and self.azimuth_error_deg is None and self.elevation_error_deg is None

    def with_ball(self, radius_m: float) -> Self:
        """The same with a ball of this radius."""
        ball = {
            "position_error_m": radius_m,
            "range_error_m": None,
            "azimuth_error_deg": None,
            "elevation_error_deg": None,
        }
        return self.model_copy(update=ball)

    def error_size_m(self, positions_m: np.ndarray) -> float | np.ndarray:
        """Radius of the ball about estimates (..., 3), or semi-axes (..., 3): radial, horizontal across, vertical.

        An error of the azimuth is an arc about the vertical through the antenna, one of the elevation about its centre.
        """
        if self.in_ball:
            return self.position_error_m
        lengths = np.hypot(positions_m[..., 0], positions_m[..., 1]), np.linalg.norm(positions_m, axis=-1)
        axes = [np.full(positions_m.shape[:-1], self._radius_or(self.range_error_m))]
        for length, error_deg in zip(lengths, (self.azimuth_error_deg, self.elevation_error_deg), strict=True):
            arc = None if error_deg is None else length * np.deg2rad(error_deg)
            axes.append(np.broadcast_to(self._radius_or(arc), length.shape))
        return np.stack(axes, axis=-1)

    def largest_error_m(self, positions_m: np.ndarray) -> np.ndarray:
        """Radius (...) of the least ball about estimates (..., 3) that holds their errors."""
        return np.broadcast_to(self.error_size_m(positions_m), positions_m.shape).max(axis=-1)

    def _radius_or(self, semi_axis_m: Any) -> Any:
        return self.position_error_m if semi_axis_m is None else semi_axis_m

    def require_apart(self, distance_m: float, name: str) -> None:
        """Raise ValueError naming what puts a user so near that its ball touches the sphere around the antenna."""
        error_m = float(self.largest_error_m(np.array([distance_m, 0.0, 0.0])))
        require(
            distance_m > self.half_extent_m + error_m, name,
            f"be farther from the antenna than its half extent and the position error, {self.half_extent_m:.3g} m + "
            f"{error_m:.3g} m", f"{distance_m:.3g} m",
        )  # fmt: skip

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        fixed = self.feeding in ("waveguides", "digital") and self.feeds is not None
        require(not fixed or self.feeds == self.chains, "feeds", f"be {self.chains} for {self.feeding}", self.feeds)
        tuned = self.element_weights == "amplitude" or self.feeding in ("edge", "waveguides")
        require(tuned, "element_weights", f"be amplitude for {self.feeding}", self.element_weights)
        if self.channel_model != LINE_OF_SIGHT:
            channels_named(self.channel_model)
        near, far = self.near_range_m, self.far_range_m
        require(near <= far, "near_range_m", f"be at most far_range_m ({far:g})", f"{near:g}")
        return self
