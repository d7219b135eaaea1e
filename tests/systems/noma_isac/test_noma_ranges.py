"""NOMA-ISAC where people use it: high SINR, tiny and exact budgets, any unit of power (files in ``cases``)."""

from pathlib import Path

import numpy as np
import pytest
from noma_cases import ACCEPTED, accepted, channels

from beamwright import noma_isac as ni
from beamwright.arrays import planar_positions, plane_wave

CASES = Path(__file__).parent / "cases"
HIGH = np.load(CASES / "maxmin_high_snr" / "high_snr.npz")["h"]
LOW = np.load(CASES / "maxmin_low_sinr" / "low.npz")["h"]
SMALL = ni.Scenario.small()
QUIET = SMALL.model_copy(update={"noise_power_w": 1e-6})


def level_db(design):
    return 10 * np.log10(design.balanced_sinr)


def test_max_min_at_high_snr_attains_the_bound_and_spends_the_budget():
    """Levels by CVXPY and Clarabel, bisection of the relaxation, to the two digits they are known to."""
    for power_w, right_db in ((3.0, [34.58, 33.90, 31.26, 33.68]), (10.0, [38.91, 38.66, 36.12, 37.22])):
        design = ni.balance_sinr(QUIET, HIGH, power_w)
        assert design.status_text == ["optimal"] * 4
        np.testing.assert_allclose(level_db(design), right_db, atol=0.02)
        np.testing.assert_allclose(design.objective_w, power_w, rtol=1e-6)
        assert np.all(design.certificate.gap <= 1e-6) and np.all(design.balanced_sinr < design.relaxed_sinr)


def test_least_power_at_high_sinr():
    """By CVXPY and Clarabel to four digits; noise is a millionth of the power."""
    design = ni.minimise_power(QUIET, HIGH, 35.0)
    assert design.status_text == ["optimal"] * 4
    np.testing.assert_allclose(design.objective_w, [3.183, 3.498, 6.681, 4.120], rtol=3e-4)


@pytest.mark.parametrize("noise_w", [1e-14, 1e-10, 1e-2, 1e2])
@pytest.mark.parametrize("decoding", ["chain", "own", "noise"])
def test_no_noise_and_no_target_stalls_the_solver(noise_w, decoding):
    """Power rises with the target, and every answer is a certified design or a proof that there is none."""
    s, h = SMALL.model_copy(update={"noise_power_w": noise_w, "decoding": decoding}), channels(range(8), 2, 4)
    last = np.zeros(8)
    for sinr_db in (-10.0, 8.0, 25.0, 45.0):
        design = ni.minimise_power(s, h, sinr_db)
        assert set(design.status_text) <= {*ACCEPTED, "infeasible"}, sinr_db
        good = accepted(design)
        assert np.all(design.certificate.gap[good] <= 1e-6) and np.all(
            design.objective_w[good] >= last[good] * (1 - 1e-6)
        )
        assert np.all(design.bound_w[~good] > design.power_limit_w[~good])
        last = np.where(good, design.objective_w, np.inf)


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1e7, 1e12])
def test_another_unit_of_power_changes_nothing(unit):
    """No limit is absolute: (noise, Ps, Pdiff, sqrt xi, budget) times a factor gives powers times that factor."""
    h = channels(range(4), 2, 4)
    s = SMALL.model_copy(
        update={
            "noise_power_w": unit * 0.01,
            "sensing_power_w": unit * SMALL.sensing_power_w,
            "power_difference_w": unit * SMALL.power_difference_w,
            "cross_correlation_w2": unit**2 * SMALL.cross_correlation_w2,
        }
    )
    one, other = ni.minimise_power(SMALL, h, 20.0), ni.minimise_power(s, h, 20.0)
    assert one.status_text == other.status_text == ["optimal"] * 4
    np.testing.assert_allclose(other.objective_w / unit, one.objective_w, rtol=1e-7)
    np.testing.assert_allclose(
        ni.balance_sinr(s, h, 6.0 * unit).balanced_sinr, ni.balance_sinr(SMALL, h, 6.0).balanced_sinr, rtol=1e-6
    )


def test_max_min_with_a_tiny_budget_is_proportional_to_it():
    s = SMALL.model_copy(update={"target_angles_deg": (), "noise_power_w": 1.0})
    for power_w in (1e-9, 1e-6):
        design = ni.balance_sinr(s, LOW, power_w)
        assert design.status_text == ["optimal"] * 4
        right = power_w * np.array([3.385, 1.635, 0.9132, 1.733])
        np.testing.assert_allclose(design.balanced_sinr, right, rtol=3e-4)
        np.testing.assert_allclose(design.objective_w, power_w, rtol=1e-6)


