"""Cell-free radar: what must not depend on how access points, users, antennas, phases and units are written down."""

from dataclasses import replace

import numpy as np
from cellfree_cases import drawn, shuffled

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
