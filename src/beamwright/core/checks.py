"""Errors at the boundary: name the argument, the rule, the value (and the remedy, where there is one)."""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core.device import require_jax
from beamwright.core.ranges import LARGEST


def require(condition: bool, name: str, rule: str, value: object, remedy: str = "") -> None:
    """Raise ``ValueError("{name} must {rule}, got {value}. {remedy}")`` unless the condition holds."""
    if not condition:
        raise ValueError(f"{name} must {rule}, got {value}" + (f". {remedy}" if remedy else ""))


def plain_array(value: ArrayLike, name: str) -> np.ndarray:
    """Numbers or true/false as a NumPy array.

    Raises: ValueError naming the array when rows differ in length, an entry is masked (NumPy would use what is under
        the mask), or something is not a number.
    """
    parts = value if isinstance(value, list | tuple) else [value]
    hidden = sum(int(np.ma.count_masked(part)) for part in parts if np.ma.isMaskedArray(part))
    require(
        hidden == 0, name, "have no masked entries", f"{hidden} of them", "Fill them (.filled(0)) or leave them out"
    )
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        ragged = "inhomogeneous" in str(error)
        found = "rows of different lengths" if ragged else type(value).__name__
        raise ValueError(f"{name} must be an array of numbers, got {found}") from None
    require(array.dtype.kind in "biufc", name, "be an array of numbers", _kind(array, value))
    return array


def numbers(value: ArrayLike, name: str, dtype: type = float) -> np.ndarray:
    """Numbers of this type, NaN and infinity included, of any shape.

    Raises: ValueError as ``plain_array`` does, and for true/false, or imaginary parts where real numbers are meant.
    """
    array = plain_array(value, name)
    require(array.dtype.kind != "b", name, "be numeric", "true/false")
    real = array.real if np.iscomplexobj(array) and dtype is not complex else array
    require(real is array or not np.any(array.imag), name, "be real", "numbers with imaginary parts")
    return real.astype(dtype, copy=False)


def as_array(value: ArrayLike, name: str, axes: str, dtype: type = float, **sizes: int) -> np.ndarray:
    """A finite array with the named axes, e.g. ``as_array(h, "h", "drops users antennas", complex, users=3)``.

    Arrays enter the library here, so it is also here that JAX must be able to compute with them (``require_jax``).

    Raises: ValueError naming the array and the axis when rank, a fixed size, the type or finiteness is wrong, or when
        there is no drop.
    """
    require_jax()
    array = numbers(value, name, dtype)
    names = axes.split()
    require(array.ndim == len(names), name, f"have axes ({axes})", f"shape {array.shape}")
    for axis, size in zip(names, array.shape, strict=True):
        expected = sizes.get(axis)
        require(expected in (None, size), name, f"have {expected} {axis} (axes: {axes})", f"shape {array.shape}")
        require(axis != "drops" or size > 0, name, f"have at least one drop (axes: {axes})", f"shape {array.shape}")
    bad = np.argwhere(~np.isfinite(array))
    require(len(bad) == 0, name, "be finite", f"{array[tuple(bad[0])] if len(bad) else ''} at index {bad[:1].tolist()}")
    far = np.argwhere(np.abs(array) > LARGEST)
    require(len(far) == 0, name, f"hold numbers of at most {LARGEST:g}", f"more at index {far[:1].tolist()}")
    return array


def _kind(array: np.ndarray, value: object) -> str:
    return {"O": "objects", "U": "text", "S": "text"}.get(array.dtype.kind, type(value).__name__)
