"""Metasurface NOMA: model, identities, adversary, edges (specification dma_noma, sections 3, 4, 5 and 9)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from dma_cases import APART, drawn, g1, g2, ring

from beamwright import dma_noma as dn
from beamwright.core import Status
from beamwright.systems.dma_noma.physics import checked, model
from beamwright.systems.dma_noma.physics.responses import as_parts
from beamwright.systems.dma_noma.solve import band_waves, kernel, make_problems, scenario_sets
from beamwright.uncertainty import channel_error, verification_positions


def is_sound(s, known, design):
    """Identities of every design."""
    proof = design.certificate
    assert np.all((design.amplitudes >= 0) & (design.amplitudes <= 1 + 1e-12))
    np.testing.assert_allclose(np.linalg.norm(design.beams, axis=1), 1, atol=1e-9)
    assert np.all(design.powers_w >= 0) and np.all(proof.power_residual <= 1e-9) and np.all(proof.box_residual <= 1e-9)
    rises = np.diff(design.trace, axis=1)
    assert np.all(np.isnan(rises) | (rises >= -1e-9))
    assert np.all(np.isfinite(proof.near_rates)) and np.all(np.isfinite(proof.far_rates))
    assert np.all(proof.verified_sum_rate <= proof.guaranteed_sum_rate + 1e-9)
    met = proof.status == Status.FEASIBLE
    assert np.all(proof.near_rates[met] >= s.rate_near - 1e-6) and np.all(proof.far_rates[met] >= s.rate_far - 1e-6)
    assert np.all(proof.guaranteed_weighted_rate[met] <= proof.bound[met] + 1e-9)
    again = dn.certify(s, known, design)
    np.testing.assert_array_equal(again.verified_sum_rate, proof.verified_sum_rate)
    np.testing.assert_array_equal(again.status, design.status)


# ------------------------------------------------------------------------------------------------------------ the model


def test_norms_and_rayleigh_distances_of_the_specification():
    s = dn.Scenario(rician=1e30)  # norms are without c_L
    h = dn.channels(s, np.concatenate([ring(10, 0), ring(15, 0)], axis=1))[0]
    np.testing.assert_allclose(np.linalg.norm(h, axis=-1), [0.01420933, 0.00909649], atol=5e-9)
    for (rows, columns), metres in (((1, 32), 2.4), ((1, 72), 12.6), ((1, 256), 162.6), ((16, 16), 1.12)):
        assert abs(dn.Scenario(rows=rows, columns=columns).rayleigh_m - metres) < 0.05


def test_rates_by_hand():
    """One group, one element: a, b and both rates from their definitions."""
    s = dn.Scenario(columns=1, groups=1, feeds=1, position_error_m=0.0)
    known = dn.Known(ring(10, 0), ring(15, 0))
    d = dn.maximise_guaranteed_rate(s, known)
    np.testing.assert_allclose(d.guaranteed_sum_rate, 18.20, atol=0.02)
    near, far = d.powers_w[0, 0]
    g_near = s.line_of_sight[0] ** 2 * 1e-3 * 10**-2.2 * d.amplitudes[0, 0] ** 2
    amplitude = s.line_of_sight[1] * np.sqrt(1e-3 * 15**-2.2) - s.scattering_radius[1]
    a, b = s.noise_power_w / [g_near, (amplitude * d.amplitudes[0, 0]) ** 2]
    np.testing.assert_allclose(d.certificate.near_rates, np.log2(1 + near / a), rtol=1e-9)
    np.testing.assert_allclose(d.certificate.far_rates, np.log2(1 + far / (near + max(a, b))), rtol=1e-9)


def test_a_demand_that_the_adversary_breaks_is_not_met():
    """Rates that the scenario set grants and the dense adversary does not: the status follows the adversary."""
    s, r = drawn(2, columns=8, groups=1, position_error_m=1.0, rate_near=0.0, rate_far=0.0)
    d = dn.focusing(s, r.known)
    granted, left = d.certificate.near_rates, d.certificate.verified_near_rates
    assert d.status_text == ["feasible"] * 2 and np.all(left <= granted) and np.any(left < granted - 1e-5)
    drop = int(np.argmax(granted - left))
    between = s.model_copy(update={"rate_near": float((granted + left)[drop, 0] / 2)})
    proof = dn.certify(between, r.known, d)
    assert proof.rate_shortfall[drop] == 0 and proof.status_text[drop] == "qos_infeasible"
    np.testing.assert_allclose(proof.verified_shortfall[drop], (granted - left)[drop, 0] / 2, rtol=1e-9)


@pytest.mark.slow
def test_scattering_is_a_worst_case():
    """No scattered part within rho gives a far user less than the model says."""
    s, r = drawn(3, scattering_norm=2e-3)
    d = dn.non_robust(s, r.known)
    known = checked(s, r.known)
    _, far = model.transmissions(s, known, d)
    h = dn.channels(s, known.far_positions_m)
    floor = model.ratios(h[:, :, None], far)[..., 0]
    rng = np.random.default_rng(0)
    error = rng.standard_normal((2000, *h.shape)) + 1j * rng.standard_normal((2000, *h.shape))
    error *= s.scattering_radius[-1] / np.linalg.norm(error, axis=-1, keepdims=True)
    truth = np.stack([model.ratios((h + e)[:, :, None], far.without_scattering())[..., 0] for e in error])
    assert np.all(truth <= floor[None] * (1 + 1e-12))


def first_problem(s, known):
    """The kernel's problem of the first drop."""
    problems = make_problems(s, scenario_sets(s, known), band_waves(s, known))
    return kernel.Problem(*(jnp.asarray(array[0]) for array in problems))


