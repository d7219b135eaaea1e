"""Pictures of problems that guard against errors and listeners: robust and chance-constrained, cognitive, secrecy."""

import numpy as np
from matplotlib.axes import Axes

from beamwright.programs import zoo
from examples.gallery.common import DROPS, NOISE_W, channels, decibels, line, sinrs, staircase


def unicast_robust(ax: Axes) -> None:
    """SINRs at channels drawn from the ball: nominal beams miss the target in every second of them."""
    h, radius, rng = channels(3), 0.1, np.random.default_rng(0)
    z = rng.standard_normal((200, DROPS, 3, 8, 2))
    error = z[..., 0] + 1j * z[..., 1]
    error *= radius / np.linalg.norm(error, axis=-1, keepdims=True)
    designs = {"nominal": zoo.unicast(h, 8, NOISE_W), "robust": zoo.unicast_robust(h, 8, NOISE_W, radius)}
    for number, (label, problem) in enumerate(designs.items()):
        staircase(ax, number, 10 * np.log10(sinrs(h + error, problem.solve().beams)), f"{label} beams")
    ax.axvline(8, color="#444444", lw=0.8, ls=(0, (2, 2)), label="target")
    ax.set_xlabel(r"SINR at errors $\Vert d \Vert = 0.1$ (dB)")


def bernstein(ax: Axes) -> None:
    """Outage of the beams among drawn errors against the one that is allowed: the restriction is safe, and cautious."""
    h, variance, rng = channels(3, drops=6), 0.002, np.random.default_rng(0)
    z = rng.standard_normal((20_000, 3, 8, 2))
    error = (z[..., 0] + 1j * z[..., 1]) * np.sqrt(variance / 2)
    allowed, measured = np.array([0.01, 0.03, 0.1, 0.3]), []
    for outage in allowed:
        beams = zoo.bernstein(h, 5, NOISE_W, variance, outage).solve().beams
        each = [sinrs(h[d] + error, tuple(beam[d] for beam in beams)) for d in range(len(h))]
        measured.append(np.mean(np.array(each) < 10**0.5))
    line(ax, 0, 100 * allowed, 100 * np.array(measured), "measured")
    line(ax, 1, 100 * allowed, 100 * allowed, "allowed", marked=False)
    ax.set(xscale="log", yscale="log", xlabel=r"Outage $\rho$ that is allowed (%)", ylabel="Outage (%)")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xticks(100 * allowed)
    ax.set_xticks([], minor=True)


def cognitive(ax: Axes) -> None:
    """Power that it costs to spare two receivers, against what they may get, for three sizes of the error."""
    h, limits_db = channels(5), np.arange(-30.0, -4.0, 5.0)
    for number, radius in enumerate((0.0, 0.1, 0.2)):
        values = np.array([
            zoo.cognitive(h[:, :3], 8, NOISE_W, h[:, 3:], 10 ** (limit / 10), radius).solve().value
            for limit in limits_db
        ])  # fmt: skip
        served = np.isfinite(values).all(axis=1)
        line(ax, number, limits_db[served], decibels(values[served]), rf"$\Vert d \Vert \leq {radius:g}$")
    ax.set_xlabel("Largest power at the receivers (dBW)")
    ax.set_ylabel("Transmit power (dBW)")


def secrecy(ax: Axes) -> None:
    """Power of the stream and of artificial noise against what two listeners may hear."""
    h, caps_db = channels(3), np.arange(-14.0, 7.0, 2.0)
    stream, noise = [], []
    for cap in caps_db:
        found = zoo.secrecy(h[:, 0], h[:, 1:], 10.0, cap, NOISE_W, 0.2).solve()
        stream.append(np.sum(np.abs(found.beams[0]) ** 2, axis=1))
        noise.append(np.trace(found.beams[1], axis1=1, axis2=2).real)
    line(ax, 0, caps_db, 1e3 * np.nanmean(stream, axis=1), "stream")
    line(ax, 1, caps_db, 1e3 * np.nanmean(noise, axis=1), "artificial noise")
    ax.set_xticks(caps_db[::2])
    ax.set_xlabel("Largest SINR of the listeners (dB)")
    ax.set_ylabel("Power (mW)")
    ax.set_ylim(bottom=0)


PICTURES = (unicast_robust, bernstein, cognitive, secrecy)
