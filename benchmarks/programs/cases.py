"""Problems of the zoo at their reference sizes: data of many drops, and ours for them. 0.01 W of noise, 8 dB."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from beamwright.programs import Problem, zoo

NOISE_W = 0.01
Data = dict[str, np.ndarray]
"""Arrays by name; those of ``SHARED`` have no axis of drops."""
SHARED = ("steering", "desired", "response", "slope")


class Case(NamedTuple):
    """A problem: sizes, how its data come from channels (drops, rows, antennas), and ours."""

    rows: int
    make: Callable[[np.ndarray], Data]
    ours: Callable[..., Problem]
    """The program of given data; SINR targets ``up`` dB higher, zero if left out."""
    antennas: int = 8


def channels(drops: int, rows: int, antennas: int) -> np.ndarray:
    """Rayleigh channels (drops, rows, antennas), those of drop i from ``default_rng(i)``."""
    z = np.stack([np.random.default_rng(drop).standard_normal((rows, antennas, 2)) for drop in range(drops)])
    return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)


def draw(name: str, drops: int, antennas: int | None = None, rows: int | None = None) -> Data:
    """Data of a problem, of its reference sizes or others: antennas, and rows of channels."""
    case = CASES[name]
    return case.make(channels(drops, rows or case.rows, antennas or case.antennas))


def one(data: Data, drop: int) -> Data:
    """Data of one drop, without the axis."""
    return {name: x if name in SHARED else x[drop] for name, x in data.items()}


def _users(h: np.ndarray) -> Data:
    return {"h": h}


def _users_and_others(users: int) -> Callable[[np.ndarray], Data]:
    return lambda h: {"h": h[:, :users], "g": h[:, users:]}


def _with_pattern(h: np.ndarray) -> Data:
    """Half-wave array; two beams of 12 degrees wanted."""
    angles = np.arange(-90, 91, 3.0)
    phase = np.pi * (np.arange(h.shape[-1]) - (h.shape[-1] - 1) / 2)
    steering = np.exp(1j * phase * np.sin(np.deg2rad(angles))[:, None])
    desired = (np.abs(angles + 40) <= 6) | (np.abs(angles - 20) <= 6)
    return {"h": h, "steering": steering, "desired": desired.astype(float)}


def _with_target(h: np.ndarray) -> Data:
    """Response b a^H of a target at 20 degrees to half-wave arrays, ten antennas listen, and its slope."""
    angle = np.deg2rad(20)

    def array(antennas: int) -> tuple[np.ndarray, np.ndarray]:
        phase = np.pi * (np.arange(antennas) - (antennas - 1) / 2)
        a = np.exp(1j * phase * np.sin(angle))
        return a, 1j * phase * np.cos(angle) * a

    (a, da), (b, db) = array(h.shape[-1]), array(10)
    slope = np.outer(db, a.conj()) + np.outer(b, da.conj())
    return {"h": h, "response": np.outer(b, a.conj()), "slope": slope}


def _cells(h: np.ndarray) -> Data:
    """Three stations, two users each, 10.5 dB less across cells: (drops, stations, users, antennas)."""
    own = np.arange(3)[:, None] == np.arange(6) // 2
    return {"h": h.reshape(len(h), 3, 6, -1) * np.where(own, 1.0, 0.3)[..., None]}


CASES: dict[str, Case] = {
    "unicast": Case(3, _users, lambda d, up=0.0: zoo.unicast(d["h"], 8 + up, NOISE_W)),
    "unicast_robust": Case(3, _users, lambda d, up=0.0: zoo.unicast_robust(d["h"], 8 + up, NOISE_W, 0.1)),
    "per_antenna": Case(3, _users, lambda d, up=0.0: zoo.per_antenna(d["h"], 8 + up, NOISE_W)),
    "multicast": Case(6, _users, lambda d, up=0.0: zoo.multicast(d["h"], 8 + up, NOISE_W)),
    "multigroup": Case(6, _users, lambda d, up=0.0: zoo.multigroup(d["h"], 5 + up, NOISE_W, [[0, 1, 2], [3, 4, 5]])),
    "cognitive": Case(
        5, _users_and_others(3), lambda d, up=0.0: zoo.cognitive(d["h"], 8 + up, NOISE_W, d["g"], 0.01, 0.2)
    ),
    "secrecy": Case(
        3, _users_and_others(1),
        lambda d, up=0.0: zoo.secrecy(d["h"][..., 0, :], d["g"], 10.0 + up, 10 * np.log10(0.5), NOISE_W, 0.2),
    ),
    "swipt": Case(5, _users_and_others(3), lambda d, up=0.0: zoo.swipt(d["h"], 8 + up, NOISE_W, d["g"], 1.0)),
    "beampattern": Case(
        3, _with_pattern, lambda d, up=0.0: zoo.beampattern(d["h"], 8 + up, NOISE_W, d["steering"], d["desired"], 1 / 8)
    ),
    "crb": Case(3, _with_target, lambda d, up=0.0: zoo.crb(d["h"], 8 + up, NOISE_W, 1.0, d["response"], d["slope"])),
    "coordinated": Case(18, _cells, lambda d, up=0.0: zoo.coordinated(d["h"], 5 + up, NOISE_W), antennas=4),
    "network": Case(4, _users, lambda d, up=0.0: zoo.network(d["h"], 8 + up, NOISE_W, 3), antennas=12),
    "bernstein": Case(3, _users, lambda d, up=0.0: zoo.bernstein(d["h"], 5 + up, NOISE_W, 0.002, 0.1)),
}  # fmt: skip
