"""What is given: array, users, targets, sensing requirements, weights and the decoding rule."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import model_validator

from beamwright.arrays import linear_positions, steering_vectors
from beamwright.core import Config, parameter, ranges, require
from beamwright.core.ranges import Numbers

_PAPER = "paper, section V"


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
    sic_order: bool = parameter(False, "Also demand received powers that fall along the decoding order", source="E2")

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
        return len(self.target_angles_deg)

    @property
    def noise_vector_w(self) -> np.ndarray:
        """Noise power of every user, (users,) in W, input order."""
        return np.broadcast_to(np.asarray(self.noise_power_w, float), (self.users,)).copy()

    @property
    def steering(self) -> np.ndarray:
        """Steering vectors a_m[n] = exp(2j pi steering_sign s n sin theta_m) of the targets, (targets, antennas)."""
        positions = self.steering_sign * linear_positions(self.antennas, self.spacing_wavelengths)
        return steering_vectors(self.target_angles_deg, positions)

    @property
    def correlation_limit_w(self) -> float:
        """Radius sqrt(xi M (M-1) / 2) of the second-order cone ``||(X_pm)_{p<m}|| <= radius`` (spec P1 d), in W."""
        return float(np.sqrt(self.cross_correlation_w2 * self.targets * (self.targets - 1) / 2))

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        n, k = self.antennas, self.users
        require(k <= n, "users", f"be at most antennas ({n})", k, "Serve fewer users or add antennas.")
        require(self.targets <= n, "target_angles_deg", f"name at most antennas ({n}) targets", self.targets)
        if isinstance(self.noise_power_w, tuple):
            given = len(self.noise_power_w)
            require(given == k, "noise_power_w", f"be one number or one per user ({k})", f"{given} numbers")
        return self
