"""Limits on the power of antennas: against CVXPY, in the certificate, where they bind, cannot be met, or are idle."""

from dataclasses import replace

import numpy as np
import pytest
from noma_cases import ACCEPTED, channels

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.physics import dual_bound
from beamwright.systems.noma_isac.physics.combination import combine

FREE = ni.Scenario.small()
H = channels(range(3), 2, 4)
LIMIT_W = (0.14, 0.16, 0.14, 0.21)
TIGHT = FREE.derived(antenna_power_limit_w=LIMIT_W)


def antenna_power_w(design):
    return np.sum(np.abs(design.beams) ** 2, axis=1)


def check(design, free, limit_w=LIMIT_W):
    """Limits that bind: kept, paid for, and proven to be worth it."""
    assert set(design.status_text) <= set(ACCEPTED)
    assert np.all((antenna_power_w(free) > limit_w).any(axis=1)), "a drop that meets the limits by itself"
    assert np.all(antenna_power_w(design) <= np.multiply(limit_w, 1 + 1e-6))
    assert np.all(design.objective_w > free.objective_w * (1 + 1e-5))
    assert np.all(design.certificate.limit_violation <= 1e-6)
    assert "limit_violation" in design.certificate.violations
    assert np.all(design.certificate.relaxed_gap <= (1e-5 if design.csi_error.any() else 1e-6))


@pytest.fixture(scope="module")
def designs():
    return {eps: ni.minimise_power(TIGHT, H, 8.0, eps) for eps in (0.0, 0.05)}


@pytest.mark.parametrize("eps", [0.0, 0.05])
def test_limits_bind_and_the_optimum_is_that_of_cvxpy(designs, eps):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    check(designs[eps], ni.minimise_power(FREE, H, 8.0, eps))
    theirs = reference.minimise_power(TIGHT, H, 10**0.8, eps)
    np.testing.assert_allclose(designs[eps].relaxed_objective_w, theirs.objective_w, rtol=1e-5)
    asked = designs[eps].problem(H)
    proven = dual_bound(TIGHT, asked, theirs.multipliers).bound_w
    np.testing.assert_allclose(proven, designs[eps].relaxed_objective_w, rtol=1e-4)
    mute = replace(theirs.multipliers, limits=0 * theirs.multipliers.limits)
    assert np.all(dual_bound(TIGHT, asked, mute).bound_w < proven * (1 - 1e-4)), "the limits prove nothing"


def test_beams_of_somebody_who_ignores_the_limits_are_found_out(designs):
    free = ni.minimise_power(FREE, H, 8.0)
    judged = ni.certify(TIGHT, H, replace(designs[0.0], beams=free.beams))
    np.testing.assert_allclose(judged.limit_violation, (antenna_power_w(free) / LIMIT_W).max(axis=1) - 1, rtol=1e-9)
    assert not ni.certify(FREE, H, free).limit_violation.any()
    truth = ni.Realisation(known=H, truth=H)
    scored = ni.SYSTEM.evaluate(TIGHT, truth, free)
    np.testing.assert_allclose(scored.limit_violation, judged.limit_violation, rtol=1e-9)


def test_idle_limits_change_nothing_and_impossible_ones_are_proven_impossible():
    idle = ni.minimise_power(FREE.derived(antenna_power_limit_w=1e3), H, 8.0)
    np.testing.assert_allclose(idle.objective_w, ni.minimise_power(FREE, H, 8.0).objective_w, rtol=1e-7)
    none = ni.minimise_power(FREE.derived(antenna_power_limit_w=0.02), H, 8.0)
    assert none.status_text == ["infeasible"] * 3 and np.all(none.bound_w > none.power_limit_w)


def test_max_min_ends_where_the_antennas_do():
    budget_w = 4.0
    free, tight = (ni.balance_sinr(s, H, budget_w) for s in (FREE, TIGHT))
    assert set(tight.status_text) <= set(ACCEPTED)
    assert np.all(tight.balanced_sinr < free.balanced_sinr)
    assert np.all(tight.certificate.limit_violation <= 1e-6) and np.all(tight.objective_w < budget_w)


@pytest.mark.slow
@pytest.mark.parametrize("sensing", ["average", "slot"])
def test_users_in_turns_against_cvxpy(sensing):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    design = ni.minimise_power_oma(TIGHT, H, 4.0, sensing=sensing)
    oma = ni.Oma.AVERAGE if sensing == "average" else ni.Oma.SLOT
    theirs = reference.minimise_power(TIGHT, H, reference.slot_sinr(10**0.4, 2), oma=oma)
    np.testing.assert_allclose(design.relaxed_objective_w, theirs.objective_w, rtol=1e-5)
    powers = np.abs(design.beams) ** 2
    worst = powers.max(axis=1) if sensing == "slot" else powers.sum(axis=1)
    assert np.all(worst <= np.multiply(LIMIT_W, 1 + 1e-6)) and np.all(design.certificate.relaxed_gap <= 1e-6)
    np.testing.assert_allclose(
        dual_bound(TIGHT, design.problem(H), theirs.multipliers).bound_w, design.relaxed_objective_w, rtol=1e-4
    )


@pytest.mark.parametrize("oma", [ni.Oma.NONE, ni.Oma.SLOT])
def test_the_rows_in_the_bound_are_the_limits_times_their_multipliers(oma):
    """What limits add to sum_k tr(G_k W_k) - value is sum_n y_n (P_n - R_nn), of the frame or of every slot."""
    rng = np.random.default_rng(1)
    factor = rng.standard_normal((3, 2, 4, 2)) + 1j * rng.standard_normal((3, 2, 4, 2))
    w = factor @ np.conj(np.swapaxes(factor, -1, -2))
    multipliers = ni.minimise_power_oma(FREE, H, 4.0, sensing="slot") if oma else ni.minimise_power(FREE, H, 8.0)
    asked, blank = multipliers.problem(H), multipliers.multipliers
    y = rng.standard_normal((3, 2, 4) if oma else (3, 4))

    def left(s, m):
        found = combine(s, asked, m)
        full = found.basis[:, None] @ found.matrix @ np.conj(np.swapaxes(found.basis, -1, -2))[:, None]
        return np.einsum("dkab,dkba->d", full, w).real - found.value

    added = left(TIGHT, replace(blank, limits=y)) - left(FREE, blank)
    power = np.diagonal(w, axis1=-2, axis2=-1).real
    power = power if oma else power.sum(axis=1)
    expected = np.sum(np.maximum(y, 0) * (np.array(LIMIT_W) - power), axis=tuple(range(1, y.ndim)))
    np.testing.assert_allclose(added, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ((0.1, 0.2), r"antenna_power_limit_w must be one number or one per antenna \(4\), got 2 numbers"),
        (0.0, "antenna_power_limit_w must be >= 1e-30, got 0.0"),
        ("much", "antenna_power_limit_w must be a number or one number per antenna"),
    ],
)
def test_limits_that_make_no_sense_are_refused_by_name(value, message):
    with pytest.raises(ValueError, match=message):
        ni.Scenario(antennas=4, users=2, target_angles_deg=(30.0,), antenna_power_limit_w=value)
