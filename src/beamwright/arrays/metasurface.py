"""Dynamic metasurface antennas: elements of adjustable amplitude, a fixed reference wave (spec dma_noma, section 2)."""

from collections.abc import Callable

import numpy as np

from beamwright.core import require

REFRACTION = float(np.sqrt(3.0))
"""Usual refractive index of the waveguide: wavenumber of the reference wave over that of free space."""


def centred_positions(rows: int, columns: int, spacing_m: float) -> np.ndarray:
    """Elements of a panel in the y-z plane about the origin: (rows * columns, 3) in m.

    Element n = v columns + h stands at (0, (h - (columns - 1)/2) spacing, (v - (rows - 1)/2) spacing).
    """
    v, h = np.divmod(np.arange(rows * columns), columns)
    return spacing_m * np.stack([np.zeros(rows * columns), h - (columns - 1) / 2, v - (rows - 1) / 2], axis=-1)


def edge_feeds(feeds: int, width_m: float, z_m: float) -> np.ndarray:
    """Feeds side by side along the lower edge, y_l = (2l - L - 1)/(2L) width, at height z: (feeds, 3) in m."""
    y = (2 * np.arange(1, feeds + 1) - feeds - 1) / (2 * feeds) * width_m
    return np.stack([np.zeros(feeds), y, np.full(feeds, z_m)], axis=-1)


def reference_wave(
    positions_m: np.ndarray,
    feeds_m: np.ndarray,
    wavelength_m: float,
    index: float = REFRACTION,
    attenuation_per_m: float = 0.0,
) -> np.ndarray:
    """Every feed reaches every element, over a length d: Q proportional to exp(-j k index d), of spectral norm one.

    So ||W v|| <= ||v|| for any amplitudes in [0, 1]: the surface is passive. What is lost on the way, exp(-alpha d)
    with ``attenuation_per_m`` in Np/m, comes on top and raises no norm (Schur: that kernel is positive definite with
    ones on its diagonal). (elements, feeds) complex.
    """
    path = np.linalg.norm(positions_m[:, None] - feeds_m, axis=-1)
    wave = np.exp(-2j * np.pi / wavelength_m * index * path)
    return wave / np.linalg.norm(wave, 2) * np.exp(-attenuation_per_m * path)


def waveguides(
    rows: int,
    columns: int,
    spacing_m: float,
    wavelength_m: float,
    index: float = REFRACTION,
    attenuation_per_m: float = 0.0,
) -> np.ndarray:
    """One waveguide per row, fed at its start: block-diagonal Q (rows * columns, rows), columns of norm one.

    Element n of a row receives exp(-(alpha + j k index) n spacing) / sqrt(columns), n from 1; alpha in Np/m, and what
    it takes is lost: columns have then norms below one.
    """
    place = np.arange(1, columns + 1)
    wave = np.exp(-2j * np.pi / wavelength_m * (index * spacing_m * place)) / np.sqrt(columns)
    wave = wave * np.exp(-attenuation_per_m * spacing_m * place)
    return np.kron(np.eye(rows), wave[:, None])


def hologram(channels: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Amplitudes that turn the reference wave towards channels: the mean of (1 + cos(phase of h_n conj(Q_nl)))/2.

    Interference of object wave and reference wave, object times conjugate reference (the source has it the other way
    round, which forms the mirrored direction). channels (..., users, elements), reference (elements, feeds) ->
    (..., elements) in [0, 1]; a reference of zero leaves an element out of that feed's mean.
    """
    return (1 + _interference(channels, reference, np.cos)) / 2


def phase_hologram(channels: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Phases that turn the reference wave towards channels: of the mean of exp(j phase of h_n conj(Q_nl)).

    The unit-modulus counterpart of ``hologram``, with its arguments: (..., elements) in rad.
    """
    return np.arctan2(_interference(channels, reference, np.sin), _interference(channels, reference, np.cos))


def lorentzian(angles_rad: np.ndarray) -> np.ndarray:
    """Responses (j + exp(j phi)) / 2 of resonant elements, any shape: a circle through zero, of modulus at most one.

    Of all of them that of phi = psi reaches farthest along exp(j psi): the mapping of unit-modulus weights.
    """
    return (1j + np.exp(1j * np.asarray(angles_rad))) / 2


def _interference(channels: np.ndarray, reference: np.ndarray, wave: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Mean (..., elements) over users and feeds of the cosine or sine of the phase of h_n conj(Q_nl)."""
    require(channels.shape[-1] == len(reference), "reference", f"have {channels.shape[-1]} elements", reference.shape)
    lit = np.abs(reference) > 0
    aligned = wave(np.angle(channels)[..., None] - np.angle(reference))
    mean = np.sum(np.where(lit, aligned, 0.0), axis=-1) / np.maximum(lit.sum(axis=-1), 1)
    return mean.mean(axis=-2)
