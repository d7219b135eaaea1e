"""Errors at the boundary: name the argument, the rule, the value (and the remedy, where there is one)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core.device import require_jax


def require(condition: bool, name: str, rule: str, value: Any, remedy: str = "") -> None:
    """Raise ``ValueError("{name} must {rule}, got {value}. {remedy}")`` unless the condition holds."""
    if not condition:
        raise ValueError(f"{name} must {rule}, got {value}" + (f". {remedy}" if remedy else ""))


def as_array(value: ArrayLike, name: str, axes: str, dtype: type = float, **sizes: int) -> np.ndarray:
    """A finite array with the named axes, e.g. ``as_array(h, "h", "drops users antennas", complex, users=3)``.

    Arrays enter the library here, so it is also here that JAX must be able to compute with them (``require_jax``).

    Raises: ValueError naming the array and the axis when rank, a fixed size, the type or finiteness is wrong.
    """
    require_jax()
    try:
        array: np.ndarray = np.asarray(value)
        real = array.real if np.iscomplexobj(array) and dtype is not complex else array
        cast: np.ndarray = real.astype(dtype, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numeric ({axes}), got {type(value).__name__}") from None
    require(real is array or not np.any(array.imag), name, "be real", "numbers with imaginary parts")
    array = cast
    names = axes.split()
    require(array.ndim == len(names), name, f"have axes ({axes})", f"shape {array.shape}")
    for axis, size in zip(names, array.shape, strict=True):
        expected = sizes.get(axis)
        require(expected in (None, size), name, f"have {expected} {axis} (axes: {axes})", f"shape {array.shape}")
    bad = np.argwhere(~np.isfinite(array))
    require(len(bad) == 0, name, "be finite", f"{array[tuple(bad[0])] if len(bad) else ''} at index {bad[:1].tolist()}")
    return array