def test_gradients_match_finite_differences():
    s, r = drawn(1, columns=8)
    known = checked(s, r.known)
    problem = first_problem(s, known)
    powers = jnp.full(2, 0.5)
    rng = np.random.default_rng(1)

    def value(m, v, sharpness):
        received = kernel.received_at(problem, kernel.Point(m[None], v), sharpness)
        logs = kernel.log_ratios(problem, received, powers, sharpness)
        return kernel.merit(problem, kernel.split(problem, logs, powers, sharpness), powers)

    m, v = rng.uniform(0.2, 0.8, 8), rng.standard_normal((2, 4, 2))
    for sharpness in (4.0, 100.0):
        slopes = jax.grad(value, (0, 1))(m, v, sharpness)
        dm, dv = rng.standard_normal(m.shape), rng.standard_normal(v.shape)
        step = 1e-6
        moved = [value(m + t * dm, v + t * dv, sharpness) for t in (step, -step)]
        along = np.sum(slopes[0] * dm) + np.sum(slopes[1] * dv)
        np.testing.assert_allclose((moved[0] - moved[1]) / (2 * step), along, rtol=1e-5)


def test_smooth_worst_cases_are_above_hard_ones_and_close_in():
    s, r = drawn(1)
    known = checked(s, r.known)
    problem = first_problem(s, known)
    d = dn.non_robust(s, r.known)
    point = kernel.Point(d.amplitudes[:1], np.stack([d.beams[0].real, d.beams[0].imag]))
    received, powers = kernel.received_at(problem, point), d.powers_w[0].sum(axis=-1) / s.power_w
    hard = kernel.log_ratios(problem, received, powers)
    before = np.inf
    for sharpness in (4.0, 20.0, 100.0, 1e4):
        off = np.asarray(kernel.log_ratios(problem, received, powers, sharpness) - hard)
        assert np.all(off >= -1e-12) and off.max() < before
        before = off.max()
    assert before < 1e-3


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"scattering_norm": 2e-3},
        {"rows": 2, "columns": 8},
        {"element_weights": "lorentzian"},
        {"feeding": "phase-shifters"},
        {"columns": 8, "subcarriers": 3},
        APART,
    ],
)
def test_the_kernel_and_the_plain_model_of_the_audit_agree(settings):
    s, r = drawn(1, **settings)
    known, d = checked(s, r.known), dn.focusing(s, r.known)
    problem, sets = first_problem(s, known), scenario_sets(s, known)
    point = kernel.Point(as_parts(d.responses[0], axis=0), as_parts(d.beams[0], axis=0))
    shares = d.powers_w[0].sum(axis=-1) / s.power_w
    hard = kernel.log_ratios(problem, kernel.received_at(problem, point), shares)
    pairs = zip(np.moveaxis(sets.h, 1, 0), model.over_band(s, known, d), strict=True)
    each = [model.worst_ratios(h, sent) for h, sent in pairs]
    plain = [model.largest(kind)[0] for kind in zip(*each, strict=True)]
    np.testing.assert_allclose(s.power_w * np.exp(hard), np.concatenate(plain), rtol=1e-9)


