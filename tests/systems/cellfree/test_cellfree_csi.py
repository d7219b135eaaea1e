"""Cell-free radar whose users' channels are known with an error: worst errors built by hand, limits, designs."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from cellfree_cases import Stacked, drawn, random_design

from beamwright import cellfree as cf
from beamwright.uncertainty import sample_ball

ERROR = 0.05
SHORT = {"starts": 4, "rounds": 2, "steps": 100}


def aligned(filter, h, size, user):
    """Errors (users, n) along one user's filter: its own channel shrinks, all others grow."""
    turns = np.exp(1j * np.angle(h @ np.conj(filter))) * np.where(np.arange(len(h)) == user, -1, 1)
    return (size * turns)[:, None] * filter / np.linalg.norm(filter)


def stacked_with(s, known, x, offsets, drop, errors):
    """The independent model with channels that are off by errors (users, n)."""
    there = Stacked(s, known, x, offsets, drop)
    there.h = there.h + errors.reshape(there.h.shape)
    return there


def random_errors(s, drops, count, seed=0):
    keys = jax.random.split(jax.random.key(seed), drops)
    return sample_ball(keys, np.ones((drops, s.users)), s.aps * s.rx_antennas, count)


def test_the_least_sinr_of_a_user_is_attained_by_errors_along_its_filter():
    s, r = drawn(2, csi_error=ERROR, users=3)
    x, filters = random_design(s, 2)
    best = cf.receivers(s, r.known, x, np.zeros((1, s.aps)))
    offsets = np.random.default_rng(1).uniform(-500, 500, (2, s.aps))
    for receivers in (filters, best):
        worst = cf.sinr(s, r.known, x, receivers, offsets)
        for drop in range(2):
            h = Stacked(s, r.known, x, offsets[drop], drop).h.reshape(s.users, -1)
            size = ERROR * np.linalg.norm(h, axis=1)
            for user in range(s.users):
                errors = aligned(receivers.users[drop, user], h, size, user)
                there = stacked_with(s, r.known, x, offsets[drop], drop, errors).sinr(receivers, drop)[0][user]
                own = abs(h[user] @ np.conj(receivers.users[drop, user]))
                if own > size[user] * np.linalg.norm(receivers.users[drop, user]):
                    np.testing.assert_allclose(worst.users[drop, user], there, rtol=1e-9)
                else:  # an error can silence the user
                    assert worst.users[drop, user] == 0


def test_given_errors_are_those_of_the_independent_model():
    s, r = drawn(2, csi_error=ERROR)
    x, filters = random_design(s, 2)
    offsets, errors = np.array([100.0, -200.0]), random_errors(s, 2, 1)[0]
    found = cf.sinr(s, r.known, x, filters, offsets, errors)
    for drop in range(2):
        h = Stacked(s, r.known, x, offsets, drop).h.reshape(s.users, -1)
        off = ERROR * np.linalg.norm(h, axis=1)[:, None] * errors[drop]
        users, radar = stacked_with(s, r.known, x, offsets, drop, off).sinr(filters, drop)
        np.testing.assert_allclose(found.users[drop], users, rtol=1e-9)
        np.testing.assert_allclose(found.radar[drop], radar, rtol=1e-9)


def test_the_radar_s_bound_is_attained_with_one_access_point():
    s, r = drawn(2, aps=1, users=1, csi_error=ERROR)
    x, filters = random_design(s, 2)
    worst, z = cf.sinr(s, r.known, x, filters, np.zeros(1)), filters.radar
    for drop in range(2):
        h = Stacked(s, r.known, x, np.zeros(1), drop).h.reshape(1, -1)
        turn = np.exp(1j * np.angle(h[0] @ np.conj(z[drop])))
        errors = (ERROR * np.linalg.norm(h) * turn * z[drop] / np.linalg.norm(z[drop]))[None]
        radar = stacked_with(s, r.known, x, np.zeros(1), drop, errors).sinr(filters, drop)[1]
        np.testing.assert_allclose(worst.radar[drop], radar, rtol=1e-9)


