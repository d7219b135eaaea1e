"""Cell-free radar on several subcarriers: a simulated OFDM signal, identities, worst offsets, designs, files."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import Stacked, drawn, random_design, saved

from beamwright import cellfree as cf
from beamwright.cli.audit import audit
from beamwright.cli.design_files import StoredDesign
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import checked

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
    s = cf.Scenario.small().derived(subcarriers=31, fft_size=32)
    offsets = np.random.default_rng(0).uniform(-14e3, 14e3, (4, s.aps))
    leakage = physics.carrier_leakage(s.radio._replace(subcarriers=32), offsets)
    np.testing.assert_allclose(np.sum(np.abs(leakage) ** 2, axis=-3), 1, rtol=1e-9)
    np.testing.assert_allclose(np.sum(np.abs(leakage) ** 2, axis=-4), 1, rtol=1e-9)
    own = leakage[..., np.arange(s.aps), np.arange(s.aps)]
    np.testing.assert_allclose(own, np.broadcast_to(np.eye(32)[..., None], own.shape), atol=1e-12)


def test_a_mirrored_band_is_the_same_problem():
    """Everything conjugate, frequencies and offsets reversed; two access points change places, for their codes."""
    s, r = drawn(2, **BAND)
    x, filters = any_design(s, 2)
    offsets, known = np.random.default_rng(7).uniform(-2000, 2000, (2, s.aps)), r.known
    there = replace(
        known, uplink_gain=np.conj(known.uplink_gain[:, ::-1, :, ::-1]), uplink_cosine=-known.uplink_cosine[:, :, ::-1],
        direct_gain=np.conj(known.direct_gain[:, ::-1, ::-1, ::-1]), target_cosine=-known.target_cosine[:, ::-1],
        direct_rx_cosine=-known.direct_rx_cosine[:, ::-1, ::-1],
        direct_tx_cosine=-known.direct_tx_cosine[:, ::-1, ::-1],
        echo_gain=np.conj(known.echo_gain[:, ::-1, ::-1, ::-1]),
    )  # fmt: skip
    turned = cf.Design(x.tx_positions[:, ::-1], x.rx_positions[:, ::-1], np.conj(x.beams[:, ::-1, ::-1]),
                       x.powers_w[:, ::-1])  # fmt: skip

    def other(each):
        parts = each.reshape(*each.shape[:-1], s.aps, s.rx_antennas)[:, ::-1, ..., ::-1, :]
        return np.conj(parts.reshape(each.shape))

    mirrored = cf.Receivers(other(filters.users), other(filters.radar))
    one, two = cf.sinr(s, known, x, filters, offsets), cf.sinr(s, there, turned, mirrored, -offsets[:, ::-1])
    np.testing.assert_allclose(two.users_by_subcarrier[:, ::-1], one.users_by_subcarrier, rtol=1e-9)
    np.testing.assert_allclose(two.radar_by_subcarrier[:, ::-1], one.radar_by_subcarrier, rtol=1e-9)


@pytest.mark.parametrize("settings", [{"targets": 2, "csi_error": 0.02}, {"movement": "plane", "metric": "sinr"}])
def test_a_flat_band_is_one_subcarrier_again_and_again(settings):
    s, r = drawn(2, **settings, **BAND | {"intercarrier": False})
    flat, known = s.derived(subcarriers=1), cf.draw(s.derived(subcarriers=1), jax.random.key(0), 2).known
    again = {name: np.stack([getattr(known, name)] * 3, axis=1) for name in ("uplink_gain", "direct_gain", "echo_gain")}
    (one, _), rng = random_design(flat, 2), np.random.default_rng(2)
    if s.planar:
        places = {name: getattr(one, name) for name in ("tx_positions", "rx_positions")}
        one = replace(one, **{name: np.stack([at, 0.3 * at**2], axis=-1) for name, at in places.items()})
    many = cf.Design(
        one.tx_positions, one.rx_positions, *(np.stack([a] * 3, axis=1) for a in (one.beams, one.powers_w))
    )
    alike = replace(known, **again)
    for offsets, leaks in ((rng.uniform(-2000, 2000, (2, s.aps)), False), (np.zeros((2, s.aps)), True)):
        here = s.derived(intercarrier=leaks)
        filters = cf.receivers(here, alike, many, offsets[:, None])
        np.testing.assert_allclose(
            filters.users[:, 2], cf.receivers(flat, known, one, offsets[:, None]).users, rtol=1e-8
        )
        found, there = cf.sinr(here, alike, many, filters, offsets), cf.receivers(flat, known, one, offsets[:, None])
        plain = cf.sinr(flat, known, one, there, offsets)
        for name in ("users", "radar", "utility"):
            np.testing.assert_allclose(getattr(found, name), getattr(plain, name), rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(cf.utility_bound(s, alike), cf.utility_bound(flat, known), rtol=1e-12)


def test_subcarriers_that_do_not_leak_may_come_in_any_order():
    s, r = drawn(2, **BAND | {"intercarrier": False})
    x, filters = any_design(s, 2)
    order, offsets = [2, 0, 1], np.random.default_rng(3).uniform(-2000, 2000, (2, s.aps))
    turned = [
        replace(record, **{name: getattr(record, name)[:, order] for name in names})
        for record, names in ((r.known, ("uplink_gain", "direct_gain", "echo_gain")), (x, ("beams", "powers_w")),
                              (filters, ("users", "radar")))
    ]  # fmt: skip
    found, there = cf.sinr(s, r.known, x, filters, offsets), cf.sinr(s, *turned, offsets)
    np.testing.assert_allclose(found.utility, there.utility, rtol=1e-12)
    np.testing.assert_array_equal(found.users_by_subcarrier[:, order], there.users_by_subcarrier)


def test_the_first_subcarrier_is_drawn_as_if_it_were_alone_and_delays_fit_into_the_prefix():
    s, r = drawn(3, **BAND, delay_spread_s=1e-5, csi_error=0.1)
    one = cf.draw(s.derived(subcarriers=1), jax.random.key(0), 3)
    for name in ("uplink_gain", "direct_gain", "echo_gain"):
        band, alone = getattr(r.known, name), getattr(one.known, name)
        np.testing.assert_array_equal(band[:, 0], alone)
        np.testing.assert_allclose(np.abs(band), np.repeat(np.abs(alone)[:, None], 3, axis=1), rtol=1e-12)
        turn = band[:, 1:] / band[:, :-1]  # a delay turns every subcarrier by as much
        np.testing.assert_allclose(turn[:, 0], turn[:, 1], rtol=1e-9)
    np.testing.assert_array_equal(r.known.uplink_cosine, one.known.uplink_cosine)
    np.testing.assert_array_equal(r.truth, one.truth)
    assert r.errors.shape == (3, 3, s.users, s.aps * s.rx_antennas)
    certain = cf.draw(s.derived(delay_spread_s=0.0), jax.random.key(0), 1).known
    way = np.linalg.norm(certain.geometry.user_positions_m[0, 0] - s.aps_m[0][0]) / 299_792_458
    turn = np.exp(-2j * np.pi * s.frequencies_hz[1] * way)
    np.testing.assert_allclose(certain.uplink_gain[0, 1, 0, 0], turn * certain.uplink_gain[0, 0, 0, 0], rtol=1e-9)


def test_closed_form_filters_are_the_best_and_compiled_ones_are_the_same():
    s, r = drawn(2, **BAND)
    known, x, rng = checked(s, r.known), any_design(s, 2)[0], np.random.default_rng(4)
    offsets = np.array([[900.0, -1100.0]])
    best = cf.receivers(s, known, x, offsets)
    top = cf.sinr(s, known, x, best, offsets[0])
    for size in (1e-3, 1e-1):
        moved = cf.Receivers(*(a + size * (rng.standard_normal(a.shape) + 1j * rng.standard_normal(a.shape))
                               for a in (best.users, best.radar)))  # fmt: skip
        less = cf.sinr(s, known, x, moved, offsets[0])
        assert np.all(less.users_by_subcarrier <= top.users_by_subcarrier * (1 + 1e-9))
        assert np.all(less.radar_by_subcarrier <= top.radar_by_subcarrier * (1 + 1e-9))
    received = physics.received_signals(physics.paths_of(known), physics.point_of(s, known, x))
    points, weights = s.offset_range_hz * physics.candidates(s.aps, 2), np.array([0.1, 0.2, 0.3, 0.1, 0.3])
    batch = physics.closed_form_filters(s.radio, received, physics.offset_scenarios(s.radio, points), weights)

    def seen(one, points):
        scenarios = physics.offset_scenarios(s.radio, points)
        filters = physics.closed_form_filters(s.radio, one, scenarios, jax.numpy.asarray(weights))
        return filters, physics.scenario_sinrs(s.radio, one, filters, scenarios)

    one = physics.ReceivedSignals(*(jax.numpy.asarray(a[0]) for a in received))
    filters, at = jax.jit(seen)(one, points)
    for mine, theirs in zip(filters, batch, strict=True):
        np.testing.assert_allclose(mine, theirs[0], rtol=1e-7, atol=1e-9)
    for scenario, f in enumerate(points):
        there = cf.sinr(s, known, x, physics.receivers_of(s, batch), f)
        np.testing.assert_allclose(at.users[scenario], there.users[0], rtol=1e-7)
        np.testing.assert_allclose(at.radar[scenario, 0], there.radar[0], rtol=1e-7)


def test_the_oracle_finds_what_a_dense_grid_finds():
    s, r = drawn(2, csi_error=0.01, **BAND | {"subcarriers": 2, "subcarrier_step": 1})
    d = cf.leakage_beams(s, r.known)
    apart = np.linspace(-1, 1, 2001)[:, None] * np.array([0.5, -0.5]) * s.offset_range_hz
    filtered = physics.filtered_signals(s, checked(s, r.known), d, d.receivers)
    grid = physics.utilities(s, filtered, apart).min(axis=1)
    assert np.all(d.worst_case_utility <= grid + 1e-9) and np.all(d.worst_case_utility >= grid - 1e-3)
    at = cf.sinr(s, r.known, d, d.receivers, d.worst_offsets_hz)
    np.testing.assert_allclose(at.utility, d.worst_case_utility, rtol=1e-12)
    calm = cf.sinr(s.derived(intercarrier=False), r.known, d, d.receivers, d.worst_offsets_hz)
    assert np.all(np.abs(calm.utility - d.worst_case_utility) > 1e-4)
    assert np.all(d.certificate.least_radar_sinr <= d.certificate.radar_sinr * (1 + 1e-9))
    assert np.all(d.worst_case_utility <= d.certificate.bound) and d.status_text == ["feasible"] * 2
    assert np.all(cf.evaluate(s, r, d).utility >= d.worst_case_utility)  # the true errors and offsets are no worse
    ends = cf.worst_case_offset(s, r.known, d, d.receivers, "vertices")
    assert np.all(ends.utility >= d.worst_case_utility - 1e-9)
    loud = replace(d, beams=1.1 * d.beams)
    assert cf.certify(s, r.known, loud).power_residual.min() > 0.2


def test_what_several_subcarriers_cannot_have_is_refused():
    for settings, message in (
        ({"metric": "position"}, "metric must be 'rate' or 'sinr' with several subcarriers"),
        ({"target_error_m": 1.0}, "target_error_m must be 0 with several subcarriers"),
        ({"derotated": True}, "derotated must be False with several subcarriers"),
        ({"subcarrier_step": 2000}, "fft_size must be more than the band, 2001 points"),
        ({"offset_range_hz": 16e3}, "offset_range_hz must be at most half of subcarrier_spacing_hz"),
        ({"symbol_time_s": 33e-6}, "symbol_time_s must be at least 1/subcarrier_spacing_hz with several subcarriers"),
    ):
        with pytest.raises(ValueError, match=message):
            cf.Scenario(subcarriers=2, **settings)
        cf.Scenario(**settings)
    s, r = drawn(1, subcarriers=2)
    with pytest.raises(ValueError, match="subcarriers must be 1 for agents"):
        cf.environment(s, r.known)
    with pytest.raises(ValueError, match="subcarriers must be 1 for the manifold algorithm"):
        cf.published_alternation(s, r.known)
    with pytest.raises(ValueError, match="symbol_time_s must leave a prefix for the longest way"):
        cf.draw(s.derived(ap_radius_m=1e4), jax.random.key(0), 1)
    with pytest.raises(ValueError, match="delay_s must be within the prefix"):
        cf.delayed(s, np.ones(3), [0, 1e-6, 3e-6])
    with pytest.raises(ValueError, match="delay_s must have shape"):
        cf.delayed(s, np.ones(3), 0.0)
    assert cf.delayed(s.derived(subcarriers=1), np.ones((1, 3)), np.full((1, 3), 1.0)).shape == (1, 3)
    flat = cf.draw(s.derived(subcarriers=1), jax.random.key(0), 1).known
    with pytest.raises(ValueError, match="uplink_gain"):
        cf.leakage_beams(s, flat)
    with pytest.raises(ValueError, match="memory"):
        cf.draw(cf.Scenario(subcarriers=256, users=4096, aps=16), jax.random.key(0), 10**6)


@pytest.mark.slow  # compiles an oracle of its own
def test_a_file_of_several_subcarriers_is_verified(tmp_path):
    stored = saved(drawn(1, **BAND)[0], tmp_path)
    told = [check.name for check in audit(stored) if check.passed is None]
    assert any("delay_spread_s" in line for line in told) and not any("fft_size" in line for line in told)
    assert all(check.passed is not False for check in audit(stored))
    for name in ("beams", "user_filters", "certificate.worst_case_utility", "certificate.radiated_w", "direct_gain"):
        lies = {**stored.arrays, name: 0.99 * stored.arrays[name]}
        assert any(check.passed is False for check in audit(StoredDesign(stored.path, lies, stored.about, ""))), name


@pytest.mark.slow  # compiles a search of its own
def test_designs_of_a_band_contain_their_special_cases():
    s, r = drawn(3, subcarriers=2, subcarrier_step=64, offset_range_hz=2000.0)
    short = {"starts": 4, "rounds": 2, "steps": 80}
    moving = cf.maximise_worst_case(s, r.known, **short)
    fixed, careless = cf.fixed_array(s, r.known, **short), cf.non_robust(s, r.known, **short)
    assert moving.status_text == ["feasible"] * 3 and moving.beams.shape == (3, 2, s.aps, s.tx_antennas)
    assert np.all(moving.worst_case_utility >= fixed.worst_case_utility - 1e-6)
    assert np.all(moving.worst_case_utility > careless.worst_case_utility + 0.1)
    assert np.all(fixed.worst_case_utility >= cf.silence(s, r.known).worst_case_utility - 1e-6)
    assert np.all(moving.worst_case_utility <= moving.certificate.bound)
    rng = np.random.default_rng(6)
    for _ in range(50):
        f = rng.uniform(-0.5, 0.5, (3, s.aps)) * s.offset_range_hz
        there = cf.sinr(s, r.known, moving, moving.receivers, f)
        assert np.all(there.utility >= moving.worst_case_utility - 1e-3)
    other = replace(r.known, uplink_gain=r.known.uplink_gain[:, :, ::-1], uplink_cosine=r.known.uplink_cosine[:, ::-1])
    np.testing.assert_array_equal(cf.maximise_worst_case(s, other, **short).beams, moving.beams)
    loud = cf.maximise_worst_case(s, r.known, **short, radar_sinr_db=5.0, full_power=True, initial=moving)
    np.testing.assert_allclose(loud.certificate.radiated_w, 1.0, rtol=1e-9)
    assert np.all(loud.certificate.least_radar_sinr >= 10**0.5 * (1 - 1e-6))