# ----------------------------------------------------------------------------------------------------------- acceptance

G1 = {0.0: 40.0, 0.05: 39.2, 0.1: 38.4, 0.2: 36.8}
G2 = {0.0: 50.5, 0.05: 46.8, 0.1: 46.4, 0.2: 43.9}
SLOW = pytest.mark.slow


@pytest.mark.parametrize("error_m", [0.0, pytest.param(0.05, marks=SLOW), 0.1, pytest.param(0.2, marks=SLOW)])
def test_two_groups_reach_the_known_values(error_m):
    s, known = g1(error_m)
    d = dn.maximise_guaranteed_rate(s, known)
    is_sound(s, known, d)
    assert d.status_text == ["feasible"] and d.certificate.verified_sum_rate[0] >= G1[error_m]
    if error_m >= 0.05:
        assert dn.non_robust(s, known).certificate.verified_sum_rate[0] <= d.certificate.verified_sum_rate[0] - 8


@pytest.mark.parametrize("error_m", [0.0, 0.05, 0.1, 0.2])
@pytest.mark.slow
def test_three_groups_reach_the_known_values(error_m):
    s, known = g2(error_m)
    d = dn.maximise_guaranteed_rate(s, known, starts=5, rounds=16)
    is_sound(s, known, d)
    assert d.certificate.verified_sum_rate[0] >= G2[error_m]
    if error_m >= 0.05:
        poor = dn.non_robust(s, known, starts=5).certificate.verified_sum_rate[0]
        assert poor <= d.certificate.verified_sum_rate[0] - 8


def test_guaranteed_rates_hold_against_the_dense_adversary():
    s, r = drawn(8)
    d = dn.maximise_guaranteed_rate(s, r.known)
    is_sound(s, r.known, d)
    assert np.all(d.guaranteed_sum_rate - d.certificate.verified_sum_rate <= 0.3)
    # other draws of the adversary find nothing much worse, and what it found is in the balls and true
    other = dn.verify_rate(s, r.known, d, seed=5)
    np.testing.assert_allclose(other.sum_rate, d.certificate.verified_sum_rate, atol=0.02)
    away = np.linalg.norm(other.worst_positions_m - r.known.positions_m, axis=-1)
    assert np.all(away <= s.position_error_m * (1 + 1e-9))
    # at true positions a design does no worse than promised against the adversary
    card = dn.evaluate(s, r, d)
    assert np.all(card.sum_rate >= d.certificate.verified_sum_rate - 0.02)


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "columns", "off_plane"), [(1, 32, 0), (1, 32, 1), (2, 32, 0), (2, 32, 1)])
def test_fifty_drops_hold_also_for_panels_and_users_off_the_plane(rows, columns, off_plane):
    s, r = drawn(50, rows=rows, columns=columns)
    lift = off_plane * np.random.default_rng(0).uniform(-3, 3, (2, 50, 2, 1)) * np.array([0, 0, 1.0])
    known = dn.Known(r.known.near_positions_m + lift[0], r.known.far_positions_m + lift[1])
    d = dn.maximise_guaranteed_rate(s, known)
    assert np.max(d.guaranteed_sum_rate - d.certificate.verified_sum_rate) <= 0.3


@pytest.mark.slow
def test_drops_do_not_depend_on_their_batch():
    s, r = drawn(3)
    d = dn.maximise_guaranteed_rate(s, r.known, starts=2, rounds=3)
    last = dn.draw(s, jax.random.key(0), 1, first=2)
    alone = dn.maximise_guaranteed_rate(s, last.known, starts=2, rounds=3)
    np.testing.assert_array_equal(alone.amplitudes[0], d.amplitudes[2])
    np.testing.assert_array_equal(alone.certificate.verified_sum_rate[0], d.certificate.verified_sum_rate[2])


