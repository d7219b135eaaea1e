"""The least ratio over a ball: no sample is lower, the bound holds, and what is cancelled counts by its error alone."""

import numpy as np

from beamwright.optim import Ending, Ratio, least_ratio_over_ball


def normal(rng, *shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def draw(seed, lanes=20, n=4):
    rng = np.random.default_rng(seed)
    return Ratio(
        normal(rng, lanes, n), *normal(rng, 3, lanes, n, 2), rng.uniform(0.05, 1, lanes), rng.uniform(0.1, 2, lanes)
    ), rng


def value(ratio, d):
    """The ratio at d (lanes, n), written out."""

    def form(factor, vector):
        return np.einsum("li,lic,ljc,lj->l", vector.conj(), factor, factor.conj(), vector).real

    received = ratio.channel + d
    return form(ratio.wanted, received) / (form(ratio.after, received) + form(ratio.before, d) + ratio.noise)


def test_no_point_of_the_ball_is_lower():
    ratio, rng = draw(1)
    found = least_ratio_over_ball(ratio)
    assert np.all(found.ending == Ending.SOLVED) and np.all(found.iterations >= 1)
    assert np.all(np.linalg.norm(found.x, axis=1) <= ratio.radius * (1 + 1e-12))
    np.testing.assert_allclose(found.value, value(ratio, found.x), rtol=1e-9, atol=1e-12)
    assert np.all(found.bound <= found.value) and np.all(found.value - found.bound <= 1e-9 * (1 + found.value))
    for _ in range(500):
        d = normal(rng, *ratio.channel.shape)
        d *= (ratio.radius * rng.random(len(d)) ** 0.1 / np.linalg.norm(d, axis=1))[:, None]
        assert np.all(value(ratio, d) >= found.bound)


def test_without_error_it_is_the_ratio_itself():
    ratio, _ = draw(2)
    exact = least_ratio_over_ball(ratio._replace(radius=0 * ratio.radius))
    np.testing.assert_allclose(exact.value, value(ratio, 0 * ratio.channel), rtol=1e-12)
    assert np.all(exact.x == 0)


def test_what_zero_forcing_leaves_is_no_negative_power():
    """Beams that a receiver is not to hear, at 200 dB above its noise: quadratic forms of covariances are rounding."""
    rng = np.random.default_rng(3)
    h = normal(rng, 50, 3, 4)
    beams = 1e10 * np.linalg.pinv(h.conj())  # (lanes, n, receivers)
    none = np.zeros((50, 4, 1))
    for radius in (0.0, 1e-12, 1e-2):
        ratio = Ratio(h[:, 0], beams[..., :1], beams[..., 1:], none, np.full(50, radius), np.ones(50))
        found = least_ratio_over_ball(ratio)
        d = found.x + h[:, 0]
        heard = [np.sum(np.abs(np.einsum("lnc,ln->lc", b.conj(), d)) ** 2, axis=1) for b in (ratio.wanted, ratio.after)]
        assert np.all((found.bound >= 0) & (found.bound <= found.value) & (found.value <= heard[0] / 1.0))
        if radius == 1e-2:  # far above rounding: attained to the last digits
            np.testing.assert_allclose(found.value, heard[0] / (heard[1] + 1), rtol=1e-9)
