"""Scenario: array, users, targets, sensing requirements, weights, decoding rule, channel error (spec, section 1)."""

from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import field_validator, model_validator

from beamwright.arrays import linear_positions, steering_vectors
from beamwright.core import Config, numbers, parameter, ranges, require
from beamwright.core.fields import Numbers
from beamwright.core.ranges import brief

_PAPER = "paper, section V"
SINR_DB = Numbers(**ranges.DECIBELS, many="one number per user")
CSI_ERROR = Numbers(ge=0, le=1e15, many="one number per user")


class Scenario(Config):
    """A base station that serves NOMA users and illuminates targets with the same beams (spec noma_isac, section 1)."""

    antennas: int = parameter(8, "Transmit antennas N of the uniform linear array", source=_PAPER, ge=1, le=4096)
    users: int = parameter(3, "Single-antenna users K, at most N", source=_PAPER, ge=1, le=256)
    target_angles_deg: Annotated[
        tuple[float, ...], Numbers(ge=-90, le=90, many="one number per target", single=False)
    ] = parameter(
        (-60.0, 60.0),
        "Directions of the M <= N targets, from broadside; equal ones are legal, and infeasible where their common "
        "beampattern gain exceeds the limit on cross-correlation",
        unit="deg",
        source=_PAPER,
    )
    noise_power_w: Annotated[float | tuple[float, ...], Numbers(**ranges.WATTS, many="one number per user")] = (
        parameter(0.01, "Noise power at the users: one value, or one per user", unit="W", source=_PAPER)
    )
    sensing_power_w: float = parameter(
        2.0,
        "Least power towards every target, a(theta)^H R a(theta)",
        unit="W",
        source="paper, figures 3 and 4",
        **ranges.WATTS,
    )
    power_difference_w: float = parameter(
        1e-3, "Largest difference between the powers towards two targets", unit="W", source=_PAPER, **ranges.WATTS
    )
    cross_correlation_w2: float = parameter(
        10.0,
        "Largest mean squared cross-correlation of two targets",
        unit="W^2",
        source=f"{_PAPER}; spec E9",
        ge=1e-60,
        le=1e60,
    )
    antenna_power_limit_w: Annotated[
        float | tuple[float, ...] | None, Numbers(**ranges.WATTS, many="one number per antenna", none=True)
    ] = parameter(
        None,
        "Largest power of an antenna, of the frame or in every slot: one value, or one per antenna; None: no limit",
        unit="W",
        source="spec P1 f",
    )
    quiet_angles_deg: Annotated[
        tuple[float, ...], Numbers(ge=-90, le=90, many="one number per direction", single=False)
    ] = parameter(
        (),
        "Directions towards which power is limited, e.g. some of a sector, from broadside",
        unit="deg",
        source="spec P1 g",
    )
    quiet_power_w: Annotated[float | tuple[float, ...], Numbers(**ranges.WATTS, many="one number per direction")] = (
        parameter(
            0.1,
            "Largest power a^H R a towards quiet_angles_deg: one value, or one per direction",
            unit="W",
            source="spec P1 g",
        )
    )
    steering_error: float = parameter(
        0.0,
        "Radius of the ball around the steering vector of a quiet direction, for all of which the limit holds",
        unit="amplitude",
        source="spec P1 g",
        ge=0,
        le=1e6,
    )
    spacing_wavelengths: float = parameter(
        0.5,
        "Distance of neighbouring antennas",
        unit="wavelengths",
        source="paper, section II: at most 0.5",
        ge=1e-6,
        le=1e4,
    )
    steering_sign: Literal[1, -1] = parameter(
        1,
        "Sign of the phase of a steering vector; -1 where channels are conjugated from h^T w as simulators give them, "
        "so that angles are the simulator's",
        source="spec, section 1",
    )
    steering_vectors: tuple[tuple[complex, ...], ...] | None = parameter(
        None,
        "Steering vectors of the targets, a row of antennas each, instead of target_angles_deg: any array, e.g. "
        "arrays.plane_wave over planar_positions",
        source="spec, section 1: only a_m is used",
    )
    comm_weight: float = parameter(
        1.0,
        "Weight rho_c of the radiated power tr R in the objective",
        source="paper, objective (12); spec E3",
        **ranges.WEIGHT,
    )
    sensing_weight: float = parameter(
        1.0,
        "Weight rho_s of the power towards the targets in the objective",
        source="paper, (12); spec E3",
        ge=0,
        le=1e12,
    )
    decoding: Literal["chain", "own", "noise"] = parameter(
        "chain",
        "Who decodes which stream: chain (successive cancellation), own (a genie cancels weaker users' streams), or "
        "noise (each user its own, all other streams are noise: no NOMA)",
        source="spec E1; noise: textbook downlink",
    )
    sensing_signal: Literal["none", "noise", "known"] = parameter(
        "none",
        "Dedicated sensing signal, radiated beside the streams with a covariance of any rank and no data: none, noise "
        "(it disturbs every user like noise), or known (users know it and cancel it with their estimate)",
        source="spec, section 1; Liu et al., IEEE TSP 2020, and Hua et al., IEEE TVT 2023",
    )
    csi_error: Annotated[float | tuple[float, ...], CSI_ERROR] = parameter(
        0.05,
        "Radius of the ball around the estimate in which a true channel lies: one value, or one per user; truths are "
        "drawn from it, designs are judged on them, robust methods hold over it",
        unit="amplitude",
        source=f"{_PAPER}; spec E7",
    )
    csi_error_shape: tuple[tuple[tuple[complex, ...], ...], ...] | None = parameter(
        None,
        "Shape L of the channel error, whose ball of radius csi_error becomes the ellipsoid of all L z, ||z|| <= "
        "csi_error: matrices (antennas, antennas), one for all users or one per user; None: the identity",
        source="spec, section 1; programs.ellipsoid",
    )
    sic_order: bool = parameter(
        False, "Also demand received powers that fall along the decoding order", source="spec E2"
    )

    @classmethod
    def paper(cls) -> Self:
        """The paper's simulation setting, which is also the default."""
        return cls()

    @classmethod
    def small(cls) -> Self:
        """Four antennas, two users, one target: for examples and quick checks."""
        return cls(antennas=4, users=2, target_angles_deg=(30.0,))

    @property
    def targets(self) -> int:
        """Number of targets M."""
        return len(self.target_angles_deg if self.steering_vectors is None else self.steering_vectors)

    @property
    def streams(self) -> int:
        """Covariances that are radiated: those of the users, and the dedicated sensing signal's where there is one."""
        return self.users + (self.sensing_signal != "none")

    @property
    def further_vectors(self) -> int:
        """Vectors that constraints see beside channels and steering vectors of targets."""
        return len(self.quiet_angles_deg) + (0 if self.antenna_power_limit_w is None else self.antennas)

    @property
    def noise_vector_w(self) -> np.ndarray:
        """Noise power of every user, (users,) in W, input order."""
        return np.broadcast_to(np.asarray(self.noise_power_w, float), (self.users,)).copy()

    @property
    def error_shape(self) -> np.ndarray | None:
        """Shapes L of the channel errors, (users, antennas, antennas); None where all of them are the identity."""
        if self.csi_error_shape is None:
            return None
        shape = np.array(self.csi_error_shape, complex)
        if np.array_equal(shape, np.broadcast_to(np.eye(self.antennas), shape.shape)):
            return None
        return np.broadcast_to(shape, (self.users, *shape.shape[1:])).copy()

    @property
    def steering(self) -> np.ndarray:
        """Steering vectors a_m of the targets, (targets, antennas): those brought, or of a uniform linear array.

        a_m[n] = exp(2j pi steering_sign s n sin theta_m) with s = spacing_wavelengths; a sign of -1 conjugates those
        brought, too.
        """
        if self.steering_vectors is not None:
            brought = np.array(self.steering_vectors, complex).reshape(self.targets, self.antennas)
            return brought if self.steering_sign == 1 else np.conj(brought)
        return self.steering_towards(self.target_angles_deg)

    def steering_towards(self, angles_deg: tuple[float, ...]) -> np.ndarray:
        """Steering vectors of the uniform linear array, (directions, antennas)."""
        positions = self.steering_sign * linear_positions(self.antennas, self.spacing_wavelengths)
        return steering_vectors(angles_deg, positions)

    @property
    def correlation_limit_w(self) -> float:
        """Radius sqrt(xi M (M-1) / 2) of the second-order cone ``||(X_pm)_{p<m}|| <= radius`` (spec P1 d), in W."""
        return float(np.sqrt(self.cross_correlation_w2 * self.targets * (self.targets - 1) / 2))

    @model_validator(mode="before")
    @classmethod
    def _either(cls, values: object) -> object:
        """Steering vectors alone say where targets are: the default directions give way."""
        if isinstance(values, dict) and values.get("steering_vectors") is not None:
            return {"target_angles_deg": (), **values}
        return values

    @field_validator("steering_vectors", mode="before")
    @classmethod
    def _rows(cls, value: Any) -> object:
        """Rows of complex numbers, from an array, lists, or the text that a file has of them: ``1+2j``."""
        if value is None:
            return None
        rule = "be complex numbers (targets, antennas), at most 4096 each"
        return _complex_numbers(value, "steering_vectors", (2,), rule).tolist()

    @field_validator("csi_error_shape", mode="before")
    @classmethod
    def _matrices(cls, value: Any) -> object:
        """Matrices of complex numbers, one or one per user, as ``steering_vectors``."""
        if value is None:
            return None
        rule = "be complex matrices (antennas, antennas) or (users, antennas, antennas), at most 4096 wide"
        shape = _complex_numbers(value, "csi_error_shape", (2, 3), rule)
        return (shape[None] if shape.ndim == 2 else shape).tolist()

    @model_validator(mode="after")
    def _shaped(self) -> Self:
        if self.csi_error_shape is None:
            return self
        n, k = self.antennas, self.users
        sizes = sorted({(len(matrix), len(row)) for matrix in self.csi_error_shape for row in matrix})
        count = len(self.csi_error_shape)
        require(count in (1, k), "csi_error_shape", f"be one matrix or one per user ({k})", f"{count} matrices")
        require(sizes == [(n, n)], "csi_error_shape", f"be of antennas x antennas ({n}, {n})", sizes)
        shape = np.array(self.csi_error_shape)
        finite = np.isfinite(shape).all()
        singular = np.linalg.svd(np.where(finite, shape, 0), compute_uv=False)
        most, least = float(singular.max()), float(singular.min())
        require(bool(finite and 1e-6 <= most <= 1e6 and least >= 1e-6 * singular.max(axis=-1).max()),
                "csi_error_shape", "be finite, of norm 1e-6 to 1e6, its least singular value above 1e-6 of the largest",
                f"singular values from {least:.3g} to {most:.3g}",
                "Give directions without an error a small one.")  # fmt: skip
        return self

    @model_validator(mode="after")
    def _steered(self) -> Self:
        if self.steering_vectors is None:
            return self
        remedy = "Give directions or steering vectors, not both."
        require(not self.target_angles_deg, "target_angles_deg", "be () where steering_vectors are given",
                self.target_angles_deg, remedy)  # fmt: skip
        require(not self.quiet_angles_deg, "quiet_angles_deg", "be () where steering_vectors are given",
                self.quiet_angles_deg, "They are those of a linear array.")  # fmt: skip
        usual = type(self).model_fields["spacing_wavelengths"].default
        require(self.spacing_wavelengths == usual, "spacing_wavelengths",
                f"be left at {usual} where steering_vectors are given", self.spacing_wavelengths,
                "It is that of a linear array.")  # fmt: skip
        rows = sorted({len(row) for row in self.steering_vectors})
        require(rows in ([], [self.antennas]), "steering_vectors", f"have rows of antennas ({self.antennas})", rows)
        sizes = np.abs(self.steering)
        require(bool(np.all(np.isfinite(sizes) & (sizes <= 1e6))), "steering_vectors", "be finite and at most 1e6",
                float(sizes.max(initial=0)))  # fmt: skip
        weak = np.flatnonzero(sizes.max(axis=1, initial=0) < 1e-6)
        require(not len(weak), "steering_vectors", "have an entry of at least 1e-6 in every row", f"row {weak[:1]}")
        return self

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        n, k = self.antennas, self.users
        require(k <= n, "users", f"be at most antennas ({n})", k, "Serve fewer users or add antennas.")
        where = "target_angles_deg" if self.steering_vectors is None else "steering_vectors"
        require(self.targets <= n, where, f"name at most antennas ({n}) targets", self.targets)
        if isinstance(self.noise_power_w, tuple):
            count = len(self.noise_power_w)
            require(count == k, "noise_power_w", f"be one number or one per user ({k})", f"{count} numbers")
        if isinstance(self.quiet_power_w, tuple):
            count, wanted = len(self.quiet_power_w), len(self.quiet_angles_deg)
            require(count == wanted, "quiet_power_w", f"be one number or one per direction ({wanted})",
                    f"{count} numbers")  # fmt: skip
        if isinstance(self.antenna_power_limit_w, tuple):
            count = len(self.antenna_power_limit_w)
            require(count == n, "antenna_power_limit_w", f"be one number or one per antenna ({n})", f"{count} numbers")
        return self


def _complex_numbers(value: Any, name: str, axes: tuple[int, ...], rule: str) -> np.ndarray:
    """Complex numbers from an array, lists, or the texts that a file has of them; axes and sizes limited."""
    array = numbers(_from_text(value), name, complex)
    require(array.ndim in axes and max(array.shape) <= 4096, name, rule, brief(value))
    return array


def _from_text(value: Any) -> Any:
    """Complex number of a text such as ``"1+2j"``, in lists, too; anything else as it is."""
    if isinstance(value, list | tuple):
        return [_from_text(part) for part in value]
    try:
        return complex(value) if isinstance(value, str) else value
    except ValueError:
        return value
