"""Detection of a target: limits, simulated echoes, and the way back."""

import numpy as np
import pytest

from beamwright.metrics import detection_probability, required_radar_sinr

FALSE_ALARM = 1e-2


@pytest.mark.parametrize("target", ["steady", "fluctuating"])
def test_detections_are_those_of_simulated_echoes(target):
    rng, draws, sinr = np.random.default_rng(0), 200_000, 4.0
    noise = rng.standard_normal((2, draws))
    echo = np.full(draws, 1.0 + 0j)
    if target == "fluctuating":
        echo = (rng.standard_normal(draws) + 1j * rng.standard_normal(draws)) / np.sqrt(2)
    heard = np.sqrt(sinr) * echo + (noise[0] + 1j * noise[1]) / np.sqrt(2)
    share = np.mean(np.abs(heard) ** 2 > -np.log(FALSE_ALARM))
    assert abs(share - detection_probability(sinr, FALSE_ALARM, target)) < 4e-3


@pytest.mark.parametrize("target", ["steady", "fluctuating"])
def test_no_echo_is_a_false_alarm_and_the_inverse_is_one(target):
    np.testing.assert_allclose(detection_probability(0.0, 1e-6, target), 1e-6, rtol=1e-9)
    needed = required_radar_sinr(0.9, 1e-6, target)
    np.testing.assert_allclose(detection_probability(needed, 1e-6, target), 0.9, rtol=1e-9)
    rising = detection_probability(np.linspace(0, 20, 50), 1e-6, target)
    assert np.all(np.diff(rising) > 0)


def test_a_fluctuating_target_takes_eight_decibels_more():
    """The textbook's numbers for 0.9 and 1e-6: 13.2 and 21.1 dB."""
    steady, fluctuating = (
        10 * np.log10(required_radar_sinr(0.9, 1e-6, target)) for target in ("steady", "fluctuating")
    )
    np.testing.assert_allclose([steady, fluctuating], [13.18, 21.14], atol=0.02)


@pytest.mark.parametrize(("arguments", "words"), [
    ((-1.0, 0.1), "sinr must be >= 0"), ((1.0, 0.0), "false_alarm must be between 0 and 1"),
    ((1.0, 0.1, "moving"), "target must be 'steady' or 'fluctuating'"),
])  # fmt: skip
def test_what_is_no_probability_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        detection_probability(*arguments)
    with pytest.raises(ValueError, match="detection must be at least false_alarm"):
        required_radar_sinr(1e-7, 1e-6)
