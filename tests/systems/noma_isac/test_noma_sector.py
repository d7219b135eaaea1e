"""A sector that must stay quiet for all steering vectors in a ball: against CVXPY, by attack, in the certificate."""

from dataclasses import replace

import numpy as np
import pytest
from noma_cases import ACCEPTED, channels

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.physics import dual_bound
from beamwright.systems.noma_isac.physics.combination import combine

FREE = ni.Scenario.small()
H = channels(range(3), 2, 4)
ERROR = 0.1
QUIET = FREE.derived(quiet_angles_deg=(-20.0, -35.0), quiet_power_w=(0.05, 0.03), steering_error=ERROR)


@pytest.fixture(scope="module")
def designs():
    return {eps: ni.minimise_power(QUIET, H, 8.0, eps) for eps in (0.0, 0.05)}


def attacked_w(beams, count=4000):
    """Largest power towards the directions over random errors on the sphere, (drops, directions)."""
    rng = np.random.default_rng(0)
    d = rng.standard_normal((count, 1, 4)) + 1j * rng.standard_normal((count, 1, 4))
    v = QUIET.steering_towards(QUIET.quiet_angles_deg) + ERROR * d / np.linalg.norm(d, axis=-1, keepdims=True)
    return np.sum(np.abs(np.einsum("cqn,dkn->dcqk", v.conj(), beams)) ** 2, axis=-1).max(axis=1)


@pytest.mark.parametrize("eps", [0.0, 0.05])
def test_the_sector_is_quiet_whatever_the_error_and_the_optimum_is_that_of_cvxpy(designs, eps):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    design, free = designs[eps], ni.minimise_power(FREE, H, 8.0, eps)
    assert set(design.status_text) <= set(ACCEPTED)
    assert np.all(attacked_w(free.beams).max(axis=0) > QUIET.quiet_power_w), "the sector is quiet by itself"
    assert np.all(attacked_w(design.beams) <= np.multiply(QUIET.quiet_power_w, 1 + 1e-6))
    assert np.all(design.certificate.limit_violation <= 1e-6) and np.all(design.certificate.relaxed_gap <= 1e-5)
    theirs = reference.minimise_power(QUIET, H, 10**0.8, eps)
    np.testing.assert_allclose(design.relaxed_objective_w, theirs.objective_w, rtol=1e-4)
    proven = dual_bound(QUIET, design.problem(H), theirs.multipliers).bound_w
    np.testing.assert_allclose(proven, design.relaxed_objective_w, rtol=1e-3)
    mute = replace(theirs.multipliers, balls=0 * theirs.multipliers.balls)
    assert np.any(dual_bound(QUIET, design.problem(H), mute).bound_w < proven * (1 - 1e-3))


def test_the_violation_is_that_of_the_worst_steering_vector(designs):
    """Exact: never below an attack, and attained."""
    free = ni.minimise_power(FREE, H, 8.0)
    judged = ni.certify(QUIET, H, replace(designs[0.0], beams=free.beams)).limit_violation
    sampled = (attacked_w(free.beams) / QUIET.quiet_power_w).max(axis=1) - 1
    assert np.all(judged >= np.maximum(sampled, 0))
    np.testing.assert_allclose(judged, sampled, atol=0.05 * (1 + sampled.max()))


def test_matrices_in_the_bound_are_the_conditions_at_their_errors(designs):
    """T = t t^H adds Q |t2|^2 - v^H R v, v = t2 a + radius B t1: the condition at one error, times |t2|^2."""
    rng, m = np.random.default_rng(2), designs[0.05].multipliers
    t = rng.standard_normal((3, 2, m.lmi.shape[-1], 2)) @ [1, 1j]
    t[..., -1] += 3 * np.linalg.norm(t, axis=-1)
    factor = rng.standard_normal((3, 2, 4, 2)) + 1j * rng.standard_normal((3, 2, 4, 2))
    w, asked = factor @ np.conj(np.swapaxes(factor, -1, -2)), designs[0.05].problem(H)
    some = combine(QUIET, asked, replace(m, balls=t[..., :, None] * np.conj(t[..., None, :])))
    none = combine(QUIET, asked, replace(m, balls=0 * m.balls))
    v = t[..., -1:] * QUIET.steering_towards(QUIET.quiet_angles_deg) + ERROR * np.einsum(
        "dar,dqr->dqa", m.basis, t[..., :-1]
    )
    received = np.einsum("dqa,dab,dqb->dq", v.conj(), w.sum(axis=1), v).real
    expected = np.sum(np.multiply(QUIET.quiet_power_w, np.abs(t[..., -1]) ** 2) - received, axis=1)
    full = some.basis[:, None] @ (some.matrix - none.matrix) @ np.conj(np.swapaxes(some.basis, -1, -2))[:, None]
    added = np.einsum("dkab,dkba->d", full, w).real - (some.value - none.value)
    np.testing.assert_allclose(added, expected, rtol=1e-9)
    change, mass = some.matrix - none.matrix, some.mass - none.mass
    assert np.all(np.linalg.eigvalsh(mass + change) > -1e-9) and np.all(np.linalg.eigvalsh(mass - change) > -1e-9)


def test_without_an_error_the_limits_are_rows_and_an_error_only_costs(designs):
    reference = pytest.importorskip("beamwright.systems.noma_isac.methods.cvxpy_relaxation")
    exact = QUIET.derived(steering_error=0.0)
    design = ni.minimise_power(exact, H, 8.0)
    assert np.all(design.relaxed_objective_w <= designs[0.0].relaxed_objective_w * (1 + 1e-7))
    assert np.all(design.certificate.limit_violation <= 1e-6) and np.all(design.certificate.relaxed_gap <= 1e-6)
    theirs = reference.minimise_power(exact, H, 10**0.8)
    np.testing.assert_allclose(design.relaxed_objective_w, theirs.objective_w, rtol=1e-4)
    proven = dual_bound(exact, design.problem(H), theirs.multipliers).bound_w
    np.testing.assert_allclose(proven, design.relaxed_objective_w, rtol=1e-3)
    tiny = ni.minimise_power(QUIET.derived(steering_error=1e-6), H, 8.0)
    np.testing.assert_allclose(tiny.relaxed_objective_w, design.relaxed_objective_w, rtol=1e-5)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"quiet_power_w": (0.1,)}, r"quiet_power_w must be one number or one per direction \(2\), got 1 numbers"),
        ({"steering_error": -0.1}, "steering_error must be >= 0, got -0.1"),
    ],
)
def test_sectors_that_make_no_sense_are_refused_by_name(values, message):
    with pytest.raises(ValueError, match=message):
        ni.Scenario(**{**QUIET.model_dump(), **values})
