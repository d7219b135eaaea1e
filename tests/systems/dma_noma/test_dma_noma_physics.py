"""Metasurface NOMA: options of antenna, propagation and uncertainty, against other models and known limits."""

import itertools

import jax
import numpy as np
import pytest
from dma_cases import APART, drawn, g1, ring

from beamwright import dma_noma as dn
from beamwright.channels import models
from beamwright.cli.audit import audit
from beamwright.cli.design import obtain_channels, resolve, run_design
from beamwright.cli.design_files import StoredDesign, load_design
from beamwright.systems.dma_noma.physics import checked, model
from beamwright.systems.dma_noma.solve import Options, Point, Problem, band_waves, make_problems, scenario_sets
from beamwright.systems.dma_noma.solve.search import search
from beamwright.uncertainty import ball_frame, verification_positions

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


@pytest.mark.parametrize("feeding", [pytest.param("edge", marks=pytest.mark.slow), "waveguides"])
def test_attenuation_costs_rate_and_all_of_it_costs_all(feeding):
    s, known = g1(rows=4, columns=4, feeding=feeding, position_error_m=0.01)
    rates = []
    for attenuation in (0.0, 30.0, 3e4, 1e6):
        lossy = s.model_copy(update={"waveguide_attenuation_per_m": attenuation})
        d = dn.maximise_guaranteed_rate(lossy, known, rounds=2, starts=3)
        assert finite(d) and np.all(d.guaranteed_weighted_rate <= d.certificate.bound)
        rates.append(d.guaranteed_weighted_rate[0])
    assert rates[0] > rates[1] + 0.2 > 3 and rates[3] == 0 and d.status_text == ["qos_infeasible"]


# ------------------------------------------------------------------------------------------------- channels of your own


@pytest.fixture
def registered(monkeypatch):
    """Registers models for one test."""
    monkeypatch.setattr(models, "_registered", {})
    return dn.register_channels


def ground(scenario, positions_m):
    """Perfectly conducting ground 2 m below."""
    return dn.channels(scenario, positions_m) - dn.channels(scenario, positions_m * [1, 1, -1] + [0, 0, -4])


@pytest.mark.parametrize(
    ("directions", "settings"), [("all", {}), ("all", APART), ("radial", {}), ("tangential", APART)]
)
def test_the_line_of_sight_brought_is_the_line_of_sight(registered, directions, settings):
    """Designs to the bit; the adversary, then NumPy and the plain model, to rounding: the compiled one is confirmed."""
    registered("mine", dn.channels)
    s, r = drawn(2, **settings, columns=8, element_pattern="cosine")
    mine = s.model_copy(update={"channel_model": "mine"})
    known = checked(s, r.known)
    d = dn.focusing(s, known)
    one, other = (dn.verify_rate(case, known, d, directions=directions) for case in (s, mine))
    np.testing.assert_allclose(other.near_rates, one.near_rates, rtol=1e-9)
    np.testing.assert_allclose(other.far_rates, one.far_rates, rtol=1e-9)
    np.testing.assert_allclose(other.worst_positions_m, one.worst_positions_m, atol=1e-5)  # ratios are flat there
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
    expected = np.log2(1 + d.powers_w[0, 0, 0] * gain / s.noise_power_w[:1])
    np.testing.assert_allclose(d.certificate.verified_near_rates[0], expected, rtol=1e-9)
    np.testing.assert_allclose(dn.evaluate(s, dn.Realisation(known, far[None, :2]), d).near_rates[0], expected)
    assert d.guaranteed_weighted_rate[0] <= d.certificate.bound[0] + 1e-9


@pytest.mark.slow
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


# ------------------------------------------------------------------------------------------------- errors by direction


def units(s, known, positions):
    """Offsets of positions (drops, users, ..., 3) in the estimates' frames, in units of their semi-axes."""
    away = (positions - known.positions_m[:, :, None]) @ np.swapaxes(ball_frame(known.positions_m), -1, -2)
    return away / s.error_size_m(known.positions_m)[:, :, None]