@pytest.mark.slow
def test_baselines_in_the_order_of_the_specification():
    s, r = drawn(4)
    known = r.known
    robust = dn.maximise_guaranteed_rate(s, known)
    designs = {
        "digital": dn.fully_digital(s, known), "robust": robust, "planar": dn.planar_wave(s, known),
        "halves": dn.tdma(s, known), "minimum": dn.tdma(s, known, share="minimum"), "fdma": dn.fdma(s, known),
        "non-robust": dn.non_robust(s, known), "zf": dn.zero_forcing(s, known), "focusing": dn.focusing(s, known),
    }  # fmt: skip
    for design in designs.values():
        is_sound(s, known, design)
    rate = {name: d.certificate.verified_sum_rate.mean() for name, d in designs.items()}
    assert rate["digital"] > rate["robust"] > rate["halves"] > rate["non-robust"] > rate["focusing"]
    assert rate["robust"] > rate["fdma"] and rate["robust"] > rate["zf"] and rate["minimum"] > rate["halves"]
    assert np.all(designs["digital"].guaranteed_weighted_rate >= robust.guaranteed_weighted_rate - 0.5)
    with pytest.raises(ValueError, match="share must be"):
        dn.tdma(s, known, share="thirds")


@pytest.mark.slow
def test_growing_sets_and_homotopy_are_as_good():
    s, known = g1()
    plain = dn.maximise_guaranteed_rate(s, known)
    cutting = dn.METHODS["cutting-set"](s, known)
    grown = dn.maximise_guaranteed_rate(s, known, homotopy=True)
    for design in (cutting, grown):
        is_sound(s, known, design)
        assert design.certificate.verified_sum_rate[0] >= 38.4
    assert grown.guaranteed_weighted_rate[0] >= plain.guaranteed_weighted_rate[0] - 1e-9
    with pytest.raises(ValueError, match="starts must be >= 1"):
        dn.maximise_guaranteed_rate(s, known, starts=0)
    with pytest.raises(ValueError, match="cuts must be >= 1"):
        dn.cutting_set(s, known, cuts=0)


# ------------------------------------------------------------------------------------------------- balls of channels


@pytest.mark.parametrize(("columns", "aligned"), [(32, 0.2883), (64, 0.5659), (128, 1.0487), (256, 1.4142)])
def test_error_radii_of_the_specification(columns, aligned):
    s = dn.Scenario(columns=columns)
    here, size = ring(10, 0)[0], np.linalg.norm(dn.channels(s, ring(10, 0)[0]), axis=-1)[0]
    points = verification_positions(here[None], 0.1, [0], line=2001)[0]
    truth = channel_error(dn.channels(s, points), dn.channels(s, here)[:, None]).max() / size
    bound = dn.csi_error_bound(s, here)[0] / size
    assert abs(truth - aligned) < 2e-3 and truth <= bound <= 1.2 * truth
    millimetre = dn.Scenario(columns=columns, position_error_m=1e-3)
    assert abs(dn.csi_error_bound(millimetre, here, kind="raw")[0] / size - 1.1756) < 2e-3


def test_error_bounds_are_never_violated():
    rng = np.random.default_rng(0)
    ratios = []
    for case in range(150):
        rows, columns = int(rng.integers(1, 4)), int(rng.integers(1, 129))
        distance = rng.uniform(2, 20)
        s = dn.Scenario(rows=rows, columns=columns, position_error_m=float(rng.uniform(0, 0.3) ** 2 * distance))
        toward = rng.standard_normal(3) + np.array([3.0, 0, 0])
        here = distance * toward[None] / np.linalg.norm(toward)
        extent = np.linalg.norm(dn.element_positions(s), axis=-1).max()
        if distance - extent - s.position_error_m <= 0.05:
            continue
        points = verification_positions(here[None], s.position_error_m, [case], inside=300, surface=300, line=400)[0]
        estimate = dn.channels(s, here)
        for kind in ("raw", "aligned"):
            truth = channel_error(dn.channels(s, points), estimate[:, None], kind).max()
            bound = dn.csi_error_bound(s, here, kind=kind)[0]
            assert truth <= bound * (1 + 1e-9) + 1e-7 * np.linalg.norm(estimate)
            if kind == "aligned" and truth > 1e-4 * np.linalg.norm(estimate):
                ratios.append(bound / truth)
    assert len(ratios) > 100 and np.median(ratios) < 1.2


def test_printed_error_bound_is_none():
    here = ring(10, 0)[0]
    size = np.linalg.norm(dn.channels(dn.Scenario(), here), axis=-1)[0]
    for radius in (2.5e-3, 0.1):
        s = dn.Scenario(position_error_m=radius)
        assert dn.csi_error_bound(s, here, "raw")[0] > 1.99 * size and dn.printed_error_bound(s, here)[0] < 1.75 * size
    assert dn.printed_error_bound(s, here, restated=True)[0] > 4000 * size


