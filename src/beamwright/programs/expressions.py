"""Expressions that are affine in transmit covariances and real scalars, one value or several per drop.

    value_e = sum_k tr(F_ek W_k) + sum_k t_ek tr W_k + sum_i a_ei y_i + b_e

Coefficients carry a leading axis of drops, of size one where they are shared by all drops. Identity matrices are kept
apart as t: they tell whether a reduction to the span of the channels loses anything. Data are NumPy's arrays, or JAX's
where a program's value is being differentiated with respect to them.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.numerics import namespace
from beamwright.programs.conditions import Condition, Kind
from beamwright.programs.data import matrix_data, per_drop, short, vector

Key = TypeVar("Key")
_count = itertools.count()
_LONGEST = 80


@dataclass(frozen=True, eq=False)
class Covariance:
    """A Hermitian positive semidefinite variable W (antennas, antennas), that of one transmit stream."""

    antennas: int
    name: str
    rank_one: bool
    number: int = field(default_factory=lambda: next(_count))


@dataclass(frozen=True, eq=False)
class Scalar:
    """A real variable y >= 0."""

    name: str
    number: int = field(default_factory=lambda: next(_count))


@dataclass(frozen=True, eq=False, repr=False)
class Expression:
    """One or several values per drop, affine in covariances and scalars; ``+ - *`` and comparisons build programs."""

    constant: np.ndarray
    """b (drops or 1, entries)."""
    name: str
    forms: Mapping[Covariance, np.ndarray] = field(default_factory=dict)
    """F (drops or 1, entries, antennas, antennas) of every covariance; Hermitian where values are real."""
    traces: Mapping[Covariance, np.ndarray] = field(default_factory=dict)
    """t (drops or 1, entries)."""
    scalars: Mapping[Scalar, np.ndarray] = field(default_factory=dict)
    """a (drops or 1, entries)."""
    vectors: Mapping[Covariance, tuple[np.ndarray, ...]] = field(default_factory=dict)
    """Columns (drops or 1, antennas, columns) whose span holds F."""
    real: bool = True

    __array_ufunc__ = None  # an array on the left leaves the operation to us
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def entries(self) -> int:
        """Values per drop."""
        return self.constant.shape[1]

    @property
    def variables(self) -> set[Covariance | Scalar]:
        """Variables that it contains."""
        return {*self.forms, *self.traces, *self.scalars}

    @property
    def imag(self) -> "Expression":
        """Imaginary part, a real expression."""
        return (-1j * self).real_part(f"imag({self.name})")

    def real_part(self, name: str = "") -> "Expression":
        """Real part, a real expression."""
        forms = {k: (f + f.swapaxes(-1, -2).conj()) / 2 for k, f in self.forms.items()}
        traces = {k: t.real for k, t in self.traces.items()}
        scalars = {k: a.real for k, a in self.scalars.items()}
        name = name or f"real({self.name})"
        return Expression(self.constant.real, name, forms, traces, scalars, self.vectors)

    def __add__(self, other: "Expression | ArrayLike") -> "Expression":
        if not isinstance(other, Expression):
            if not _is_data(other):
                return NotImplemented
            other = constant(other)
        for part in (self, other):
            require(
                part.entries in (1, max(self.entries, other.entries)), f"terms of {self.name} + {other.name}",
                "have equally many values, or one", f"{self.entries} and {other.entries}",
            )  # fmt: skip
        try:
            return Expression(
                self.constant + other.constant,
                _shorten(f"{self.name} + {other.name}"),
                _summed(self.forms, other.forms, max(self.entries, other.entries)),
                _summed(self.traces, other.traces, max(self.entries, other.entries)),
                _summed(self.scalars, other.scalars, max(self.entries, other.entries)),
                {k: (*self.vectors.get(k, ()), *other.vectors.get(k, ())) for k in {**self.vectors, **other.vectors}},
                self.real and other.real,
            )
        except ValueError as error:
            drops = f"{self.constant.shape[0]} and {other.constant.shape[0]} ({error})"
            raise ValueError(
                f"terms of {self.name} + {other.name} must have equally many drops, or one, got {drops}"
            ) from None

    def __radd__(self, other: ArrayLike) -> "Expression":
        return self if isinstance(other, int) and other == 0 else self + other

    def __mul__(self, factor: ArrayLike) -> "Expression":
        if isinstance(factor, Expression):
            raise ValueError(
                f"product of {self.name} and {factor.name} must have data on one side, got two expressions"
            )
        if not _is_data(factor):
            return NotImplemented
        c = per_drop(factor, f"factor of {self.name}")
        by = c[:, None]
        return Expression(
            self.constant * by,
            _shorten(f"{short(factor)} ({self.name})"),
            {k: f * by[..., None, None] for k, f in self.forms.items()},
            {k: t * by for k, t in self.traces.items()},
            {k: a * by for k, a in self.scalars.items()},
            self.vectors,
            self.real and not np.iscomplexobj(c),
        )

    __rmul__ = __mul__

    def __neg__(self) -> "Expression":
        return replace(self * -1.0, name=_shorten(f"-({self.name})"))

    def __sub__(self, other: "Expression | ArrayLike") -> "Expression":
        if not isinstance(other, Expression):
            if not _is_data(other):
                return NotImplemented
            other = constant(other)
        return replace(self + (-other), name=_minus(self.name, other.name))

    def __rsub__(self, other: ArrayLike) -> "Expression":
        return replace(-self + other, name=_shorten(f"{short(other)} - ({self.name})"))

    def __truediv__(self, factor: ArrayLike) -> "Expression":
        if isinstance(factor, Expression):
            raise ValueError(f"quotient of {self.name} and {factor.name} must have data below, got an expression")
        return self * (1.0 / per_drop(factor, f"what {self.name} is divided by"))

    def __ge__(self, other: "Expression | ArrayLike") -> Condition:
        return self._compared("nonnegative", self, other, ">=")

    def __le__(self, other: "Expression | ArrayLike") -> Condition:
        return self._compared("nonnegative", other, self, "<=")

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return self._compared("zero", self, other, "==")

    def _compared(self, kind: Kind, left: Any, right: Any, sign: str) -> Condition:
        """Condition on left - right; its name shows both as they were written."""
        other = right if left is self else left
        if not isinstance(other, Expression) and not _is_data(other):
            return NotImplemented
        name = f"{self.name} {sign} {other.name if isinstance(other, Expression) else short(other)}"
        difference = left - right
        require(difference.real, name, "compare real expressions", "a complex one", "Take .real_part() or .imag")
        return Condition(kind, name, difference)


@dataclass(frozen=True, eq=False, repr=False)
class Combination:
    """A real combination sum_k c_k W_k of covariances of equal size; its methods are the expressions of a program."""

    weights: Mapping[Covariance, np.ndarray]
    """c (drops or 1,) of every covariance."""
    name: str

    __array_ufunc__ = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    @property
    def antennas(self) -> int:
        """Antennas of its covariances."""
        return next(iter(self.weights)).antennas

    def __add__(self, other: "Combination") -> "Combination":
        if not isinstance(other, Combination):
            return NotImplemented
        name = _shorten(f"{self.name} + {other.name}")
        sizes = (self.antennas, other.antennas)
        require(sizes[0] == sizes[1], f"covariances of {name}", "have equally many antennas", sizes)
        return Combination(_summed(self.weights, other.weights, 1), name)

    def __radd__(self, other: int) -> "Combination":
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __mul__(self, factor: ArrayLike) -> "Combination":
        if isinstance(factor, Expression | Combination):
            raise ValueError(
                f"product of {self.name} and {factor.name} must have data on one side, got two expressions"
            )
        c = per_drop(factor, f"factor of {self.name}", float)
        return Combination({k: c * w for k, w in self.weights.items()}, _shorten(f"{short(factor)} ({self.name})"))

    __rmul__ = __mul__

    def __neg__(self) -> "Combination":
        return self * -1.0

    def __sub__(self, other: "Combination") -> "Combination":
        return self + (-other)

    def gain(self, channel: Any) -> Any:
        """Received power h^H Phi h for a channel h (antennas,) or (drops, antennas); of a ``ball``, for all in it."""
        if hasattr(channel, "gain_of"):
            return channel.gain_of(self)
        return self.cross(channel, channel, f"gain({self.name})").real_part(f"gain({self.name})")

    def cross(self, a: ArrayLike, b: ArrayLike, name: str = "") -> Expression:
        """Correlation a^H Phi b of two directions, complex; (antennas,) or (drops, antennas)."""
        name = name or f"cross({self.name})"
        left, right = (vector(x, f"channel in {name}", self.antennas) for x in (a, b))
        form = right[:, None, :, None] * left[:, None, None, :].conj()
        columns = (left[..., None],) if a is b else (left[..., None], right[..., None])
        return self._expression(form, columns, name, real=False)

    def power(self, matrix: ArrayLike | None = None) -> Expression:
        """Power tr Phi, or Re tr(C Phi) for a Hermitian C (antennas, antennas), with drops in front or without."""
        if matrix is None:
            traces = {k: c[:, None] for k, c in self.weights.items()}
            return Expression(np.zeros((1, 1)), f"power({self.name})", traces=traces)
        form = matrix_data(matrix, f"matrix in the power of {self.name}", self.antennas, self.antennas)
        form = (form + form.swapaxes(-1, -2).conj()) / 2
        columns = (np.eye(self.antennas, dtype=complex)[None],)
        return self._expression(form[:, None], columns, f"power({self.name}, C)", real=True)

    def antenna_power(self) -> Expression:
        """Powers Phi_nn of all antennas, ``antennas`` values."""
        eye = np.eye(self.antennas, dtype=complex)
        form = eye[None, :, :, None] * eye[None, :, None, :]
        return self._expression(form, (eye[None],), f"antenna_power({self.name})", real=True)

    def _expression(self, form: np.ndarray, columns: tuple[np.ndarray, ...], name: str, real: bool) -> Expression:
        drops = {len(c) for c in self.weights.values()} | {len(form)}
        require(len(drops - {1}) <= 1, name, "have weights and channels of equally many drops, or one", sorted(drops))
        forms = {k: c[:, None, None, None] * form for k, c in self.weights.items()}
        return Expression(
            np.zeros((1, form.shape[1])), name, forms, vectors=dict.fromkeys(self.weights, columns), real=real
        )


def covariances(count: int, antennas: int, rank_one: bool = True, name: str = "w") -> list[Combination]:
    """Variables W_1..W_count, Hermitian positive semidefinite (antennas, antennas), power in W.

    Args:    rank_one: whether each belongs to one stream and must come out as one beam; False for group signals of many
             beams, sensing or energy covariances, which are left as they are.
    Raises:  ValueError if ``count`` or ``antennas`` is no whole number >= 1.
    """
    for label, value in (("count", count), ("antennas", antennas)):
        require(isinstance(value, int | np.integer) and value >= 1, label, "be a whole number >= 1", value)
    names = [name] if count == 1 else [f"{name}[{k}]" for k in range(count)]
    return [Combination({Covariance(int(antennas), one, rank_one): np.ones(1)}, one) for one in names]


def scalar(name: str = "t") -> Expression:
    """A real variable y >= 0; the difference of two is free."""
    return Expression(np.zeros((1, 1)), name, scalars={Scalar(name): np.ones((1, 1))})


def constant(value: ArrayLike) -> Expression:
    """Data as an expression: one number, or one per drop."""
    c = per_drop(value, "constant")
    return Expression(c[:, None], short(value), real=not np.iscomplexobj(c))


def _summed(a: Mapping[Key, np.ndarray], b: Mapping[Key, np.ndarray], entries: int) -> dict[Key, np.ndarray]:
    """Sum of two maps of coefficients; one entry stands for all."""
    found = dict(a)
    for key, value in b.items():
        found[key] = found[key] + value if key in found else value

    def spread(x: np.ndarray) -> np.ndarray:
        if x.ndim == 1 or x.shape[1] == entries:
            return x
        return namespace(x).broadcast_to(x, (len(x), entries, *x.shape[2:]))

    return {key: spread(value) for key, value in found.items()}


def _is_data(value: Any) -> bool:
    return isinstance(value, int | float | complex | np.ndarray | np.generic | list | tuple) or hasattr(
        value, "__array__"
    )


def _minus(left: str, right: str) -> str:
    return _shorten(f"{left} - ({right})" if " " in right else f"{left} - {right}")


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}..."


def values(parts: Iterable[Expression]) -> list[Expression]:
    """Expressions of one real value each, complex ones as their two parts."""
    return [half for e in parts for half in ([e] if e.real else [e.real_part(), e.imag])]
