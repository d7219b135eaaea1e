"""Data of a program where they come in: numbers, vectors and matrices with a leading axis of drops, checked by name.

They are NumPy's arrays; JAX's where a program's value is being differentiated, whose entries are not yet known.
"""

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from numpy.typing import ArrayLike

from beamwright.core import numbers, require


def data(value: ArrayLike, name: str, dtype: type) -> np.ndarray:
    """Numbers of a type as an array, JAX's own where they are being differentiated; errors as of ``core.numbers``."""
    if not isinstance(value, Tracer):
        return numbers(value, name, dtype)
    require(dtype is complex or not np.iscomplexobj(value), name, "be real", "complex numbers")
    return jnp.asarray(value, dtype)  # type: ignore[return-value]


def per_drop(value: ArrayLike, name: str, dtype: type | None = None) -> np.ndarray:
    """One finite number, or one per drop, as an array (drops or 1,)."""
    kind = dtype or (complex if np.iscomplexobj(value) else float)
    array = data(value, name, kind)
    array = array[None] if array.ndim == 0 else array
    require(array.ndim == 1 and len(array) > 0, name, "be one number, or one per drop", f"shape {array.shape}")
    return _finite(array, name)


def not_negative(value: ArrayLike, name: str, rule: str = "be >= 0") -> np.ndarray:
    """``per_drop`` of numbers >= 0."""
    array = per_drop(value, name, float)
    require(isinstance(array, Tracer) or bool((array >= 0).all()), name, rule, _least(array))
    return array


def vector(value: ArrayLike, name: str, size: int) -> np.ndarray:
    """Finite vectors (drops or 1, size)."""
    array = data(value, name, complex)
    array = array[None] if array.ndim == 1 else array
    right = array.ndim == 2 and array.shape[1] == size and len(array) > 0
    require(right, name, f"have axes (antennas) or (drops antennas) with {size} antennas", f"shape {np.shape(value)}")
    return _finite(array, name)


def matrix_data(value: ArrayLike, name: str, rows: int, columns: int) -> np.ndarray:
    """Finite matrices (drops or 1, rows, columns)."""
    array = data(value, name, complex)
    array = array[None] if array.ndim == 2 else array
    right = array.ndim == 3 and array.shape[1:] == (rows, columns) and len(array) > 0
    rule = f"have axes ({rows}, {columns}), drops in front or not"
    require(right, name, rule, f"shape {np.shape(value)}")
    return _finite(array, name)


def _finite(array: np.ndarray, name: str) -> np.ndarray:
    if isinstance(array, Tracer):
        return array
    bad = np.argwhere(~np.isfinite(array))
    require(not len(bad), name, "be finite", f"{array[tuple(bad[0])] if len(bad) else ''} at index {bad[:1].tolist()}")
    return array


def _least(array: np.ndarray) -> object:
    return "data" if isinstance(array, Tracer) else array.min()


def short(value: Any) -> str:
    """A number as it is shown in names; ``data`` for several."""
    if np.ndim(value) or isinstance(value, Tracer):
        return "data"
    return f"{value:.4g}" if isinstance(value, int | float) else f"{np.asarray(value):.4g}"