def test_a_ball_of_channels_is_sound_and_hopeless():
    s, r = drawn(3, position_error_m=1e-3)
    d = dn.csi_ball(s, r.known)
    promised = 2 * np.nanmax(d.trace, axis=1)
    exact = dn.ball_sinr(s, r.known, d).sum_rate
    assert np.all(promised <= exact + 1e-6) and np.all(exact <= d.certificate.verified_sum_rate + 1e-6)
    assert np.all(exact > 20)
    wide = s.model_copy(update={"position_error_m": 0.1})
    hopeless = dn.csi_ball(wide, r.known)
    assert dn.ball_sinr(wide, r.known, hopeless).sum_rate.max() < 10
    assert hopeless.status_text == ["qos_infeasible"] * 3
    assert np.all(dn.maximise_guaranteed_rate(wide, r.known).certificate.verified_sum_rate > 30)
    raw = dn.ball_sinr(s, r.known, d, dn.channel_radii(s, r.known, "raw"))
    np.testing.assert_allclose(raw.sum_rate, 0, atol=1e-6)  # the ball contains zero
    with pytest.raises(ValueError, match="design must serve near and far users together"):
        dn.ball_sinr(s, r.known, dn.tdma(s, r.known))


def test_ball_sinr_is_a_least_value():
    """Not above any of thousands of draws on the ball, attained at the estimate for radius zero."""
    s, r = drawn(2, position_error_m=2e-3)
    d = dn.non_robust(s, r.known)
    known = checked(s, r.known)
    worst = dn.ball_sinr(s, known, d)
    f = model.transmissions(s, known, d)[0].vectors
    rng = np.random.default_rng(2)
    h, e = dn.channels(s, known.near_positions_m), dn.channel_radii(s, known)[:, :2]
    error = rng.standard_normal((4000, *h.shape)) + 1j * rng.standard_normal((4000, *h.shape))
    # errors that matter lie within the span of the beams
    basis = np.linalg.qr(f)[0]
    error = np.einsum("dnr,sdkr->sdkn", basis, error[..., : basis.shape[-1]])
    error *= e[..., None] / np.linalg.norm(error, axis=-1, keepdims=True)
    power = np.abs(np.einsum("sdkn,dnj->sdkj", np.conj(h + error), f)) ** 2
    own = np.einsum("sdkk->sdk", power)
    others = np.einsum("sdkj,dj->sdk", power, d.powers_w.sum(axis=-1)) - own * d.powers_w.sum(axis=-1)
    sinr = own * d.powers_w[..., 0] / (others + s.noise_power_w[:2])
    assert np.all(worst.near <= sinr.min(axis=0) * (1 + 1e-9)) and np.any(worst.near > 0.2 * sinr.min(axis=0))
    nothing = dn.ball_sinr(s, known, d, np.zeros((2, 4)))
    exact = dn.Scenario(position_error_m=0.0, scattering_norm=0.0)
    np.testing.assert_allclose(nothing.sum_rate, dn.certify(exact, known, d).guaranteed_sum_rate, rtol=1e-9)


# ---------------------------------------------------------------------------------------------------------------- edges


@pytest.mark.slow
@pytest.mark.slow
def test_one_group_has_no_interference():
    """Spec: 21.1 and 20.4 for an azimuth it does not name; 20.08 straight ahead is where all of five starts end."""
    for columns, rate in ((32, 20.9), (256, 20.4)):
        s = dn.Scenario(columns=columns, groups=1)
        known = dn.Known(ring(10, -20), ring(15, -21))
        d = dn.maximise_guaranteed_rate(s, known)
        is_sound(s, known, d)
        assert d.certificate.verified_sum_rate[0] >= rate
    assert dn.non_robust(s, known).certificate.verified_sum_rate[0] <= rate - 4


def test_no_error_is_the_non_robust_design():
    s, r = drawn(2, position_error_m=0.0)
    one, other = dn.maximise_guaranteed_rate(s, r.known), dn.non_robust(s, r.known)
    np.testing.assert_array_equal(one.amplitudes, other.amplitudes)
    np.testing.assert_allclose(one.guaranteed_sum_rate, one.certificate.verified_sum_rate, rtol=1e-9)


