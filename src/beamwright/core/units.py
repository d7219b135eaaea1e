"""Decibels live at the edge only; everything inside is linear and SI."""

import numpy as np
from numpy.typing import ArrayLike

SPEED_OF_LIGHT = 299_792_458.0
"""m/s."""


def db_to_linear(value_db: ArrayLike) -> np.ndarray:
    """10^(x/10), elementwise."""
    return 10.0 ** (np.asarray(value_db, float) / 10.0)


def linear_to_db(value: ArrayLike) -> np.ndarray:
    """10 log10(x), elementwise; zero gives -inf without a warning."""
    with np.errstate(divide="ignore"):
        return 10.0 * np.log10(np.asarray(value, float))


def dbm_to_w(value_dbm: ArrayLike) -> np.ndarray:
    """Power in W from dBm."""
    return db_to_linear(np.asarray(value_dbm, float) - 30.0)


def w_to_dbm(power_w: ArrayLike) -> np.ndarray:
    """Power in dBm from W."""
    return linear_to_db(power_w) + 30.0
