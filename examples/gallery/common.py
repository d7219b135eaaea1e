"""Channels, lines and scales that the pictures share."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from beamwright.report.style import COLOURS, DASHES, MARKERS

NOISE_W = 0.01
DROPS = 24


def channels(users: int, antennas: int = 8, drops: int = DROPS) -> np.ndarray:
    """Rayleigh channels (drops, users, antennas), those of drop i from ``default_rng(i)``."""
    z = np.stack([np.random.default_rng(drop).standard_normal((users, antennas, 2)) for drop in range(drops)])
    return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)


def decibels(power_w: ArrayLike) -> np.ndarray:
    """10 log10 of the mean over the last axis, drops without a design left out."""
    return 10 * np.log10(np.nanmean(power_w, axis=-1))


def line(ax: Axes, number: int, x: ArrayLike, y: ArrayLike, label: str, marked: bool = True) -> None:
    """A line in its colour, dash and marker."""
    marker = MARKERS[number] if marked else None
    ax.plot(x, y, color=COLOURS[number], ls=DASHES[number % len(DASHES)], marker=marker, label=label)


def staircase(ax: Axes, number: int, values: ArrayLike, label: str) -> None:
    """The distribution of values, in percent."""
    x = np.sort(np.asarray(values, float).ravel())
    x, y = np.append(x, x[-1]), 100 * np.arange(len(x) + 1) / len(x)
    ax.step(x, y, where="pre", color=COLOURS[number], ls=DASHES[number % len(DASHES)], label=label)
    ax.set_ylabel("Share (%)")
    ax.set_ylim(0, 100)


def sinrs(h: np.ndarray, beams: tuple[np.ndarray, ...], noise_w: float = NOISE_W) -> np.ndarray:
    """SINR (..., users) of channels (..., users, antennas) for one beam (..., antennas) each; all others interfere."""
    gains = np.abs(np.einsum("...ka,...ia->...ki", h.conj(), np.stack(beams, axis=-2))) ** 2
    own = np.diagonal(gains, axis1=-2, axis2=-1)
    return own / (gains.sum(axis=-1) - own + noise_w)
