"""Cell-free radar on several subcarriers: a simulated OFDM signal, identities, worst offsets, designs, files."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import Stacked, drawn, random_design

from beamwright import cellfree as cf
from beamwright.systems.cellfree import physics

BAND = {"subcarriers": 3, "subcarrier_step": 2, "fft_size": 64, "offset_range_hz": 4000.0}


class Ofdm(Stacked):
    """One subcarrier of one drop, in time: transform, prefix, delays of whole samples, offsets, and back."""

    def __init__(self, s, known, x, offsets, delays, subcarrier, drop=0):
        band = [k * s.subcarrier_step for k in range(s.subcarriers)]
        first = replace(known, uplink_gain=known.uplink_gain[:, 0], direct_gain=known.direct_gain[:, 0],
                        echo_gain=known.echo_gain[:, 0])  # fmt: skip
        flat = replace(x, beams=x.beams[:, subcarrier], powers_w=x.powers_w[:, subcarrier])
        super().__init__(s, first, flat, offsets, drop)
        self.known, self.x, self.drop, self.offsets, self.delays = first, x, drop, offsets, delays
        self.band, self.bin, self.samples = band, band[subcarrier], s.fft_size
        for u in range(s.users):
            for a in range(self.A):
                for m in range(self.M):
                    phases = np.exp(-2j * np.pi * x.rx_positions[drop, a, m] * known.uplink_cosine[drop, u, a])
                    tone = np.zeros(s.fft_size, complex)
                    tone[self.bin] = 1
                    paths = zip(first.uplink_gain[drop, u, a] * phases, delays["uplink"][drop, u, a], strict=True)
                    self.h[u, a, m] = self.received([(tone, list(paths))], 0.0, 0)

    def received(self, sent, offset_hz, symbol):
        """The bin of all (spectrum, [(gain, samples late)]), carriers apart by an offset, in the symbol of a number."""
        late, size = 8, self.samples
        heard = np.zeros(late + size, complex)
        for spectrum, paths in sent:
            wave = np.fft.ifft(spectrum) * size
            wave = np.concatenate([wave[-late:], wave])
            for gain, delay in paths:
                heard[delay:] += gain * wave[: len(wave) - delay]
        spacing = self.s.subcarrier_spacing_hz
        time = symbol * self.s.symbol_time_s + np.arange(-late, size) / (size * spacing)
        return (np.fft.fft((heard * np.exp(2j * np.pi * offset_hz * time))[late:]) / size)[self.bin]

    def parts(self):
        wanted, rest = np.zeros((2, self.A, self.M, self.S), complex)
        known, x, d = self.known, self.x, self.drop
        for a in range(self.A):
            for b in range(self.A):
                c = known.target_cosine[d]
                for m in range(self.M):
                    direct = known.direct_gain[d, a, b] * np.exp(
                        -2j * np.pi * x.rx_positions[d, a, m] * known.direct_rx_cosine[d, a, b]
                    )
                    echo = known.echo_gain[d, a, b] * np.exp(2j * np.pi * x.rx_positions[d, a, m] * c[a])
                    spectra = np.zeros((len(direct) + 1, self.samples), complex)
                    for k, number in enumerate(self.band):
                        leaving = np.append(known.direct_tx_cosine[d, a, b], -c[b])[:, None] * x.tx_positions[d, b]
                        spectra[:, number] = np.exp(2j * np.pi * leaving) @ x.beams[d, k, b]
                    for t in range(self.S):
                        code, apart = self.codes[b, t], self.offsets[b] - self.offsets[a]
                        paths = zip(spectra[:-1], direct, self.delays["direct"][d, a, b], strict=True)
                        rest[a, m, t] += code * self.received([(f, [(g, n)]) for f, g, n in paths], apart, t)
                        at = self.received([(spectra[-1], [(echo, self.delays["echo"][d, a, b])])], apart, t)
                        (wanted if a == b else rest)[a, m, t] += code * at
        return wanted, rest


def wideband(drops=1, **settings):
    """Scenario, scenes whose delays are whole samples, and these."""
    s, r = drawn(drops, **BAND | settings)
    flat = cf.draw(s.derived(subcarriers=1), jax.random.key(0), drops).known
    rng, sample = np.random.default_rng(5), 1 / (s.fft_size * s.subcarrier_spacing_hz)
    delays = {name: rng.integers(0, 5, getattr(flat, f"{name}_gain").shape) for name in ("uplink", "direct", "echo")}
    gains = {f"{name}_gain": cf.delayed(s, getattr(flat, f"{name}_gain"), delays[name] * sample) for name in delays}
    return s, replace(r, known=replace(r.known, **gains)), delays


def any_design(s, drops, seed=0):
    """``random_design`` with beams, powers and filters for every subcarrier."""
    each = [random_design(s, drops, seed + 10 * k) for k in range(s.subcarriers)]
    x = replace(each[0][0], **{n: np.stack([getattr(d, n) for d, _ in each], axis=1) for n in ("beams", "powers_w")})
    return x, cf.Receivers(*(np.stack([getattr(r, n) for _, r in each], axis=1) for n in ("users", "radar")))


@pytest.mark.parametrize("settings", [{}, {"aps": 3, "users": 1, "subcarriers": 2, "subcarrier_step": 1}])
def test_sinrs_are_those_of_a_simulated_ofdm_signal(settings):
    s, r, delays = wideband(**settings)
    x, filters = any_design(s, 1)
    offsets = np.random.default_rng(1).uniform(-6000, 6000, (1, s.aps))
    found = cf.sinr(s, r.known, x, filters, offsets)
    for k in range(s.subcarriers):
        there = Ofdm(s, r.known, x, offsets[0], delays, k)
        users, radar = there.sinr(cf.Receivers(filters.users[:, k], filters.radar[:, k]))
        np.testing.assert_allclose(found.users_by_subcarrier[0, k], users, rtol=1e-9)
        np.testing.assert_allclose(found.radar_by_subcarrier[0, k], radar, rtol=1e-9)
    rates = np.log2(1 + found.users_by_subcarrier).mean(axis=1), np.log2(1 + found.radar_by_subcarrier).mean(axis=1)
    np.testing.assert_allclose(found.utility, 0.2 * rates[0].sum(axis=1) + 0.8 * rates[1], rtol=1e-12)
    np.testing.assert_allclose(np.log2(1 + found.users), rates[0], rtol=1e-12)


def test_what_leaks_adds_up_to_what_was_sent():
    s = cf.Scenario.small().derived(subcarriers=32, fft_size=32, offset_range_hz=20e3, intercarrier=True)
    offsets = np.random.default_rng(0).uniform(-14e3, 14e3, (4, s.aps))
    leakage = physics.carrier_leakage(s.radio, offsets)
    np.testing.assert_allclose(np.sum(np.abs(leakage) ** 2, axis=-3), 1, rtol=1e-9)
    np.testing.assert_allclose(np.sum(np.abs(leakage) ** 2, axis=-4), 1, rtol=1e-9)
    own = leakage[..., np.arange(s.aps), np.arange(s.aps)]
    np.testing.assert_allclose(own, np.broadcast_to(np.eye(32)[..., None], own.shape), atol=1e-12)