def test_no_error_is_what_it_was_and_a_small_one_does_little():
    s, r = drawn(2)
    small, twin = drawn(2, csi_error=1e-9)
    for name, array in r.to_arrays().items():
        np.testing.assert_array_equal(twin.to_arrays()[name], array, err_msg=name)
    assert r.errors is None and np.all(np.linalg.norm(twin.errors, axis=-1) <= 1 + 1e-12)
    x, _ = random_design(s, 2)
    receivers = cf.receivers(s, r.known, x, np.zeros((1, s.aps)))
    here, there = (cf.sinr(each, r.known, x, receivers, np.zeros(s.aps)) for each in (s, small))
    np.testing.assert_allclose(there.users, here.users, rtol=1e-4)
    np.testing.assert_allclose(there.radar, here.radar, rtol=1e-4)
    grown = [cf.sinr(s.derived(csi_error=e), r.known, x, receivers, np.zeros(s.aps)).utility
             for e in (0.0, 0.01, 0.1, 0.5)]  # fmt: skip
    assert np.all(np.diff(grown, axis=0) < 0)


@pytest.fixture(scope="module")
def designs():
    s, r = drawn(3, csi_error=ERROR)
    careful, careless = (cf.maximise_worst_case(s, r.known, **SHORT, assumed_csi_error=e) for e in (None, 0.0))
    return s, r, careful, careless


def test_designs_for_errors_beat_those_that_ignore_them(designs):
    s, r, careful, careless = designs
    assert careful.status_text == careless.status_text == ["feasible"] * 3
    assert careful.worst_case_utility.mean() > careless.worst_case_utility.mean() + 0.1
    assert np.all(careful.worst_case_utility >= cf.silence(s, r.known).worst_case_utility - 1e-9)
    assert np.all(careful.worst_case_utility <= careful.certificate.bound)
    card = cf.evaluate(s, r, careful)
    assert np.all(card.utility >= careful.worst_case_utility)


def test_no_error_and_no_offset_undercuts_the_certificate(designs):
    s, r, d, _ = designs
    proof, rng = d.certificate, np.random.default_rng(0)
    for errors in random_errors(s, 3, 100):
        f = rng.uniform(-0.5, 0.5, (3, s.aps)) * s.offset_range_hz
        there = cf.sinr(s, r.known, d, d.receivers, f, errors)
        assert np.all(there.users >= proof.least_user_sinr * (1 - 1e-6))
        assert np.all(there.radar >= proof.least_radar_sinr * (1 - 1e-6))
        assert np.all(there.utility >= proof.worst_case_utility - 1e-6)


def test_order_of_users_and_phases_change_nothing():
    s, r = drawn(2, csi_error=ERROR)
    here = cf.leakage_beams(s, r.known).certificate
    other = replace(r.known, uplink_gain=np.exp(1j) * r.known.uplink_gain[:, ::-1],
                    uplink_cosine=r.known.uplink_cosine[:, ::-1])  # fmt: skip
    there = cf.leakage_beams(s, other).certificate
    np.testing.assert_allclose(there.worst_case_utility, here.worst_case_utility, rtol=1e-8)
    np.testing.assert_allclose(there.least_user_sinr[:, ::-1], here.least_user_sinr, rtol=1e-7)


def test_errors_that_make_no_sense_are_refused():
    for value in (-0.1, 1.0):
        with pytest.raises(ValueError, match="csi_error must be"):
            cf.Scenario(csi_error=value)
    s, r = drawn(1, csi_error=ERROR)
    x, filters = random_design(s, 1)
    with pytest.raises(ValueError, match="errors must have shape"):
        cf.sinr(s, r.known, x, filters, np.zeros(s.aps), np.zeros((1, 2, 3)))
