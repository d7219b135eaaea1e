"""The trust region is exact: primal meets dual in every lane, and independent solvers agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from beamwright.optim.trust_region import minimise_quadratic_over_ball, quadratic


def draw(seed, lanes, n, spread=0.0):
    """Random Hermitian B (indefinite, eigenvalues over ``spread`` decades), c and radius."""
    rng = np.random.default_rng(seed)
    normal = lambda *shape: rng.standard_normal(shape) + 1j * rng.standard_normal(shape)  # noqa: E731
    basis = np.linalg.qr(normal(lanes, n, n))[0]
    eigenvalues = rng.standard_normal((lanes, n)) * 10.0 ** (-spread * rng.random((lanes, n)))
    c = normal(lanes, n) * 10.0 ** (-spread * rng.random((lanes, n)))
    B = basis * eigenvalues[:, None, :] @ basis.conj().swapaxes(1, 2)
    return (B + B.conj().swapaxes(1, 2)) / 2, (basis @ c[..., None])[..., 0], 10.0 ** rng.uniform(-2, 2, lanes), basis


def check(B, c, radius, tolerance=1e-12):
    """Feasible, dual feasible, lower <= value, and the gap at rounding level of the data."""
    found = minimise_quadratic_over_ball(B, c, radius)
    scale = np.linalg.norm(B, 2, axis=(-2, -1)) * radius**2 + 2 * np.linalg.norm(c, axis=-1) * radius
    assert (np.linalg.norm(found.x, axis=-1) <= radius * (1 + 1e-14)).all()
    assert (found.multiplier >= 0).all()
    least = np.linalg.eigvalsh(B)[..., 0] + found.multiplier
    assert ((least >= -1e-13 * np.linalg.norm(B, 2, axis=(-2, -1))) | (radius == 0)).all()
    np.testing.assert_allclose(found.value, quadratic(B, c, found.x), rtol=0, atol=1e-13 * scale.max())
    assert (found.bound <= found.value).all()
    assert (found.value - found.bound <= tolerance * scale).all(), ((found.value - found.bound) / scale).max()
    return found


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12), spread=st.sampled_from([0.0, 3.0, 9.0, 16.0]))
def test_primal_meets_dual(seed, n, spread):
    B, c, radius, _ = draw(seed, 20, n, spread)
    check(B, c, radius)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 10),
    multiplicity=st.integers(1, 3),
    leak=st.sampled_from([0, 1e-18, 1e-14, 1e-10, 1e-6]),
)
def test_hard_and_nearly_hard_cases(seed, n, multiplicity, leak):
    """c (almost) orthogonal to the bottom eigenspace, which may be repeated."""
    _, c, radius, basis = draw(seed, 20, n)
    rng = np.random.default_rng(seed)
    eigenvalues = np.sort(rng.standard_normal((20, n)), -1)
    eigenvalues[:, : min(multiplicity, n)] = -1 - rng.random((20, 1))
    B = basis * eigenvalues[:, None, :] @ basis.conj().swapaxes(1, 2)
    inside = np.einsum("lji,lj->li", basis.conj(), c)
    inside[:, : min(multiplicity, n)] = leak
    found = check((B + B.conj().swapaxes(1, 2)) / 2, (basis @ inside[..., None])[..., 0], radius)
    np.testing.assert_allclose(np.linalg.norm(found.x, axis=-1), radius)  # indefinite B: always on the sphere


def test_interior_minimum_is_the_linear_solve():
    B, c, _, basis = draw(3, 30, 6)
    B = B @ B + np.eye(6)
    expected = -np.linalg.solve(B, c[..., None])[..., 0]
    found = check(B, c, 2 * np.linalg.norm(expected, axis=-1))
    np.testing.assert_allclose(found.x, expected, atol=1e-12)
    assert found.multiplier.max() <= 1e-12 * np.abs(B).max()


@pytest.mark.parametrize("factor", [1e-100, 1e-30, 1e30, 1e100])
def test_scale_of_the_data_does_not_matter(factor):
    B, c, radius, _ = draw(5, 50, 5)
    plain, scaled = check(B, c, radius), minimise_quadratic_over_ball(factor * B, factor * c, radius)
    np.testing.assert_allclose(scaled.value, factor * plain.value, rtol=1e-9)
    assert (scaled.bound <= scaled.value).all()
    shrunk = minimise_quadratic_over_ball(B / factor**2, c / factor, radius * factor)
    np.testing.assert_allclose(shrunk.value, plain.value, rtol=1e-9)


def test_degenerate_data():
    B, c, radius, _ = draw(7, 4, 4)
    at_origin = check(B, c, 0 * radius)
    assert (at_origin.value == 0).all() and (at_origin.bound == 0).all() and (at_origin.x == 0).all()
    linear = check(0 * B, c, radius)
    np.testing.assert_allclose(linear.value, -2 * radius * np.linalg.norm(c, axis=-1))
    homogeneous = check(B, 0 * c, radius)
    np.testing.assert_allclose(homogeneous.value, radius**2 * np.minimum(0, np.linalg.eigvalsh(B)[:, 0]), atol=1e-12)
    nothing = check(0 * B, 0 * c, radius)
    assert (nothing.value == 0).all() and (nothing.bound == 0).all()
    singular = check(np.diag([0.0, 1.0, 2.0]) + 0j, np.array([0, 1, 1j]), np.array(5.0))
    np.testing.assert_allclose(singular.value, -1.5)


def test_against_the_s_lemma_semidefinite_program():
    cp = pytest.importorskip("cvxpy")
    B, c, radius, _ = draw(11, 6, 4)
    found = check(B, c, radius)
    for lane in range(6):
        mu, level = cp.Variable(nonneg=True), cp.Variable()
        size = abs(found.value[lane])
        quadratic_part, column = B[lane] * radius[lane] ** 2 / size, c[lane][:, None] * radius[lane] / size
        corner = cp.reshape(-mu - level, (1, 1), order="C")
        block = cp.bmat([[quadratic_part + mu * np.eye(4), column], [column.conj().T, corner]])
        cp.Problem(cp.Maximize(level), [block >> 0]).solve(solver=cp.CLARABEL)
        np.testing.assert_allclose(level.value, np.sign(found.value[lane]), rtol=1e-6)


def test_against_a_general_nonlinear_solver():
    B, c, radius, _ = draw(13, 5, 3)
    found = check(B, c, radius)
    rng = np.random.default_rng(13)

    def split(x):
        return x[:3] + 1j * x[3:]

    for lane in range(5):
        best = min(
            minimize(
                lambda x, lane=lane: quadratic(B[lane], c[lane], split(x)),
                rng.standard_normal(6) * radius[lane] / 3,
                constraints={"type": "ineq", "fun": lambda x, lane=lane: 1 - x @ x / radius[lane] ** 2},
                method="SLSQP",
                options={"ftol": 1e-14, "maxiter": 500},
            ).fun
            for _ in range(8)
        )
        np.testing.assert_allclose(best, found.value[lane], rtol=1e-5)


def test_no_sample_of_the_ball_is_lower():
    B, c, radius, _ = draw(17, 40, 4)
    found = check(B, c, radius)
    rng = np.random.default_rng(17)
    z = rng.standard_normal((20000, 1, 4)) + 1j * rng.standard_normal((20000, 1, 4))
    z = radius[:, None] * z * rng.random((20000, 1, 1)) ** (1 / 8) / np.linalg.norm(z, axis=-1, keepdims=True)
    assert (quadratic(B, c, z) >= found.bound).all()


def test_leading_axes_broadcast():
    B, c, radius, _ = draw(19, 6, 5)
    batch = minimise_quadratic_over_ball(B.reshape(2, 3, 5, 5), c[:, None, None], 0.5)
    assert batch.value.shape == (6, 2, 3)
    alone = minimise_quadratic_over_ball(B[4], c[2], 0.5)
    np.testing.assert_allclose(batch.value[2, 1, 1], alone.value, rtol=1e-13)
    np.testing.assert_allclose(batch.multiplier[2, 1, 1], alone.multiplier, rtol=1e-12)


@pytest.mark.parametrize(
    "B, c, radius, message",
    [
        (np.eye(2), np.ones(2), -0.1, r"radius must be >= 0, got -0.1"),
        (np.eye(2), np.ones(3), 1.0, "c must have 2 entries"),
        (np.ones((2, 3)), np.ones(2), 1.0, "B must have axes"),
        (np.eye(2) * np.nan, np.ones(2), 1.0, "B must be finite"),
    ],
)
def test_bad_input_is_named(B, c, radius, message):
    with pytest.raises(ValueError, match=message):
        minimise_quadratic_over_ball(B, c, radius)
