"""NOMA-ISAC at its edges and in other shapes: nothing hangs, nothing claimed without proof (spec 8, items 6, 7)."""

from dataclasses import replace

import numpy as np
import pytest
from noma_cases import channels, check

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.physics import dual_bound, model

S = ni.Scenario()
H = channels(range(3))
STEPS = 61
"""Most iterations of one relaxation."""


def assert_infeasible(s, h, design):
    """Called infeasible with multipliers that prove it, and no beams to be taken for a design."""
    assert design.status_text == ["infeasible"] * len(design.status)
    proof = ni.certify(s, h, design)
    assert proof.status_text == design.status_text and np.all(proof.bound_w > design.power_limit_w)
    assert np.all(design.iterations <= STEPS)


# ------------------------------------------------------------------------------------------------ item 7: infeasible


@pytest.mark.parametrize("eps", [0.0, pytest.param(0.05, marks=pytest.mark.slow)], ids=["nominal", "robust"])
def test_a_zero_channel_cannot_be_served(eps):
    h = H.copy()
    h[:, 1] = 0
    design = ni.minimise_power(S, h, 3.0, csi_error=eps)
    assert_infeasible(S, h, design)
    assert np.isnan(design.beams).all()


def test_a_zero_channel_burdens_nobody_where_no_sinr_is_demanded_for_it():
    h = H.copy()
    h[:, 1] = 0
    design = ni.minimise_power(S.model_copy(update={"decoding": "own"}), h, [8.0, -np.inf, 8.0])
    assert check(S.model_copy(update={"decoding": "own"}), h, design).all()


@pytest.mark.parametrize("factor", [1.0, 1.2])
def test_an_error_ball_that_holds_the_origin_cannot_be_served(factor):
    h = H[:2]
    radius = np.zeros((2, 3))
    radius[:, 0] = factor * np.linalg.norm(h[:, 0], axis=-1)
    design = ni.minimise_power(S, h, 3.0, csi_error=radius)
    assert_infeasible(S, h, design)


def test_too_high_a_robust_target_is_proven_so():
    """Residual interference grows with the beams: beyond some target no power helps (spec section 6)."""
    design = ni.minimise_power(S, H, 20.0, csi_error=0.1)
    assert_infeasible(S, H, design)


def test_no_beams_are_sought_where_the_relaxation_is_beyond_the_limit():
    """A chain at 45 dB needs terawatts of these: up to 7670 iterations went into beams that nobody may use."""
    s, h = S.model_copy(update={"noise_power_w": 1.0}), channels([[7, i] for i in range(4)])
    design = ni.minimise_power(s, h, 45.0)
    assert_infeasible(s, h, design)
    assert np.isnan(design.beams).all() and np.all(design.trace[:, 0] > design.power_limit_w)


def test_a_target_just_out_of_reach_is_proven_so():
    """Rounding keeps the solver's rays of these above its tolerance; they prove the point all the same."""
    h = channels([1001, 1004, 1018, 1022, 1036, 1049])
    design = ni.minimise_power(S, h, 9.0, csi_error=0.1)
    assert_infeasible(S, h, design)
    assert np.all(design.iterations < 30)


@pytest.mark.parametrize("sinr_db", [-10.0, pytest.param(0.0, marks=pytest.mark.slow), 5.0])
def test_streams_that_mainly_serve_targets_still_become_rank_one(sinr_db):
    """Their top eigenvectors see no user: recovery must start from what the users see."""
    h = channels([17, 26, 62, 86])
    design = ni.minimise_power(S, h, sinr_db, csi_error=0.1)
    assert check(S, h, design).all() and np.all(design.certificate.gap < 0.02)


def test_coincident_targets_cannot_be_decorrelated():
    """X_12 = P >= Ps, so xi < Ps^2 leaves nothing; xi >= Ps^2 leaves everything."""
    same = {"target_angles_deg": (20.0, 20.0)}
    narrow = S.model_copy(update=same | {"cross_correlation_w2": 3.9})
    assert_infeasible(narrow, H, ni.minimise_power(narrow, H, 5.0))
    wide = S.model_copy(update=same | {"cross_correlation_w2": 4.1})
    assert check(wide, H, ni.minimise_power(wide, H, 5.0)).all()


