"""Bounds on the change of a channel when its user moves: closed forms for spherical waves (spec dma_noma, section 4).

A radial move of half a wavelength flips the sign of a channel, and changes no gain. ``raw`` errors ||h(p + d) - h(p)||
count it, ``aligned`` ones min over phi || exp(j phi) h(p + d) - h(p) || do not.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from beamwright.arrays import distances_m
from beamwright.core import require
from beamwright.numerics import square_modulus

Kind = Literal["aligned", "raw"]
KINDS = ("aligned", "raw")


def channel_error(h: np.ndarray, estimate: np.ndarray, kind: Kind = "aligned") -> np.ndarray:
    """The error (...) of channels h against their estimate, both (..., elements).

    raw: ||h - h0||; aligned: sqrt(||h||^2 + ||h0||^2 - 2 |h0^H h|).
    """
    require(kind in KINDS, "kind", "be 'aligned' or 'raw'", repr(kind))
    if kind == "raw":
        return np.linalg.norm(h - estimate, axis=-1)
    sizes = square_modulus(h).sum(axis=-1) + square_modulus(estimate).sum(axis=-1)
    return np.sqrt(np.maximum(sizes - 2 * np.abs(np.sum(np.conj(estimate) * h, axis=-1)), 0))


def channel_error_bound(
    elements_m: np.ndarray,
    positions_m: ArrayLike,
    radius_m: ArrayLike,
    wavelength_m: float,
    amplitude: Callable[[np.ndarray], np.ndarray],
    kind: Kind = "aligned",
) -> np.ndarray:
    """No position within ``radius_m`` has a larger error, (...).

        E^2 = sum_n (b(d_n - r) - b(d_n))^2 + 2 b(d_n - r) b(d_n) (1 - cos min(psi_n, pi)),   d_n = ||p - x_n||
        raw       psi_n = k r
        aligned   psi_n = k r (||xi_n - xi_0|| + r ||x_n|| / (sqrt(3) (d_0 - ||x_n|| - r)^2)),   d_0 = ||p||

    xi_n = (p - x_n)/d_n, xi_0 = p/d_0; aligned E^2 is at most sum_n b(d_n - r)^2 + b(d_n)^2.

    Args:   elements_m (elements, 3) about the origin; positions_m (..., 3) estimates; radius_m one, or (...,) of each;
            amplitude b, falling with distance.
    Raises: ValueError if a ball touches the sphere around the antenna, or naming the argument.
    Source: spec dma_noma, section 4; the source expands the cosine into a polynomial that bounds nothing (section 8).
    """
    require(kind in KINDS, "kind", "be 'aligned' or 'raw'", repr(kind))
    radius = np.asarray(radius_m, float)[..., None]
    require(bool((radius >= 0).all()), "radius_m", "be >= 0", radius.min(initial=0))
    p, k = np.asarray(positions_m, float), 2 * np.pi / wavelength_m
    d, d_0 = distances_m(elements_m, p), np.linalg.norm(p, axis=-1)[..., None]
    size = np.linalg.norm(elements_m, axis=-1)
    clear = d_0 - size - radius
    require(
        bool((clear > 0).all()), "positions_m", "be farther from the antenna's centre than its half extent and radius, "
        f"{size.max(initial=0):.3g} m + {radius.max(initial=0):.3g} m", f"{d_0.min(initial=np.inf):.3g} m",
    )  # fmt: skip
    turn = np.broadcast_to(k * radius, d.shape)
    if kind == "aligned":
        bent = (p[..., None, :] - elements_m) / d[..., None] - (p / d_0)[..., None, :]
        turn = turn * (np.linalg.norm(bent, axis=-1) + radius * size / (np.sqrt(3) * clear**2))
    near, here = amplitude(d - radius), amplitude(d)
    square = np.sum((near - here) ** 2 + 2 * near * here * (1 - np.cos(np.minimum(turn, np.pi))), axis=-1)
    if kind == "aligned":
        square = np.minimum(square, np.sum(near**2 + here**2, axis=-1))
    return np.sqrt(square)
