"""Channel errors in ellipsoids d_l = L_l z, ||z|| <= eps_l, and the coordinates in which they are balls (spec, 1).

With F^H (h + L z) = (L^H F)^H (L^-1 h + z) whatever looks for the worst z of a ball finds the worst d.
"""

from typing import NamedTuple

import numpy as np

from beamwright.systems.noma_isac.types import Problem


class Ellipsoids(NamedTuple):
    """Channels and shapes for vectors in coordinates of an orthonormal basis Q."""

    h: np.ndarray
    """(drops, users, antennas) L^-1 h."""
    axes: np.ndarray
    """(drops, users, r, antennas) Q^H L."""


def ellipsoids(problem: Problem, basis: np.ndarray) -> Ellipsoids | None:
    """Ellipsoids of the errors for ``basis`` (drops, antennas, r); None where they are balls."""
    if problem.error_shape is None:
        return None
    return Ellipsoids(whitened(problem), np.conj(np.swapaxes(basis, -1, -2))[:, None] @ problem.error_shape)


def whitened(problem: Problem) -> np.ndarray:
    """Channels L^-1 h (drops, users, antennas), from which the error takes a ball; h where it does so anyway."""
    if problem.error_shape is None:
        return problem.h
    return np.linalg.solve(problem.error_shape, problem.h[..., None])[..., 0]
