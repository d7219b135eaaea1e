"""Metasurface NOMA where responses have phases: Lorentzian elements, phase shifters (spec dma_noma, section 2)."""

import numpy as np
import pytest
from dma_cases import drawn, ring
from test_dma_noma import is_sound

from beamwright import dma_noma as dn
from beamwright.arrays import hologram, lorentzian, phase_hologram
from beamwright.systems.dma_noma.audit.bound import largest_amplitudes
from beamwright.systems.dma_noma.physics import checked, model, reference_waves
from beamwright.systems.dma_noma.physics.closed_forms import unit_columns
from beamwright.systems.dma_noma.physics.geometry import shifter_matrix
from beamwright.systems.dma_noma.physics.responses import (
    as_parts,
    from_parts,
    impossible,
    law_of,
    parts_of,
    settings_of,
)

QUICK = {"rounds": 2, "steps": 60}


def alone(**settings):
    """One near and one far user in one place, where nothing is unknown: the rates add up to log2(1 + P g / noise)."""
    s = dn.Scenario(groups=1, position_error_m=0.0, scattering_norm=0.0, rate_near=0.0, rate_far=0.0, **settings)
    return s, checked(s, dn.Known(ring(10, -20), ring(10, -20)))


def test_a_lorentzian_response_is_on_its_circle_and_comes_back():
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, 100)
    m = lorentzian(angles)
    np.testing.assert_allclose(m, np.stack(parts_of("lorentzian", angles)).T @ [1, 1j], atol=1e-15)
    np.testing.assert_allclose(settings_of("lorentzian", as_parts(m, axis=0)), angles, atol=1e-9)
    assert impossible("lorentzian", m).max() < 1e-15 and np.abs(m).max() <= 1
    assert impossible("lorentzian", 0.9 * m).max() > 0.04 and impossible("amplitude", m).max() > 0.4


def test_the_mapped_phase_reaches_farthest():
    """Of a thousand responses none has a larger part along exp(j psi) than that of phi = psi."""
    every = lorentzian(np.linspace(-np.pi, np.pi, 1001))
    for psi in np.random.default_rng(1).uniform(-np.pi, np.pi, 20):
        assert np.real(np.exp(-1j * psi) * every).max() <= np.real(np.exp(-1j * psi) * lorentzian(psi)) + 1e-12


def test_both_holograms_are_of_one_interference():
    rng = np.random.default_rng(2)
    h, q = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape) for shape in ((1, 6), (6, 1)))
    phase = phase_hologram(h, q)
    np.testing.assert_allclose(np.exp(1j * phase), h[0] * q[:, 0].conj() / np.abs(h[0] * q[:, 0]), atol=1e-12)
    np.testing.assert_allclose(hologram(h, q), (1 + np.cos(phase)) / 2, atol=1e-12)


def test_one_user_gets_the_largest_gain_that_any_angles_give():
    """Closed form: max |sum_n c_n (j + exp(j phi_n)) / 2| = (|sum c_n| + sum |c_n|) / 2 with c_n = conj(h_n) Q_n."""
    s, known = alone(columns=8, feeds=1, element_weights="lorentzian")
    c = dn.channels(s, known.near_positions_m[0, 0]).conj() * reference_waves(s, known)[0, :, 0]
    gain = ((np.abs(c.sum()) + np.abs(c).sum()) / 2) ** 2
    d = dn.maximise_guaranteed_rate(s, known)
    np.testing.assert_allclose(d.guaranteed_sum_rate, np.log2(1 + s.power_w * gain / s.noise_power_w[0]), rtol=1e-9)


@pytest.mark.parametrize("law", ["lorentzian", "phase"])
def test_no_responses_exceed_the_bound(law):
    """Random ones and those that are turned towards a channel by turns with the beam; phase shifters reach it."""
    rng = np.random.default_rng(4)
    h, q = (rng.standard_normal(shape) + 1j * rng.standard_normal(shape) for shape in ((20, 1, 9), (20, 9, 2)))
    q = q / np.linalg.norm(q, 2, axis=(1, 2))[:, None, None]
    q = shifter_matrix(9, 2) * np.ones((20, 1, 1)) if law == "phase" else q
    bound, v = largest_amplitudes(h, q, law)[:, 0], unit_columns(np.ones((20, 2, 1), complex))
    for _ in range(30):
        c = np.conj(h[:, 0, :, None]) * q * np.swapaxes(v, 1, 2)
        c = c if law == "phase" else c.sum(axis=-1)
        aim = 0.0 if law == "phase" else np.angle(c.sum(axis=-1, keepdims=True) * 1j)
        m = from_parts(parts_of(law, aim - np.angle(c)))
        rows = np.conj(h) @ model.antenna(m, q)
        v = unit_columns(np.conj(np.swapaxes(rows, 1, 2)))
        reached = np.abs(rows @ v)[:, 0, 0]
        assert np.all(reached <= bound * (1 + 1e-12))
    assert np.all(reached > 0.5 * bound) and (law != "phase" or np.allclose(reached, bound))


