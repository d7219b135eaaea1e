"""Access points, users, target, waveform and powers of the default scene (spec cellfree, section 2).

A parameter's ``source`` tells what the paper states from what the specification chose, for the paper gives no more.
"""

from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
from pydantic import model_validator

from beamwright.arrays import require_room
from beamwright.core import SPEED_OF_LIGHT, Config, dbm_to_w, parameter, ranges, require
from beamwright.core.fields import Numbers
from beamwright.numerics import Values

_SOURCE = "source, section V"
_OURS = "ours: spec cellfree, section 2"
_PER_TARGET = "one number per target"

Metric = Literal["rate", "sinr", "position"]
Movement = Literal["line", "plane"]


class Radio(NamedTuple):
    """Sizes and numbers of the radio: all that the physics reads of a scenario, and all that a compiled program gets.

    ``Radio(*radio.shape, *radio.numbers)`` equals ``radio``; numbers may be traced.
    """

    aps: int
    targets: int
    tx_antennas: int
    rx_antennas: int
    snapshots: int
    code_gap: int
    derotated: bool
    metric: Metric
    uncertain: bool
    planar: bool
    displaced: bool
    subcarriers: int
    mixed: bool
    subcarrier_step: int
    fft_size: int
    symbol_time_s: Values
    sensing_weight: Values
    csi_error: Values
    position_prior_m: Values
    offset_range_hz: Values
    subcarrier_spacing_hz: Values

    @property
    def shape(self) -> tuple[Values, ...]:
        """The entries that a program is compiled for."""
        return self[:15]

    @property
    def numbers(self) -> tuple[Values, ...]:
        """The entries that a program may get as arrays."""
        return self[15:]

    @property
    def codes(self) -> np.ndarray:
        """(snapshots, aps) x_a[s] = exp(j 2 pi a g s / S)."""
        turns = np.arange(self.snapshots)[:, None] * np.arange(self.aps) * self.code_gap / self.snapshots
        return np.exp(2j * np.pi * turns)


