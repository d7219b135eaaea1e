"""Ranges: what a number may be, so that its linear value and the products it enters stay finite.

Generous for physics: raw values span twenty decades, channels of 1e-7 and noise of 1e-13 W are everyday input.
"""

from typing import TypedDict

import numpy as np


class Range(TypedDict, total=False):
    """Ends of a range, by pydantic's names."""

    ge: float
    le: float
    gt: float
    lt: float


DECIBELS: Range = {"ge": -300.0, "le": 300.0}
"""Range of a power in dBm, a gain or a ratio: 600 dB."""
WATTS: Range = {"ge": 1e-30, "le": 1e30}
"""Range of a power that cannot vanish."""
METRES: Range = {"ge": 0.0, "le": 1e9}
"""Range of a distance."""
WEIGHT: Range = {"ge": 1e-12, "le": 1e12}
"""Range of the weight of a term that cannot vanish from an objective."""
SEED: Range = {"ge": 0, "le": 2**63 - 1}
"""Range of a seed: what ``jax.random.key`` takes."""
STARTS: Range = {"ge": 1, "le": 10_000}
"""Range of the number of starts of a search, per drop."""
ROUNDS: Range = {"ge": 1, "le": 1_000_000}
"""Range of a count of rounds or steps."""
LARGEST = 1e40
"""Modulus above which an entry of an array is refused: its fourth power is still finite."""


def as_numbers(value: object) -> np.ndarray | None:
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


def real_numbers(value: object, name: str, what: str = "a number or one number per user") -> np.ndarray:
    """``as_numbers``. Raises ValueError naming the argument where it is something else."""
    numbers = as_numbers(value)
    if numbers is None:
        raise ValueError(f"{name} must be {what}, got {brief(value)}")
    return numbers


def number(value: object) -> str:
    """A limit as one writes it: 1, 1e-30, 9223372036854775807."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def brief(value: object, most: int = 80) -> str:
    """``repr`` in one line of at most so many characters, of anything."""
    if isinstance(value, str | bytes | list | tuple) and len(value) > 1000:
        value = value[:1000]
    try:
        text = repr(value).replace("\n", " ")  # rows of an array
    except ValueError:  # an integer of thousands of digits
        return f"{type(value).__name__} of enormous size"
    return text if len(text) <= most else text[: most - 4] + " ..."


def _holds_truth(value: object) -> bool:
    """Whether a list has true or false among its numbers, which NumPy would take for 1 and 0."""
    return isinstance(value, list | tuple) and any(isinstance(item, bool | np.bool_) for item in value)


def _plain(value: object) -> bool:
    """Numbers and texts of numbers mixed, or integers beyond 64 bits."""
    items = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(item, int | float | str) and not isinstance(item, bool) for item in items)
