"""Rank reduction keeps what it must keep and reaches Pataki's bound."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beamwright.optim.rank_reduction import reduce_rank


def normal(rng, *shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def hermitian(matrix):
    return (matrix + matrix.conj().swapaxes(-1, -2)) / 2


def draw(seed, lanes, count, d, functionals, rank=None, noise=0.0):
    """Random PSD blocks of a given rank (plus a noise floor) and Hermitian functionals, trace first."""
    rng = np.random.default_rng(seed)
    factor = normal(rng, lanes, count, d, rank or d)
    Y = factor @ factor.conj().swapaxes(-1, -2) + noise * np.eye(d)
    A = hermitian(normal(rng, lanes, functionals, count, d, d))
    A[:, 0] = np.eye(d)
    return Y, A


def values(A, Y):
    return np.einsum("lfbij,lbji->lf", A, Y).real


def check(Y, A, active, slack):
    found = reduce_rank(Y, A, active, slack)
    before, after = values(A, Y), values(A, found.x)
    scale = np.sqrt(np.sum(np.abs(A) ** 2, (-3, -2, -1))) * np.einsum("lbii->l", Y).real[:, None]
    assert (np.abs(after - before)[active] <= 1e-9 * scale[active]).all()
    assert (after - before >= -slack - 1e-9 * scale)[~active].all()
    trace = np.einsum("lbii->l", found.x).real
    assert (np.linalg.eigvalsh(found.x)[..., 0] >= -1e-12 * trace[:, None]).all()
    spectrum = np.linalg.eigvalsh(found.x)
    np.testing.assert_array_equal(found.ranks, (spectrum > 1e-12 * trace[:, None, None]).sum(-1))
    settled = ((found.ranks**2).sum(-1) <= found.active.sum(-1)) | (found.ranks <= 1).all(-1)
    assert settled.all(), (found.ranks, found.active.sum(-1))
    return found


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 4),
    d=st.integers(2, 6),
    functionals=st.integers(1, 12),
    noise=st.sampled_from([0.0, 1e-9, 1e-5]),
)
def test_pataki_bound_and_preserved_values(seed, count, d, functionals, noise):
    rank = 1 + seed % d
    Y, A = draw(seed, 8, count, d, functionals, rank, noise)
    check(Y, A, np.ones((8, functionals), bool), np.zeros((8, functionals)))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), slack=st.sampled_from([0.0, 1e-6, 0.3, 1e3]))
def test_inactive_functionals_stay_within_their_slack(seed, slack):
    Y, A = draw(seed, 8, 2, 4, 9)
    active = np.random.default_rng(seed).random((8, 9)) < 0.5
    active[:, 0] = True
    found = check(Y, A, active, np.full((8, 9), slack))
    assert (found.active | ~active).all()


def test_three_or_fewer_functionals_of_one_block_end_at_rank_one():
    """Huang and Palomar: one block, at most three constraints, a rank-one solution exists and is found."""
    Y, A = draw(5, 40, 1, 6, 3)
    found = check(Y, A, np.ones((40, 3), bool), np.zeros((40, 3)))
    assert (found.ranks == 1).all()


def test_rank_one_blocks_and_empty_blocks_are_left_alone():
    Y, A = draw(7, 5, 3, 4, 2, rank=1)
    Y[:, 1] = 0
    found = check(Y, A, np.ones((5, 2), bool), np.zeros((5, 2)))
    np.testing.assert_allclose(found.x, Y, atol=1e-12)
    assert (found.iterations == 0).all() and (found.ranks == [1, 0, 1]).all()


def test_dependent_functionals_do_not_hide_a_direction():
    """A functional listed many times constrains as much as once."""
    Y, A = draw(9, 10, 1, 4, 3)
    A = np.concatenate([A, A, 2 * A, A], 1)
    found = reduce_rank(Y, A, np.ones((10, 12), bool), np.zeros((10, 12)))
    assert (found.ranks == 1).all()
    np.testing.assert_allclose(values(A, found.x), values(A, Y), atol=1e-9)


def test_solution_of_a_semidefinite_program_stays_optimal():
    """min tr(CY) with two equalities: any optimum reduces to rank one at the same cost and the same constraints."""
    cp = pytest.importorskip("cvxpy")
    rng = np.random.default_rng(21)
    lanes, d = 4, 5
    basis = np.linalg.qr(normal(rng, lanes, d, d))[0]
    A = hermitian(normal(rng, lanes, 3, 1, d, d))
    costs = np.array([1, 1, 1, 2, 3.0])  # a threefold smallest eigenvalue: a face of many optima
    A[:, 0, 0] = basis * costs @ basis.conj().swapaxes(1, 2)
    A[:, 1, 0] = np.eye(d)
    A[:, 2, 0] = basis * np.array([1, -1, 0, 0.5, 0.2]) @ basis.conj().swapaxes(1, 2)
    optimum = np.empty((lanes, 1, d, d), complex)
    for lane in range(lanes):
        W = cp.Variable((d, d), hermitian=True)
        rows = [cp.real(cp.trace(A[lane, f, 0] @ W)) for f in range(3)]
        cp.Problem(cp.Minimize(rows[0]), [W >> 0, rows[1] == 1, rows[2] == 0.1]).solve(solver=cp.CLARABEL)
        optimum[lane, 0] = W.value
    assert (np.linalg.eigvalsh(optimum)[..., -2] > 1e-3).any()
    found = check(optimum, A, np.ones((lanes, 3), bool), np.zeros((lanes, 3)))
    assert (found.ranks == 1).all()
    np.testing.assert_allclose(values(A, found.x), np.tile([1, 1, 0.1], (lanes, 1)), atol=1e-6)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"active": np.ones((2, 3), bool)}, "active must have shape"),
        ({"slack": -np.ones((2, 2))}, "slack must be >= 0"),
        ({"functionals": np.ones((2, 2, 1, 3, 3))}, "functionals must have shape"),
        ({"blocks": np.full((2, 2, 3, 3), np.nan)}, "blocks must be finite"),
    ],
)
def test_bad_input_is_named(change, message):
    Y, A = draw(1, 2, 2, 3, 2)
    arguments = {"blocks": Y, "functionals": A, "active": np.zeros((2, 2), bool), "slack": np.zeros((2, 2))}
    with pytest.raises(ValueError, match=message):
        reduce_rank(**{**arguments, **change})