def test_semi_axes_of_angles():
    """Moving by the stated angle on a small sphere is moving by the semi-axis; what is not stated is the ball's."""
    s = dn.Scenario(position_error_m=0.3, azimuth_error_deg=0.01, elevation_error_deg=0.02)
    p = np.array([8.0, -6.0, 5.0])
    radius, azimuth, elevation = np.linalg.norm(p), np.arctan2(p[1], p[0]), np.arcsin(p[2] / np.linalg.norm(p))

    def at(azimuth, elevation):
        flat = np.cos(elevation)
        return radius * np.array([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)])

    moved = [at(azimuth + np.deg2rad(0.01), elevation), at(azimuth, elevation + np.deg2rad(0.02))]
    local = (np.array(moved) - p) @ ball_frame(p).T
    np.testing.assert_allclose(s.error_size_m(p), [0.3, local[0, 1], local[1, 2]], rtol=1e-3)
    assert s.with_ball(0.2).error_size_m(p) == 0.2 and dn.Scenario(range_error_m=0.1).error_size_m(p)[0] == 0.1


def test_an_ellipsoid_of_equal_axes_is_the_ball():
    s, r = drawn(2, columns=8, groups=1)
    known, equal = checked(s, r.known), s.model_copy(update={"range_error_m": s.position_error_m})
    one, other = (dn.maximise_guaranteed_rate(case, known, **QUICK) for case in (s, equal))
    np.testing.assert_array_equal(one.amplitudes, other.amplitudes)
    np.testing.assert_allclose(one.certificate.verified_sum_rate, other.certificate.verified_sum_rate, atol=1e-3)
    radii = [dn.channel_radii(case, known) for case in (s, equal)]
    np.testing.assert_array_equal(*radii)
    sharper = s.model_copy(update={"position_error_m": 0.0, "range_error_m": 0.02, "azimuth_error_deg": 0.1})
    assert np.all(dn.channel_radii(sharper, known) < radii[0])


@pytest.mark.parametrize("brought", [False, True])
def test_errors_of_one_direction_stay_on_their_line(registered, brought):
    """Compiled and called, the adversary is held on a line by semi-axes of zero."""
    registered("mine", dn.channels)
    s, r = drawn(2, columns=8, channel_model="mine" if brought else "line-of-sight")
    known = checked(s, r.known)
    d = dn.focusing(s, known)
    for across, axes in ((0, {"range_error_m": 0.1}), (1, {"azimuth_error_deg": 0.4})):
        flat = s.model_copy(update={"position_error_m": 0.0, **axes})
        found = dn.verify_rate(flat, known, d)
        axis = flat.error_size_m(known.positions_m)[..., [across]] * ball_frame(known.positions_m)[..., across, :]
        line = known.positions_m[:, :, None] + np.linspace(-1, 1, 4001)[:, None] * axis[:, :, None]
        least = model.rates(d, *model.worst_ratios(dn.channels(s, line), model.transmissions(s, known, d)))
        np.testing.assert_allclose([found.near_rates, found.far_rates], least, atol=1e-3)
        near = np.linalg.norm(found.worst_positions_m[:, :, None] - line, axis=-1).min(axis=-1)
        assert np.all(near <= np.linalg.norm(axis, axis=-1) / 2000)


