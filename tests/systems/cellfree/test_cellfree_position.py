"""Cell-free radar whose utility is a bound on the target's position: other models, limits, designs, files."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import Stacked, drawn, random_design, saved

from beamwright import cellfree as cf
from beamwright.cli.audit import audit
from beamwright.cli.design_files import StoredDesign
from beamwright.metrics import position_bound
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import checked

POSITION = {"metric": "position", "target_azimuth_deg": -45.0, "target_range_m": 40.0}
"""A target that both access points see from different sides."""


def local_sinrs(there, receivers, drop):
    """(aps,) SINR of each access point's own echo behind its part of the filter, sample by sample."""
    wanted, rest = there.parts()
    z, found = receivers.radar[drop].reshape(there.A, there.M), []
    for a in range(there.A):
        whole = np.conj(z[a])[:, None] * np.conj(there.codes[a]) / np.sqrt(there.S)
        spill = sum(p * np.sum(np.abs(np.conj(z[a]) @ h[a]) ** 2) for p, h in zip(there.powers, there.h, strict=True))
        noise = np.abs(np.sum(whole * rest[a])) ** 2 + spill + np.sum(np.abs(z[a]) ** 2)
        found.append(np.abs(np.sum(whole * wanted[a])) ** 2 / noise)
    return np.array(found)


@pytest.mark.parametrize("settings", [{}, {"aps": 3, "users": 1}, {"movement": "plane"}])
def test_bits_are_those_of_the_general_bound_at_the_sinrs_of_the_stacked_signal(settings):
    s, r = drawn(2, **POSITION, **settings)
    x, filters = random_design(s, 2)
    if s.planar:
        rng = np.random.default_rng(3)
        x = replace(x, tx_positions=np.stack([x.tx_positions, rng.uniform(-1, 1, x.tx_positions.shape)], -1),
                    rx_positions=np.stack([x.rx_positions, rng.uniform(-1, 1, x.rx_positions.shape)], -1))  # fmt: skip
    offsets, scene = np.random.default_rng(1).uniform(-500, 500, (2, s.aps)), r.known.geometry
    found = cf.sinr(s, r.known, x, filters, offsets)
    for drop in range(2):
        there = Stacked(s, r.known, x, offsets[drop], drop)
        snr = np.diag(local_sinrs(there, filters, drop)) / (s.snapshots * s.rx_antennas)
        grid = cf.ResourceGrid.full(1, s.snapshots)
        bound = position_bound(
            scene.ap_positions_m[drop], scene.ap_axes[drop], scene.target_m[drop], x.rx_positions[drop], grid, snr,
            s.wavelength_m, "known",
        )  # fmt: skip
        np.testing.assert_allclose(found.position_bound_m[drop], bound.bound_m, rtol=1e-8)
        prior = s.position_prior_m
        left = np.linalg.inv(np.linalg.inv(bound.covariance_m2) + np.eye(2) / prior**2)
        bits = np.log2(np.sqrt(2) * prior / np.sqrt(np.trace(left)))
        users = np.log2(1 + there.sinr(filters, drop)[0]).sum()
        np.testing.assert_allclose(found.utility[drop], 0.8 * bits + 0.2 * users, rtol=1e-8)


def test_the_oracle_and_both_forms_of_scenarios_see_the_same_bits():
    s, r = drawn(1, **POSITION, targets=2, csi_error=0.02)
    known = checked(s, r.known)
    x = random_design(s, 1)[0]
    point = physics.point_of(s, known, x)
    received = physics.received_signals(physics.paths_of(known), point)
    scenarios = physics.offset_scenarios(s.radio, np.array([[0.0, 0.0], [300.0, -100.0]]))
    filters = physics.closed_form_filters(s.radio, received, scenarios, np.array([0.5, 0.5]))
    parts = np.linalg.norm(filters.radar, axis=-1)
    np.testing.assert_allclose(parts, s.aps**-0.5, rtol=1e-9)  # every access point's is as long
    one = physics.FilteredSignals(*(a[0] for a in physics.apply_filters(s.radio, received, filters)))
    offsets = np.random.default_rng(2).uniform(-0.5, 0.5, (5, s.aps))
    fast = jax.jit(lambda one, points: physics.sinrs_by_offset(s.radio, one, s.offset_range_hz)(points))(one, offsets.T)
    slow = physics.sinrs(s.radio, one, physics.offset_phases(s.radio, s.offset_range_hz * offsets))
    np.testing.assert_allclose(fast.position, slow.position, rtol=1e-9)
    assert slow.position.shape == (5, 2) and np.all(slow.position >= 0)
    np.testing.assert_allclose(
        physics.utility(s.radio, slow),
        0.8 * slow.position.min(axis=1) + 0.2 * np.log2(1 + slow.users).sum(axis=1), rtol=1e-12,
    )  # fmt: skip


