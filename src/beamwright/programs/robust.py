"""Received powers that must hold for every channel of a ball or an ellipsoid, by the S-lemma.

    (h+Sz)^H Phi (h+Sz) >= b for all ||z|| <= 1   <=>   B^H Phi B + lambda diag(I, -1) - b e e^T >= 0,   B = [S, h]

with one multiplier lambda >= 0; lossless, S = 0 included. A ball has S = r I.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.programs.conditions import Condition
from beamwright.programs.data import matrix_data, not_negative, per_drop, short, vector
from beamwright.programs.expressions import Combination, Expression, constant


@dataclass(frozen=True, eq=False)
class Ball:
    """All channels h + d with ||d|| <= radius, or h + S z with ||z|| <= radius."""

    centre: np.ndarray
    """h (drops or 1, antennas)."""
    radius: np.ndarray
    """(drops or 1,)."""
    axes: np.ndarray | None = None
    """S (drops or 1, antennas, directions) of an ellipsoid."""

    @property
    def antennas(self) -> int:
        """Length of the channels."""
        return self.centre.shape[1]

    @property
    def shape(self) -> str:
        """The set in a word."""
        return "ball" if self.axes is None else "ellipsoid"

    def directions(self, antennas: int) -> int:
        """Directions of the error where channels have so many entries."""
        return antennas if self.axes is None else self.axes.shape[-1]

    def gain_of(self, combination: Combination) -> "Robust":
        """Received power of a combination, for all channels of the set."""
        name = f"gain({combination.name}, {self.shape})"
        rule = f"have {combination.antennas} antennas"
        require(self.antennas == combination.antennas, f"{self.shape} in {name}", rule, self.antennas)
        return Robust(combination, self, constant(0.0), name)


def ball(channel: ArrayLike, radius: ArrayLike) -> Ball:
    """Ball of channels around an estimate (antennas,) or (drops, antennas); the radius one number, or one per drop."""
    length = np.shape(channel)[-1] if np.ndim(channel) else 0
    return Ball(vector(channel, "centre of a ball", length), not_negative(radius, "radius of a ball"))


def ellipsoid(channel: ArrayLike, axes: ArrayLike) -> Ball:
    """Ellipsoid {h + S z: ||z|| <= 1} of channels around an estimate h (antennas,) or (drops, antennas).

    Args:    axes S (antennas, directions), drops in front or not, semi-axes as columns; fewer directions than antennas
             where the error keeps to some. {d: d^H P d <= 1} has S = P^(-1/2); that of an error CN(0, E) which it
             leaves with probability rho has S = r E^(1/2), r^2 the (1 - rho)-quantile of a Gamma(antennas, 1) variable.
    Raises:  ValueError where shapes differ or an entry is not finite.
    """
    length = np.shape(channel)[-1] if np.ndim(channel) else 0
    directions = np.shape(axes)[-1] if np.ndim(axes) else 0
    require(directions > 0, "axes of an ellipsoid", "have axes (antennas, directions)", f"shape {np.shape(axes)}")
    s = matrix_data(axes, "axes of an ellipsoid", length, directions)
    return Ball(vector(channel, "centre of an ellipsoid", length), np.ones(1), s)


@dataclass(frozen=True, eq=False, repr=False)
class Robust:
    """A received power for all channels of a set, plus a real expression that does not depend on the channel."""

    combination: Combination
    ball: Ball
    rest: Expression
    name: str

    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def __add__(self, other: Any) -> "Robust":
        if isinstance(other, Robust):
            same = other.ball is self.ball
            require(
                same, f"{self.name} + {other.name}", "meet one ball", "two", "Each error needs a condition of its own"
            )
            both = self.combination + other.combination
            return Robust(both, self.ball, self.rest + other.rest, f"gain({both.name}, {self.ball.shape})")
        return replace(self, rest=self.rest + other)

    def __radd__(self, other: Any) -> "Robust":
        return self if isinstance(other, int) and other == 0 else self + other

    def __mul__(self, factor: ArrayLike) -> "Robust":
        return Robust(factor * self.combination, self.ball, factor * self.rest, self.name)  # type: ignore[operator]

    __rmul__ = __mul__

    def __neg__(self) -> "Robust":
        return self * -1.0

    def __sub__(self, other: Any) -> "Robust":
        return self + (-other if isinstance(other, Robust | Expression) else -per_drop(other, self.name))

    def __rsub__(self, other: Any) -> "Robust":
        return -self + other

    def __ge__(self, other: Any) -> Condition:
        return self._compared(self - other, other, ">=")

    def __le__(self, other: Any) -> Condition:
        return self._compared(other - self, other, "<=")

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        raise ValueError(f"{self.name} must be compared by >= or <=, got ==. No value holds on a whole ball")

    def _compared(self, difference: "Robust", other: Any, sign: str) -> Condition:
        shown = other.name if isinstance(other, Expression | Robust) else short(other)
        rest = difference.rest
        require(rest.real and rest.entries == 1, f"{self.name} {sign} {shown}", "compare one real value", rest.name)
        return Condition("ball", f"{self.name} {sign} {shown}", difference)
