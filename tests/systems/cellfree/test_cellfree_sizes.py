"""Cell-free radar with many access points: both forms of the mean interference, worst offsets among many vertices."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cellfree_cases import drawn, random_design, shuffled

from beamwright import cellfree as cf
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.physics import scenario_set
from beamwright.systems.cellfree.scene import checked


@pytest.mark.parametrize("settings", [{}, {"derotated": True, "users": 1}])
def test_both_forms_of_the_mean_interference_agree_with_their_derivatives(settings, monkeypatch):
    s, r = drawn(2, aps=3, offset_range_hz=4000.0, **settings)
    known, rng = checked(s, r.known), np.random.default_rng(0)
    x, _ = random_design(s, 2)
    received = physics.received_signals(physics.paths_of(known), physics.point_of(s, known, x))
    one = physics.ReceivedSignals(*(jnp.asarray(a[0]) for a in received))
    offsets, weights = rng.uniform(-2000, 2000, (5, s.aps)), rng.dirichlet(np.ones(5))

    def total(beams, weights, scenarios):
        air = one._replace(beams=beams[0] + 1j * beams[1])
        filters = physics.closed_form_filters(s.radio, air, scenarios, weights)
        at = physics.scenario_sinrs(s.radio, air, filters, scenarios)
        return jnp.sum(at.radar) + jnp.sum(at.users), filters

    both = []
    for coherent in (True, False):
        monkeypatch.setattr(scenario_set, "is_coherent", lambda _, coherent=coherent: coherent)
        batch = physics.closed_form_filters(s.radio, received, physics.offset_scenarios(s.radio, offsets), weights)
        scenarios = physics.offset_scenarios(s.radio, jnp.asarray(offsets))
        assert (scenarios.columns is None) == coherent and (scenarios.coherence is None) != coherent
        beams = jnp.stack([one.beams.real, one.beams.imag])
        (value, filters), slopes = jax.jit(jax.value_and_grad(total, (0, 1), has_aux=True))(beams, weights, scenarios)
        np.testing.assert_allclose(filters.users, batch.users[0], rtol=1e-8, atol=1e-10)
        both.append((*batch, value, *slopes))
    for mine, theirs in zip(*both, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-8, atol=1e-10 * np.abs(theirs).max())


def test_which_form_is_used_follows_the_sizes():
    for aps, antennas, coherent in ((4, 4, True), (6, 4, True), (8, 4, False), (16, 4, False), (32, 64, False)):
        s = cf.Scenario(aps=aps, rx_antennas=antennas, snapshots=32 if aps > 16 else 16, half_region_wavelengths=16.0)
        assert scenario_set.is_coherent(s.radio) == coherent


@pytest.mark.slow
def test_among_many_vertices_the_worst_one_is_found():
    """Eight access points have 254 vertices, 32 of them among the candidates; slow drift, so that a vertex is worst."""
    s, r = drawn(6, aps=8, offset_range_hz=300.0)
    known = checked(s, r.known)
    point, filters = physics.yardstick(s, known, "leakage")
    filtered = physics.apply_filters(s.radio, physics.received_signals(physics.paths_of(known), point), filters)
    every = np.array(list(itertools.product((-0.5, 0.5), repeat=8)))
    least = physics.utilities(s, filtered, s.offset_range_hz * every).min(axis=1)
    found = physics.find_worst_offsets_of_drops(s, filtered, physics.effort_for(s))
    assert np.all(found.utility <= least * (1 + 1e-9))
    some = physics.utilities(s, filtered, physics.scenario_offsets(s, known)).min(axis=1)
    assert np.any(some > least + 1e-3)  # the candidates alone would not have


def test_a_choice_of_vertices_goes_with_the_paths():
    s, r = drawn(2, aps=7, users=1)
    known, order = checked(s, r.known), np.random.default_rng(1).permutation(7)
    here, there = (physics.scenario_offsets(s, k) for k in (known, shuffled(known, order, np.arange(1))))
    np.testing.assert_array_equal(there, here[..., order])
