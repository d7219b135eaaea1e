"""Cell-free radar whose target may be elsewhere: the scene moved, any phases, designs, certificates, files."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import Stacked, drawn, random_design, saved

from beamwright import cellfree as cf
from beamwright.cli.audit import audit
from beamwright.cli.design_files import StoredDesign
from beamwright.systems.cellfree import physics, sizes
from beamwright.systems.cellfree.scene import checked

ERROR = {"target_error_m": 3.0, "target_azimuth_deg": -45.0, "target_range_m": 40.0}


def moved(s, place, drops=2):
    """The same scenes with the target at a place (2,) of the disc, by the draw of a scenario that has it there."""
    x, y = s.targets_m[0] + s.target_error_m * np.asarray(place)
    there = s.derived(target_range_m=float(np.hypot(x, y)), target_azimuth_deg=float(np.rad2deg(np.arctan2(y, x))))
    return there, cf.draw(there, jax.random.key(0), drops).known


@pytest.mark.parametrize("settings", [{}, {"movement": "plane"}, {"aps": 3, "users": 1}])
def test_at_another_place_the_scene_is_the_one_drawn_there(settings):
    s, r = drawn(2, **ERROR, **settings)
    x, filters = random_design(s, 2)
    if s.planar:
        x = replace(x, tx_positions=np.stack([x.tx_positions, 0.3 * x.tx_positions**2], axis=-1),
                    rx_positions=np.stack([x.rx_positions, 0.3 * x.rx_positions**2], axis=-1))  # fmt: skip
    place, offsets = np.array([0.6, -0.7]), np.random.default_rng(1).uniform(-500, 500, (2, s.aps))
    found = cf.sinr_at_place(s, r.known, x, filters, offsets, np.tile(place, (2, 1)))
    there, known = moved(s, place)
    rule = cf.receivers(there, known, x, physics.scenario_offsets(there, checked(there, known)))
    for drop in range(2):
        users, radar = Stacked(s, known, x, offsets[drop], drop).sinr(replace(rule, users=filters.users), drop)
        np.testing.assert_allclose(found.users[drop], users, rtol=1e-6)
        np.testing.assert_allclose(found.radar[drop], radar, rtol=1e-6)


def test_no_phases_of_echoes_undercut_the_sinrs_at_a_place():
    s, r = drawn(2, **ERROR, aps=3, users=2, radar_cross_section=50.0)
    known, certain = checked(s, r.known), s.derived(target_error_m=0.0)
    x, filters = random_design(s, 2)
    best, rng = cf.receivers(s, known, x, physics.scenario_offsets(s, known)), np.random.default_rng(0)
    for receivers in (filters, best):
        for _ in range(40):
            turns = np.exp(2j * np.pi * rng.uniform(size=known.echo_gain.shape))
            own = np.arange(s.aps)
            turns[:, own, own] = 1  # its own echo is what the filter of the place is made for
            f = rng.uniform(-0.5, 0.5, (2, s.aps)) * s.offset_range_hz
            low = cf.sinr(s, known, x, receivers, f)
            true = cf.sinr(certain, replace(known, echo_gain=known.echo_gain * turns), x, receivers, f)
            assert np.all(true.users >= low.users * (1 - 1e-9)) and np.all(true.radar >= low.radar * (1 - 1e-9))
            assert np.all(true.utility >= low.utility - 1e-9)


def test_correlations_of_codes_are_bounded_over_the_range():
    for range_hz in (0.0, 200.0, 3000.0):
        s, _ = drawn(1, aps=3, offset_range_hz=range_hz)
        bound, rng = physics.largest_overlap(s.radio, np), np.random.default_rng(0)
        f = rng.uniform(-0.5, 0.5, (500, s.aps)) * range_hz
        rho = np.abs(physics.offset_phases(s.radio, f).rho).max(axis=0) * (1 - np.eye(s.aps))
        assert np.all(rho <= bound + 1e-12)
        assert np.all(bound <= 1.0) and (range_hz > 0 or np.all(bound < 1e-12))


def test_the_oracle_sees_what_the_model_sees():
    s, r = drawn(1, **ERROR, metric="position")
    known = checked(s, r.known)
    places = physics.sample_places(s, 1)
    paths = physics.placed_paths(s, physics.paths_of(known), places)
    received = physics.received_signals(paths, physics.point_of(s, known, random_design(s, 1)[0]), True)
    radio, offsets = s.radio._replace(targets=len(places)), np.random.default_rng(2).uniform(-0.5, 0.5, (5, s.aps))
    scenarios = physics.offset_scenarios(radio, s.offset_range_hz * physics.candidates(s.aps, 3))
    filters = physics.closed_form_filters(radio, received, scenarios, np.full(6, 1 / 6))
    one = physics.FilteredSignals(*(a[0] for a in physics.apply_filters(radio, received, filters)))
    fast = jax.jit(lambda one, points: physics.sinrs_by_offset(radio, one, s.offset_range_hz)(points))(one, offsets.T)
    slow = physics.sinrs(radio, one, physics.offset_phases(radio, s.offset_range_hz * offsets))
    for mine, theirs in zip(fast, slow, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9)
    assert slow.radar.shape == slow.position.shape == (5, 7)
    rule = physics.closed_form_filters(radio, received, scenarios, np.array([0.1, 0.2, 0.3, 0.1, 0.1, 0.2])).radar
    np.testing.assert_allclose(rule, filters.radar, rtol=1e-9)  # the radar's follow from the place, not from weights


def test_a_disc_is_sampled_from_its_middle_to_its_edge():
    s, certain = (drawn(1, target_error_m=error)[0] for error in (2.0, 0.0))
    places = physics.sample_places(s, physics.DENSE_RINGS)
    assert len(places) == sizes.PLACES == 91 and np.all(places[0] == 0) and len(physics.sample_places(certain, 5)) == 1
    radius = np.linalg.norm(places, axis=-1)
    assert radius.max() <= 1 + 1e-12 and np.sum(radius > 1 - 1e-12) == 30
    anywhere = cf.draw(s, jax.random.key(1), 100).place
    assert np.linalg.norm(anywhere, axis=-1).max() <= 1 and np.abs(anywhere.mean(axis=0)).max() < 0.2
    gaps = np.linalg.norm(anywhere[:, None] - places, axis=-1).min(axis=1)
    assert gaps.max() < 0.15
    known, given = cf.draw(certain, jax.random.key(0), 2), cf.draw(s, jax.random.key(0), 2)
    assert known.place is None
    for name, array in known.to_arrays().items():
        np.testing.assert_array_equal(given.to_arrays()[name], array, err_msg=name)


def test_scenarios_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="target_error_m must be 0 with several targets"):
        cf.Scenario(target_error_m=1.0, targets=2)
    s, r = drawn(1)
    x, filters = random_design(s, 1)
    with pytest.raises(ValueError, match="target_error_m must be > 0"):
        cf.sinr_at_place(s, r.known, x, filters, np.zeros(2), np.zeros((1, 2)))
    s, r = drawn(1, **ERROR)
    with pytest.raises(ValueError, match="target_error_m must be 0 for agents"):
        cf.environment(s, r.known)
    with pytest.raises(ValueError, match="place must have"):
        cf.sinr_at_place(s, r.known, x, filters, np.zeros(2), np.zeros((3, 2)))


@pytest.mark.slow  # compiles an oracle of its own
def test_a_file_of_an_uncertain_place_is_verified(tmp_path):
    stored = saved(drawn(1, **ERROR)[0], tmp_path)
    told = [check.name for check in audit(stored) if check.passed is None]
    assert any("user_radius_m" in line for line in told) and not any("target_range_m" in line for line in told)
    assert all(check.passed is not False for check in audit(stored))
    for name in ("certificate.worst_target_m", "certificate.worst_case_utility", "target_cosine"):
        lies = {**stored.arrays, name: 0.99 * stored.arrays[name]}
        assert any(check.passed is False for check in audit(StoredDesign(stored.path, lies, stored.about, ""))), name


@pytest.mark.slow  # compiles searches of its own
def test_designs_for_an_uncertain_place_beat_those_that_trust_it_and_no_place_undercuts_the_certificate():
    s, r = drawn(3, **ERROR)
    short = {"starts": 4, "rounds": 2, "steps": 100}
    d, careless = (cf.maximise_worst_case(s, r.known, **short, assumed_target_error_m=e) for e in (None, 0.0))
    proof, rng = d.certificate, np.random.default_rng(0)
    assert d.status_text == ["feasible"] * 3 and np.all(proof.worst_case_utility <= proof.nominal_utility + 1e-9)
    assert np.all(d.worst_case_utility > careless.worst_case_utility + 0.1)
    assert np.all(d.worst_case_utility >= cf.silence(s, r.known).worst_case_utility - 1e-9)
    assert np.all(d.worst_case_utility <= proof.bound)
    assert np.all(np.linalg.norm(proof.worst_target_m - s.targets_m[0], axis=-1) <= s.target_error_m * (1 + 1e-12))
    assert np.all(cf.evaluate(s, r, d).utility >= d.worst_case_utility)
    for _ in range(100):
        place = rng.uniform(-1, 1, (3, 2))
        place /= np.maximum(1.0, np.linalg.norm(place, axis=-1, keepdims=True))
        f = rng.uniform(-0.5, 0.5, (3, s.aps)) * s.offset_range_hz
        there = cf.sinr_at_place(s, r.known, d, d.receivers, f, place)
        assert np.all(there.users >= proof.least_user_sinr * (1 - 1e-3))
        assert np.all(there.radar >= proof.least_radar_sinr * (1 - 1e-3))
        assert np.all(there.utility >= proof.worst_case_utility - 1e-3)
    other = replace(r.known, uplink_gain=r.known.uplink_gain[:, ::-1], uplink_cosine=r.known.uplink_cosine[:, ::-1])
    np.testing.assert_array_equal(cf.maximise_worst_case(s, other, **short).beams, d.beams)
