"""Spherical waves: what an array sees of a point that is near, and how far near goes."""

import numpy as np


def distances_m(positions_m: np.ndarray, points_m: np.ndarray) -> np.ndarray:
    """||p - x_n|| of elements (elements, 3) and points (..., 3): (..., elements)."""
    return np.linalg.norm(np.asarray(points_m, float)[..., None, :] - positions_m, axis=-1)


def spherical_wave(positions_m: np.ndarray, points_m: np.ndarray, wavelength_m: float) -> np.ndarray:
    """exp(-j k ||p - x_n||), k = 2 pi / wavelength: (..., elements)."""
    return np.exp(-2j * np.pi / wavelength_m * distances_m(positions_m, points_m))


def planar_distances_m(positions_m: np.ndarray, points_m: np.ndarray) -> np.ndarray:
    """The far-field approximation r - x_n . u of ``distances_m``, u the direction of p from the origin."""
    points = np.asarray(points_m, float)
    far = np.linalg.norm(points, axis=-1, keepdims=True)
    return far - (points / far) @ positions_m.T


def rayleigh_distance_m(positions_m: np.ndarray, wavelength_m: float) -> float:
    """2 D^2 / lambda, D the largest extent of the array: beyond it waves are as good as plane."""
    extent = float(np.linalg.norm(np.ptp(positions_m, axis=0)))
    return 2 * extent**2 / wavelength_m
