"""Cell-free radar: what must not depend on how access points, users, antennas, phases and units are written down."""

from dataclasses import replace

import numpy as np
from cellfree_cases import drawn, shuffled

from beamwright import cellfree as cf
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import checked


def test_ranks_go_with_the_paths_and_not_with_the_index():
    s, r = drawn(3, aps=5, users=4)
    known, rng = checked(s, r.known), np.random.default_rng(0)
    ranks = physics.canonical_ranks(known)
    assert all(np.array_equal(np.sort(each, axis=1)[0], np.arange(each.shape[1])) for each in ranks)
    own = np.abs(np.diagonal(known.echo_gain, axis1=1, axis2=2))
    np.testing.assert_array_equal(np.argmax(own, axis=1), np.argmin(ranks.aps, axis=1))
    aps, users = rng.permutation(5), rng.permutation(4)
    there = physics.canonical_ranks(shuffled(known, aps, users))
    np.testing.assert_array_equal(there.aps, ranks.aps[:, aps])
    np.testing.assert_array_equal(there.users, ranks.users[:, users])
    turned = 1e3 * np.exp(1j)
    gains = {name: turned * getattr(known, name) for name in ("uplink_gain", "direct_gain", "echo_gain")}
    cosines = {name: -getattr(known, name)
               for name in ("uplink_cosine", "direct_rx_cosine", "direct_tx_cosine", "target_cosine")}  # fmt: skip
    for other in (replace(known, **gains), replace(known, **cosines)):
        for mine, theirs in zip(ranks, physics.canonical_ranks(other), strict=True):
            np.testing.assert_array_equal(mine, theirs)


def test_ranks_of_equals_are_told_apart_by_their_links_and_no_user_is_no_fault():
    s, r = drawn(2, aps=4, users=0, snapshots=8)
    known = checked(s, r.known)
    known = replace(known, echo_gain=np.exp(1j * np.angle(known.echo_gain)))  # equal echoes, but for rounding
    ranks, order = physics.canonical_ranks(known), np.array([2, 0, 3, 1])
    assert ranks.users.shape == (2, 0)
    there = physics.canonical_ranks(shuffled(known, order, np.arange(0)))
    np.testing.assert_array_equal(there.aps, ranks.aps[:, order])


def test_certificates_do_not_depend_on_order_phase_mirrors_or_units():
    """Four access points with four codes, so that a cyclic shift of access points is one of the codes, too."""
    s, r = drawn(3, aps=4, users=3, snapshots=4, offset_range_hz=5000.0)
    here, users = cf.leakage_beams(s, r.known).certificate, np.array([2, 0, 1])
    shift = np.roll(np.arange(4), 1)
    gains = {name: getattr(r.known, name) for name in ("uplink_gain", "direct_gain", "echo_gain")}
    cosines = {name: -getattr(r.known, name)
               for name in ("uplink_cosine", "direct_rx_cosine", "direct_tx_cosine", "target_cosine")}  # fmt: skip
    unit = 1e6
    watts = s.model_copy(update={"ap_power_w": s.ap_power_w * unit, "user_power_w": s.user_power_w * unit})
    for twin, known, order in (
        (s, shuffled(r.known, shift, users), users),
        (s, replace(r.known, **{name: np.exp(1j) * gain for name, gain in gains.items()}), np.arange(3)),
        (s, replace(r.known, **cosines), np.arange(3)),
        (watts, replace(r.known, **{name: gain / np.sqrt(unit) for name, gain in gains.items()}), np.arange(3)),
    ):
        there = cf.leakage_beams(twin, known).certificate
        np.testing.assert_allclose(there.worst_case_utility, here.worst_case_utility, rtol=1e-7)
        np.testing.assert_allclose(there.least_radar_sinr, here.least_radar_sinr, rtol=1e-6)
        np.testing.assert_allclose(there.least_user_sinr, here.least_user_sinr[:, order], rtol=1e-6)
        np.testing.assert_array_equal(there.found_by, here.found_by)
