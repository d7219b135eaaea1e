"""Small matrices with lanes last, against NumPy's LAPACK; phasors against its sine and cosine."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from beamwright import numerics
from beamwright.numerics import small_matrices

LANES = 5


def positive(rng, d, kind=complex):
    """(lanes, d, d), eigenvalues of at least 0.1."""
    x = rng.standard_normal((LANES, d, d)) + (1j * rng.standard_normal((LANES, d, d)) if kind is complex else 0)
    return x @ np.conj(np.swapaxes(x, -1, -2)) + 0.1 * np.eye(d)


def last(a):
    return jnp.asarray(np.moveaxis(a, 0, -1))


def first(a):
    return np.moveaxis(np.asarray(a), -1, 0)


@pytest.mark.parametrize("d", [1, 4, 9, 53])
def test_inverse_factors_and_solutions_are_those_of_lapack(d):
    rng = np.random.default_rng(d)
    a, b = positive(rng, d), rng.standard_normal((LANES, d, 2)) + 1j
    expected = np.linalg.inv(np.linalg.cholesky(a))
    np.testing.assert_allclose(first(numerics.inverse_factor(last(a))), expected, atol=1e-10)
    np.testing.assert_allclose(first(numerics.solve_positive(last(a), last(b))), np.linalg.solve(a, b), atol=1e-9)
    shifted = a + 0.5 * np.eye(d)
    np.testing.assert_allclose(numerics.solve_above(a, 0.5, b), np.linalg.solve(shifted, b), atol=1e-10)


def test_a_solution_has_the_derivatives_of_the_inverse():
    rng = np.random.default_rng(0)
    a, b = jnp.asarray(positive(rng, 3)[0]), jnp.asarray(rng.standard_normal((3, 2)) + 1j)

    def size(solve, a, b):
        return jnp.sum(numerics.square_modulus(solve(a, b)))

    found = jax.grad(size, (1, 2))(numerics.solve_positive, a, b)
    for ours, expected in zip(found, jax.grad(size, (1, 2))(jnp.linalg.solve, a, b), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


def test_a_large_matrix_with_a_lost_pivot_drops_its_direction_in_its_lane_alone():
    rng = np.random.default_rng(3)
    a = positive(rng, 40)
    a[1, 30] = a[1, :, 30] = 0
    found = first(numerics.inverse_factor(last(a), jnp.asarray(1e-9)))
    assert np.all(np.isfinite(found)) and np.abs(found[1, 30]).max() < 1e-50
    kept = [0, 2, 3, 4]
    np.testing.assert_allclose(found[kept], np.linalg.inv(np.linalg.cholesky(a[kept])), atol=1e-8)
    assert np.isnan(first(numerics.inverse_factor(last(-a)))).any(axis=(1, 2)).all()


def test_a_weighted_gram_matrix_has_the_derivatives_of_its_products():
    rng = np.random.default_rng(4)
    x, w, g = rng.standard_normal((2, 3, 20)), rng.random((2, 20)), rng.standard_normal((3, 3))
    np.testing.assert_allclose(numerics.weighted_gram(x, w), np.einsum("lic,lc,ljc->lij", x, w, x), atol=1e-12)

    def ours(x, w):
        return jnp.sum(g * numerics.weighted_gram(x, w))

    def plain(x, w):
        return jnp.sum(g * jnp.einsum("ic,c,jc->ij", x, w, x))

    for mine, theirs in zip(jax.grad(ours, (0, 1))(x[0], w[0]), jax.grad(plain, (0, 1))(x[0], w[0]), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-12)


@pytest.mark.parametrize("n", [1, 9, 10, 31])
def test_the_blocked_factor_solves_what_the_matrix_says(n):
    rng = np.random.default_rng(n)
    h, b = positive(rng, n, float), rng.standard_normal((LANES, n))
    x = numerics.solve_factorised(numerics.factorise(last(h)), last(b))
    np.testing.assert_allclose(first(x), np.linalg.solve(h, b[..., None])[..., 0], rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("d", [1, 2, 6])
def test_the_smallest_eigenvalue_is_met_from_below(d):
    a = positive(np.random.default_rng(d), d) - np.eye(d)
    least = np.linalg.eigvalsh(a)[:, 0]
    found = np.asarray(numerics.smallest_eigenvalue(last(a), steps=40))
    assert (found <= least + 1e-12).all()
    np.testing.assert_allclose(found, least, atol=1e-9)


def test_products_are_those_of_every_lane():
    rng = np.random.default_rng(1)
    a, b = positive(rng, 4), positive(rng, 4)
    np.testing.assert_allclose(first(small_matrices.matmul(last(a), last(b))), a @ b, rtol=1e-13)
    np.testing.assert_allclose(small_matrices.inner(last(a), last(b)), np.trace(a @ b, axis1=1, axis2=2).real)
    np.testing.assert_allclose(first(small_matrices.congruence(last(a), last(b))), a @ b @ a, rtol=1e-12)


def test_phasors_keep_their_digits_over_thousands_of_turns():
    turns = np.concatenate([np.arange(-2, 2.01, 0.125), np.random.default_rng(2).uniform(-5000, 5000, 1000)])
    exact = np.exp(2j * np.pi * (turns - np.round(turns)))
    np.testing.assert_allclose(numerics.unit_phasor(jnp.asarray(turns)), exact, atol=1e-15)
    np.testing.assert_allclose(numerics.unit_phasor(turns), exact, atol=1e-11)  # NumPy's, of the angle unreduced
