"""Metasurface NOMA: options of antenna, propagation and uncertainty, against other models and known limits."""

import numpy as np
import pytest
from dma_cases import drawn, g1, ring

from beamwright import dma_noma as dn
from beamwright.channels import models
from beamwright.cli.audit import audit
from beamwright.cli.design import obtain_channels, resolve, run_design
from beamwright.cli.design_files import load_design
from beamwright.systems.dma_noma.physics import checked, model
from beamwright.uncertainty import verification_positions

QUICK = {"rounds": 1, "steps": 8}


def finite(design):
    """Everything but the bound and the gap, which are infinite where nothing can meet the demands."""
    return all(np.isfinite(a).all() for n, a in design.to_arrays().items() if not n.endswith(("trace", "bound")))


def dense_rates(s, known, design, **settings):
    """Least rates over the dense positions alone, by the plain model."""
    points = verification_positions(known.positions_m, s.position_error_m, known.numbers, **settings)
    return model.rates(design, *model.worst_ratios(dn.channels(s, points), model.transmissions(s, known, design)))


# ------------------------------------------------------------------------------------------------------ element pattern


def test_elements_with_a_pattern_one_by_one():
    s = dn.Scenario(rows=2, columns=3, element_pattern="cosine", pattern_exponent=1.5)
    users = np.array([[0.1, 0.05, -0.02], [3.0, -4.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.2, 0.0]])
    plain = dn.channels(s.model_copy(update={"element_pattern": "isotropic"}), users)
    expected = plain.copy()
    for u, user in enumerate(users):
        for n, element in enumerate(dn.element_positions(s)):
            expected[u, n] *= np.sqrt(5 * max(0.0, user[0] / np.linalg.norm(user - element)) ** 1.5)
    np.testing.assert_allclose(dn.channels(s, users), expected, rtol=1e-12)
    assert np.all(dn.channels(s, users)[2:] == 0)
    far = 1e6 * np.array([[np.cos(1.0), np.sin(1.0), 0]])
    np.testing.assert_allclose(np.abs(dn.channels(s, far, planar=True)), np.abs(dn.channels(s, far)), rtol=1e-5)


def test_a_pattern_of_exponent_zero_is_three_decibels_in_front():
    s, r = drawn(2, columns=8, groups=1)
    louder = s.model_copy(update={"reference_gain_db": s.reference_gain_db + 10 * np.log10(2)})
    half = s.model_copy(update={"element_pattern": "cosine", "pattern_exponent": 0.0})
    one, other = (dn.maximise_guaranteed_rate(case, r.known, **QUICK) for case in (louder, half))
    np.testing.assert_allclose(one.guaranteed_sum_rate, other.guaranteed_sum_rate, rtol=1e-6)
    np.testing.assert_allclose(one.certificate.verified_sum_rate, other.certificate.verified_sum_rate, rtol=1e-6)
    np.testing.assert_allclose(one.certificate.bound, other.certificate.bound, rtol=1e-12)


def test_the_adversary_knows_the_pattern():
    """Where a pattern of high exponent decides, it finds what the plain model says."""
    s = dn.Scenario(columns=4, groups=1, position_error_m=0.2, element_pattern="cosine", pattern_exponent=8.0)
    known = checked(s, dn.Known(ring(1.0, 60), ring(2.0, 62)))
    d = dn.focusing(s, known)
    least = dense_rates(s, known, d, seed=3)
    assert np.all(d.certificate.verified_near_rates <= least[0] + 1e-9)
    assert np.all(d.certificate.verified_far_rates <= least[1] + 1e-9)
    np.testing.assert_allclose(d.certificate.verified_near_rates, least[0], rtol=0.05)


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_behind_the_panel_there_is_nothing(rate):
    s, known = g1(columns=8, element_pattern="cosine", rate_near=rate, rate_far=rate)
    near = known.near_positions_m * np.array([[-1.0, 1, 1], [1, 1, 1]])
    behind = dn.Known(near, known.far_positions_m)
    for name in ("robust", "non-robust", "planar-wave", "zero-forcing", "focusing", "tdma", "fully-digital"):
        method = dn.METHODS[name]
        d = method(s, behind, **(QUICK if "rounds" in method.options.model_fields else {}))
        assert finite(d), name
        assert d.status_text == ["qos_infeasible" if rate else "feasible"], name
        assert d.certificate.verified_near_rates[0, 0] == 0 and np.all(d.certificate.verified_near_rates[0, 1] > 0)
        assert np.all(d.guaranteed_weighted_rate <= d.certificate.bound)
        assert np.isinf(d.certificate.bound[0]) == bool(rate)


