"""The reference problems of the specification and their values at seeds 0, 1, 2 (CVXPY with Clarabel)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from beamwright.programs import Problem, zoo

NOISE_W = 0.01


def channels(seeds, rows: int, antennas: int = 8) -> np.ndarray:
    """Rayleigh channels (seeds, rows, antennas) as the specification draws them."""
    drawn = [np.random.default_rng(seed).standard_normal((rows, antennas, 2)) for seed in seeds]
    z = np.stack(drawn)
    return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)


class Case(NamedTuple):
    """A problem for given seeds, its values, and how well the reference knows them."""

    make: Callable[..., Problem]
    values: tuple[float, float, float]
    rtol: float = 1e-5
    """Clarabel reports ``optimal_inaccurate`` for balls: there our certified interval is the sharper reference."""


def cognitive(seeds) -> Problem:
    h = channels(seeds, 5)
    return zoo.cognitive(h[:, :3], 8, NOISE_W, h[:, 3:], 0.01, 0.2)


def secrecy(seeds) -> Problem:
    h = channels(seeds, 3)
    return zoo.secrecy(h[:, 0], h[:, 1:], 10.0, 10 * np.log10(0.5), NOISE_W, 0.2)


def swipt(seeds) -> Problem:
    h = channels(seeds, 5)
    return zoo.swipt(h[:, :3], 8, NOISE_W, h[:, 3:], 1.0)


def beampattern(seeds) -> Problem:
    angles = np.arange(-90, 91, 3.0)
    places = np.arange(8) - 3.5
    steering = np.exp(1j * np.pi * places * np.sin(np.deg2rad(angles))[:, None])
    desired = (np.abs(angles + 40) <= 6) | (np.abs(angles - 20) <= 6)
    return zoo.beampattern(channels(seeds, 3), 8, NOISE_W, steering, desired, 1 / 8)


def crb(seeds) -> Problem:
    angle = np.deg2rad(20)

    def response(antennas: int) -> tuple[np.ndarray, np.ndarray]:
        phase = np.pi * (np.arange(antennas) - (antennas - 1) / 2)
        a = np.exp(1j * phase * np.sin(angle))
        return a, 1j * phase * np.cos(angle) * a

    (a, da), (b, db) = response(8), response(10)
    return zoo.crb(
        channels(seeds, 3), 8, NOISE_W, 1.0, np.outer(b, a.conj()), np.outer(db, a.conj()) + np.outer(b, da.conj())
    )


def coordinated(seeds) -> Problem:
    h = np.stack([channels([seed], 3 * 6, 4)[0].reshape(3, 6, 4) for seed in seeds])
    own = np.arange(3)[:, None] == np.arange(6) // 2
    return zoo.coordinated(h * np.where(own, 1.0, 0.3)[..., None], 5, NOISE_W)


ZOO = {
    "unicast": Case(lambda s: zoo.unicast(channels(s, 3), 8, NOISE_W), (0.0397018, 0.0498649, 0.0456886)),
    "unicast_robust": Case(
        lambda s: zoo.unicast_robust(channels(s, 3), 8, NOISE_W, 0.1), (0.0445873, 0.0577571, 0.0550441), 1e-4
    ),
    "per_antenna": Case(lambda s: zoo.per_antenna(channels(s, 3), 8, NOISE_W), (0.00520445, 0.00702923, 0.00641804)),
    "multicast": Case(lambda s: zoo.multicast(channels(s, 6), 8, NOISE_W), (0.0311071, 0.0390534, 0.0263388)),
    "multigroup": Case(
        lambda s: zoo.multigroup(channels(s, 6), 5, NOISE_W, [[0, 1, 2], [3, 4, 5]]), (0.0222004, 0.0342157, 0.0238999)
    ),
    "cognitive": Case(cognitive, (0.0413519, 0.0528737, 0.0699805), 1e-4),
    "secrecy": Case(secrecy, (0.0150321, 0.042155, 0.020351), 1e-4),
    "swipt": Case(swipt, (0.189437, 0.379995, 0.207452)),
    "beampattern": Case(beampattern, (0.584783, 0.584379, 0.588017)),
    "crb": Case(crb, (5.50975, 5.47868, 4.88111)),
    "coordinated": Case(coordinated, (0.0804356, 0.218598, 0.218766)),
    "network": Case(lambda s: zoo.network(channels(s, 4, 12), 8, NOISE_W, 3), (0.0123727, 0.0152126, 0.0124963)),
    "bernstein": Case(
        lambda s: zoo.bernstein(channels(s, 3), 5, NOISE_W, 0.002, 0.1), (0.0212194, 0.0267995, 0.0234595), 1e-4
    ),
}
