"""Cell-free radar with several targets: a model of its own, limits, order, designs, certificates and files."""

import itertools
from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import Stacked, drawn, random_design

from beamwright import cellfree as cf
from beamwright.cli.audit import audit
from beamwright.cli.channels import ChannelFile
from beamwright.cli.design import named_channels, obtain_channels, resolve, run_design
from beamwright.cli.design_files import StoredDesign, load_design
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import checked

SECOND_FIRST = [1, 0]
APART = {"targets": 2, "target_range_m": (20.0, 40.0), "target_azimuth_deg": (30.0, -45.0)}
"""Two targets in different directions from both access points."""
LEAKAGE = 8.237557212337297, 7.859608322022397
"""Worst cases of leakage beams on ``drawn(2)`` by the code before it knew several targets."""


def random_filters(s, drops, seed=0):
    rng = np.random.default_rng(seed)
    size = s.aps * s.rx_antennas

    def normal(*shape):
        return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)

    return cf.Receivers(normal(drops, s.users, size), normal(drops, s.targets, size))


def alone(known, target):
    """The same scene with one of its targets."""
    return replace(known, echo_gain=known.echo_gain[:, target], target_cosine=known.target_cosine[:, target])


def in_order(known, order):
    """The same scene with targets in another order."""
    return replace(known, echo_gain=known.echo_gain[:, order], target_cosine=known.target_cosine[:, order])


def by_samples(s, known, x, filters, offsets, drop):
    """SINRs (users,), (targets,), sample by sample; reflections of others with every sign, as good as any phase."""
    scenes = [Stacked(s, alone(known, t), x, offsets, drop) for t in range(s.targets)]
    on_air = [scene.parts() for scene in scenes]
    for scene in scenes:
        scene.direct = np.zeros_like(scene.direct)
    echoes = [sum(scene.parts()) for scene in scenes]
    everything, users = sum(on_air[0]) + sum(echoes[1:]), []
    for u, filter in enumerate(filters.users[drop].reshape(-1, s.aps, s.rx_antennas)):
        heard = np.mean(np.abs(np.einsum("am,ams->s", np.conj(filter), everything)) ** 2)
        powers = scenes[0].powers * np.abs(np.einsum("am,vam->v", np.conj(filter), scenes[0].h)) ** 2
        users.append(powers[u] / (powers.sum() - powers[u] + heard + np.sum(np.abs(filter) ** 2)))
    radar = []
    for t, (wanted, rest) in enumerate(on_air):
        z = filters.radar[drop, t].reshape(s.aps, s.rx_antennas)[:, :, None]
        z = z * scenes[t].codes[:, None, :] / np.sqrt(s.snapshots)
        others = [echo for j, echo in enumerate(echoes) if j != t]
        clutter = np.mean([
            np.abs(np.sum(np.conj(z) * (rest + sum(a * b for a, b in zip(signs, others, strict=True))))) ** 2
            for signs in itertools.product((-1, 1), repeat=len(others))
        ])  # fmt: skip
        spill = sum(p * np.sum(np.abs(np.einsum("ams,am->s", np.conj(z), h)) ** 2)
                    for p, h in zip(scenes[t].powers, scenes[t].h, strict=True))  # fmt: skip
        radar.append(np.abs(np.sum(np.conj(z) * wanted)) ** 2 / (clutter + spill + np.sum(np.abs(z) ** 2)))
    return np.array(users), np.array(radar)


@pytest.mark.parametrize(
    "settings", [{"targets": 2}, {"targets": 3, "aps": 3, "users": 1, "radar_cross_section": 50.0}]
)
def test_sinrs_are_those_of_the_stacked_signal(settings):
    s, r = drawn(2, **settings)
    x, _ = random_design(s, 2)
    filters = random_filters(s, 2)
    offsets = np.random.default_rng(1).uniform(-500, 500, (2, s.aps))
    found = cf.sinr(s, r.known, x, filters, offsets)
    for drop in range(2):
        users, radar = by_samples(s, r.known, x, filters, offsets[drop], drop)
        np.testing.assert_allclose(found.users[drop], users, rtol=1e-9)
        np.testing.assert_allclose(found.radar[drop], radar, rtol=1e-9)
        rates = np.log2(1 + radar.min()), np.log2(1 + users).sum()
        np.testing.assert_allclose(found.utility[drop], 0.8 * rates[0] + 0.2 * rates[1], rtol=1e-9)


def test_closed_form_filters_are_the_best_of_every_target():
    s, r = drawn(2, targets=2, radar_cross_section=50.0)
    x, _ = random_design(s, 2)
    f = np.random.default_rng(0).uniform(-500, 500, (1, s.aps))
    best = cf.receivers(s, r.known, x, f)
    top, rng = cf.sinr(s, r.known, x, best, f[0]), np.random.default_rng(1)
    for size in (1e-3, 1e-1):
        step = rng.standard_normal((2, *best.radar.shape))
        other = cf.sinr(s, r.known, x, replace(best, radar=best.radar + size * (step[0] + 1j * step[1])), f[0])
        assert np.all(other.radar <= top.radar)
    alike = np.abs(np.einsum("dn,dn->d", np.conj(best.radar[:, 0]), best.radar[:, 1]))
    assert np.all(alike < 1 - 1e-6)  # every target has a filter of its own


