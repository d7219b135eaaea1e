"""NOMA-ISAC where noise is nothing beside sensing and errors alone decide: served, or proven out of reach."""

from dataclasses import replace

import numpy as np
import pytest
from noma_cases import accepted, channels

from beamwright import noma_isac as ni
from beamwright.systems.noma_isac.physics import dual_bound, model
from beamwright.systems.noma_isac.physics.combination import combine
from beamwright.systems.noma_isac.solve import louder, relax

QUIET = ni.Scenario.small().model_copy(
    update={"noise_power_w": 1e-14, "decoding": "noise", "target_angles_deg": (-60.0,)}
)
H = channels([[7, i] for i in range(6)], 2, 4)


def problem(s, h, sinr, radius):
    shape = h.shape[:2]
    return model.make_problem(s, h, np.full(shape, float(sinr)), np.full(shape, radius))


def test_what_errors_put_out_of_reach_is_proven_although_noise_is_all_that_a_proof_has():
    """Rounding in the Newton system held the dual residual of these rays at 1e-8; refined, it goes on falling."""
    design = ni.minimise_power(QUIET, H, 45.0, 0.02)
    assert design.status_text == ["infeasible"] * 6 and np.all(design.bound_w > design.power_limit_w)
    assert np.all(design.iterations < 40)


def test_noise_below_the_accuracy_of_a_solver_is_served_all_the_same():
    """Covariances of the problem as it stands miss the SINR: what they leave for noise of 1e-7 W is rounding."""
    s, radius = QUIET.model_copy(update={"noise_power_w": 1e-7}), 1.0
    asked = problem(s, H, 0.9, radius)
    relaxed = relax(s, asked)
    missed = np.flatnonzero(louder._misses(s, asked, relaxed))
    assert len(missed) > 1
    served, changed = louder.serving(s, asked, relaxed, np.arange(6))
    assert changed[missed].all() and not louder._misses(s, asked, served).any()
    np.testing.assert_allclose(served.objective_w, relaxed.objective_w, rtol=1e-5)
    design = ni.minimise_power(s, H, 10 * np.log10(0.9), radius)
    assert "stalled" not in design.status_text and accepted(design).any()


def test_multipliers_for_more_noise_are_multipliers():
    """No matrix of the combined constraints knows the noise: what they prove here never exceeds what is served."""
    s = QUIET.model_copy(update={"noise_power_w": 1e-6})
    asked = problem(s, H, 10.0, 0.02)
    relaxed = relax(s, asked)
    shrink = louder._shrink(s, asked, 0.1)
    loud = relax(s, louder._louder(asked, shrink))
    bound = dual_bound(s, asked, louder._unshrunk(loud.multipliers, shrink)).bound_w
    assert np.all(loud.objective_w > relaxed.objective_w)
    assert np.all((bound > 0.5 * relaxed.objective_w) & (bound <= relaxed.objective_w * (1 + 1e-6)))


@pytest.mark.slow
def test_max_min_is_no_less_than_what_least_power_reaches_at_any_level():
    """A solver that cannot see the noise at some levels on the way ended the search there, at 43 dB of 98."""
    s, h = QUIET.model_copy(update={"noise_power_w": 1e-10}), channels([[7, 7], [7, 19]], 2, 4)
    assert np.all(ni.minimise_power(s, h, 80.0).objective_w < 3.0)
    assert np.all(ni.balance_sinr(s, h, 3.0).balanced_sinr > 10**8.0)


def test_the_mass_that_rounding_is_weighed_by_holds_all_that_cancels():
    """mass - G and mass + G are positive semidefinite, and what an error cancels of its estimate counts in full."""
    rng = np.random.default_rng(3)
    s = QUIET.model_copy(update={"decoding": "chain"})
    asked = problem(s, H, 3.0, 1.0)
    lmi = rng.standard_normal((6, 2, 2, 4, 7)) + 1j * rng.standard_normal((6, 2, 2, 4, 7))
    lmi = lmi @ np.conj(np.swapaxes(lmi, -1, -2))
    multipliers = replace(relax(QUIET, asked).multipliers, lmi=lmi, floor=rng.random((6, 1)))
    found = combine(s, asked, multipliers)
    for sign in (1, -1):
        assert np.linalg.eigvalsh(found.mass + sign * found.matrix).min() > -1e-9
    edge = np.concatenate([-H[..., None, :] @ np.conj(multipliers.basis)[:, None], np.ones((6, 2, 1, 1))], axis=-1)[
        ..., 0, :
    ]
    nothing = edge[:, None, :, :, None] * np.conj(edge[:, None, :, None, :]) * np.eye(2)[:, :, None, None]
    hollow = combine(s, asked, replace(multipliers, lmi=nothing, floor=np.zeros((6, 1))))
    trace = np.trace(hollow.mass, axis1=-2, axis2=-1).real
    assert np.all(trace[:, 0] > np.sum(np.abs(H[:, 0]) ** 2, axis=-1))


@pytest.mark.slow  # a robust program of its own
def test_a_target_exactly_at_the_limit_is_called_neither_served_nor_out_of_reach():
    """Errors of 0.9 of the expected length, 0 dB: in all rows W_1 = W_2 = c x x^H cancels, x being across h_2."""
    s, radius = QUIET.model_copy(update={"antennas": 2, "decoding": "own", "noise_power_w": 1e-10}), 0.9 * np.sqrt(2)
    h = channels([[7, 1], [7, 11]], 2, 2)
    below, exactly, above = (ni.minimise_power(s, h, sinr_db, radius) for sinr_db in (-1e-8, 0.0, 1e-4))
    assert np.all(below.certificate.relaxed_violation <= 1e-6) and np.all(below.certificate.relaxed_gap <= 1e-5)
    np.testing.assert_allclose(below.relaxed_objective_w, [3.54, 9.54], atol=0.01)
    assert above.status_text == ["infeasible"] * 2 and np.all(above.bound_w > 1e15)
    assert set(exactly.status_text) <= {"stalled", "rank_gap"} and np.all(exactly.bound_w < 1e5)
