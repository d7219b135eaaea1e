"""Channel errors in ellipsoids of any shape per user: against CVXPY, by attack, in the bound, draws and audit."""

from dataclasses import replace

import jax
import numpy as np
import pytest
from noma_cases import ACCEPTED, channels

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.physics import dual_bound, model
from beamwright.systems.noma_isac.physics.combination import combine
from beamwright.systems.noma_isac.solve.max_min import highest_sinr

H = channels(range(4), 2, 4)
EPS = 0.1


def drawn(rng, *shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


SHAPE = np.diag([1.0, 0.2, 0.5, 2.0]) + 0.2 * drawn(np.random.default_rng(0), 2, 4, 4)
SMALL = ni.Scenario.small()


def shaped(shape, **values):
    return ni.Scenario(**{**SMALL.model_dump(), "csi_error_shape": shape, **values})


S = shaped(SHAPE)


@pytest.fixture(scope="module")
def design():
    return ni.minimise_power(S, H, 8.0, EPS)


def test_the_optimum_is_that_of_cvxpy(design):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    assert set(design.status_text) <= set(ACCEPTED)
    assert np.all(design.certificate.relaxed_gap <= 1e-5) and np.all(design.certificate.violation <= 1e-6)
    theirs = reference.minimise_power(S, H, 10**0.8, EPS)
    np.testing.assert_allclose(design.relaxed_objective_w, theirs.objective_w, rtol=1e-5)
    proven = dual_bound(S, design.problem(H, S.error_shape), theirs.multipliers).bound_w
    np.testing.assert_allclose(proven, design.relaxed_objective_w, rtol=1e-4)


def test_the_identity_is_no_shape_and_a_multiple_of_it_a_ball_of_another_radius(design):
    plain = shaped(None)
    for one in (np.eye(4), np.stack([np.eye(4)] * 2)):
        assert shaped(one).error_shape is None and plain.error_shape is None
    ball = ni.minimise_power(plain, H, 8.0, EPS)
    same = ni.minimise_power(shaped(np.eye(4)), H, 8.0, EPS)
    for ours, theirs in zip(same.to_arrays().values(), ball.to_arrays().values(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    twice = ni.minimise_power(shaped(2 * np.eye(4)), H, 8.0, EPS / 2)
    np.testing.assert_allclose(twice.relaxed_objective_w, ball.relaxed_objective_w, rtol=1e-8)
    np.testing.assert_allclose(twice.bound_w, ball.bound_w, rtol=1e-8)
    assert np.all(twice.certificate.worst_case_sinr.shape == ball.certificate.worst_case_sinr.shape)


def test_users_in_another_order_bring_their_shapes_along(design):
    turned = ni.minimise_power(shaped(SHAPE[::-1]), H[:, ::-1], 8.0, EPS)
    np.testing.assert_allclose(turned.relaxed_objective_w, design.relaxed_objective_w, rtol=1e-8)
    crossed = ni.minimise_power(S, H[:, ::-1], 8.0, EPS)
    assert np.any(np.abs(crossed.relaxed_objective_w / design.relaxed_objective_w - 1) > 1e-4)


def test_the_worst_case_is_below_every_attack_and_attained_in_the_ellipsoid(design):
    rng = np.random.default_rng(1)
    z = drawn(rng, 4000, 4, 2, 4)
    error = np.einsum("uab,sdub->sdua", SHAPE, EPS * z / np.linalg.norm(z, axis=-1, keepdims=True))
    for beams in (design.beams, 0.5 * drawn(rng, 4, 2, 4)):
        worst = ni.worst_case_sinr(S, H, beams, EPS)
        sampled = model.sinr(S, H, beams, design.order, error)
        assert np.nanmin(sampled / worst.sinr) >= 1 - 1e-9
        inside = np.linalg.norm(np.linalg.solve(SHAPE[None, :, None], worst.error[..., None])[..., 0], axis=-1)
        assert np.all(inside <= EPS * (1 + 1e-9))
        for k in range(2):
            attained = model.sinr(S, H, beams, design.order, worst.error[None, :, :, k])[0, :, :, k]
            np.testing.assert_allclose(attained, worst.sinr[:, :, k], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(design.certificate.worst_case_sinr, ni.worst_case_sinr(S, H, design.beams, EPS).sinr)
    round_ = ni.minimise_power(shaped(None), H, 8.0, EPS)
    assert np.any(ni.certify(S, H, replace(round_, sinr_target=design.sinr_target)).sinr_violation > 1e-3)


def test_the_bound_combines_the_conditions_at_their_errors(design):
    """T = t t^H adds the SINR condition at the error eps L B t1 / t2, times |t2|^2."""
    rng, m, asked = np.random.default_rng(4), design.multipliers, design.problem(H, S.error_shape)
    factor = drawn(rng, 4, 2, 4, 2)
    w, g = factor @ np.conj(np.swapaxes(factor, -1, -2)), design.sinr_target
    t = drawn(rng, 4, 2, 2, m.lmi.shape[-1])
    t[..., -1] += 3 * np.linalg.norm(t, axis=-1)

    def left(lmi):
        found = combine(S, asked, replace(m, lmi=lmi))
        full = found.basis[:, None] @ found.matrix @ np.conj(np.swapaxes(found.basis, -1, -2))[:, None]
        return np.einsum("dkab,dkba->d", full, w).real - found.value

    expected = np.zeros(4)
    for drop in range(4):
        first, last = design.order[drop]
        for k, l in ((first, first), (first, last), (last, last)):
            d = EPS * SHAPE[l] @ m.basis[drop] @ t[drop, k, l, :-1]
            v, other = t[drop, k, l, -1] * H[drop, l] + d, w[drop, 1 - k]
            below = (v.conj() @ other @ v if k == first else d.conj() @ other @ d).real
            below += S.noise_vector_w[l] * abs(t[drop, k, l, -1]) ** 2
            expected[drop] += (v.conj() @ w[drop, k] @ v).real - g[drop, k] * below
    outer = t[..., :, None] * np.conj(t[..., None, :])
    np.testing.assert_allclose(left(outer) - left(0 * outer), expected, rtol=1e-9)


def test_truths_are_drawn_from_the_ellipsoids_and_serve_the_robust_design():
    drops = ni.draw(S, jax.random.key(0), 200, csi_error=EPS)
    error = drops.truth - drops.known
    inside = np.linalg.norm(np.linalg.solve(SHAPE[None], error[..., None])[..., 0], axis=-1)
    assert inside.max() <= EPS * (1 + 1e-12) and inside.max() > 0.95 * EPS
    assert np.linalg.norm(error, axis=-1).max() > EPS, "it is the ball"
    design = ni.minimise_power(S, drops.known[:4], 8.0, EPS)
    ok = np.isin(design.status_text, ACCEPTED)
    scored = ni.SYSTEM.evaluate(S, ni.Realisation(drops.known[:4], drops.truth[:4]), design)
    assert ok.any() and np.all(scored.sinr_violation[ok] <= 1e-6)


def test_a_user_whose_ellipsoid_holds_the_origin_cannot_be_served():
    """Although no ball of that radius would."""
    h = H.copy()
    h[0, 1] = EPS * SHAPE[1] @ np.array([0, 0, 0, 0.99])
    assert np.linalg.norm(h[0, 1]) > EPS
    design = ni.minimise_power(S, h, 8.0, EPS)
    assert design.status_text[0] == "infeasible" and np.isinf(design.bound_w[0])
    none = np.zeros((4, 2))
    highest = highest_sinr(S, model.make_problem(S, h, none, EPS + none, 4.0))
    assert highest[0] == 0 and np.all(highest[1:] > 0)


def test_max_min_within_a_budget(design):
    found = ni.balance_sinr(S, H, 2.6, EPS)
    assert set(found.status_text) <= set(ACCEPTED) and np.all(found.certificate.gap <= 1e-3)
    again = ni.minimise_power(S, H, 10 * np.log10(found.balanced_sinr)[:, None] * np.ones(2), EPS)
    np.testing.assert_allclose(again.relaxed_objective_w, 2.6, rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("sensing", ["average", "slot"])
def test_users_in_turns_against_cvxpy(sensing):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    design = ni.minimise_power_oma(S, H, 4.0, EPS, sensing=sensing)
    oma = ni.Oma.AVERAGE if sensing == "average" else ni.Oma.SLOT
    theirs = reference.minimise_power(S, H, reference.slot_sinr(10**0.4, 2), EPS, oma)
    np.testing.assert_allclose(design.relaxed_objective_w, theirs.objective_w, rtol=1e-5)
    assert np.all(design.certificate.relaxed_gap <= 1e-5)


@pytest.mark.slow
def test_randomisation_keeps_to_them(design):
    other = ni.METHODS["randomisation"](S, H, sinr_db=8.0, csi_error=EPS, samples=20)
    ok = np.isin(other.status_text, ACCEPTED)
    assert ok.any() and np.all(other.objective_w[ok] >= design.bound_w[ok] * (1 - 1e-9))
    assert np.all(other.certificate.sinr_violation[ok] <= 1e-6)


def test_shapes_survive_a_file_and_nonsense_is_refused(tmp_path):
    S.to_yaml(tmp_path / "shaped.yaml")
    assert ni.Scenario.from_yaml(tmp_path / "shaped.yaml") == S
    for value, message in (
        (np.eye(3), r"csi_error_shape must be of antennas x antennas \(4, 4\), got \[\(3, 3\)\]"),
        (np.stack([np.eye(4)] * 3), r"csi_error_shape must be one matrix or one per user \(2\), got 3 matrices"),
        (np.diag([1.0, 1, 1, 0]), "csi_error_shape must be finite, of norm 1e-6 to 1e6, its least singular value"),
        (np.full((4, 4), np.nan), "csi_error_shape must be finite"),
        (np.zeros(4), "csi_error_shape must be complex matrices"),
    ):
        with pytest.raises(ValueError, match=message):
            shaped(value)