@pytest.mark.parametrize("method", [ni.balance_sinr, ni.balance_sinr_oma])
def test_a_budget_below_the_sensing_floor(method):
    """Seed 0 needs 4.468 W for its targets alone."""
    design = method(S, H, 4.4)
    assert_infeasible(S, H, design)
    assert np.isnan(design.balanced_sinr).all() and np.isnan(design.relaxed_sinr).all()


@pytest.mark.parametrize("hopeless", ["blocked", "error"])
def test_users_that_nobody_can_serve_leave_level_zero(hopeless):
    """A channel that is not there, or an error that reaches it: zero is the optimum, with finite figures."""
    h, error = H[:2].copy(), 1.1 * np.linalg.norm(H[:2, 2:], axis=-1).max() if hopeless == "error" else 0.05
    if hopeless == "blocked":
        h[0, 1] = 0
    design = ni.balance_sinr(S, h, 8.0, error)
    lost = slice(0, 2 if hopeless == "error" else 1)
    assert np.all(design.balanced_sinr[lost] == 0) and np.isnan(design.relaxed_sinr[lost]).all()
    assert design.status_text[lost] == ["optimal"] * len(design.status[lost])
    assert np.isfinite(design.certificate.multiplier_scale).all() and np.isfinite(design.certificate.gap).all()
    if hopeless == "blocked":
        assert design.balanced_sinr[1] > 0.1
    method = ni.METHODS["max-min"]
    asked = ni.SYSTEM.asked(S, h, design, "max-min", method.options(power_w=8.0, csi_error=error))
    for name in ("sinr_target", "proof_target", "balanced_sinr", "relaxed_sinr"):
        np.testing.assert_allclose(getattr(design, name), asked[name], rtol=1e-9, err_msg=name)


def test_multipliers_that_prove_nothing_prove_it_with_a_finite_factor():
    """Nothing demanded, no targets: all multipliers are zero, and any factor makes them feasible."""
    s = S.model_copy(update={"target_angles_deg": ()})
    one = ni.minimise_power(S, H, 3.0).multipliers
    none = replace(one, **{name: np.zeros_like(x) for name, x in one.to_arrays("").items() if name != "basis"})
    none = replace(none, **{name: np.zeros((3, 0)) for name in ("floor",)},
                   **{name: np.zeros((3, 0, 0)) for name in ("slab_upper", "slab_lower", "cross")})  # fmt: skip
    found = dual_bound(s, model.make_problem(s, H, np.zeros((3, 3)), np.zeros((3, 3))), none)
    assert np.all(found.bound_w == 0) and np.all(found.scale == 1)


def test_the_worst_case_of_zero_forcing_is_no_negative_sinr():
    """At 200 dB above the noise, what beams leave at other users is rounding of covariances: no SINR below zero."""
    beams = 1e5 * np.swapaxes(np.linalg.pinv(np.conj(H)), -1, -2)
    s = S.model_copy(update={"noise_power_w": 1e-10, "decoding": "own"})
    for error in (1e-9, 1e-3):
        found = ni.worst_case_sinr(s, H, beams, error)
        sinr, lower = (x[:, range(3), range(3)] for x in (found.sinr, found.lower))
        nominal = ni.worst_case_sinr(s, H, beams, 0.0).sinr[:, range(3), range(3)]
        assert np.all((lower >= 0) & (lower <= sinr) & (sinr <= nominal * (1 + 1e-6)) & (sinr > 0))


def test_feasible_and_infeasible_drops_share_a_batch():
    h = H.copy()
    h[1, 2] = 0
    design = ni.minimise_power(S, h, 10.0)
    assert design.status_text == ["optimal", "infeasible", "optimal"]
    np.testing.assert_array_equal(design.beams[[0, 2]], ni.minimise_power(S, H, 10.0).beams[[0, 2]])


