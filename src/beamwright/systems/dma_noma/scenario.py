"""Antenna, users, powers and demands of the default scene (spec dma_noma, section 2)."""

from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from pydantic import model_validator

from beamwright.arrays import REFRACTION
from beamwright.channels import LINE_OF_SIGHT, channels_named
from beamwright.core import Config, dbm_to_w, parameter, ranges, require
from beamwright.core.fields import Numbers
from beamwright.core.ranges import brief

_SPEC = "spec dma_noma, section 2"
SPEED_OF_LIGHT = 3e8
"""m/s, rounded as in the source: 60 GHz is 5 mm."""
PER_USER = ("position_error_m", "noise_dbm", "rician", "scattering_norm", "weight")
"""Fields of one number, or one per user: near users, then far users."""
PER_GROUP = ("rate_near", "rate_far")
"""Fields of one number, or one per group."""
_USERS, _GROUPS = "one number per user", "one number per group"
_RATE = Numbers(ge=0, le=100, many=_GROUPS)


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
    position_error_m: Annotated[float | tuple[float, ...], Numbers(**ranges.METRES, many=_USERS)] = parameter(
        0.1, "Radius eps of the ball a true position lies in: one value, or one per user", unit="m"
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
    noise_dbm: Annotated[float | tuple[float, ...], Numbers(**ranges.DECIBELS, many=_USERS)] = parameter(
        -80.0, "Noise power: one value, or one per user", unit="dBm", source=_SPEC
    )
    carrier_hz: float = parameter(60e9, "Carrier frequency", unit="Hz", source=_SPEC, ge=1, le=1e18)
    subcarriers: int = parameter(
        1, "Subcarriers F across the band; every rate holds on every one of them, one sits at the carrier", ge=1, le=64
    )
    bandwidth_hz: float = parameter(
        2.16e9,
        "Bandwidth B that several subcarriers share",
        unit="Hz",
        source="IEEE 802.11ad, a channel",
        ge=0,
        le=1e18,
    )
    reference_gain_db: float = parameter(-30.0, "Power gain at one metre", unit="dB", source=_SPEC, **ranges.DECIBELS)
    channel_model: str = parameter(
        LINE_OF_SIGHT, "Known part of every channel: line of sight, or the name of a model that was registered"
    )
    path_loss_exponent: float = parameter(2.2, "Decay of power with distance", source=_SPEC, gt=0, le=10)
    rician: Annotated[float | tuple[float, ...], Numbers(ge=0, le=1e30, many=_USERS)] = parameter(
        20.0, "Rician factor kappa, linear: one value, or one per user", source=_SPEC
    )
    scattering_norm: Annotated[float | tuple[float, ...], Numbers(ge=0, le=1e15, many=_USERS)] = parameter(
        1e-4,
        "Norm tau of the scattered channel: one value of every far user, near ones have none; or one per user",
        source=_SPEC,
    )
    weight: Annotated[float | tuple[float, ...], Numbers(gt=0, le=1e12, many=_USERS)] = parameter(
        0.5,
        "Weight of near users' rates, below 1, far users have the rest; or weights of all users, whose ratios matter",
        source=_SPEC,
    )
    rate_near: Annotated[float | tuple[float, ...], _RATE] = parameter(
        1.0, "Least rate of near users: one value, or one per group", unit="bit/s/Hz", source=_SPEC
    )
    rate_far: Annotated[float | tuple[float, ...], _RATE] = parameter(
        1.0, "Least rate of far users: one value, or one per group", unit="bit/s/Hz", source=_SPEC
    )
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
        """Wavelength lambda at the carrier, of which elements are half one apart."""
        return SPEED_OF_LIGHT / self.carrier_hz

    @property
    def tones(self) -> np.ndarray:
        """Frequency of every subcarrier over that of the carrier, 1 + B/f_c ((2i + 1)/(2F) - 1/2): (subcarriers,)."""
        place = (2 * np.arange(self.subcarriers) + 1) / (2 * self.subcarriers) - 0.5
        return 1 + self.bandwidth_hz / self.carrier_hz * place

    def require_one_carrier(self, why: str) -> None:
        """Raise ValueError naming ``subcarriers`` where there are several."""
        require(self.subcarriers == 1, "subcarriers", f"be 1 for {why}", self.subcarriers)

    @property
    def power_w(self) -> float:
        """Transmit power P."""
        return float(dbm_to_w(self.power_dbm))

    def consumption_w(self, sent_w: Any, chains: int) -> Any:
        """Power that the station draws where it sends ``sent_w`` by so many chains."""
        return sent_w / self.amplifier_efficiency + self.circuit_power_w + chains * self.chain_power_w

    @property
    def noise_power_w(self) -> np.ndarray:
        """Noise power sigma^2 of every user, (users,): near users, then far users."""
        return np.array([float(dbm_to_w(noise)) for noise in self._per_user(self.noise_dbm)])

    @property
    def line_of_sight(self) -> np.ndarray:
        """Amplitude c_L = sqrt(kappa / (1 + kappa)) of the known part of every user's channel, (users,)."""
        rician = self._per_user(self.rician)
        return np.sqrt(rician / (1 + rician))

    @property
    def scattering_radius(self) -> np.ndarray:
        """Largest norm rho = tau / sqrt(1 + kappa) of every user's scattered channel, (users,)."""
        return self.scattering_norms / np.sqrt(1 + self._per_user(self.rician))

    @property
    def scattering_norms(self) -> np.ndarray:
        """Norm tau of every user, (users,)."""
        tau = self.scattering_norm
        return np.repeat([0.0, tau], self.groups) if isinstance(tau, float) else self._per_user(tau)

    @property
    def weights(self) -> np.ndarray:
        """Weight of every user's rate, (users,): those of a group add up to one, on average over groups."""
        if not isinstance(self.weight, tuple):
            return np.repeat([self.weight, 1 - self.weight], self.groups)
        given = np.array(self.weight)
        return given / (given[: self.groups] + given[self.groups :]).mean()

    @property
    def required_rates(self) -> np.ndarray:
        """Least rate of every user, (users,)."""
        return np.concatenate([np.broadcast_to(rate, self.groups) for rate in (self.rate_near, self.rate_far)])

    @property
    def values_of_users(self) -> tuple[np.ndarray, ...]:
        """All that tells users apart, but where they are: (users,) each."""
        radii = self._per_user(self.position_error_m)
        radiation = self.noise_power_w, self.line_of_sight, self.scattering_radius
        return radii, *radiation, self.weights, self.required_rates

    def of_kind(self, kind: int) -> Self:
        """The same with both users of every group like its near one (0) or like its far one (1)."""
        values = {name: getattr(self, name) for name in ("position_error_m", "noise_dbm", "rician")}
        values["scattering_norm"] = self.scattering_norms
        alike = {name: self._per_user(value).reshape(2, -1)[[kind, kind]] for name, value in values.items()}
        return self.derived(**{name: tuple(value.ravel().tolist()) for name, value in alike.items()})

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

    def error_size_m(self, positions_m: np.ndarray, user: ArrayLike | None = None) -> float | np.ndarray:
        """Radius of the ball about estimates (..., 3), or semi-axes (..., 3): radial, horizontal across, vertical.

        Those of ``user`` (...), by default the largest of all; radii that differ are semi-axes too. An error of the
        azimuth is an arc about the vertical through the antenna, one of the elevation about its centre.
        """
        radii = self._per_user(self.position_error_m)
        radius = radii.max() if user is None or np.ptp(radii) == 0 else radii[self.numbered(user)]
        if self.in_ball and radius.ndim == 0:
            return float(radius)
        lengths = np.hypot(positions_m[..., 0], positions_m[..., 1]), np.linalg.norm(positions_m, axis=-1)
        errors_deg = self.azimuth_error_deg, self.elevation_error_deg
        arcs = [None if error is None else r * np.deg2rad(error) for r, error in zip(lengths, errors_deg, strict=True)]
        axes = [radius if axis is None else axis for axis in (self.range_error_m, *arcs)]
        return np.stack([np.broadcast_to(axis, positions_m.shape[:-1]) for axis in axes], axis=-1)

    def largest_error_m(self, positions_m: np.ndarray, user: ArrayLike | None = None) -> np.ndarray:
        """Radius (...) of the least ball about estimates (..., 3) that holds their errors."""
        return np.broadcast_to(self.error_size_m(positions_m, user), positions_m.shape).max(axis=-1)

    def require_apart(self, distance_m: np.ndarray, user: np.ndarray, name: str) -> None:
        """Raise ValueError naming what puts a user so near that its ball touches the sphere around the antenna.

        Args: distance_m and user, both (drops, users).
        """
        error_m = self.largest_error_m(distance_m[..., None] * np.array([1.0, 0.0, 0.0]), user)
        if distance_m.size:
            worst = np.argmin(distance_m - error_m)
            away, error = float(distance_m.flat[worst]), float(error_m.flat[worst])
            reach = f"{self.half_extent_m:.3g} m + {error:.3g} m"
            rule = f"be farther from the antenna than its half extent and the position error, {reach}"
            require(away > self.half_extent_m + error, name, rule, f"{away:.3g} m")

    def numbered(self, user: ArrayLike) -> np.ndarray:
        """Numbers of users, near ones first. Raises ValueError naming ``user`` where there is no such user."""
        users = np.asarray(user)
        good = users.dtype.kind in "iu" and bool(((users >= 0) & (users < 2 * self.groups)).all())
        require(good, "user", f"be numbers of users, 0 to {2 * self.groups - 1}", brief(user))
        return users

    def _per_user(self, value: float | tuple[float, ...] | np.ndarray) -> np.ndarray:
        """Values (users,) of a field that has one, or one per user."""
        return np.broadcast_to(np.asarray(value, float), (2 * self.groups,))

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        fixed = self.feeding in ("waveguides", "digital") and self.feeds is not None
        require(not fixed or self.feeds == self.chains, "feeds", f"be {self.chains} for {self.feeding}", self.feeds)
        tuned = self.element_weights == "amplitude" or self.feeding in ("edge", "waveguides")
        require(tuned, "element_weights", f"be amplitude for {self.feeding}", self.element_weights)
        if self.channel_model != LINE_OF_SIGHT:
            channels_named(self.channel_model)
            rule = f"be 1 for a channel_model other than {LINE_OF_SIGHT}, which knows no frequency"
            require(self.subcarriers == 1, "subcarriers", rule, self.subcarriers)
        spread = self.subcarriers == 1 or self.bandwidth_hz < self.carrier_hz
        require(spread, "bandwidth_hz", f"be < carrier_hz ({self.carrier_hz:g})", f"{self.bandwidth_hz:g}")
        sizes = dict.fromkeys(PER_USER, ("user", 2 * self.groups)) | dict.fromkeys(PER_GROUP, ("group", self.groups))
        for name, (each, count) in sizes.items():
            if isinstance(value := getattr(self, name), tuple):
                order = ", near users first" if each == "user" else ""
                rule = f"be one number or one per {each} ({count}{order})"
                require(len(value) == count, name, rule, f"{len(value)} numbers")
        shared = isinstance(self.weight, tuple) or self.weight < 1
        require(shared, "weight", "be < 1 where far users have the rest", self.weight, "Or give one per user.")
        near, far = self.near_range_m, self.far_range_m
        require(near <= far, "near_range_m", f"be at most far_range_m ({far:g})", f"{near:g}")
        return self