def test_closed_form_errors_are_those_of_isotropic_elements():
    s, known = g1(element_pattern="cosine")
    for ask in (dn.csi_ball, lambda s, known: dn.printed_error_bound(s, known.near_positions_m)):
        with pytest.raises(ValueError, match="element_pattern must be isotropic for closed-form error bounds"):
            ask(s, known)


# ---------------------------------------------------------------------------------------------------------- waveguides


def test_guides_of_the_scenario():
    s = dn.Scenario(rows=2, columns=4, feeding="waveguides", waveguide_index=1.2, waveguide_attenuation_per_m=5.0)
    step = np.exp(-(5 + 2j * np.pi / s.wavelength_m * 1.2) * s.wavelength_m / 2)
    np.testing.assert_allclose(dn.feed_matrix(s)[4:, 1], 0.5 * step ** np.arange(1, 5), rtol=1e-12)
    edge = s.model_copy(update={"feeding": "edge"})
    lossless = edge.model_copy(update={"waveguide_attenuation_per_m": 0.0})
    assert 0 < np.linalg.norm(dn.feed_matrix(edge), 2) < np.linalg.norm(dn.feed_matrix(lossless), 2)
    digital = s.model_copy(update={"feeding": "digital"})
    np.testing.assert_array_equal(dn.feed_matrix(digital), np.eye(8))


@pytest.mark.parametrize("feeding", ["edge", "waveguides"])
def test_attenuation_costs_rate_and_all_of_it_costs_all(feeding):
    s, known = g1(rows=4, columns=4, feeding=feeding, position_error_m=0.01)
    rates = []
    for attenuation in (0.0, 30.0, 1e6):
        lossy = s.model_copy(update={"waveguide_attenuation_per_m": attenuation})
        d = dn.maximise_guaranteed_rate(lossy, known, **QUICK)
        assert finite(d) and np.all(d.guaranteed_weighted_rate <= d.certificate.bound)
        rates.append(d.guaranteed_weighted_rate[0])
    assert rates[0] > rates[1] + 0.2 > 3 and rates[2] == 0 and d.status_text == ["qos_infeasible"]


# ------------------------------------------------------------------------------------------------- channels of your own


@pytest.fixture
def registered(monkeypatch):
    """Registers models for one test."""
    monkeypatch.setattr(models, "_registered", {})
    return dn.register_channels


def ground(scenario, positions_m):
    """Perfectly conducting ground 2 m below."""
    return dn.channels(scenario, positions_m) - dn.channels(scenario, positions_m * [1, 1, -1] + [0, 0, -4])


@pytest.mark.parametrize("directions", ["all", "radial", "tangential"])
def test_the_line_of_sight_brought_is_the_line_of_sight(registered, directions):
    """Designs to the bit; the adversary, then NumPy and the plain model, to rounding: the compiled one is confirmed."""
    registered("mine", dn.channels)
    s, r = drawn(2, columns=8, element_pattern="cosine")
    mine = s.model_copy(update={"channel_model": "mine"})
    known = checked(s, r.known)
    d = dn.focusing(s, known)
    one, other = (dn.verify_rate(case, known, d, directions=directions) for case in (s, mine))
    np.testing.assert_allclose(other.near_rates, one.near_rates, rtol=1e-9)
    np.testing.assert_allclose(other.far_rates, one.far_rates, rtol=1e-9)
    np.testing.assert_allclose(other.worst_positions_m, one.worst_positions_m, atol=1e-6)
    np.testing.assert_array_equal(dn.focusing(mine, known).beams, d.beams)