def test_one_target_is_what_it_was():
    """Numbers of the code that knew one target only; and one number per target of one target is a number."""
    s, r = drawn(2)
    d = cf.leakage_beams(s, r.known)
    np.testing.assert_allclose(d.worst_case_utility, LEAKAGE, rtol=1e-9)
    assert d.radar_filter.shape == (2, s.aps * s.rx_antennas) and d.certificate.radar_sinr.shape == (2,)
    listed = cf.Scenario.small().derived(
        target_range_m=(s.target_range_m,), target_azimuth_deg=(s.target_azimuth_deg,), radar_cross_section=(0.5,)
    )
    twin = cf.draw(listed, jax.random.key(0), 2)
    for name, array in r.to_arrays().items():
        np.testing.assert_array_equal(twin.to_arrays()[name], array, err_msg=name)


def test_a_target_that_nobody_sees_does_not_disturb_the_other():
    s, r = drawn(2, targets=2, radar_cross_section=(0.5, 0.0))
    one = cf.Scenario.small()
    x, f = random_design(s, 2)[0], np.zeros((1, s.aps))
    both, single = cf.receivers(s, r.known, x, f), cf.receivers(one, alone(r.known, 0), x, f)
    np.testing.assert_allclose(both.users, single.users, rtol=1e-9)
    np.testing.assert_allclose(both.radar[:, 0], single.radar, rtol=1e-9)
    f = np.array([0.0, 300.0])
    here, there = cf.sinr(s, r.known, x, both, f), cf.sinr(one, alone(r.known, 0), x, single, f)
    np.testing.assert_allclose(here.radar[:, 0], there.radar, rtol=1e-9)
    np.testing.assert_array_equal(here.radar[:, 1], 0.0)
    np.testing.assert_allclose(here.utility, 0.2 * np.log2(1 + here.users).sum(axis=1), rtol=1e-12)


def test_of_two_targets_at_one_place_none_has_0_db():
    """Nothing tells their echoes apart, and each is the other's clutter."""
    s, r = drawn(2, targets=2, target_azimuth_deg=(26.0, 26.0), radar_cross_section=(1e4, 1e4))
    d = cf.conjugate_beams(s, r.known)
    assert np.all(d.certificate.least_radar_sinr < 1) and np.all(d.certificate.radar_sinr > 0.3)


@pytest.fixture(scope="module")
def design():
    s, r = drawn(3, **APART)
    return s, r, cf.maximise_worst_case(s, r.known)


def test_designs_see_every_target_and_say_so(design):
    s, r, d = design
    proof, silent = d.certificate, cf.silence(s, r.known)
    assert d.status_text == ["feasible"] * 3 and np.all(d.worst_case_utility > silent.worst_case_utility)
    assert np.all(proof.worst_case_utility <= proof.bound) and np.all(proof.weakest_radar_sinr > 10)
    assert proof.least_radar_sinr.shape == d.certificate.radar_sinr.shape == (3, 2)
    np.testing.assert_array_equal(proof.weakest_radar_sinr, proof.least_radar_sinr.min(axis=1))
    box = np.random.default_rng(0).uniform(-0.5, 0.5, (400, 3, s.aps)) * s.offset_range_hz
    found = [cf.sinr(s, r.known, d, d.receivers, f) for f in box]  # no other code's offsets are worse
    assert np.all(np.min([one.radar for one in found], axis=0) >= proof.least_radar_sinr * (1 - 1e-6))
    assert np.all(np.min([one.users for one in found], axis=0) >= proof.least_user_sinr * (1 - 1e-6))
    assert np.all(np.min([one.utility for one in found], axis=0) >= proof.worst_case_utility - 1e-6)
    for drop in range(3):
        radar = by_samples(s, r.known, d, d.receivers, d.worst_offsets_hz[drop], drop)[1]
        np.testing.assert_allclose(proof.radar_sinr[drop], radar, rtol=1e-8)


