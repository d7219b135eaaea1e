"""Norms, Hermitian matrices and SINRs of expressions: what conditions other than linear ones are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.programs.conditions import Condition
from beamwright.programs.data import not_negative, short
from beamwright.programs.expressions import Combination, Expression, constant, values


@dataclass(frozen=True, eq=False)
class Norm:
    """Euclidean norm of real or complex expressions; stands only on the small side of a comparison."""

    entries: tuple[Expression, ...]
    """Real expressions of one value each."""
    name: str
    bound: Expression | None = None

    __array_ufunc__ = None

    def __le__(self, bound: Expression | ArrayLike) -> Condition:
        large = bound if isinstance(bound, Expression) else constant(bound)
        name = f"{self.name} <= {large.name}"
        require(large.real and large.entries == 1, f"large side of {name}", "be one real expression", large.name)
        return Condition("norm", name, replace(self, bound=large))

    def __ge__(self, other: Any) -> Condition:
        raise ValueError(f"{self.name} must stand on the small side, norm(...) <= expression, got it on the large one")

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        raise ValueError(f"{self.name} must be compared by <=, got ==. The sphere is not convex")

    __hash__ = None  # type: ignore[assignment]


def norm(entries: Sequence[Expression]) -> Norm:
    """Euclidean norm of expressions, real or complex, to be bounded: ``norm([...]) <= expression``."""
    parts = [e if isinstance(e, Expression) else constant(e) for e in entries]
    require(len(parts) > 0, "norm", "have at least one entry", 0)
    several = [e.name for e in parts if e.entries > 1]
    require(not several, "entries of a norm", "be expressions of one value", several)
    return Norm(tuple(values(parts)), f"norm({parts[0].name}, ...)" if len(parts) > 1 else f"norm({parts[0].name})")


@dataclass(frozen=True, eq=False)
class Hermitian:
    """A Hermitian matrix of expressions, to be demanded >= 0."""

    size: int
    parts: tuple[Expression, ...]
    """Coordinates of the matrix, real, ``size``^2: its diagonal, and sqrt 2 times real and imaginary parts above."""
    name: str

    __array_ufunc__ = None

    def __ge__(self, other: Any) -> Condition:
        name = f"{self.name} >= 0"
        require(np.ndim(other) == 0 and other == 0, name, "compare with 0", other, "Take it to the left side")
        return Condition("matrix", name, self)

    def __le__(self, other: Any) -> Condition:
        raise ValueError(f"{self.name} must be demanded >= 0, got <=. Change the sign of its entries")


def hermitian(rows: Sequence[Sequence[Expression | ArrayLike]]) -> Hermitian:
    """Hermitian matrix of expressions: its diagonal and what stands above it count, what is below is their conjugate.

    Raises:  ValueError where rows have different lengths, or an entry of the diagonal is complex.
    """
    size = len(rows)
    require(all(len(row) == size for row in rows), "hermitian", "be square", [len(row) for row in rows])
    table = [[e if isinstance(e, Expression) else constant(e) for e in row] for row in rows]
    name = f"hermitian({table[0][0].name}, ...)" if size > 1 else f"hermitian({table[0][0].name})"
    parts = []
    for a in range(size):
        for b in range(size):
            above, root = table[min(a, b)][max(a, b)], float(np.sqrt(2.0))
            require(a != b or above.real, f"diagonal of {name}", "be real", above.name)
            parts.append(above if a == b else root * (above.real_part() if a < b else above.imag))
    return Hermitian(size, tuple(parts), name)


@dataclass(frozen=True, eq=False)
class Sinr:
    """Signal to interference and noise of one stream at one receiver; compares with a target by ``>=``."""

    wanted: Combination
    interference: Combination | None
    at: Any
    noise: np.ndarray
    name: str

    __array_ufunc__ = None

    def __ge__(self, target: ArrayLike) -> Condition:
        return self._compared(target, 1.0, ">=")

    def __le__(self, target: ArrayLike) -> Condition:
        return self._compared(target, -1.0, "<=")

    def _compared(self, target: ArrayLike, sign: float, symbol: str) -> Condition:
        if isinstance(target, Expression):
            raise ValueError(f"target of {self.name} must be data, got {target.name}: the product is not affine")
        level = not_negative(target, f"target of {self.name}", "be >= 0, linear")
        phi = self.wanted if self.interference is None else self.wanted + (-level) * self.interference
        condition = (sign * phi).gain(self.at) - sign * (level * self.noise) >= 0.0
        shown = short(level[0]) if len(level) == 1 else "data"
        return condition.named(f"{self.name} {symbol} {shown}")


def sinr(wanted: Combination, at: Any, among: Sequence[Combination], noise: ArrayLike) -> Sinr:
    """SINR h^H W h / (sum of h^H W_i h over the others + noise) of a stream at a channel, or for all in a ball.

    Args:    at: channel (antennas,) or (drops, antennas), or a ``ball``; among: all streams on the air, the wanted one
             included or not; noise in W, one number or one per drop.
    """
    name = f"sinr({wanted.name})"
    power = not_negative(noise, f"noise of {name}")
    others = [stream for stream in among if stream is not wanted]
    return Sinr(wanted, sum(others[1:], others[0]) if others else None, at, power, name)
