"""Pictures of problems that do more than serve users: energy, beam patterns, the angle of a target."""

import numpy as np
from matplotlib.axes import Axes

from beamwright.programs import zoo
from examples.gallery.common import NOISE_W, channels, decibels, line


def array(antennas: int, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steering vectors (..., antennas) of a half-wave array, and their derivatives by the angle (rad)."""
    phase = np.pi * (np.arange(antennas) - (antennas - 1) / 2)
    a = np.exp(1j * phase * np.sin(angle)[..., None])
    return a, 1j * phase * np.cos(angle)[..., None] * a


def swipt(ax: Axes) -> None:
    """Power against what two harvesters get, for three targets; the energy beam, which interferes, stays silent."""
    h, fed_db = channels(5), np.arange(-20.0, 5.0, 3.0)
    for number, target in enumerate((0, 8, 16)):
        found = [zoo.swipt(h[:, :3], target, NOISE_W, h[:, 3:], 10 ** (fed / 10)).solve() for fed in fed_db]
        line(ax, number, fed_db, decibels([one.value for one in found]), rf"$\gamma$ = {target} dB")
    ax.set_xlabel("Power at every harvester (dBW)")
    ax.set_ylabel("Transmit power (dBW)")


def beampattern(ax: Axes) -> None:
    """Pattern of one drop where users ask for little and for much, and what is desired."""
    grid, fine = np.arange(-90, 91, 3.0), np.arange(-90, 90.5, 0.5)
    steering, directions = (array(8, np.deg2rad(x))[0] for x in (grid, fine))
    desired = (np.abs(grid + 40) <= 6) | (np.abs(grid - 20) <= 6)
    for number, target in enumerate((0, 12, 20)):
        found = zoo.beampattern(channels(3, drops=8)[2:3], target, NOISE_W, steering, desired, 1 / 8).solve()
        total = sum(b[:, :, None] * b[:, None].conj() for b in found.beams[:3]) + found.beams[3]
        power = np.einsum("na,ab,nb->n", directions.conj(), total[0], directions).real
        line(ax, number, fine, 10 * np.log10(power), rf"$\gamma$ = {target} dB", marked=False)
    for middle in (-40, 20):
        ax.axvspan(middle - 6, middle + 6, color="#dddddd", lw=0, label="desired" if middle < 0 else None)
    ax.set(xlim=(-90, 90), xticks=range(-90, 91, 30), ylim=(-20, 10))
    ax.set_xlabel("Angle (degrees)")
    ax.set_ylabel("Power (dBW)")


def crb(ax: Axes) -> None:
    """Least standard deviation of a target's angle against the users' SINR, for three budgets."""
    angle, targets = np.deg2rad(np.array(20.0)), np.arange(0.0, 25.0, 3.0)
    (a, da), (b, db) = array(8, angle), array(10, angle)
    response, slope = np.outer(b, a.conj()), np.outer(db, a.conj()) + np.outer(b, da.conj())
    for number, budget in enumerate((0.3, 1.0, 3.0)):
        values = np.array([
            zoo.crb(channels(3), target, NOISE_W, budget, response, slope).solve().value for target in targets
        ])  # fmt: skip
        served = np.isfinite(values).all(axis=1)
        bound = np.rad2deg(np.sqrt(NOISE_W / (2 * 1e3 * values[served])))  # one snapshot, unit reflection
        line(ax, number, targets[served], bound.mean(axis=1), f"{budget:g} W")
    ax.set_xlabel(r"SINR target $\gamma$ (dB), while all drops have a design")
    ax.set_ylabel("Root CRB of the angle (degrees)")
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if f"{value:e}"[0] in "246" else "")


PICTURES = (swipt, beampattern, crb)
