"""Pictures of problems that spare power: unicast, per antenna, multicast, groups, cells, sites."""

import numpy as np
from matplotlib.axes import Axes

from beamwright.programs import zoo
from examples.gallery.common import DROPS, NOISE_W, channels, decibels, line, staircase

TARGETS_DB = np.arange(-2.0, 21.0, 2.0)


def unicast(ax: Axes) -> None:
    """Least power against the target, beside zero forcing, whose beams see no interference."""
    for number, users in enumerate((3, 6)):
        h = channels(users)
        least = [zoo.unicast(h, target, NOISE_W).solve().value for target in TARGETS_DB]
        forcing = np.linalg.inv(h.conj() @ h.swapaxes(-1, -2))  # power of the pseudo-inverse's columns
        zero = np.trace(forcing, axis1=-2, axis2=-1).real * NOISE_W
        line(ax, 2 * number, TARGETS_DB, decibels(least), f"optimum, {users} users")
        line(ax, 2 * number + 1, TARGETS_DB, TARGETS_DB + decibels(zero), f"zero forcing, {users} users")
    ax.set_xlabel(r"SINR target $\gamma$ (dB)")
    ax.set_ylabel("Transmit power (dBW)")


def per_antenna(ax: Axes) -> None:
    """Power of the antennas in falling order, where their sum is least and where the largest is."""
    h, order = channels(3), np.arange(1, 9)
    for number, (label, make) in enumerate({"least sum": zoo.unicast, "least largest": zoo.per_antenna}.items()):
        found = make(h, 8, NOISE_W).solve()
        power = sum(np.abs(beam) ** 2 for beam in found.beams)
        line(ax, number, order, 1e3 * np.sort(power, axis=1)[:, ::-1].mean(axis=0), label)
    ax.set_xlabel("Antenna, strongest first")
    ax.set_ylabel("Power (mW)")
    ax.set_ylim(bottom=0)


def multicast(ax: Axes) -> None:
    """Distance of the beams to the certified bound: one signal for all is NP-hard, and mostly solved."""
    for number, users in enumerate((4, 6, 12)):
        found = zoo.multicast(channels(users, drops=64), 8, NOISE_W).solve()
        staircase(ax, number, 10 * np.log10(np.maximum(found.value / found.bound, 1)), f"{users} users")
    ax.set_xlabel("Power of the beam above the bound (dB)")


def multigroup(ax: Axes) -> None:
    """Power of beams and certified bound against the target, six users in two groups, and in three."""
    h, targets = channels(6), np.arange(-4.0, 9.0, 2.0)
    for number, groups in enumerate(([[0, 1, 2], [3, 4, 5]], [[0, 1], [2, 3], [4, 5]])):
        found = [zoo.multigroup(h, target, NOISE_W, groups).solve() for target in targets]
        line(ax, number, targets, decibels([one.value for one in found]), f"{len(groups)} groups")
        bound = decibels([one.bound for one in found])
        label = "certified bound" if number else None
        ax.plot(targets, bound, ls="none", marker="x", ms=6, color="#444444", zorder=3, label=label)
    ax.set_xlabel(r"SINR target $\gamma$ (dB)")
    ax.set_ylabel("Transmit power (dBW)")


def coordinated(ax: Axes) -> None:
    """Power of three stations against the target, for weak and strong coupling of their cells."""
    h = channels(18, 4).reshape(DROPS, 3, 6, 4)
    own = np.arange(3)[:, None] == np.arange(6) // 2
    targets = np.arange(-4.0, 9.0, 2.0)
    for number, loss_db in enumerate((20, 10, 5)):
        mixed = h * np.where(own, 1.0, 10 ** (-loss_db / 20))[..., None]
        values = np.array([zoo.coordinated(mixed, target, NOISE_W).solve().value for target in targets])
        served = np.isfinite(values).mean(axis=1) == 1
        line(ax, number, targets[served], decibels(values[served]), f"{loss_db} dB between cells")
    ax.set_xlabel(r"SINR target $\gamma$ (dB), while all drops have a design")
    ax.set_ylabel("Power of all stations (dBW)")


def network(ax: Axes) -> None:
    """Power of the sites in falling order, where their sum is least and where the largest is."""
    h, order = channels(4, 12), np.arange(1, 4)
    for number, label in enumerate(("least sum", "least largest site")):
        found = (zoo.network(h, 8, NOISE_W, 3) if number else zoo.unicast(h, 8, NOISE_W)).solve()
        power = sum(np.abs(beam) ** 2 for beam in found.beams).reshape(DROPS, 3, 4).sum(axis=2)
        line(ax, number, order, 1e3 * np.sort(power, axis=1)[:, ::-1].mean(axis=0), label)
    ax.set_xticks(order)
    ax.set_xlabel("Site, strongest first")
    ax.set_ylabel("Power (mW)")
    ax.set_ylim(bottom=0)


PICTURES = (unicast, per_antenna, multicast, multigroup, coordinated, network)
