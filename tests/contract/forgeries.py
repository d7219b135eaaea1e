"""Design files that lie: every array altered, digests rewritten."""

from collections.abc import Iterator, Mapping

import numpy as np

from beamwright.cli.design_files import StoredDesign
from beamwright.core import Role

IDLE = 1e-6
"""Multipliers below it belong to constraints that do not bind: a percent of them moves no bound by 1e-9."""
ALTERATIONS = ("entry", "scale", "swap", "zeros", "nan", "removed")


def altered(array: np.ndarray, how: str, role: Role | None) -> np.ndarray | None:
    """The array with one entry, all entries, or two entries changed; None where that changes nothing.

    Of a residual (a difference of numbers of order one) 1e-11 is nothing.
    """
    flat = array.astype(complex if np.iscomplexobj(array) else float).ravel()
    size = np.where(np.isfinite(flat), np.abs(flat), -1.0)
    top = int(size.argmax())
    if how == "entry":
        flat[top] = flat[top] * 1.001 if size[top] > 1e-6 else 0.001
    elif how == "scale":
        flat *= 1.01
    elif how == "swap":
        other = int(np.where(size >= 0, size, np.inf).argmin())
        flat[[top, other]] = flat[[other, top]]
    elif how == "zeros":
        flat[:] = 0
    elif how == "nan":
        flat[top] = np.nan
    same = np.allclose(flat, array.ravel(), rtol=1e-6, atol=1e-11 if role is Role.RESIDUAL else 0, equal_nan=True)
    return None if same else flat.reshape(array.shape)


def forgeries(
    stored: StoredDesign, roles: Mapping[str, Role], quick: bool = False
) -> Iterator[tuple[str, str, StoredDesign]]:
    """(array, alteration, forged file) of every array; ``quick``: one entry, or all of it, unless it was found."""
    for array, values in stored.arrays.items():
        for how in ALTERATIONS if roles.get(array) is Role.FOUND or not quick else ("entry", "removed"):
            changed = None if how == "removed" or not values.size else altered(values, how, roles.get(array))
            if array.startswith("multipliers.") and how == "scale" and np.abs(values).max(initial=0) < IDLE:
                continue
            if how == "removed" or changed is not None:
                arrays = {key: value for key, value in stored.arrays.items() if key != array}
                arrays |= {} if changed is None else {array: changed}
                yield array, how, StoredDesign(stored.path, arrays, stored.about, "")
