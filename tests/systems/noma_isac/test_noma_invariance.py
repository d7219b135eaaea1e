"""What must not change a NOMA-ISAC design, and what must change it one way only (spec section 8, items 4, 5)."""

import numpy as np
import pytest
from noma_cases import channels, check

from beamwright import noma_isac as ni
from beamwright.core import db_to_linear
from beamwright.systems.noma_isac.physics.model import make_problem
from beamwright.systems.noma_isac.solve import relax

S = ni.Scenario()
H = channels(range(3))
RTOL = 1e-7
UNEQUAL = ni.Scenario(noise_power_w=(0.01, 0.02, 0.005))
SINR_DB, EPS = np.array([6.0, 8.0, 4.0]), np.array([0.05, 0.02, 0.03])

both = pytest.mark.parametrize("eps", [0.0, EPS], ids=["nominal", "robust"])


def with_noise(noise):
    return UNEQUAL.model_copy(update={"noise_power_w": tuple(noise)})


def cost(s, h, sinr_db=SINR_DB, eps=0.0):
    """Optimum of the relaxation."""
    target, error = (np.broadcast_to(x, h.shape[:2]) for x in (db_to_linear(sinr_db), eps))
    return relax(s, make_problem(s, h, target, error)).objective_w


# ------------------------------------------------------------------------------------------------ item 5: invariance


@both
def test_input_order_of_users(eps):
    """Everything, targets, noise and errors included, follows the users."""
    order = [2, 0, 1]
    one = ni.minimise_power(UNEQUAL, H, SINR_DB, csi_error=eps)
    moved = with_noise(np.array(UNEQUAL.noise_power_w)[order])
    eps = np.broadcast_to(eps, 3)
    other = ni.minimise_power(moved, H[:, order], SINR_DB[order], csi_error=eps[order])
    np.testing.assert_allclose(other.relaxed_objective_w, one.relaxed_objective_w, rtol=RTOL)
    np.testing.assert_allclose(other.bound_w, one.bound_w, rtol=RTOL)
    np.testing.assert_array_equal(np.array(order)[other.order], one.order)
    assert other.status_text == one.status_text
    np.testing.assert_allclose(other.covariances, one.covariances[:, order], atol=1e-4)
    np.testing.assert_allclose(other.sinr, one.sinr[:, order][:, :, order], rtol=1e-4)


@both
def test_phase_of_a_channel(eps):
    turned = H * np.exp(1j * np.array([0.3, 2.0, -1.0]))[:, None]
    np.testing.assert_allclose(cost(UNEQUAL, turned, eps=eps), cost(UNEQUAL, H, eps=eps), rtol=RTOL)


@both
def test_order_of_targets(eps):
    reverse = UNEQUAL.model_copy(update={"target_angles_deg": UNEQUAL.target_angles_deg[::-1]})
    np.testing.assert_allclose(cost(reverse, H, eps=eps), cost(UNEQUAL, H, eps=eps), rtol=RTOL)


@both
@pytest.mark.parametrize("scale", [1e-3, 50.0])
def test_unit_of_power(scale, eps):
    """(sigma2, Ps, Pdiff, xi) -> (s, s, s, s^2) scales J by s."""
    scaled = UNEQUAL.model_copy(
        update={
            "noise_power_w": tuple(scale * np.array(UNEQUAL.noise_power_w)),
            "sensing_power_w": scale * UNEQUAL.sensing_power_w,
            "power_difference_w": scale * UNEQUAL.power_difference_w,
            "cross_correlation_w2": scale**2 * UNEQUAL.cross_correlation_w2,
        }
    )
    np.testing.assert_allclose(cost(scaled, H, eps=eps), scale * cost(UNEQUAL, H, eps=eps), rtol=RTOL)


@both
@pytest.mark.parametrize("scale", [1e-4, 30.0])
def test_unit_of_amplitude(scale, eps):
    """(h, eps, sigma2) -> (s h, s eps, s^2 sigma2) changes nothing: real channels are -100 dB."""
    scaled = with_noise(scale**2 * np.array(UNEQUAL.noise_power_w))
    np.testing.assert_allclose(
        cost(scaled, scale * H, eps=scale * np.asarray(eps)), cost(UNEQUAL, H, eps=eps), rtol=RTOL
    )


@pytest.mark.parametrize("eps", [0.0, pytest.param(EPS, marks=pytest.mark.slow)], ids=["nominal", "robust"])
def test_rotation_of_the_array_without_targets(eps):
    s = UNEQUAL.model_copy(update={"target_angles_deg": ()})
    rng = np.random.default_rng(1)
    unitary = np.linalg.qr(rng.standard_normal((8, 8)) + 1j * rng.standard_normal((8, 8)))[0]
    np.testing.assert_allclose(cost(s, H @ unitary, eps=eps), cost(s, H, eps=eps), rtol=RTOL)


