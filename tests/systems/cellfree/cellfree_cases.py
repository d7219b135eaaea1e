"""Scenes of the cell-free tests, and its SINRs by another route: everything stacked, sample by sample."""

from dataclasses import replace

import jax
import numpy as np

from beamwright import cellfree as cf
from beamwright.cli.channels import ChannelFile
from beamwright.cli.design import named_channels, obtain_channels, resolve, run_design
from beamwright.cli.design_files import load_design


def drawn(drops=2, seed=0, **settings):
    """Scenario and scenes; small but for the settings."""
    s = cf.Scenario.small().model_copy(update=settings)
    return s, cf.draw(s, jax.random.key(seed), drops)


def saved(s, folder, method="leakage"):
    """Design for two scenes that were brought in a file, as it is read again."""
    job = resolve("cellfree", method, {name: getattr(s, name) for name in cf.Scenario.model_fields}, None)
    np.savez(folder / "scene.npz", **named_channels(job.system, cf.draw(job.scenario, jax.random.key(0), 2).known))
    channels = obtain_channels(job.system, job.scenario, ChannelFile(folder / "scene.npz"), None, 0)
    return load_design(run_design(job, channels, folder / "out"))


def same_as_stacked(s, known, x, filters):
    """SINRs at random offsets are those of the stacked signal."""
    offsets = np.random.default_rng(1).uniform(-500, 500, (len(x.beams), s.aps))
    found = cf.sinr(s, known, x, filters, offsets)
    for drop in range(len(x.beams)):
        users, radar = Stacked(s, known, x, offsets[drop], drop).sinr(filters, drop)
        np.testing.assert_allclose(found.users[drop], users, rtol=1e-9)
        np.testing.assert_allclose(found.radar[drop], radar, rtol=1e-9)


def shuffled(known, aps, users):
    """The same paths with access points and users in another order (without their codes: see ``ranks``)."""
    links = {name: getattr(known, name)[:, aps][:, :, aps]
             for name in ("direct_gain", "direct_rx_cosine", "direct_tx_cosine", "echo_gain")}  # fmt: skip
    uplinks = {name: getattr(known, name)[:, users][:, :, aps] for name in ("uplink_gain", "uplink_cosine")}
    return replace(known, **links, **uplinks, target_cosine=known.target_cosine[:, aps], geometry=None)


def random_design(s, drops, seed=0):
    """Feasible positions, beams and powers without any sense, and filters as senseless."""
    rng = np.random.default_rng(seed)

    def complex_normal(*shape):
        return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)

    low, _ = s.region_wavelengths
    places = [
        low + 0.5 * np.arange(n) + np.cumsum(rng.uniform(0, 0.05, (drops, s.aps, n)), axis=-1)
        for n in (s.tx_antennas, s.rx_antennas)
    ]
    beams = 0.3 * complex_normal(drops, s.aps, s.tx_antennas) / np.sqrt(s.tx_antennas)
    size = s.aps * s.rx_antennas
    x = cf.Design(*places, beams, rng.uniform(0, s.user_power_w / max(s.users, 1), (drops, s.users)))
    return x, cf.Receivers(complex_normal(drops, s.users, size), complex_normal(drops, size))


def fixture():
    """The two-antenna case of the specification, section 11."""
    s = cf.Scenario(
        aps=2, users=1, tx_antennas=1, rx_antennas=1, snapshots=4, paths=1, symbol_time_s=1.0, offset_range_hz=0.05,
        user_power_w=1.0,
    )  # fmt: skip
    one = np.ones
    direct, echo = np.array([[0.5, 1 + 1j], [0.8, 0.5]]), np.array([[1, 0.25j], [0.25j, 0.5]])
    known = cf.Known(
        np.array([2, 1j])[None, None, :, None], one((1, 1, 2, 1)), direct[None, :, :, None], one((1, 2, 2, 1)),
        one((1, 2, 2, 1)), echo[None], one((1, 2)),
    )  # fmt: skip
    x = cf.Design(np.zeros((1, 2, 1)), np.zeros((1, 2, 1)), one((1, 2, 1)) + 0j, one((1, 1)))
    return s, known, x, cf.Receivers(one((1, 1, 2)) / np.sqrt(2) + 0j, one((1, 2)) / np.sqrt(2) + 0j)