# --------------------------------------------------------------------------------------------------- item 7: borders


@pytest.mark.parametrize("eps", [0.0, 0.05], ids=["nominal", "robust"])
def test_nothing_asked_of_the_streams_leaves_the_sensing_floor(eps):
    """gamma = 0: the cheapest way to illuminate the targets, the same for every channel."""
    design = ni.minimise_power(S, H, -np.inf, csi_error=eps)
    np.testing.assert_allclose(design.relaxed_objective_w, design.relaxed_objective_w[0], rtol=1e-7)
    np.testing.assert_allclose(design.relaxed_objective_w, 4.468, rtol=1e-3)
    assert check(S, H, design).all()


@pytest.mark.parametrize("eps", [0.0, 0.05], ids=["nominal", "robust"])
def test_some_streams_without_a_target(eps):
    design = ni.minimise_power(S, H, [8.0, -np.inf, 5.0], csi_error=eps)
    assert check(S, H, design).all()
    assert np.all(design.relaxed_objective_w <= ni.minimise_power(S, H, 8.0, csi_error=eps).relaxed_objective_w)


def test_nothing_asked_at_all_costs_nothing():
    s = S.model_copy(update={"target_angles_deg": ()})
    design = ni.minimise_power(s, H, -np.inf)
    assert design.status_text == ["optimal"] * 3 and np.all(np.abs(design.objective_w) < 1e-9)


@pytest.mark.parametrize("eps", [0.0, pytest.param(0.3, marks=pytest.mark.slow)], ids=["nominal", "robust"])
def test_one_user_without_targets_has_a_closed_form(eps):
    s = ni.Scenario(users=1, antennas=4, target_angles_deg=())
    h = channels(range(8), 1, 4)
    design = ni.minimise_power(s, h, 7.0, csi_error=eps)
    expected = 10**0.7 * 0.01 / (np.linalg.norm(h[:, 0], axis=-1) - eps) ** 2
    np.testing.assert_allclose(design.objective_w, expected, rtol=1e-6)
    assert check(s, h, design).all()


@pytest.mark.slow
def test_orthogonal_channels_of_equal_strength_without_targets():
    """Two users that do not hear each other's beams: a matched filter each."""
    s = ni.Scenario(users=2, antennas=4, target_angles_deg=(), decoding="own")
    h = 0.5 * np.eye(4)[None, :2].astype(complex)
    np.testing.assert_allclose(ni.minimise_power(s, h, 7.0).objective_w, 2 * 10**0.7 * 0.01 / 0.25, rtol=1e-6)


def test_the_radiated_power_alone_as_objective():
    s = S.model_copy(update={"sensing_weight": 0.0})
    design = ni.minimise_power(s, H, 10.0)
    assert check(s, H, design).all()
    np.testing.assert_allclose(design.objective_w, np.sum(np.abs(design.beams) ** 2, axis=(1, 2)), rtol=1e-12)
    assert np.all(design.objective_w < ni.minimise_power(S, H, 10.0).objective_w)


@pytest.mark.parametrize(
    "name, call",
    [
        ("h", lambda: ni.minimise_power(S, np.where(np.arange(8) == 3, np.nan, H), 5.0)),
        ("h", lambda: ni.balance_sinr(S, np.where(np.arange(8) == 3, np.inf, H), 5.0)),
        ("h", lambda: ni.minimise_power_oma(S, H[:, :2], 5.0)),
        ("sinr_db", lambda: ni.minimise_power(S, H, np.nan)),
        ("sinr_db", lambda: ni.minimise_power(S, H, np.inf)),
        ("sinr_db", lambda: ni.minimise_power(S, H, [1.0, 2.0])),
        ("csi_error", lambda: ni.minimise_power(S, H, 5.0, csi_error=-0.1)),
        ("csi_error", lambda: ni.minimise_power(S, H, 5.0, csi_error=np.nan)),
        ("power_w", lambda: ni.balance_sinr(S, H, 0.0)),
        ("power_w", lambda: ni.balance_sinr(S, H, np.nan)),
        ("sensing", lambda: ni.minimise_power_oma(S, H, 5.0, sensing="sometimes")),
        ("noise_power_w", lambda: ni.Scenario(noise_power_w=np.nan)),
        ("sensing_power_w", lambda: ni.Scenario(sensing_power_w=float("nan"))),
        ("users", lambda: ni.Scenario(users=9)),
    ],
)
def test_bad_input_is_refused_by_name(name, call):
    with pytest.raises(ValueError, match=name):
        call()


