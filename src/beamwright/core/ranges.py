"""Ranges: what a number may be, so that its linear value and the products it enters stay finite.

Generous for physics: raw values span twenty decades, channels of 1e-7 and noise of 1e-13 W are everyday input.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

DECIBELS: dict[str, Any] = {"ge": -300.0, "le": 300.0}
"""Of a power in dBm, a gain or a ratio: 600 dB of range."""
WATTS: dict[str, Any] = {"ge": 1e-30, "le": 1e30}
"""Of a power that cannot vanish."""
METRES: dict[str, Any] = {"ge": 0.0, "le": 1e9}
"""Of a distance."""
WEIGHT: dict[str, Any] = {"ge": 1e-12, "le": 1e12}
"""Of a term of an objective that cannot vanish."""
SEED: dict[str, Any] = {"ge": 0, "le": 2**63 - 1}
"""What ``jax.random.key`` takes."""
STARTS: dict[str, Any] = {"ge": 1, "le": 10_000}
"""Of a search, per drop."""
ROUNDS: dict[str, Any] = {"ge": 1, "le": 1_000_000}
"""Of an iteration: rounds, steps, whatever is counted."""
LARGEST = 1e40
"""Modulus above which an entry of an array is refused: its fourth power is still finite."""

_SIGNS = (("gt", "greater_than", ">"), ("ge", "greater_than_equal", ">="),
          ("lt", "less_than", "<"), ("le", "less_than_equal", "<="))  # fmt: skip
_RULES = {kind: (name, sign) for name, kind, sign in _SIGNS}


@dataclass(frozen=True)
class Numbers:
    """Metadata of a field that is a number, or several of them, or one of some words; every number in the range.

    Stands in ``Annotated`` with the attributes of pydantic's own ``Gt``, ``Ge``, ``Lt``, ``Le``, so that a range is
    read the same way from any field (``Config.describe``).
    """

    ge: float | None = None
    le: float | None = None
    gt: float | None = None
    lt: float | None = None
    many: str = ""
    """What a list of them holds, e.g. ``one number per user``; empty where a single number is wanted."""
    single: bool = True
    """Whether a number may stand alone."""
    words: tuple[str, ...] = ()
    """Allowed instead of a number."""
    none: bool = False
    """Whether None is allowed instead of a number."""

    def broken(self, value: ArrayLike) -> tuple[str, Any] | None:
        """The first rule that numbers break, as (kind, limit) in pydantic's names; None if they keep all."""
        numbers = np.asarray(value, float)
        for name, kind, sign in _SIGNS:
            limit = getattr(self, name)
            if limit is not None and not _compare(numbers, sign, limit):
                return kind, limit
        return None

    def check(self, value: ArrayLike, name: str) -> None:
        """Raise ValueError naming the argument, the rule and the value where numbers leave the range."""
        found = self.broken(value)
        if found is not None:
            raise ValueError(f"{name} {rule(*found)}, got {brief(value)}")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def _read(self, value: Any) -> Any:
        if (isinstance(value, str) and value in self.words) or (value is None and self.none):
            return value
        numbers = as_numbers(value)
        axes = ((0,) if self.single else ()) + ((1,) if self.many else ())
        if numbers is None or numbers.ndim not in axes:
            kinds = ["a number"] * self.single + [self.many] * bool(self.many)
            kinds += [repr(word) for word in self.words]
            raise PydanticCustomError("rule", "must be {kinds}", {"kinds": " or ".join(kinds)})
        if not np.isfinite(numbers).all():
            raise PydanticCustomError("rule", "must be finite")
        found = self.broken(numbers)
        if found is not None:
            raise PydanticKnownError(found[0], {next(n for n, kind, _ in _SIGNS if kind == found[0]): found[1]})  # type: ignore[arg-type]
        return float(numbers) if numbers.ndim == 0 else tuple(numbers.tolist())


def as_numbers(value: Any) -> np.ndarray | None:
    """Real numbers as a float array; None for what is no number: text, truth values, complex, ragged lists, masks."""
    if np.ma.isMaskedArray(value) and np.ma.count_masked(value):
        return None
    try:
        given = np.asarray(value)
        if given.dtype.kind in "US" and given.size < 1000:  # YAML 1.1 reads 1e-3 as text
            return np.asarray(value, float)
        if given.dtype.kind in "iuf" and not _holds_truth(value):
            return given.astype(float)
        return np.asarray(value, float) if given.dtype.kind == "O" and _plain(value) else None
    except (TypeError, ValueError, OverflowError):
        return None


def real_numbers(value: Any, name: str, what: str = "a number or one number per user") -> np.ndarray:
    """``as_numbers``. Raises ValueError naming the argument where it is something else."""
    numbers = as_numbers(value)
    if numbers is None:
        raise ValueError(f"{name} must be {what}, got {brief(value)}")
    return numbers


def rule(kind: str, limit: Any) -> str:
    """``must be >= 1`` for pydantic's ``greater_than_equal`` and 1."""
    return f"must be {_RULES[kind][1]} {number(limit)}"


def limit_of(kind: str, context: dict[str, Any]) -> str | None:
    """``rule`` from pydantic's own error; None where it is no range that was left."""
    return rule(kind, context[_RULES[kind][0]]) if kind in _RULES else None


def number(value: Any) -> str:
    """A limit as one writes it: 1, 1e-30, 9223372036854775807."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def brief(value: Any, most: int = 80) -> str:
    """``repr`` in one line of at most so many characters, of anything."""
    if isinstance(value, str | bytes | list | tuple) and len(value) > 1000:
        value = value[:1000]
    try:
        text = repr(value).replace("\n", " ")  # rows of an array
    except ValueError:  # an integer of thousands of digits
        return f"{type(value).__name__} of enormous size"
    return text if len(text) <= most else text[: most - 4] + " ..."


def _compare(numbers: np.ndarray, sign: str, limit: float) -> bool:
    good = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}[sign](numbers, limit)
    return bool(np.all(good))


def _holds_truth(value: Any) -> bool:
    """Whether a list has true or false among its numbers, which NumPy would take for 1 and 0."""
    return isinstance(value, list | tuple) and any(isinstance(item, bool | np.bool_) for item in value)


def _plain(value: Any) -> bool:
    """Numbers and texts of numbers mixed, or integers beyond 64 bits."""
    items = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(item, int | float | str) and not isinstance(item, bool) for item in items)