class Stacked:
    """One drop in the A M S-dimensional space of the source, loops and all."""

    def __init__(self, s, known, x, offsets, drop=0):
        A, M, S = s.aps, s.rx_antennas, s.snapshots
        self.s, self.A, self.M, self.S = s, A, M, S
        self.codes = np.array([[np.exp(2j * np.pi * a * s.code_gap * t / S) for t in range(S)] for a in range(A)])
        tx, rx = x.tx_positions[drop], x.rx_positions[drop]
        self.powers = x.powers_w[drop]
        self.h = np.zeros((s.users, A, M), complex)
        for u in range(s.users):
            for a in range(A):
                for m in range(M):
                    paths = zip(known.uplink_gain[drop, u, a], known.uplink_cosine[drop, u, a], strict=True)
                    self.h[u, a, m] = sum(g * np.exp(-2j * np.pi * np.dot(rx[a, m], c)) for g, c in paths)
        self.direct, self.echo = np.zeros((2, A, A, M, tx.shape[1]), complex)
        for a in range(A):
            for b in range(A):
                for m in range(M):
                    for n in range(tx.shape[1]):
                        paths = zip(
                            known.direct_gain[drop, a, b], known.direct_rx_cosine[drop, a, b],
                            known.direct_tx_cosine[drop, a, b], strict=True,
                        )  # fmt: skip
                        self.direct[a, b, m, n] = sum(
                            g * np.exp(2j * np.pi * (np.dot(tx[b, n], ct) - np.dot(rx[a, m], cr)))
                            for g, cr, ct in paths
                        )
                        c = known.target_cosine[drop]
                        self.echo[a, b, m, n] = known.echo_gain[drop, a, b] * np.exp(
                            2j * np.pi * (np.dot(rx[a, m], c[a]) - np.dot(tx[b, n], c[b]))
                        )
        self.w = x.beams[drop]
        turn = s.symbol_time_s * np.arange(S)
        self.u = np.array([[np.exp(2j * np.pi * turn * (offsets[b] - offsets[a])) for b in range(A)] for a in range(A)])

    def parts(self):
        """Everything on air at (aps, antennas, snapshots): the radar's own echo, and the rest of the beams."""
        wanted, rest = np.zeros((2, self.A, self.M, self.S), complex)
        for a in range(self.A):
            for b in range(self.A):
                for t in range(self.S):
                    wave = self.codes[b, t] * self.u[a, b, t]
                    rest[a, :, t] += self.direct[a, b] @ self.w[b] * wave
                    (wanted if a == b else rest)[a, :, t] += self.echo[a, b] @ self.w[b] * wave
        return wanted, rest

    def sinr(self, receivers, drop=0):
        """(users,), radar."""
        wanted, rest = self.parts()
        both, users = wanted + rest, []
        for u, filter in enumerate(receivers.users[drop].reshape(-1, self.A, self.M)):
            heard = np.mean(np.abs(np.einsum("am,ams->s", np.conj(filter), both)) ** 2)
            powers = self.powers * np.abs(np.einsum("am,vam->v", np.conj(filter), self.h)) ** 2
            users.append(powers[u] / (powers.sum() - powers[u] + heard + np.sum(np.abs(filter) ** 2)))
        z = receivers.radar[drop].reshape(self.A, self.M)
        whole = z[:, :, None] * self.codes[:, None, :] / np.sqrt(self.S)  # over antennas and snapshots
        signal = np.abs(np.sum(np.conj(whole) * wanted)) ** 2
        clutter = np.abs(np.sum(np.conj(whole) * rest)) ** 2
        spill = sum(
            p * np.sum(np.abs(np.einsum("ams,am->s", np.conj(whole), h)) ** 2)
            for p, h in zip(self.powers, self.h, strict=True)
        )
        return np.array(users), signal / (clutter + spill + np.sum(np.abs(whole) ** 2))