def test_max_min_at_the_sensing_floor_uses_what_sensing_radiates():
    for power_w in (2.5, 2.5 * (1 + 1e-9)):
        design = ni.balance_sinr(SMALL, LOW, power_w)
        assert design.status_text == ["optimal"] * 4
        np.testing.assert_allclose(design.balanced_sinr, [10.2, 4.4, 2.9, 9.7], atol=0.06)
    below = ni.balance_sinr(SMALL, LOW, 2.5 * (1 - 1e-4))
    assert below.status_text == ["infeasible"] * 4 and np.isnan(below.beams).all()


@pytest.mark.slow  # compiles a robust program of its own
def test_robust_max_min_reports_what_its_beams_have_in_the_worst_case():
    h = channels(range(6), 2, 4)
    s = SMALL.model_copy(update={"noise_power_w": 0.003})
    levels = []
    for power_w in (4.0, 20.0):
        design = ni.balance_sinr(s, h, power_w, 0.1)
        worst = np.nanmin(ni.worst_case_sinr(s, h, design.beams, 0.1).sinr, axis=(1, 2))
        np.testing.assert_allclose(design.balanced_sinr, worst, rtol=1e-9)
        assert accepted(design).all() and np.all(design.objective_w <= power_w * (1 + 1e-6))
        assert np.all(design.balanced_sinr <= design.relaxed_sinr)
        levels.append(design.balanced_sinr)
    assert np.all(levels[1] >= levels[0])


def test_robust_max_min_at_high_snr_is_no_less_than_what_least_power_reaches():
    """Errors alone limit the level: covariances of a solver that stalls beyond it were taken for affordable ones."""
    s = SMALL.model_copy(update={"noise_power_w": 1e-14, "decoding": "noise", "target_angles_deg": (-60.0,)})
    h = channels([0, 3], 2, 4)
    least, fair = ni.minimise_power(s, h, 25.0, 0.02), ni.balance_sinr(s, h, 3.0, 0.02)
    assert accepted(least).all() and np.all(least.objective_w < 3)
    assert accepted(fair).all() and np.all(fair.balanced_sinr > 10**2.5) and np.all(fair.certificate.gap < 0.1)


@pytest.mark.slow
def test_where_rounding_undoes_the_proof_of_a_level_no_design_says_that_it_is_good():
    """Interference to be cancelled to 100 dB and more: what is accepted is below what is out of reach, and rises."""
    s, last = SMALL.model_copy(update={"noise_power_w": 1e-12, "decoding": "noise"}), np.zeros(8)
    for power_w in (3.0, 10.0, 50.0):
        design = ni.balance_sinr(s, channels(range(8), 2, 4), power_w)
        good = accepted(design)
        assert np.all(design.balanced_sinr[good] < design.relaxed_sinr[good])
        assert np.all(design.balanced_sinr[good] >= last[good] * (1 - 1e-6))
        assert design.status_text == ni.certify(s, channels(range(8), 2, 4), design).status_text
        last = np.where(good, design.balanced_sinr, 0.0)


def test_no_limit_is_as_good_as_a_wide_one():
    """``power_difference_w`` and ``cross_correlation_w2`` so large that they mean nothing."""
    s, h = ni.Scenario(), channels(range(3))
    free = s.model_copy(update={"power_difference_w": 1e9, "cross_correlation_w2": 1e12})
    wide = s.model_copy(update={"power_difference_w": 30.0, "cross_correlation_w2": 1e3})
    one, other = ni.minimise_power(free, h, 8.0), ni.minimise_power(wide, h, 8.0)
    assert one.status_text == other.status_text == ["optimal"] * 3
    np.testing.assert_allclose(one.objective_w, other.objective_w, rtol=1e-7)


def test_infeasible_drops_have_no_beams_and_no_power():
    design = ni.minimise_power(ni.Scenario(), channels(range(3)), 45.0)
    assert design.status_text == ["infeasible"] * 3 and np.all(design.bound_w > design.power_limit_w)
    for name in ("beams", "inner", "objective_w", "relaxed_objective_w", "sinr"):
        assert np.isnan(getattr(design, name)).all(), name