def test_balanced_sinr_does_not_depend_on_order_phase_or_units():
    one = ni.balance_sinr(S, H, 6.0).relaxed_sinr
    turned = H[:, [1, 2, 0]] * np.exp(1j * np.array([0.3, 2.0, -1.0]))[:, None]
    scaled = S.model_copy(
        update={"noise_power_w": 0.02, "sensing_power_w": 4.0, "power_difference_w": 2e-3, "cross_correlation_w2": 40.0}
    )
    np.testing.assert_allclose(ni.balance_sinr(scaled, turned, 12.0).relaxed_sinr, one, rtol=RTOL)


def test_a_drop_does_not_see_its_neighbours():
    """The same bits alone, among others and in a larger batch."""
    alone, together = ni.minimise_power(S, H[1], 10.0), ni.minimise_power(S, H, 10.0)
    np.testing.assert_array_equal(alone.beams[0], together.beams[1])
    np.testing.assert_array_equal(alone.relaxed_objective_w[0], together.relaxed_objective_w[1])


@pytest.mark.slow
@pytest.mark.parametrize("eps", [0.0, 0.05])
def test_a_drop_does_not_see_the_size_of_the_batch(eps):
    """Tiles of two widths are compiled apart: the answer is the same to rounding, the certificate to its tolerance."""
    h = channels(range(70))
    whole, part = ni.minimise_power(S, h, 8.0, csi_error=eps), ni.minimise_power(S, h[:5], 8.0, csi_error=eps)
    np.testing.assert_array_equal(whole.relaxed_objective_w[:5], part.relaxed_objective_w)
    np.testing.assert_array_equal(whole.beams[:5], part.beams)


# -------------------------------------------------------------------------------------------------- item 4: monotony


def rising(values, strictly=True):
    """Along the first axis, within the solver's accuracy."""
    step = np.diff(np.asarray(values), axis=0)
    assert np.all(step >= -1e-8 * np.abs(np.asarray(values)[1:]))
    assert not strictly or np.any(step > 1e-6)


@both
def test_power_rises_with_the_target(eps):
    rising([cost(S, H, x, eps) for x in (2.0, 5.0, 7.0, 9.0)])


def test_power_rises_with_the_channel_error():
    rising([cost(S, H, 8.0, x) for x in (0.0, 1e-3, 0.02, 0.05, 0.1)])


@both
def test_power_rises_with_the_sensing_floor(eps):
    rising([cost(S.model_copy(update={"sensing_power_w": x}), H, 8.0, eps) for x in (0.5, 1.0, 2.0, 3.0)])


@both
def test_power_falls_as_sensing_is_relaxed(eps):
    rising([cost(S.model_copy(update={"cross_correlation_w2": x}), H, 8.0, eps) for x in (10.0, 0.5, 0.2, 0.05)])
    weak = S.model_copy(update={"sensing_power_w": 0.05})  # the floor alone would make all powers equal
    rising([cost(weak.model_copy(update={"power_difference_w": x}), H, 10.0, eps) for x in (2.0, 0.1, 1e-2, 1e-3)])


def test_a_small_error_costs_little():
    np.testing.assert_allclose(cost(S, H, 8.0, 1e-6), cost(S, H, 8.0), rtol=1e-5)


def test_the_genie_is_never_dearer():
    own = S.model_copy(update={"decoding": "own"})
    rising([cost(own, H, 10.0), cost(S, H, 10.0)])


@pytest.mark.slow
def test_requirements_in_every_slot_are_never_cheaper():
    average, slot = (
        ni.minimise_power_oma(S, H, 10.0, sensing=sensing).relaxed_objective_w for sensing in ("average", "slot")
    )
    rising([average, slot])


@pytest.mark.slow
def test_ordering_never_cheaper_and_free_where_targets_exceed_one():
    """The demanded power order follows from SINR targets above one (specification, P1 e)."""
    ordered = S.model_copy(update={"sic_order": True})
    rising([cost(S, H, 5.0), cost(ordered, H, 5.0)], strictly=False)
    np.testing.assert_allclose(cost(ordered, H, 5.0), cost(S, H, 5.0), rtol=5e-6)


def test_balanced_sinr_rises_with_the_budget():
    rising([ni.balance_sinr(S, H, x).relaxed_sinr for x in (5.0, 6.0, 8.0)])


def test_every_point_of_these_curves_is_certified():
    for sinr_db in (2.0, 9.0):
        for eps in (0.0, 1e-6, 0.05):
            design = ni.minimise_power(S, H[1:], sinr_db, csi_error=eps)
            assert check(S, H[1:], design).all()
