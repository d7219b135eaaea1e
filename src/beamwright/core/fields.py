"""Fields that hold numbers: one, several or a word instead, every number in its range."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from beamwright.core.ranges import as_numbers, brief, number

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
    """Contents of a list of numbers, e.g. ``one number per user``; empty where a single number is wanted."""
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

    def _read(self, value: object) -> object:
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


def rule(kind: str, limit: Any) -> str:
    """``must be >= 1`` for pydantic's ``greater_than_equal`` and 1."""
    return f"must be {_RULES[kind][1]} {number(limit)}"


def limit_of(kind: str, context: dict[str, object]) -> str | None:
    """``rule`` from pydantic's own error; None where it is no range that was left."""
    return rule(kind, context[_RULES[kind][0]]) if kind in _RULES else None


def _compare(numbers: np.ndarray, sign: str, limit: float) -> bool:
    good = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}[sign](numbers, limit)
    return bool(np.all(good))