def test_order_of_targets_changes_nothing(design):
    s, r, d = design
    there = cf.maximise_worst_case(s, in_order(r.known, SECOND_FIRST))
    for name in ("tx_positions", "rx_positions", "beams", "powers_w"):
        np.testing.assert_array_equal(getattr(there, name), getattr(d, name), err_msg=name)
    np.testing.assert_allclose(there.radar_filter[:, SECOND_FIRST], d.radar_filter, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(there.worst_case_utility, d.worst_case_utility, rtol=1e-9)
    for name in ("least_radar_sinr", "radar_sinr"):
        mine, theirs = getattr(d.certificate, name), getattr(there.certificate, name)
        np.testing.assert_allclose(theirs[:, SECOND_FIRST], mine, rtol=1e-7)


def test_a_required_radar_sinr_is_that_of_every_target(design):
    s, r, d = design
    seeing = cf.maximise_worst_case(s, r.known, radar_sinr_db=10.0)
    met = np.all(seeing.certificate.least_radar_sinr >= 10.0 * (1 - 1e-6), axis=1)
    assert met.any() and [text == "feasible" for text in seeing.status_text] == met.tolist()
    half = d.certificate.least_radar_sinr.mean(axis=1)  # one target has more, the other less
    between = cf.certify(s, r.known, replace(d, required_radar_sinr=half))
    np.testing.assert_allclose(between.radar_shortfall, 1 - d.certificate.weakest_radar_sinr / half, atol=1e-9)
    assert np.all(between.radar_shortfall > 0) and d.status_text != between.status_text


def test_convex_programs_serve_every_target():
    pytest.importorskip("cvxpy")
    s, r = drawn(1, targets=2)
    d = cf.fixed_array_sca(s, r.known, rounds=3)
    assert np.all(np.diff(d.trace[~np.isnan(d.trace)]) >= -1e-9) and np.nanmax(d.trace) > d.trace[0, 0]


@pytest.mark.slow  # compiles programs of its own
@pytest.mark.parametrize("settings", [{"users": 0}, {"aps": 1}, {"metric": "sinr"}, {"targets": 3, "aps": 3}])
def test_edges_end_in_sound_designs(settings):
    s, r = drawn(1, **{"targets": 2, **settings})
    d = cf.maximise_worst_case(s, r.known)
    assert np.all(np.isfinite(d.worst_case_utility)) and np.all(d.worst_case_utility <= d.certificate.bound)
    learnt = cf.learn_each(s, r.known, "amortised", env_steps=512, environments=2, width=8)
    assert learnt.radar_filter.shape == (1, s.targets, s.aps * s.rx_antennas)


def test_scenarios_and_paths_of_several_targets_are_refused_by_name():
    for settings, words in (
        ({"targets": 0}, "targets must be >= 1"),
        ({"targets": 2, "target_range_m": (1.0, 2.0, 3.0)}, "target_range_m must be one number or one per target"),
        ({"target_azimuth_deg": (1.0, 2.0)}, "target_azimuth_deg must be one number or one per target"),
        ({"targets": 2, "radar_cross_section": (1.0, -2.0)}, "radar_cross_section must be >= 0"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            cf.Scenario(**settings)
    s, r = drawn(1, targets=2)
    np.testing.assert_allclose(s.targets_m[1], -s.targets_m[0])  # opposite, unless said otherwise
    with pytest.raises(ValueError, match="echo_gain must have"):
        cf.conjugate_beams(s, alone(r.known, 0))
    with pytest.raises(ValueError, match="echo_gain must have"):
        cf.conjugate_beams(s.derived(targets=1), r.known)
    d = cf.conjugate_beams(s, r.known)
    with pytest.raises(ValueError, match="radar must have"):
        cf.certify(s, r.known, replace(d, radar_filter=d.radar_filter[:, 0]))


def test_a_file_of_several_targets_is_read_designed_and_verified(tmp_path):
    small = {name: getattr(drawn(1, targets=2)[0], name) for name in cf.Scenario.model_fields}
    job = resolve("cellfree", "leakage", small, None)
    arrays = named_channels(job.system, cf.draw(job.scenario, jax.random.key(0), 2).known)
    np.savez(tmp_path / "scene.npz", **arrays)
    channels = obtain_channels(job.system, job.scenario, ChannelFile(tmp_path / "scene.npz"), None, 0)
    assert all(np.array_equal(channels.arrays[name], array) for name, array in arrays.items())
    stored = load_design(run_design(job, channels, tmp_path / "out"))
    assert all(check.passed is not False for check in audit(stored))
    for name, array in stored.arrays.items():
        if "radar" not in name and name != "echo_gain":
            continue
        forged = array.copy()
        forged.ravel()[-1] = 1.01 * forged.ravel()[-1] + 0.01  # of the second target where there are two
        lies = StoredDesign(stored.path, {**stored.arrays, name: forged}, stored.about, "")
        assert any(check.passed is False for check in audit(lies)), name


def test_the_radar_s_figures_of_the_oracle_are_those_of_the_model():
    s, r = drawn(1, targets=2, radar_cross_section=50.0)
    d, known = cf.leakage_beams(s, r.known), checked(s, r.known)
    filtered = physics.filtered_signals(s, known, d, d.receivers)
    effort = physics.dense_effort(s)
    for figure, of in ((physics.UTILITY, lambda at: at.utility), (physics.RADAR, lambda at: at.radar.min(axis=1)),
                       (physics.FIRST_USER + s.users + 1, lambda at: at.radar[:, 1])):  # fmt: skip
        found = physics.find_worst_offsets_of_drops(s, filtered, effort, figure)
        there = cf.sinr(s, known, d, d.receivers, s.offset_range_hz * found.offsets)
        np.testing.assert_allclose(found.utility, of(there), rtol=1e-10)