def test_all_other_streams_as_noise_is_the_textbook_downlink():
    """Four users at four antennas, SINR 10 dB, by CVXPY; and the values of spec section 5 without targets."""
    angles = np.deg2rad([-33.0, -78.0, 10.0, 64.0])
    h = np.exp(1j * np.pi * np.arange(4) * np.sin(angles)[:, None])[None]
    s = ni.Scenario(antennas=4, users=4, target_angles_deg=(), decoding="noise")
    np.testing.assert_allclose(ni.minimise_power(s, h, 10.0).objective_w, [0.4954], atol=5e-5)
    s, h = ni.Scenario(target_angles_deg=(), decoding="noise"), channels(range(3))
    exact = ni.minimise_power(s, h, 8.0)
    np.testing.assert_allclose(exact.objective_w, [0.0397018, 0.0498649, 0.0456886], rtol=1e-5)
    gains = np.abs(np.einsum("dla,dka->dlk", h.conj(), exact.beams)) ** 2
    own = np.diagonal(gains, axis1=1, axis2=2)
    np.testing.assert_allclose(own / (gains.sum(axis=2) - own + 0.01), 10**0.8, rtol=1e-6)


def test_max_min_with_all_other_streams_as_noise():
    s, h = SMALL.model_copy(update={"decoding": "noise", "noise_power_w": 1e-4}), channels(range(6), 2, 4)
    design = ni.balance_sinr(s, h, 4.0)
    assert accepted(design).all() and np.all(design.certificate.gap <= 1e-6)


class TestSteeringVectors:
    """Any array: its steering vectors instead of directions of a linear one."""

    h = channels(range(2), 2, 4)

    def planar(self):
        azimuth, elevation = np.radians(-20.0), np.radians(10.0)
        direction = [np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)]
        vectors = plane_wave(planar_positions(2, 2), np.array([direction]))
        return ni.Scenario(antennas=4, users=2, steering_vectors=vectors)

    def test_those_of_the_linear_array_change_nothing(self):
        s = ni.Scenario.small()
        own = s.model_copy(update={"steering_vectors": s.steering, "target_angles_deg": ()})
        assert own.targets == 1
        np.testing.assert_array_equal(own.steering, s.steering)
        turned = own.model_copy(update={"steering_sign": -1})
        np.testing.assert_array_equal(turned.steering, s.model_copy(update={"steering_sign": -1}).steering)
        one, other = (ni.minimise_power(x, self.h, 8.0) for x in (s, own))
        np.testing.assert_array_equal(other.beams, one.beams)

    def test_a_planar_array_illuminates_its_target_in_any_unit(self):
        s = self.planar()
        design = ni.minimise_power(s, self.h, 8.0)
        assert design.status_text == ["optimal"] * 2
        power_w = np.sum(np.abs(design.beams @ s.steering[0].conj()) ** 2, axis=1)
        assert np.all(power_w >= s.sensing_power_w * (1 - 1e-6))
        scaled = s.model_copy(
            update={
                "steering_vectors": 10 * s.steering, "sensing_power_w": 200.0, "sensing_weight": 0.01
            }
        )  # fmt: skip
        np.testing.assert_allclose(ni.minimise_power(scaled, self.h, 8.0).objective_w, design.objective_w, rtol=1e-6)

    def test_a_file_keeps_them(self, tmp_path):
        s = self.planar()
        s.to_yaml(tmp_path / "s.yaml")
        assert ni.Scenario.from_yaml(tmp_path / "s.yaml") == s

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"target_angles_deg": (3.0,)}, "target_angles_deg must be .. where steering_vectors are given"),
            ({"steering_vectors": np.ones((2, 3))}, r"steering_vectors must have rows of antennas \(4\)"),
            ({"steering_vectors": np.zeros((1, 4))}, "steering_vectors must have an entry of at least 1e-6"),
            ({"steering_vectors": np.full((1, 4), np.nan)}, "steering_vectors"),
            ({"steering_vectors": np.full((1, 4), 1e9)}, "steering_vectors must be finite and at most 1e6"),
            ({"steering_vectors": np.ones(4)}, "steering_vectors"),
            ({"steering_vectors": np.ones((5, 4))}, "steering_vectors must name at most antennas"),
            ({"steering_vectors": "all"}, "steering_vectors"),
            ({"steering_vectors": [["1+2j", "j", "1", "?"]]}, "steering_vectors must be an array of numbers"),
            ({"steering_vectors": np.ma.masked_less([[0.0, 1, 1, 1]], 1)}, "steering_vectors must have no masked"),
            ({"steering_vectors": np.ones((5000, 5000))}, r"\(targets, antennas\), at most 4096 each"),
            ({"spacing_wavelengths": 0.4}, "spacing_wavelengths must be left at 0.5 where steering_vectors are given"),
        ],
    )
    def test_what_is_none_is_refused(self, changes, message):
        with pytest.raises(ValueError, match=message) as told:
            ni.Scenario(**{"antennas": 4, "users": 2, "steering_vectors": np.ones((1, 4)), **changes})
        assert "\n" not in str(told.value)