def test_bits_rise_with_every_echo_and_are_none_without():
    s, _ = drawn(1, **POSITION)
    looks, rng = np.random.default_rng(0).standard_normal((4, 1, s.aps, 2)), np.random.default_rng(1)
    weak = rng.exponential(size=(4, 1, s.aps)) * 1e-3
    bits = [physics.position_bits(s.radio, scale * weak, looks) for scale in (0.0, 1e-3, 1.0, 1e3)]
    np.testing.assert_allclose(bits[0], 0, atol=1e-12)
    assert np.all(np.diff(bits, axis=0) > 0)
    one_sided = physics.position_bits(s.radio, weak * [1, 0], looks)  # one direction alone: what is left of the prior
    assert np.all(one_sided <= 0.5 + 1e-12)


def test_silence_knows_the_prior_only_and_no_design_exceeds_the_bound():
    s, r = drawn(2, **POSITION)
    rate, f, x = s.derived(metric="rate"), np.zeros((1, s.aps)), random_design(s, 2)[0]
    quiet = replace(x, beams=0 * x.beams)
    heard = cf.receivers(s, r.known, quiet, f)
    silent = cf.sinr(s, r.known, quiet, heard, f[0])
    np.testing.assert_allclose(silent.utility, cf.sinr(rate, r.known, quiet, heard, f[0]).utility, rtol=1e-12)
    assert np.all(np.isinf(silent.position_bound_m))
    assert cf.sinr(rate, r.known, x, cf.receivers(rate, r.known, x, f), f[0]).position_bound_m is None
    calm = replace(r.known, uplink_gain=1e-9 * r.known.uplink_gain, direct_gain=1e-9 * r.known.direct_gain)
    tx = physics.fixed_layouts(s, 2)[0]
    beams = np.exp(2j * np.pi * tx * r.known.target_cosine[..., None]) / np.sqrt(s.tx_antennas)  # matched to the target
    ends = np.tile([-2.0, -2.0, 2.0], (2, s.aps, 1))  # three antennas cannot be wider
    wide = cf.Design(tx, ends, beams, x.powers_w)
    best = cf.sinr(s, calm, wide, cf.receivers(s, calm, wide, f), f[0]).utility
    assert np.all(best <= cf.utility_bound(s, calm)) and np.all(best > 0.9 * cf.utility_bound(s, calm))
    with pytest.raises(ValueError, match="position_prior_m must be"):
        cf.Scenario(position_prior_m=-1.0)


@pytest.mark.slow  # compiles an oracle of its own
def test_a_file_with_a_position_bound_is_verified(tmp_path):
    stored = saved(drawn(1, **POSITION)[0], tmp_path)
    told = [check.name for check in audit(stored) if check.passed is None]
    assert any("user_radius_m" in line for line in told) and not any("target_range_m" in line for line in told)
    assert all(check.passed is not False for check in audit(stored))
    lies = {**stored.arrays, "certificate.position_bound_m": 0.9 * stored.arrays["certificate.position_bound_m"]}
    assert any(check.passed is False for check in audit(StoredDesign(stored.path, lies, stored.about, "")))


@pytest.mark.slow  # compiles searches of both metrics
def test_designs_for_the_position_locate_better_and_are_never_below_the_yardsticks():
    s, r = drawn(3, **POSITION)
    d = cf.maximise_worst_case(s, r.known, starts=4, rounds=2, steps=100)
    fixed = cf.fixed_array(s, r.known, starts=4, rounds=2, steps=100)
    assert np.all(d.worst_case_utility >= fixed.worst_case_utility * (1 - 1e-6)) and d.status_text == ["feasible"] * 3
    for stick in cf.yardsticks(s, r.known).values():
        assert np.all(fixed.worst_case_utility >= stick.worst_case_utility - 0.05)
    assert np.all(d.worst_case_utility <= d.certificate.bound)
    by_rate = cf.maximise_worst_case(s.derived(metric="rate"), r.known, starts=4, rounds=2, steps=100)
    told = cf.receivers(s, r.known, by_rate, physics.scenario_offsets(s, checked(s, r.known)))
    other = cf.certify(s, r.known, replace(by_rate, user_filters=told.users, radar_filter=told.radar))
    assert np.all(d.certificate.position_bound_m < 0.5 * other.position_bound_m)
    assert np.all(d.worst_case_utility > other.worst_case_utility)