def test_guarantees_hold_in_ellipsoids():
    """Radar: 0.5 m in range, a quarter of a degree in azimuth and a degree in elevation; truths lie there too."""
    s, r = drawn(3, columns=8, range_error_m=0.5, azimuth_error_deg=0.25, elevation_error_deg=1.0)
    known = checked(s, r.known)
    truth = np.linalg.norm(units(s, known, r.truth[:, :, None]), axis=-1)
    assert np.all(truth <= 1) and truth.max() > 0.6
    d = dn.maximise_guaranteed_rate(s, known, rounds=3)
    proof = d.certificate
    assert finite(d) and np.all(proof.verified_sum_rate <= d.guaranteed_sum_rate + 1e-9)
    assert np.all(d.guaranteed_sum_rate - proof.verified_sum_rate <= 0.3)
    assert np.all(np.linalg.norm(units(s, known, proof.worst_positions_m[:, :, None]), axis=-1) <= 1 + 1e-9)
    rng = np.random.default_rng(0)
    offsets = rng.uniform(-1, 1, (3, 4, 4000, 3))
    offsets = np.where(np.linalg.norm(offsets, axis=-1, keepdims=True) <= 1, offsets, 0)
    stretched = offsets * s.error_size_m(known.positions_m)[:, :, None] @ ball_frame(known.positions_m)
    h = dn.channels(s, known.positions_m[:, :, None] + stretched)
    near, far = model.rates(d, *model.worst_ratios(h, model.transmissions(s, known, d)))
    assert np.all(proof.verified_near_rates <= near + 1e-2) and np.all(proof.verified_far_rates <= far + 1e-2)
    card = dn.evaluate(s, r, d)
    assert np.all(card.sum_rate >= proof.verified_sum_rate - 0.02)
    alone = dn.draw(s, jax.random.key(0), 1, first=2)
    np.testing.assert_array_equal(alone.truth[0], r.truth[2])
    np.testing.assert_array_equal(
        dn.verify_rate(s, alone.known, d.take([2])).worst_positions_m[0], proof.worst_positions_m[2]
    )


def test_errors_that_reach_the_antenna_are_refused():
    with pytest.raises(ValueError, match="azimuth_error_deg must be <= 45"):
        dn.Scenario(azimuth_error_deg=50.0)
    s, known = g1(range_error_m=12.0)
    with pytest.raises(
        ValueError, match="near_positions_m must be farther from the antenna than its half extent and the"
    ):
        dn.focusing(s, known)


# ----------------------------------------------------------------------------------------------------------- few levels


@pytest.mark.slow
def test_levels_are_levels_and_few_cost_little():
    s, r = drawn(4)
    known = checked(s, r.known)
    best = dn.maximise_guaranteed_rate(s, known).guaranteed_weighted_rate.mean()
    rates = {}
    for bits, passes in ((1, 0), (1, 2), (8, 1)):
        d = dn.quantised(s, known, bits=bits, passes=passes)
        levels = d.amplitudes * (2**bits - 1)
        np.testing.assert_allclose(levels, np.round(levels), atol=1e-9)
        assert finite(d) and np.all(np.diff(d.trace, axis=1) >= 0) and d.trace.shape == (4, passes + 1)
        rates[bits, passes] = d.guaranteed_weighted_rate.mean()
    assert best - 1.5 < rates[1, 0] <= rates[1, 2] < rates[8, 1] and rates[8, 1] > best - 0.1


@pytest.mark.slow
def test_one_bit_against_every_pattern():
    """Six elements, no error: all 64 patterns, each with beams and powers of its own."""
    s, r = drawn(2, columns=8, groups=1, position_error_m=0.0)
    known = checked(s, r.known)
    problems = make_problems(s, scenario_sets(s, known), band_waves(s, known))
    patterns = np.array(list(itertools.product([0.0, 1.0], repeat=6)))[1:]
    lanes = Problem(*(np.repeat(a[:1], len(patterns), axis=0) for a in problems))
    d = dn.quantised(s, known, bits=1, passes=3)
    beams = np.repeat(np.stack([d.beams.real, d.beams.imag], axis=1)[:1, None], len(patterns), axis=0)
    point = Point(patterns[:, None, None], beams)
    best = search(lanes, point, point, (patterns, patterns), s.power_w, Options(3, 20)).merit.max()
    assert best - 0.3 <= d.guaranteed_weighted_rate[0] <= best + 1e-3


def test_verify_knows_the_levels(tmp_path):
    job = resolve("dma-noma", "quantised", {"columns": 4, "groups": 1, "bits": 2, **QUICK}, None)
    stored = load_design(run_design(job, obtain_channels(dn.SYSTEM, job.scenario, None, 1, 0), tmp_path / "design"))
    assert all(check.passed is not False for check in audit(stored))
    between = stored.arrays | {"amplitudes": 0.5 * stored.arrays["amplitudes"]}
    failed = [check.name for check in audit(StoredDesign(stored.path, between, stored.about, "")) if not check.passed]
    assert any(name.startswith("amplitudes") for name in failed)
