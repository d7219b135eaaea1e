"""Ellipsoids of channels: a ball as a special case, the exact worst channel, few directions, CVXPY."""

import numpy as np
import pytest
from programs.cases import channels

from beamwright import programs as bp
from beamwright.programs.audit import worst

H = channels(range(3), 3, antennas=4)
RNG = np.random.default_rng(1)
AXES = 0.08 * (RNG.standard_normal((3, 4, 4)) + 1j * RNG.standard_normal((3, 4, 4))) / 2
GAMMA, NOISE_W = 4.0, 0.01


def least_power(sets, h=H):
    """Three users, least power, for every channel of a set each."""
    w = bp.covariances(3, antennas=h.shape[-1])
    demands = [bp.sinr(w[k], sets[k], w, NOISE_W) >= GAMMA for k in range(3)]
    return bp.Problem(bp.minimise(sum(w).power()), demands)


@pytest.fixture(scope="module")
def found():
    return least_power([bp.ellipsoid(H[:, k], AXES) for k in range(3)]).solve()


def test_round_axes_make_a_ball() -> None:
    balls = least_power([bp.ball(H[:, k], 0.1) for k in range(3)])
    round_ones = least_power([bp.ellipsoid(H[:, k], 0.1 * np.eye(4)) for k in range(3)])
    assert "lossless" in balls.explain() and "lossless" not in round_ones.explain()
    np.testing.assert_allclose(round_ones.solve().value, balls.solve().value, rtol=1e-7)


def test_it_holds_at_its_worst_channel(found) -> None:
    """No drawn channel of the set is worse than what the audit says, and its worst point attains the target."""
    assert found.status_text == ["optimal"] * 3
    z = RNG.standard_normal((2000, 4)) + 1j * RNG.standard_normal((2000, 4))
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    point = found.problem._point(found.beams, found.scalars)
    for k in range(3):
        exact = worst(found.problem.model.conditions[k].inside, point)[0]
        for d in range(3):
            x = H[d, k] + z @ AXES[d].T
            gains = np.abs(x.conj() @ np.stack([b[d] for b in found.beams], axis=1)) ** 2
            values = gains[:, k] * (1 + GAMMA) - GAMMA * (gains.sum(axis=1) + NOISE_W)
            assert values.min() >= exact[d] - 1e-12 and abs(exact[d]) < 1e-6 * gains.max()
            assert values.min() < 0.3 * np.median(values)  # draws come near


def test_few_directions_keep_the_reduction() -> None:
    """One direction of error per user, eight antennas: the span has six columns; the same set padded with zeros."""
    h, s = channels(range(2), 3, antennas=8), 0.1 * channels(range(5, 7), 3, antennas=8)
    thin = least_power([bp.ellipsoid(h[:, k], s[:, k, :, None]) for k in range(3)], h)
    padded = np.concatenate([s[..., None], np.zeros((2, 3, 8, 7))], axis=-1)
    wide = least_power([bp.ellipsoid(h[:, k], padded[:, k]) for k in range(3)], h)
    assert thin.model.layout.blocks == (6, 6, 6) and thin.model.layout.matrices == (2, 2, 2)
    solved = thin.solve()
    assert solved.status_text == ["optimal"] * 2
    np.testing.assert_allclose(bp.verify(wide, solved.beams).violation, solved.certificate.violation, atol=1e-9)


def test_no_error_is_no_error() -> None:
    (w,) = bp.covariances(1, antennas=4)
    flat = bp.Problem(bp.minimise(w.power()), [w.gain(bp.ellipsoid(H[:, 0], np.zeros((4, 1)))) >= 0.04])
    np.testing.assert_allclose(flat.solve().value, 0.04 / np.sum(np.abs(H[:, 0]) ** 2, axis=1), rtol=1e-7)


def test_shapes_are_refused_by_name() -> None:
    for axes in (0.1, np.eye(3), np.ones((4, 0))):
        with pytest.raises(ValueError, match="axes of an ellipsoid must have axes"):
            bp.ellipsoid(H[:, 0], axes)


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
def test_cvxpy_agrees(found) -> None:
    cp = pytest.importorskip("cvxpy")
    h, s = H[0], AXES[0]
    w = [cp.Variable((4, 4), hermitian=True) for _ in range(3)]
    conditions = [x >> 0 for x in w]
    for k in range(3):
        phi, lam = w[k] - GAMMA * sum(w[i] for i in range(3) if i != k), cp.Variable(nonneg=True)
        b = np.concatenate([s, h[k][:, None]], axis=1)
        corner = np.diag([*np.zeros(4), 1.0])
        matrix = b.conj().T @ phi @ b + lam * np.diag([1.0] * 4 + [-1.0]) - GAMMA * NOISE_W * corner
        conditions.append(matrix >> 0)
    theirs = cp.Problem(cp.Minimize(cp.real(cp.trace(sum(w)))), conditions).solve(solver=cp.CLARABEL)
    np.testing.assert_allclose(found.value[0], theirs, rtol=1e-5)