@pytest.mark.parametrize(
    ("settings", "near", "far"),
    [
        pytest.param({"columns": 1}, (-20, 15), (-21, 16), marks=SLOW),
        pytest.param({"columns": 32, "feeds": 1}, (-20, 15), (-21, 16), marks=SLOW),
        pytest.param({"columns": 32}, (10, 10), (10, 10), marks=SLOW),
        ({"columns": 32, "rate_near": 12.0, "rate_far": 12.0}, (-20, 15), (-21, 16)),
    ],
    ids=["one element", "one feed", "one direction", "high rates"],
)
def test_what_cannot_be_is_flagged(settings, near, far):
    s, known = dn.Scenario(**settings), dn.Known(ring(10, *near), ring(15, *far))
    for design in (dn.maximise_guaranteed_rate(s, known, rounds=3), dn.focusing(s, known), dn.fdma(s, known, rounds=2)):
        is_sound(s, known, design)
    d = dn.maximise_guaranteed_rate(s, known, rounds=3)
    assert d.status_text == ["qos_infeasible"] and np.isclose(d.powers_w.sum(), s.power_w)
    assert np.isfinite(d.guaranteed_sum_rate).all() and np.all(d.guaranteed_sum_rate > 0)


def test_no_rate_required_of_far_users():
    s, known = g1(rate_far=0.0)
    d = dn.maximise_guaranteed_rate(s, known, rounds=3)
    is_sound(s, known, d)
    assert d.status_text == ["feasible"]


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"groups": 7, "columns": 64}, marks=SLOW),
        {"rows": 2, "columns": 16, "groups": 2, "feeding": "waveguides"},
        pytest.param({"rows": 2, "columns": 16}, marks=SLOW),
        {"weight": 0.3},
        pytest.param({"weight": 0.8}, marks=SLOW),
    ],
    ids=["seven groups", "waveguides", "panel", "far users matter", "near users matter"],
)
def test_other_sizes_and_feeds(settings):
    s, r = drawn(2, **settings)
    d = dn.maximise_guaranteed_rate(s, r.known, rounds=2)
    is_sound(s, r.known, d)
    assert d.beams.shape == (2, s.chains, s.groups)


def test_your_own_reference_wave():
    s, r = drawn(2)
    rng = np.random.default_rng(0)
    q = rng.standard_normal((32, 4)) + 1j * rng.standard_normal((32, 4))
    q /= np.linalg.norm(q, 2)
    known = dn.Known(r.known.near_positions_m, r.known.far_positions_m, reference_wave=q)
    is_sound(s, known, dn.maximise_guaranteed_rate(s, known, rounds=2))
    with pytest.raises(ValueError, match="reference_wave must have a spectral norm of at most 1"):
        dn.zero_forcing(s, dn.Known(known.near_positions_m, known.far_positions_m, reference_wave=2 * q))


def test_refused_by_name():
    s, known = g1()
    near, far = known.near_positions_m, known.far_positions_m
    inside = near.copy()
    inside[0, 0] = [0.05, 0, 0]
    for bad, words in (
        (dn.Known(inside, far), "near_positions_m must be farther from the antenna"),
        (dn.Known(near, far[:, :1]), "far_positions_m must have 2 groups"),
        (dn.Known(near * np.nan, far), "near_positions_m must be finite"),
        (dn.Known(near[..., :2], far), "near_positions_m must have 3 xyz"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            dn.maximise_guaranteed_rate(s, bad)
    with pytest.raises(ValueError, match="assumed_error_m must be >= 0 and less than what is between the antenna and"):
        dn.METHODS["robust"](*g1(0.1), assumed_error_m=40.0)
    with pytest.raises(ValueError, match="position_error_m must be >= 0"):
        s.model_copy(update={"position_error_m": -0.1})
    with pytest.raises(ValueError, match="near_range_m must be farther from the antenna"):
        dn.draw(dn.Scenario(near_range_m=0.05), jax.random.key(0), 1)
    with pytest.raises(ValueError, match="feeds must be 1 for waveguides"):
        dn.Scenario(feeding="waveguides", feeds=3)
    with pytest.raises(ValueError, match="positions_m must be farther from the antenna's centre"):
        dn.csi_error_bound(s, inside)
