"""Test for mirrored angles: do the phases of a linear array rise with the sine of the angle to the user?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from beamwright.arrays import linear_positions

PLANE = 0.9
"""Share of a user's power that one plane wave must have to count as one."""
NEAR = 0.05
"""How far the sine that is seen may be from that of the direct path; more is a reflection, which says nothing."""
BROADSIDE = 0.1
"""Sines nearer to zero cannot tell left from right."""
FEWEST = 3
"""Users who must agree."""
_AZIMUTH = re.compile(r"(^|[_.])(az|azimuths?|aod_az|aod_phi|phi|angles?)([_.]|$)", re.IGNORECASE)
_STATION = re.compile(r"(^|[_.])(bs|tx|base|station|transmitter|ap)([_.]|$)", re.IGNORECASE)
_USERS = re.compile(r"(^|[_.])(users?|rx|ue|receivers?|loc|positions?|pos)([_.]|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Sense:
    """Direction in which the phases of a file rise, and the axis of the scene along which they do."""

    rises: bool
    slope: float
    """Slope of the sine seen by a[n] = exp(+2j pi s n sine) over the true one, +1 or -1 if all is well."""
    residual: float
    agree: int
    judged: int
    along: str

    @property
    def words(self) -> str:
        """One line."""
        does = "rise" if self.rises else "fall"
        return (f"phases {does} with the sine of the angle ({self.along}): {self.agree} of {self.judged} plane waves "
                f"from the side, slope {self.slope:+.2f}, residual {self.residual:.3f}")  # fmt: skip


def plane_waves(pool: np.ndarray, spacing_wavelengths: float) -> tuple[np.ndarray, np.ndarray]:
    """Sines at which users of a pool (users, antennas) are seen, and whether a plane wave is nearly all there is."""
    steps = np.sum(pool[:, 1:] * np.conj(pool[:, :-1]), axis=1)
    sine = np.angle(steps) / (2 * np.pi * spacing_wavelengths)
    wave = np.exp(2j * np.pi * sine[:, None] * linear_positions(pool.shape[1], spacing_wavelengths))
    power = np.sum(np.abs(pool) ** 2, axis=1) * pool.shape[1]
    share = np.abs(np.sum(np.conj(wave) * pool, axis=1)) ** 2 / np.where(power > 0, power, 1)
    return sine, (share >= PLANE) & (pool.shape[1] > 1)


def true_sines(real: Mapping[str, np.ndarray], users: int) -> dict[str, np.ndarray]:
    """Sines of the users' directions by what they are along: azimuths of the file, or x, y, z of its positions.

    Azimuths are counted from broadside, in degrees unless they are small; positions from the base station's, or from
    the origin where it has none. Empty where the file has neither, or more than one of a kind.
    """
    azimuths = [name for name, array in real.items() if _AZIMUTH.search(name) and array.ravel().size and (
        array.size == users or (array.ndim == 2 and array.shape[0] == users))]  # fmt: skip
    if len(azimuths) == 1:
        angle = real[azimuths[0]].reshape(users, -1)[:, 0]
        small = azimuths[0].endswith("rad") or (np.nanmax(np.abs(angle)) <= np.pi and not azimuths[0].endswith("deg"))
        return {azimuths[0]: np.sin(angle if small else np.deg2rad(angle))}
    places = [name for name, array in real.items() if array.shape in ((users, 3), (users, 2)) and _USERS.search(name)]
    stations = [name for name, array in real.items() if array.size in (2, 3) and _STATION.search(name)]
    if len(places) != 1 or len(stations) > 1:
        return {}
    place = real[places[0]]
    away = place - (real[stations[0]].ravel()[: place.shape[1]] if stations else 0)
    unit = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    return {f"array along {axis}": unit[:, at] for at, axis in enumerate("xyz"[: place.shape[1]])}


def sense_of(sine: np.ndarray, plane: np.ndarray, true: Mapping[str, np.ndarray]) -> Sense | None:
    """The sense on which most plane waves agree; None where they are too few, or do not agree with any axis."""
    found = []
    for along, expected in true.items():
        judged = plane & np.isfinite(expected) & (np.abs(expected) > BROADSIDE)
        same, mirrored = (judged & (np.abs(sine - sign * expected) < NEAR) for sign in (1, -1))
        rises = int(same.sum()) >= int(mirrored.sum())
        most, least = (same, mirrored) if rises else (mirrored, same)
        if most.sum() >= max(FEWEST, 3 * least.sum()):
            seen, there = sine[most], expected[most]
            slope = float(seen @ there / (there @ there))
            residual = float(np.sqrt(np.mean((seen - np.sign(slope) * there) ** 2)))
            found.append(Sense(rises, slope, residual, int(most.sum()), int(judged.sum()), along))
    return max(found, key=lambda one: one.agree, default=None)