def test_two_rays_of_textbooks(registered):
    """Far along the ground |h|^2 = 4 |line of sight|^2 sin^2(2 pi h h' / (lambda d)); rates, bound and truth see it."""
    registered("ground", ground)
    s = dn.Scenario(columns=1, groups=1, feeds=1, position_error_m=0.0, channel_model="ground", carrier_hz=3e9)
    far = np.array([[400.0, 0, -0.7], [700.0, 0, 1.0], [1000.0, 0, 0.2]])
    free = dn.channels(s.model_copy(update={"channel_model": "line-of-sight"}), far)
    fade = 2 * np.abs(np.sin(2 * np.pi * 2.0 * (far[:, 2:] + 2.0) / (s.wavelength_m * far[:, :1])))
    np.testing.assert_allclose(np.abs(dn.channels(s, far)), np.abs(free) * fade, rtol=1e-2)
    known = dn.Known(far[None, :1], far[None, 1:2])
    d = dn.maximise_guaranteed_rate(s, known)
    gain = np.abs(dn.channels(s, far[0])) ** 2 * d.amplitudes[0, 0] ** 2
    expected = np.log2(1 + d.powers_w[0, 0, 0] * gain / s.noise_power_w)
    np.testing.assert_allclose(d.certificate.verified_near_rates[0], expected, rtol=1e-9)
    np.testing.assert_allclose(dn.evaluate(s, dn.Realisation(known, far[None, :2]), d).near_rates[0], expected)
    assert d.guaranteed_weighted_rate[0] <= d.certificate.bound[0] + 1e-9


def test_designs_for_your_own_channels_hold_there(registered):
    registered("ground", ground)
    s, r = drawn(2, rows=2, columns=8, position_error_m=0.01, near_range_m=5.0, far_range_m=7.0)
    mine = s.model_copy(update={"channel_model": "ground"})
    aware = dn.maximise_guaranteed_rate(mine, r.known, rounds=3)
    naive = dn.certify(mine, r.known, dn.maximise_guaranteed_rate(s, r.known, rounds=3))
    assert finite(aware) and aware.certificate.verified_sum_rate.mean() > naive.verified_sum_rate.mean() + 3
    least = dense_rates(mine, checked(mine, r.known), aware, seed=9)
    assert np.all(aware.certificate.verified_near_rates <= least[0] + 0.2)


def test_models_are_refused_in_one_line(registered, tmp_path):
    registered("ground", ground)
    s, known = g1(columns=4, channel_model="ground")
    with pytest.raises(
        ValueError, match="channel_model must be one of line-of-sight, ground, got 'os:system'. Bring it"
    ):
        dn.Scenario(channel_model="os:system")
    with pytest.raises(ValueError, match="channel_model must be line-of-sight for plane waves"):
        dn.planar_wave(s, known)
    with pytest.raises(ValueError, match="channel_model must be line-of-sight for closed-form error bounds"):
        dn.csi_ball(s, known)
    for name, model_, words in (
        ("", ground, "name must be a text"), ("line-of-sight", ground, "name must be"), ("x", 3, "model must be"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            dn.register_channels(name, model_)
    for broken, words in (
        (lambda s, p: ground(s, p)[:, :2], "channels of channel_model ground must have 4 elements"),
        (lambda s, p: ground(s, p) * np.nan, "channels of channel_model ground must be finite"),
        (lambda s, p: "far", "channels of channel_model ground must be an array of numbers"),
    ):  # fmt: skip
        registered("ground", broken)
        with pytest.raises(ValueError, match=words):
            dn.focusing(s, known)


def test_a_file_names_a_model_and_brings_none(registered, tmp_path):
    registered("ground", ground)
    job = resolve("dma-noma", "focusing", {"columns": 4, "groups": 1, "channel_model": "ground"}, None)
    stored = load_design(run_design(job, obtain_channels(dn.SYSTEM, job.scenario, None, 2, 0), tmp_path / "design"))
    assert all(check.passed is not False for check in audit(stored))
    models._registered.clear()
    (check,) = audit(stored)
    assert check.passed is False and check.finding.startswith(
        "channel_model must be one of line-of-sight, got 'ground'"
    )
    registered("ground", dn.channels)
    assert any(check.passed is False for check in audit(stored))
