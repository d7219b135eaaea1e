"""The cell-free environment in plain NumPy, one instance, from the text alone (spec cellfree, sections 2 to 4 and 7).

It shares no code with ``beamwright``: what tests hold the compiled environment against, and what other agents
train on.
"""

from itertools import product

import numpy as np


class Twin:
    """Episodes on one drop; ``s`` and ``known`` are read for numbers only."""

    def __init__(self, s, known, drop=0, actions="structured", objective="robust", single_hz=None, varying=False):
        self.s, self.actions, self.objective, self.varying = s, actions, objective, varying
        self.h_gain, self.h_cosine = known.uplink_gain[drop], known.uplink_cosine[drop]
        self.gain, self.rx_cosine, self.tx_cosine = (
            known.direct_gain[drop], known.direct_rx_cosine[drop], known.direct_tx_cosine[drop],
        )  # fmt: skip
        self.echo, self.target = known.echo_gain[drop], known.target_cosine[drop]
        self.size = s.aps * (s.tx_antennas + s.rx_antennas) + s.users
        self.size += 2 * s.aps if actions == "structured" else 2 * s.aps * s.tx_antennas
        self.size += s.aps if objective == "joint" else 0
        signs = [v for v in product((-0.5, 0.5), repeat=s.aps) if len(set(v)) > 1]
        self.fears = s.offset_range_hz * np.array([(0.0,) * s.aps, *signs])
        self.single_hz = single_hz
        time = np.arange(s.snapshots)
        self.codes = np.exp(2j * np.pi * np.outer(time, np.arange(s.aps)) * s.code_gap / s.snapshots)
        self.waves_of_fears = self._waves(self.fears)
        self.reset()

    def reset(self):
        """Antennas half a wavelength apart in the middle."""
        s = self.s
        gap = max(0.5, s.spacing_wavelengths)
        self.tx, self.rx = (
            np.tile(min(gap, 2 * s.half_region_wavelengths / max(n - 1, 1)) * (np.arange(n) - (n - 1) / 2), (s.aps, 1))
            for n in (s.tx_antennas, s.rx_antennas)
        )
        self.steps = 0
        return self.observe()

    def step(self, action):
        """Observation, reward, done."""
        action = np.asarray(action, float)
        own = {"robust": self.fears, "nominal": np.zeros((1, self.s.aps))}.get(self.objective)
        if self.objective == "joint":
            action, chosen = action[: -self.s.aps], action[-self.s.aps :]
            own = np.clip(chosen, -1, 1)[None] * self.s.offset_range_hz / 2
        elif self.objective == "single":
            own = self.single_hz[None]
        self.tx, self.rx, beams, powers = self._decode(action)
        waves = self.waves_of_fears if self.objective == "robust" else self._waves(own)
        self.steps += 1
        return self.observe(), 0.3 * self._least(beams, powers, waves), self.steps >= 10

    def observe(self):
        """Positions, and channels where they vary."""
        half = self.s.half_region_wavelengths
        parts = [self.tx.ravel() / half, self.rx.ravel() / half]
        if self.varying:
            h, direct, f, g = self._channels()
            own = np.eye(self.s.aps, dtype=bool)
            for block in (h, direct[own], direct[~own], f, g):
                flat = np.concatenate([block.real.ravel(), block.imag.ravel()])
                parts.append(flat / np.sqrt(np.mean(flat**2)))
        return np.concatenate(parts)

    def _decode(self, action):
        s, half = self.s, self.s.half_region_wavelengths
        ends = np.cumsum([s.aps * s.tx_antennas, s.aps * s.rx_antennas, s.users][::-1])[::-1]
        beams, tx, rx, powers = np.split(action, len(action) - ends)
        tx = np.array([self._place(half * row) for row in tx.reshape(s.aps, -1)])
        rx = np.array([self._place(half * row) for row in rx.reshape(s.aps, -1)])
        powers = np.maximum(powers + 1, 0) * s.user_power_w / s.users
        powers = powers * min(1.0, s.user_power_w / powers.sum()) if powers.sum() > 0 else powers
        if self.actions == "literal":
            real, imag = beams.reshape(2, s.aps, -1)
            w = np.sqrt(s.ap_powers_w / s.tx_antennas)[:, None] * (real + 1j * imag)
            norm = np.linalg.norm(w, axis=1, keepdims=True)
            return tx, rx, w * np.minimum(1.0, np.sqrt(s.ap_powers_w)[:, None] / np.maximum(norm, 1e-15)), powers
        direct, steer = self._direct(tx, rx), np.exp(2j * np.pi * tx * self.target[:, None])
        zeta, share = np.clip(beams.reshape(2, s.aps), -1, 1)
        w = np.empty(tx.shape, complex)
        for a in range(s.aps):
            leak = s.ap_powers_w[a] * sum(direct[b, a].conj().T @ direct[b, a] for b in range(s.aps))
            w[a] = np.linalg.solve(leak + 10 ** (3 + 3 * zeta[a]) * np.eye(s.tx_antennas), steer[a])
            power = s.ap_powers_w[a] * 10 ** (2 * (share[a] - 1))
            w[a] *= np.sqrt(power) / np.linalg.norm(w[a])
        return tx, rx, w, powers

    def _place(self, wanted):
        """Sort, subtract the spacings, pool adjacent violators, clip, add them back."""
        s, n = self.s, len(wanted)
        steps = s.spacing_wavelengths * np.arange(n)
        pools = []
        for value in np.sort(wanted) - steps:
            pools.append([value, 1])
            while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
                (a, k), (b, m) = pools[-2:]
                pools[-2:] = [[(a * k + b * m) / (k + m), k + m]]
        fitted = np.concatenate([[value] * count for value, count in pools])
        half = s.half_region_wavelengths
        return np.clip(fitted, -half, half - (n - 1) * s.spacing_wavelengths) + steps

    def _direct(self, tx, rx):
        at_rx = np.exp(-2j * np.pi * rx[:, None, :, None] * self.rx_cosine[:, :, None, :])
        at_tx = np.exp(2j * np.pi * tx[None, :, None, :] * self.tx_cosine[:, :, :, None])
        return (at_rx * self.gain[:, :, None, :]) @ at_tx

    def _channels(self):
        waves = np.exp(-2j * np.pi * self.rx[None, :, :, None] * self.h_cosine[:, :, None, :])
        h = np.sum(waves * self.h_gain[:, :, None, :], axis=-1)
        f, g = (np.exp(2j * np.pi * places * self.target[:, None]) for places in (self.rx, self.tx))
        return h, self._direct(self.tx, self.rx), f, g

    def _waves(self, offsets):
        """(scenarios, snapshots, aps a, aps b)."""
        time = self.s.symbol_time_s * np.arange(self.s.snapshots)
        turn = np.exp(2j * np.pi * time[:, None] * offsets[:, None])
        return self.codes[:, None, :] * turn[:, :, None, :] * turn[:, :, :, None].conj()

    def _least(self, beams, powers, waves):
        """The least utility over the scenarios, with filters for all of them together."""
        s, size = self.s, self.s.aps * self.s.rx_antennas
        h, direct, f, g = self._channels()
        lit = np.sum(g.conj() * beams, axis=1)
        echo = self.echo[:, :, None] * lit[None, :, None] * f[:, None, :]
        heard = np.einsum("abmn,bn->abm", direct, beams)
        own = np.arange(s.aps)
        target = echo[own, own].ravel()
        clutter = heard + echo
        others = clutter.copy()
        others[own, own] = heard[own, own]
        h = h.reshape(s.users, size)
        users = (h.T * powers) @ h.conj()
        loud = np.einsum("ksab,abm->ksam", waves, clutter).reshape(-1, s.snapshots, size)
        mean = np.einsum("ksi,ksj->ij", loud, loud.conj()) / (len(waves) * s.snapshots)
        rho = np.einsum("sa,ksab->kab", self.codes.conj(), waves) / s.snapshots
        spill = np.sqrt(s.snapshots) * np.einsum("kab,abm->kam", rho, others).reshape(-1, size)
        blocks = np.kron(np.eye(s.aps), np.ones((s.rx_antennas, s.rx_antennas)))
        radar_noise = blocks * users + np.eye(size)
        u = np.linalg.solve(mean + users + np.eye(size), h.T).T
        z = np.linalg.solve(spill.T @ spill.conj() / len(waves) + radar_noise, target)
        power = powers[None, :] * np.abs(u.conj() @ h.T) ** 2
        signal = np.diagonal(power)
        leak = np.mean(np.abs(loud @ u.conj().T) ** 2, axis=1)
        floor = power.sum(axis=1) - signal + np.sum(np.abs(u) ** 2, axis=1)
        user_sinr = signal / (floor + leak)
        radar = s.snapshots * np.abs(z.conj() @ target) ** 2
        radar_sinr = radar / (np.real(z.conj() @ radar_noise @ z) + np.abs(spill @ z.conj()) ** 2)
        beta = s.sensing_weight
        if s.metric == "rate":
            user_sinr, radar_sinr = np.log2(1 + user_sinr), np.log2(1 + radar_sinr)
        return float(np.min(beta * radar_sinr + (1 - beta) * user_sinr.sum(axis=1)))