@pytest.mark.slow
def test_one_element_is_the_same_under_either_control():
    s, known = alone(columns=1, feeds=1)
    rates = [
        dn.maximise_guaranteed_rate(s.model_copy(update={"element_weights": kind}), known, **QUICK).guaranteed_sum_rate
        for kind in ("amplitude", "lorentzian")
    ]
    np.testing.assert_allclose(*rates, rtol=1e-9)


@pytest.mark.parametrize("method", ["robust", "zero-forcing", "tdma"])
@pytest.mark.parametrize("settings", [{"element_weights": "lorentzian"}, {"feeding": "phase-shifters"}], ids=str)
def test_designs_are_sound_and_mirror(method, settings):
    s, r = drawn(2, columns=8, **settings)
    known = checked(s, r.known)
    options = {} if method == "zero-forcing" else QUICK
    d = dn.METHODS[method](s, known, **options)
    is_sound(s, known, d)
    assert impossible(law_of(s), d.responses).max() < 1e-12
    turned = np.array([1.0, -1.0, 1.0])
    other = dn.METHODS[method](s, dn.Known(known.near_positions_m * turned, known.far_positions_m * turned), **options)
    np.testing.assert_allclose(other.guaranteed_sum_rate, d.guaranteed_sum_rate, rtol=1e-6)
    np.testing.assert_allclose(other.responses[:, ::-1], d.responses, atol=1e-6)


def test_the_search_is_never_below_its_baselines_nor_above_all_chains():
    s, r = drawn(3, columns=8, element_weights="lorentzian", position_error_m=0.02)
    d, whole = dn.maximise_guaranteed_rate(s, r.known, **QUICK), dn.fully_digital(s, r.known, **QUICK)
    for baseline in (dn.zero_forcing(s, r.known), dn.focusing(s, r.known)):
        assert np.all(d.guaranteed_weighted_rate >= baseline.guaranteed_weighted_rate)
    shifted = dn.phase_shifters(s, r.known, **QUICK)
    for other in (d, shifted):
        assert np.all(whole.guaranteed_weighted_rate > other.guaranteed_weighted_rate) and whole.phases_rad is None
    own = dn.maximise_guaranteed_rate(
        s.derived(feeding="phase-shifters", element_weights="amplitude"), r.known, **QUICK
    )
    np.testing.assert_array_equal(own.phases_rad, shifted.phases_rad)


def test_phase_shifters_are_passive():
    """Norms of W are at most one for any phases; where all chains agree they add up to one."""
    wave = shifter_matrix(7, 3)
    phases = np.random.default_rng(3).uniform(-np.pi, np.pi, (50, 7, 3))
    norms = np.linalg.norm(model.antenna(np.exp(1j * phases), wave[None]), 2, axis=(1, 2))
    assert norms.max() < 1 and norms.min() > 0.5
    alike = model.antenna(np.exp(1j * phases[:1, :, :1]), wave[None])[0]
    np.testing.assert_allclose(np.linalg.norm(alike, 2), 1, rtol=1e-12)


@pytest.mark.parametrize("feeds", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_one_user_gets_what_phases_can_give(feeds):
    """Closed form: |h^H f| is at most sum |h_n| / sqrt(N), whatever the number of chains."""
    s, known = alone(columns=8, feeds=feeds, feeding="phase-shifters")
    gain = np.abs(dn.channels(s, known.near_positions_m[0, 0])).sum() ** 2 / s.elements
    d = dn.maximise_guaranteed_rate(s, known)
    np.testing.assert_allclose(d.guaranteed_sum_rate, np.log2(1 + s.power_w * gain / s.noise_power_w[0]), rtol=1e-9)


def test_what_chooses_amplitudes_refuses_elements_without():
    s, r = drawn(1, columns=4, groups=1, element_weights="lorentzian")
    for method in ("quantised", "sdr-sca"):
        if method == "sdr-sca":
            pytest.importorskip("cvxpy")
        with pytest.raises(ValueError, match="element_weights must be amplitude for this method"):
            dn.METHODS[method](s, r.known)
    with pytest.raises(ValueError, match="feeding must have amplitudes for this method"):
        dn.quantised(s.derived(feeding="phase-shifters", element_weights="amplitude"), r.known)
    with pytest.raises(ValueError, match="reference_wave must be left out for phase-shifters"):
        own = dn.Known(r.known.near_positions_m, r.known.far_positions_m, np.eye(4, 2))
        dn.focusing(s.derived(feeding="phase-shifters", element_weights="amplitude"), own)
    with pytest.raises(ValueError, match="element_weights must be amplitude for digital"):
        dn.Scenario(feeding="digital", element_weights="lorentzian")
    with pytest.raises(ValueError, match="phases_rad must have shape"):
        d = dn.focusing(s, r.known)
        dn.certify(s, r.known, type(d)(**{**d.__dict__, "phases_rad": d.phases_rad[:, :2]}))
