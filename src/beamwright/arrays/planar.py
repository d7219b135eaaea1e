"""Planar arrays in space, and plane waves that meet them from a direction given by a vector."""

import numpy as np


def planar_positions(rows: int, columns: int, spacing_wavelengths: float = 0.5) -> np.ndarray:
    """Elements in the y-z plane, n = iy * columns + iz at (0, iy, iz) times the spacing: (rows * columns, 3)."""
    iy, iz = np.divmod(np.arange(rows * columns), columns)
    return spacing_wavelengths * np.stack([np.zeros(rows * columns), iy, iz], axis=-1)


def near_square(elements: int) -> tuple[int, int]:
    """(rows, columns) with columns the largest divisor of ``elements`` not above its square root."""
    columns = next(c for c in range(int(np.sqrt(elements) + 1e-9), 0, -1) if elements % c == 0)
    return elements // columns, columns


def unit_vectors(origin: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Directions from origin to target, (..., 3)."""
    away = np.asarray(target, float) - np.asarray(origin, float)
    return away / np.linalg.norm(away, axis=-1, keepdims=True)


def plane_wave(positions_wavelengths: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """exp(2j pi p_n . e): (antennas, 3) positions in wavelengths, (..., 3) unit vectors -> (..., antennas)."""
    return np.exp(2j * np.pi * (directions @ positions_wavelengths.T))