class Scenario(Config):
    """Full-duplex access points with movable antennas and carrier offsets, uplink users, and radar targets."""

    aps: int = parameter(4, "Access points A", source=_SOURCE, ge=1, le=64)
    users: int = parameter(4, "Single-antenna uplink users U", source=_SOURCE, ge=0, le=4096)
    targets: int = parameter(1, "Radar targets, of which the least seen one counts", source=_OURS, ge=1, le=64)
    tx_antennas: int = parameter(8, "Transmit antennas N per access point", source=_SOURCE, ge=1, le=1024)
    rx_antennas: int = parameter(4, "Receive antennas M per access point", source=_SOURCE, ge=1, le=1024)
    paths: int = parameter(4, "Paths L per link", source=_SOURCE, ge=1, le=10_000)
    snapshots: int = parameter(16, "Symbols S that are processed together", source=_OURS, ge=1, le=65_536)
    code_gap: int = parameter(1, "Cycles between the codes of neighbours", source=_OURS, ge=1, le=65_536)
    symbol_time_s: float = parameter(35.7e-6, "Symbol duration", unit="s", source=_OURS, ge=1e-15, le=1e3)
    offset_range_hz: float = parameter(
        500.0, "Largest difference F of two carriers", unit="Hz", source=_OURS, ge=0, le=1e12
    )
    derotated: bool = parameter(
        False, "Whether access points de-rotate to the users' carrier before combining", source="spec, section 9"
    )
    csi_error: float = parameter(
        0.0, "Largest error of a user's channel over all antennas, relative to its norm", source="ours", ge=0, lt=1
    )
    sensing_weight: float = parameter(
        0.8, "Weight of the radar in the utility; users have the rest", source=_OURS, ge=0, le=1
    )
    metric: Metric = parameter(
        "rate",
        "Summand of the utility: log2(1 + SINR), SINR as printed, or position: the radar's is log2 of the error of the "
        "position beforehand over its bound",
        source=_OURS,
    )
    position_prior_m: float = parameter(
        100.0, "Standard deviation, per coordinate, of what is known of a target beforehand, for metric position",
        unit="m", source="ours", **ranges.METRES,
    )  # fmt: skip
    ap_power_w: Annotated[float | tuple[float, ...], Numbers(ge=0, le=1e30, many="one number per access point")] = (
        parameter(1.0, "Transmit power of an access point: one value, or one per access point", unit="W", source=_OURS)
    )
    user_power_w: float = parameter(0.01, "Transmit power of all users together", unit="W", source=_OURS, ge=0, le=1e30)
    noise_dbm: float = parameter(-120.0, "Noise power per antenna", unit="dBm", source=_SOURCE, **ranges.DECIBELS)
    self_interference_db: float = parameter(
        -100.0, "Residual gain of an access point to itself", unit="dB", source=_OURS, **ranges.DECIBELS
    )
    inter_ap_extra_db: float = parameter(
        -20.0,
        "Extra gain of links between access points, on top of path loss",
        unit="dB",
        source=_OURS,
        **ranges.DECIBELS,
    )
    radar_cross_section: Annotated[float | tuple[float, ...], Numbers(ge=0, le=1e30, many=_PER_TARGET)] = parameter(
        0.5, "Radar cross-section of targets, in the units of the echo's gain: one value, or one per target",
        source=_SOURCE,
    )  # fmt: skip
    wavelength_m: float = parameter(0.0857, "Wavelength (3.5 GHz)", unit="m", source=_OURS, ge=1e-9, le=1e9)
    movement: Movement = parameter(
        "line", "Where antennas move: along an access point's axis, or in a square on both sides of it", source="ours"
    )
    half_region_wavelengths: float = parameter(
        2.0,
        "Largest distance of antennas from the middle, along an access point's axis; half the side of the square",
        unit="wavelengths",
        source=_SOURCE,
        ge=0,
        le=1e5,
    )
    spacing_wavelengths: float = parameter(
        0.5, "Least distance of two antennas", unit="wavelengths", source=_SOURCE, ge=0, le=1e5
    )
    ap_radius_m: float = parameter(
        100.0, "Radius of the circle of access points", unit="m", source=_OURS, ge=1e-3, le=1e9
    )
    user_radius_m: float = parameter(60.0, "Radius of the disc of users", unit="m", source=_OURS, ge=1e-3, le=1e9)
    target_range_m: Annotated[float | tuple[float, ...], Numbers(**ranges.METRES, many=_PER_TARGET)] = parameter(
        500**0.5,
        "Distance of targets from the middle: one value, or one per target; with the next, (20, 10) m",
        unit="m",
        source=_OURS,
    )
    target_azimuth_deg: Annotated[float | tuple[float, ...], Numbers(ge=-360, le=360, many=_PER_TARGET)] = parameter(
        float(np.rad2deg(np.arctan2(1, 2))),
        "Direction of targets from the middle: that of the first, the others evenly around, or one per target",
        unit="degrees",
        source=_OURS,
    )

    target_error_m: float = parameter(
        0.0, "Largest distance of the target from where it is assumed", unit="m", source="ours", ge=0, le=1e9
    )
    subcarriers: int = parameter(
        1, "Subcarriers K, each with beams, powers and filters of its own", source="ours", ge=1, le=256
    )
    subcarrier_spacing_hz: float = parameter(
        30e3, "Spacing of the OFDM grid, of several subcarriers: one over a symbol without its prefix", unit="Hz",
        source="ours", ge=1e-3, le=1e12,
    )  # fmt: skip
    subcarrier_step: int = parameter(
        1, "Points of the grid from one of several subcarriers to the next; what lies between is empty", source="ours",
        ge=1, le=65_536,
    )  # fmt: skip
    fft_size: int = parameter(
        1024, "Points of the OFDM grid, samples of a symbol without its prefix, of several subcarriers", source="ours",
        ge=2, le=1_048_576,
    )  # fmt: skip
    intercarrier: bool = parameter(
        True, "Whether carrier offsets make several subcarriers leak into each other, as they do", source="ours"
    )
    delay_spread_s: float = parameter(
        1e-7, "Mean excess delay of drawn paths, of several subcarriers", unit="s", source="ours", ge=0, le=1e3
    )

    @classmethod
    def paper(cls) -> Self:
        """The default setting: what the source states, completed by the specification."""
        return cls()

    @classmethod
    def small(cls) -> Self:
        """Two access points and two users."""
        return cls(aps=2, users=2, tx_antennas=6, rx_antennas=3, snapshots=8, paths=2, offset_range_hz=1000.0)

    @property
    def noise_power_w(self) -> float:
        """Noise power sigma^2 per antenna."""
        return float(dbm_to_w(self.noise_dbm))

    @property
    def ap_powers_w(self) -> np.ndarray:
        """(aps,) transmit power of every access point."""
        return np.broadcast_to(np.asarray(self.ap_power_w, float), (self.aps,))

    @property
    def region_wavelengths(self) -> tuple[float, float]:
        """Both ends of the region that antennas move in."""
        return -self.half_region_wavelengths, self.half_region_wavelengths

    @property
    def targets_m(self) -> np.ndarray:
        """(targets, 2) coordinates of the targets."""
        turn = np.deg2rad(self.target_azimuth_deg)
        turn = turn + 2 * np.pi / self.targets * np.arange(self.targets) if turn.ndim == 0 else turn
        return np.asarray(self.target_range_m)[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)

    @property
    def aps_m(self) -> tuple[np.ndarray, np.ndarray]:
        """(aps, 2) coordinates of the access points, and unit vectors of their axes, tangents of their circle."""
        turn = np.pi / 4 + 2 * np.pi * np.arange(self.aps) / self.aps
        outward = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        return self.ap_radius_m * outward, np.stack([-np.sin(turn), np.cos(turn)], axis=-1)

    @property
    def sight(self) -> np.ndarray:
        """(targets, aps, 2) in 1/m: how an access point's line of sight turns as the target moves, (unit vector across
        it) / distance."""
        return self.sight_of(self.targets_m[:, None] - self.aps_m[0])

    @staticmethod
    def sight_of(away: np.ndarray) -> np.ndarray:
        """The same of targets so far away (..., 2)."""
        return np.stack([-away[..., 1], away[..., 0]], axis=-1) / np.maximum(np.sum(away**2, axis=-1), 1.0)[..., None]

    @property
    def codes(self) -> np.ndarray:
        """(snapshots, aps) orthogonal codes of the access points."""
        return self.radio.codes

    @property
    def radio(self) -> Radio:
        """The scenario as the physics and compiled programs read it."""
        return Radio(*(getattr(self, name) for name in Radio._fields))

    @property
    def uncertain(self) -> bool:
        """Whether users' channels are known with an error."""
        return self.csi_error > 0

    @property
    def planar(self) -> bool:
        """Whether antennas move in a plane."""
        return self.movement == "plane"

    @property
    def displaced(self) -> bool:
        """Whether the target may be elsewhere than assumed."""
        return self.target_error_m > 0

    @property
    def mixed(self) -> bool:
        """Whether subcarriers leak into each other."""
        return self.subcarriers > 1 and self.intercarrier

    @property
    def frequencies_hz(self) -> np.ndarray:
        """(subcarriers,) over that of the first."""
        return self.subcarrier_step * self.subcarrier_spacing_hz * np.arange(self.subcarriers)

    @property
    def prefix_s(self) -> float:
        """Length of a symbol's prefix, within which delays do not disturb the next symbol."""
        return self.symbol_time_s - 1 / self.subcarrier_spacing_hz

    @property
    def longest_way_s(self) -> float:
        """Longest way of a wave over the speed of light: from a user, between access points, or by a target."""
        aps = self.aps_m[0]
        legs = np.linalg.norm(self.targets_m[:, None] - aps, axis=-1)
        apart = np.linalg.norm(aps[:, None] - aps, axis=-1)
        return float(max(self.ap_radius_m + self.user_radius_m, apart.max(), 2 * legs.max())) / SPEED_OF_LIGHT

    @property
    def xy(self) -> int:
        """Coordinates of a place of antennas: two in a plane, one on a line."""
        return 2 if self.planar else 1

    @property
    def drift(self) -> float:
        """Largest phase difference F T S of two carriers over all snapshots, in cycles."""
        return self.offset_range_hz * self.symbol_time_s * self.snapshots

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        require(
            self.aps * self.code_gap <= self.snapshots, "aps * code_gap", "be at most snapshots (orthogonal codes)",
            f"{self.aps} * {self.code_gap} > {self.snapshots}",
        )  # fmt: skip
        if isinstance(self.ap_power_w, tuple):
            rule = f"be one number or one per access point ({self.aps})"
            require(len(self.ap_power_w) == self.aps, "ap_power_w", rule, f"{len(self.ap_power_w)} numbers")
        for name in ("radar_cross_section", "target_range_m", "target_azimuth_deg"):
            given, rule = getattr(self, name), f"be one number or one per target ({self.targets})"
            require(not isinstance(given, tuple) or len(given) == self.targets, name, rule, given)
        require(
            self.targets == 1 or not self.displaced, "target_error_m", "be 0 with several targets", self.target_error_m
        )
        for name in ("tx_antennas", "rx_antennas"):
            where = f"half_region_wavelengths ({name})"
            require_room(getattr(self, name), *self.region_wavelengths, self.spacing_wavelengths, where)
        if self.subcarriers > 1:
            self._require_band()
        return self

    def _require_band(self) -> None:
        """What several subcarriers ask for. Raises ValueError naming the parameter."""
        several = "with several subcarriers"
        require(self.metric != "position", "metric", f"be 'rate' or 'sinr' {several}", repr(self.metric))
        require(not self.displaced, "target_error_m", f"be 0 {several}", self.target_error_m)
        require(not self.derotated, "derotated", f"be False {several}", self.derotated)
        half = self.subcarrier_spacing_hz / 2
        require(
            self.offset_range_hz <= half or not self.intercarrier, "offset_range_hz",
            f"be at most half of subcarrier_spacing_hz, {half:g}, {several}", self.offset_range_hz,
        )  # fmt: skip
        span = (self.subcarriers - 1) * self.subcarrier_step + 1
        require(span < self.fft_size, "fft_size", f"be more than the band, {span} points of the grid", self.fft_size)
        require(
            self.prefix_s >= 0, "symbol_time_s", f"be at least 1/subcarrier_spacing_hz {several}", self.symbol_time_s,
            "The rest is the prefix, within which paths may be late",
        )  # fmt: skip