# ---------------------------------------------------------------------------------------------------- item 6: shapes

ANGLES = (-60.0, 25.0, 0.0, 60.0)
SMALL = (4, 2, 1)
"""(antennas, users, targets)."""
SHAPES = [(4, 1, 1), (5, 2, 3), (4, 4, 0), (16, 4, 2), (12, 5, 1), (32, 3, 4), (32, 6, 2), (8, 3, 4)]
ROBUST_SHAPES = [(4, 1, 1), (5, 2, 3), (4, 4, 0), (16, 4, 2), (32, 3, 4), (32, 4, 3)]


def unequal(antennas, users, targets, **changes):
    """Noise, targets and errors all different; a power balance so wide that the correlation limit leaves rank one."""
    rng = np.random.default_rng(users + 10 * targets)
    return ni.Scenario(
        antennas=antennas,
        users=users,
        target_angles_deg=ANGLES[:targets],
        noise_power_w=tuple(rng.uniform(0.005, 0.02, users)),
        power_difference_w=0.05,
        **changes,
    )


def check_shape(antennas, users, targets, eps, drops):
    s, h = unequal(antennas, users, targets), channels(range(drops), users, antennas)
    rng = np.random.default_rng(1)
    target = rng.uniform(1.0, 6.0, users)
    error = eps * rng.uniform(0.5, 1.0, (drops, users))
    design = ni.minimise_power(s, h, target, csi_error=error)
    check(s, h, design)
    settled = np.isin(design.status_text, ["optimal", "rank1_recovered", "rank_gap", "infeasible"])
    assert settled.all(), design.status_text
    found = ~np.isin(design.status_text, ["infeasible"])
    assert found.any()
    assert np.all(np.abs(design.certificate.relaxed_gap[found]) <= (1e-5 if eps else 1e-6))
    assert np.all(design.certificate.relaxed_violation[found] <= 1e-6)
    return s, h, target, error, design


@pytest.mark.parametrize("eps", [0.0, pytest.param(0.03, marks=pytest.mark.slow)], ids=["nominal", "robust"])
def test_a_small_shape(eps):
    check_shape(*SMALL, eps, 4)


@pytest.mark.slow
@pytest.mark.parametrize("antennas, users, targets", SHAPES)
def test_nominal_shapes_against_an_independent_solver(antennas, users, targets):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    s, h, target, _, design = check_shape(antennas, users, targets, 0.0, 16)
    found = reference.minimise_power(s, h[:1], 10 ** (target / 10), 0.0)
    np.testing.assert_allclose(design.relaxed_objective_w[0], found.objective_w[0], rtol=2e-6)


@pytest.mark.slow
@pytest.mark.parametrize("antennas, users, targets", ROBUST_SHAPES)
def test_robust_shapes(antennas, users, targets):
    check_shape(antennas, users, targets, 0.03, 8)


def test_more_antennas_cost_no_larger_problem():
    """K + M vectors span a space of that size, whatever the array (spec A1)."""
    design = ni.minimise_power(S.model_copy(update={"antennas": 64}), channels(range(3), 3, 64), 8.0)
    assert check(S.model_copy(update={"antennas": 64}), channels(range(3), 3, 64), design).all()
    few = ni.minimise_power(S, H, 8.0)
    assert design.multipliers.sinr.shape == few.multipliers.sinr.shape
    assert np.linalg.matrix_rank(design.covariances.sum(axis=1), hermitian=True).max() <= 5
