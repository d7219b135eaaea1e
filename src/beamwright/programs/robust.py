"""Received powers that must hold for every channel of a ball, by the S-lemma.

    (h+d)^H Phi (h+d) >= b for all ||d|| <= r   <=>   B^H Phi B + lambda diag(I, -1) - b e e^T >= 0,   B = [r I, h]

with one multiplier lambda >= 0; lossless, r = 0 included.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.programs.conditions import Condition
from beamwright.programs.expressions import Combination, Expression, constant, per_drop, vector


@dataclass(frozen=True, eq=False)
class Ball:
    """All channels h + d with ||d|| <= radius."""

    centre: np.ndarray
    """h (drops or 1, antennas)."""
    radius: np.ndarray
    """(drops or 1,)."""

    @property
    def antennas(self) -> int:
        """Length of the channels."""
        return self.centre.shape[1]

    def gain_of(self, combination: Combination) -> "Robust":
        """Received power of a combination, for all channels of the ball."""
        name = f"gain({combination.name}, ball)"
        require(self.antennas == combination.antennas, f"ball in {name}", f"have {combination.antennas} antennas",
                self.antennas)  # fmt: skip
        return Robust(combination, self, constant(0.0), name)


def ball(channel: ArrayLike, radius: ArrayLike) -> Ball:
    """Ball of channels around an estimate (antennas,) or (drops, antennas); the radius one number, or one per drop."""
    length = np.shape(channel)[-1] if np.ndim(channel) else 0
    r = per_drop(radius, "radius of a ball", float)
    require(bool((r >= 0).all()), "radius of a ball", "be >= 0", r.min())
    return Ball(vector(channel, "centre of a ball", length), r)


@dataclass(frozen=True, eq=False, repr=False)
class Robust:
    """A received power for all channels of a ball, plus a real expression that does not depend on the channel."""

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
            return Robust(both, self.ball, self.rest + other.rest, f"gain({both.name}, ball)")
        return replace(self, rest=self.rest + other)

    def __radd__(self, other: Any) -> "Robust":
        return self if isinstance(other, int) and other == 0 else self + other

    def __mul__(self, factor: ArrayLike) -> "Robust":
        return Robust(factor * self.combination, self.ball, factor * self.rest, self.name)  # type: ignore[operator]

    __rmul__ = __mul__

    def __neg__(self) -> "Robust":
        return self * -1.0

    def __sub__(self, other: Any) -> "Robust":
        return self + (-other if isinstance(other, Robust | Expression) else -np.asarray(other))

    def __rsub__(self, other: Any) -> "Robust":
        return -self + other

    def __ge__(self, other: Any) -> Condition:
        return self._compared(self - other, other, ">=")

    def __le__(self, other: Any) -> Condition:
        return self._compared(other - self, other, "<=")

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        raise ValueError(f"{self.name} must be compared by >= or <=, got ==. No value holds on a whole ball")

    def _compared(self, difference: "Robust", other: Any, sign: str) -> Condition:
        shown = other.name if isinstance(other, Expression | Robust) else "data" if np.ndim(other) else f"{other:.4g}"
        rest = difference.rest
        require(rest.real and rest.entries == 1, f"{self.name} {sign} {shown}", "compare one real value", rest.name)
        return Condition("ball", f"{self.name} {sign} {shown}", difference)
