"""Metrics: against sums written out, and identities between them."""

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm

from beamwright.arrays import linear_positions, steering_vectors
from beamwright.metrics import (
    beam_gains,
    covariance_gains,
    equivalent_sinr,
    least_over_users,
    pattern_w,
    qpsk_information,
    sinr_after_cancellation,
    slot_sinr,
    spectral_efficiency,
)


def complex_normal(rng, *shape):
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / np.sqrt(2)


def test_gains_use_the_conjugate_channel_and_agree_for_rank_one():
    rng = np.random.default_rng(0)
    h, w = complex_normal(rng, 4, 3, 5), complex_normal(rng, 4, 2, 5)
    gains = beam_gains(h, w)
    assert np.isclose(gains[1, 2, 0], abs(np.vdot(h[1, 2], w[1, 0])) ** 2)
    assert np.allclose(covariance_gains(h, w[..., :, None] * np.conj(w[..., None, :])), gains)
    phase = np.exp(1j * rng.uniform(0, 6, (4, 3, 1)))
    assert np.allclose(beam_gains(h * phase, w), gains)


def test_gains_broadcast_over_samples():
    rng = np.random.default_rng(1)
    h, w = complex_normal(rng, 6, 4, 3, 5), complex_normal(rng, 4, 2, 5)
    outer = w[..., :, None] * np.conj(w[..., None, :])
    assert beam_gains(h, w).shape == (6, 4, 3, 2)
    assert np.allclose(covariance_gains(h, outer), beam_gains(h, w))


def test_cancellation_leaves_later_streams_and_the_residual_of_earlier_ones():
    rng = np.random.default_rng(2)
    gains, residual, noise = rng.uniform(size=(2, 3, 3)), rng.uniform(size=(2, 3, 3)), np.array([0.1, 0.2, 0.3])
    place = np.array([[2, 0, 1], [0, 1, 2]])  # of every stream in the order of decoding
    later = place[:, None, :] > place[:, :, None]
    sinr = sinr_after_cancellation(gains, later, noise, residual)
    for d in range(2):
        for l in range(3):
            for k in range(3):
                disturbance = noise[l]
                for i in range(3):
                    disturbance += gains[d, l, i] if place[d, i] > place[d, k] else 0
                    disturbance += residual[d, l, i] if place[d, i] < place[d, k] else 0
                assert np.isclose(sinr[d, l, k], gains[d, l, k] / disturbance)
    assert np.all(sinr_after_cancellation(gains, later, noise) >= sinr)


def test_least_over_users_skips_those_that_do_not_decode():
    table = np.array([[1.0, np.nan, np.nan], [0.5, 2.0, np.nan], [3.0, 1.5, np.nan]])
    assert np.array_equal(least_over_users(table), [0.5, 1.5, np.nan], equal_nan=True)


def test_rates_of_a_slot_and_of_its_equivalent_agree():
    sinr = np.array([1e-9, 0.3, 10.0, 400.0])
    assert np.allclose(equivalent_sinr(slot_sinr(sinr, 3), 3), sinr, rtol=1e-12)
    assert np.allclose(spectral_efficiency(slot_sinr(sinr, 3)) / 3, spectral_efficiency(sinr))


def test_pattern_of_white_beams_is_flat_and_of_a_steered_beam_peaks_there():
    responses = steering_vectors(np.linspace(-90, 90, 181), linear_positions(8))
    assert np.allclose(pattern_w(responses, np.eye(8)[None]), 8)
    steered = steering_vectors([20.0], linear_positions(8))
    pattern = pattern_w(responses, steered / np.sqrt(8))
    assert np.argmax(pattern) == 110 and np.isclose(pattern.max(), 8)


def test_qpsk_information_against_quadrature_and_its_limits():
    sinr = np.array([0.0, 1e-4, 0.3, 1.0, 4.0, 20.0, 1e3])

    def lost(z, s):
        return norm.pdf(z) * np.logaddexp(0, -2 * s - 2 * np.sqrt(s) * z) / np.log(2)

    expected = [2 - 2 * quad(lost, -12, 12, args=(s,), epsabs=1e-12)[0] for s in sinr]
    found = qpsk_information(sinr)
    np.testing.assert_allclose(found, expected, atol=1e-10)
    assert np.all(np.diff(found) > 0) and abs(found[0]) <= 1e-14 and found[-1] <= 2
    assert np.all(found <= spectral_efficiency(sinr) + 1e-12)
