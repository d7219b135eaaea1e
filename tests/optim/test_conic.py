"""The conic solver judged from its data alone: optimality, certificates, degenerate programs, independent solvers."""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.optim import Ending
from beamwright.optim.conic import Cone, DenseMap, Options, Point, Problem, solve

MIXED = Cone(psd=((2, 3), (1, 4)), nonneg=3, soc=(3, 4))
UNKNOWNS = 7
NEAR = (Ending.SOLVED, Ending.ITERATIONS, Ending.STALLED)
"""Endings with an iterate close to an answer."""


class Data(NamedTuple):
    """Lanes first, blocks of one cone after another: what the tests reason with."""

    c: np.ndarray
    """(lanes, n)."""
    g: list[np.ndarray]
    """per block: (lanes, n, d, d) Hermitian, or (lanes, n, q) real for the nonnegative and second-order cones."""
    h: list[np.ndarray]
    cone: Cone


def complex_normal(rng, *shape):
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def hermitian(x):
    return (x + np.conj(np.swapaxes(x, -1, -2))) / 2


def sizes(cone):
    """Trailing shape of every block: PSD stacks block by block, the nonnegative cone, second-order cones."""
    return [(d, d) for count, d in cone.psd for _ in range(count)] + [(cone.nonneg,)] + [(q,) for q in cone.soc]


def anywhere(rng, cone, *leading):
    return [
        hermitian(complex_normal(rng, *leading, *shape)) if len(shape) == 2 else rng.standard_normal(leading + shape)
        for shape in sizes(cone)
    ]


def inside(rng, cone, *leading, rank=None):
    """Points of the cone: interior, or PSD blocks of a given rank (and boundary of the other cones)."""
    points = []
    for i, shape in enumerate(sizes(cone)):
        if len(shape) == 2:
            factor = complex_normal(rng, *leading, shape[0], rank or 2 * shape[0])
            points.append(factor @ np.conj(np.swapaxes(factor, -1, -2)) / shape[0])
        elif i == sum(count for count, _ in cone.psd):
            points.append(rng.uniform(0.5, 2, leading + shape) * (rng.random(leading + shape) < (0.5 if rank else 1)))
        else:
            x = rng.standard_normal(leading + shape)
            x[..., 0] = np.linalg.norm(x[..., 1:], axis=-1) * (1.0 if rank else 1.5)
            points.append(x)
    return points


def dot(a, b):
    """Inner product over the trailing axes of blocks (lanes, ...): (lanes,)."""
    return sum(np.sum((np.conj(x) * y).real, axis=tuple(range(1, x.ndim))) for x, y in zip(a, b, strict=True))


def apply(g, x):
    return [np.einsum("ln,ln...->l...", x, block) for block in g]


def adjoint(g, z):
    return sum(
        np.sum((np.conj(block) * part[:, None]).real, axis=tuple(range(2, block.ndim)))
        for block, part in zip(g, z, strict=True)
    )


def depth(cone, point):
    """Least eigenvalue, entry or cone margin of a point, (lanes,): >= 0 inside."""
    margins = []
    for i, x in enumerate(point):
        if x.ndim == 3:
            margins.append(np.linalg.eigvalsh(x)[:, 0])
        elif i == sum(count for count, _ in cone.psd):
            margins.append(x.min(axis=-1, initial=np.inf))
        else:
            margins.append(x[:, 0] - np.linalg.norm(x[:, 1:], axis=-1))
    return np.min(margins, axis=0)


def feasible(rng, lanes, cone=MIXED, n=UNKNOWNS, rank=None):
    """A program with known feasible points on both sides; with ``rank`` the two are complementary: an optimum."""
    g = [hermitian(x) if x.ndim == 4 else x for x in anywhere(rng, cone, lanes, n)]
    x0, s0, z0 = rng.standard_normal((lanes, n)), inside(rng, cone, lanes), inside(rng, cone, lanes)
    h = [a + b for a, b in zip(apply(g, x0), s0, strict=True)]
    return Data(-adjoint(g, z0), g, h, cone)


def primal_infeasible(rng, lanes, cone=MIXED, n=UNKNOWNS):
    """G^T z = 0 and h^T z = -1 for a point z of the cone."""
    data, z = feasible(rng, lanes, cone, n), inside(rng, cone, lanes)
    share = adjoint(data.g, z) / dot(z, z)[:, None]
    g = [block - np.einsum("ln,l...->ln...", share, part) for block, part in zip(data.g, z, strict=True)]
    shift = (1 + dot(data.h, z)) / dot(z, z)
    h = [block - np.einsum("l,l...->l...", shift, part) for block, part in zip(data.h, z, strict=True)]
    return data._replace(g=g, h=h)


def dual_infeasible(rng, lanes, cone=MIXED, n=UNKNOWNS):
    """-G x in the cone and c^T x = -1: the objective falls for ever."""
    data, s = feasible(rng, lanes, cone, n), inside(rng, cone, lanes)
    x = rng.uniform(0.5, 1.5, (lanes, n))
    g = [block.copy() for block in data.g]
    for block, part in zip(g, s, strict=True):
        rest = np.einsum("ln,ln...->l...", x[:, :-1], block[:, :-1])
        block[:, -1] = -(part + rest) / x[:, -1].reshape(-1, *(1,) * (part.ndim - 1))
    c = data.c - (1 + np.sum(data.c * x, axis=1, keepdims=True)) / np.sum(x * x, axis=1, keepdims=True) * x
    return data._replace(c=c, g=g)


def pack(cone, blocks, unknowns=False):
    """Blocks, lanes first, as the solver wants them: stacks, lanes last."""
    axis = 1 if unknowns else 0  # of the unknowns, when there are any
    stacks, at = [], 0
    for count, _ in cone.psd:
        stack = np.stack(blocks[at : at + count], axis=axis + 1)  # lanes, (n,) blocks, d, d
        stacks.append(np.moveaxis(stack, (-2, -1), (0, 1)))
        at += count
    stacks = [np.moveaxis(x, 2, -1) for x in stacks]  # d, d, (n,) blocks, lanes
    if unknowns:
        stacks = [np.swapaxes(x, 2, 3) for x in stacks]
    rest = [np.moveaxis(x, 0, -1) for x in blocks[at:]]
    rest = [np.swapaxes(x, 0, 1) for x in rest] if unknowns else rest
    return tuple(map(jnp.asarray, stacks)), jnp.asarray(rest[0]), tuple(map(jnp.asarray, rest[1:]))


def unpack(point):
    """The reverse of ``pack`` for a point."""
    psd = [np.moveaxis(np.asarray(stack)[:, :, b], -1, 0) for stack in point.psd for b in range(stack.shape[2])]
    return psd + [np.asarray(x).T for x in (point.nonneg, *point.soc)]


@partial(jax.jit, static_argnums=(3, 4))
def compiled(c, g, h, cone, options):
    return solve(Problem(c, DenseMap(*g), Point(*h), cone), options)


def run(data, options=Options()):  # noqa: B008
    return compiled(jnp.asarray(data.c.T), pack(data.cone, data.g, True), pack(data.cone, data.h), data.cone, options)


def take(data, lanes):
    return Data(data.c[lanes], [x[lanes] for x in data.g], [x[lanes] for x in data.h], data.cone)


def optimality(data, found):
    """Largest relative violation of the optimality conditions, from data and answer only: (lanes,)."""
    x, s, z = np.asarray(found.x).T, unpack(found.s), unpack(found.z)
    primal = [a + b - c for a, b, c in zip(apply(data.g, x), s, data.h, strict=True)]
    dual = adjoint(data.g, z) + data.c
    value, bound = np.sum(data.c * x, axis=1), -dot(data.h, z)
    return np.max(
        [
            np.sqrt(dot(primal, primal)) / (1 + np.sqrt(dot(data.h, data.h))),
            np.linalg.norm(dual, axis=1) / (1 + np.linalg.norm(data.c, axis=1)),
            np.abs(value - bound) / (1e-3 + np.abs(value)),
            -depth(data.cone, s) / (1 + np.sqrt(dot(s, s))),
            -depth(data.cone, z) / (1 + np.sqrt(dot(z, z))),
        ],
        axis=0,
    )


@pytest.mark.parametrize("seed", range(3))
def test_feasible_programs_are_solved_to_the_asked_accuracy(seed):
    data = feasible(np.random.default_rng(seed), 8)
    found = run(data)
    assert np.all(found.ending == Ending.SOLVED)
    assert optimality(data, found).max() < 5e-9
    assert found.iterations.max() <= 25
    assert np.all(found.residual <= 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_primal_infeasible_programs_come_with_a_proof(seed):
    data = primal_infeasible(np.random.default_rng(seed), 8)
    found = run(data)
    assert np.all(found.ending == Ending.INFEASIBLE)
    z = unpack(found.z)
    np.testing.assert_allclose(dot(data.h, z), -1, rtol=1e-9)
    assert np.abs(adjoint(data.g, z)).max() < 1e-8 and depth(data.cone, z).min() > -1e-12


def test_newton_systems_are_refined_where_rounding_holds_the_proof():
    """Rays with eigenvalues from 1e-6 to 1: the dual residual stopped at 1e-3 of the value, after 60 iterations.

    Neighbours that need no refinement have the bits that they have among their like.
    """
    rng, cone = np.random.default_rng(0), Cone(psd=((1, 5),))
    hard, easy = feasible(rng, 4, cone, 24), feasible(rng, 4, cone, 24)
    q = np.linalg.qr(complex_normal(rng, 4, 5, 5))[0]
    z = [(q * np.geomspace(1e-6, 1, 5)) @ np.conj(np.swapaxes(q, -1, -2)), np.zeros((4, 0))]
    share, excess = adjoint(hard.g, z) / dot(z, z)[:, None], (dot(hard.h, z) + 1e-3) / dot(z, z)
    hard.g[0][:] -= share[..., None, None] * z[0][:, None]  # G^T z = 0 and h^T z = -1e-3
    hard.h[0][:] -= excess[:, None, None] * z[0]
    both = Data(
        np.concatenate([hard.c, easy.c]),
        *([np.concatenate(parts) for parts in zip(hard[i], easy[i], strict=True)] for i in (1, 2)),
        cone,
    )
    found, alone = run(both), run(take(both, np.array([4, 5, 6, 7] * 2)))
    assert np.all(found.ending[:4] == Ending.INFEASIBLE) and np.all(found.iterations[:4] < 20)
    np.testing.assert_array_equal(found.x[:, 4:], alone.x[:, 4:])


@pytest.mark.parametrize("seed", range(3))
def test_unbounded_programs_come_with_a_proof(seed):
    data = dual_infeasible(np.random.default_rng(seed), 8)
    found = run(data)
    assert np.all(found.ending == Ending.DUAL_INFEASIBLE)
    x, s = np.asarray(found.x).T, unpack(found.s)
    np.testing.assert_allclose(np.sum(data.c * x, axis=1), -1, rtol=1e-9)
    assert max(np.abs(a + b).max() for a, b in zip(apply(data.g, x), s, strict=True)) < 1e-8
    assert depth(data.cone, s).min() > -1e-12


def test_lanes_end_each_in_its_own_way_and_do_not_see_their_neighbours():
    """A lane's bits are the same among any neighbours, also among copies of itself."""
    rng = np.random.default_rng(5)
    kinds = [f(rng, 3) for f in (feasible, primal_infeasible, dual_infeasible)]
    together = Data(
        np.concatenate([d.c for d in kinds]),
        *([np.concatenate(parts) for parts in zip(*(d[i] for d in kinds), strict=True)] for i in (1, 2)),
        MIXED,
    )
    found = run(take(together, np.arange(8)))
    assert list(found.ending) == [Ending.SOLVED] * 3 + [Ending.INFEASIBLE] * 3 + [Ending.DUAL_INFEASIBLE] * 2
    for lanes in ([7, 0, 3, 1, 4, 2, 5, 6], [4] * 8, [0] * 7 + [6]):
        other = run(take(together, lanes))
        for one, same in zip(jax.tree.leaves(found), jax.tree.leaves(other), strict=True):
            np.testing.assert_array_equal(np.asarray(one)[..., lanes], np.asarray(same))


def reference(data, lane, solver, **options):
    """The same program in CVXPY, and its optimal value."""
    cp = pytest.importorskip("cvxpy")
    x, constraints = cp.Variable(data.c.shape[1]), []
    for i, (block, right) in enumerate(zip(data.g, data.h, strict=True)):
        slack = right[lane] - sum(x[j] * block[lane, j] for j in range(data.c.shape[1]))
        if slack.ndim == 2:
            constraints.append((slack + slack.H) / 2 >> 0)
        elif i == sum(count for count, _ in data.cone.psd):
            constraints.append(slack >= 0)
        else:
            constraints.append(cp.SOC(slack[0], slack[1:]))
    problem = cp.Problem(cp.Minimize(data.c[lane] @ x), constraints)
    problem.solve(solver=solver, **options)
    return problem


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
@pytest.mark.parametrize(
    "solver, options, rtol",
    [("CLARABEL", {}, 1e-6), ("SCS", {"eps_abs": 1e-8, "eps_rel": 1e-8, "max_iters": 100_000}, 1e-5)],
)
def test_other_solvers_find_the_same_optimum(solver, options, rtol):
    data = feasible(np.random.default_rng(11), 8)
    found = run(data)
    for lane in range(4):
        value = reference(data, lane, solver, **options).value
        np.testing.assert_allclose(found.value[lane], value, rtol=rtol, atol=rtol)
        np.testing.assert_allclose(found.bound[lane], value, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("solver", ["CLARABEL", "SCS"])
def test_other_solvers_agree_on_what_is_infeasible(solver):
    impossible, endless = (f(np.random.default_rng(12), 8) for f in (primal_infeasible, dual_infeasible))
    for lane in range(2):
        assert "infeasible" in reference(impossible, lane, solver).status
        assert "unbounded" in reference(endless, lane, solver).status


# ------------------------------------------------------------------------------------------------ degenerate programs


def test_dependent_unknowns_do_not_spoil_the_answer():
    """Two unknowns with the same column: the optimum is a line, the Schur complement singular."""
    data = feasible(np.random.default_rng(2), 8)
    c, g = data.c.copy(), [block.copy() for block in data.g]
    c[:, 1] = c[:, 0]
    for block in g:
        block[:, 1] = block[:, 0]
    x0, s0 = np.random.default_rng(3).standard_normal((8, UNKNOWNS)), inside(np.random.default_rng(3), MIXED, 8)
    z0 = inside(np.random.default_rng(4), MIXED, 8)
    h = [a + b for a, b in zip(apply(g, x0), s0, strict=True)]
    twins = Data(-adjoint(g, z0), g, h, MIXED)
    found = run(twins)
    assert np.all(found.ending == Ending.SOLVED)
    assert optimality(twins, found).max() < 1e-7


def test_optima_on_a_corner_without_strict_complementarity():
    """Complementary points of rank one on both sides of 3 x 3 and 4 x 4 blocks: one direction belongs to neither."""
    rng = np.random.default_rng(6)
    g = [hermitian(x) if x.ndim == 4 else x for x in anywhere(rng, MIXED, 8, UNKNOWNS)]
    s0, z0 = [], []
    for i, shape in enumerate(sizes(MIXED)):
        if len(shape) == 2:
            basis = np.linalg.qr(complex_normal(rng, 8, *shape))[0]
            for points, at in ((s0, 0), (z0, 1)):
                v = basis[..., at]
                points.append(v[..., :, None] * np.conj(v[..., None, :]))
        elif i == sum(count for count, _ in MIXED.psd):
            s0.append(np.tile([1.0, 0.0, 0.0], (8, 1)))
            z0.append(np.tile([0.0, 1.0, 0.0], (8, 1)))
        else:
            tail = rng.standard_normal((8, shape[0] - 1))
            norm = np.linalg.norm(tail, axis=-1, keepdims=True)
            s0.append(np.concatenate([norm, tail], axis=-1))
            z0.append(np.concatenate([norm, -tail], axis=-1))
    x0 = rng.standard_normal((8, UNKNOWNS))
    data = Data(-adjoint(g, z0), g, [a + b for a, b in zip(apply(g, x0), s0, strict=True)], MIXED)
    found = run(data)
    assert np.all(found.ending == Ending.SOLVED)
    assert optimality(data, found).max() < 1e-7
    expected = np.sum(data.c * x0, axis=1)
    np.testing.assert_allclose(found.value, expected, rtol=1e-6, atol=1e-6)


SMALL = Cone(psd=((1, 2),), nonneg=2, soc=(3,))
E00, E01, E11 = np.diag([1.0, 0.0]), np.array([[0.0, 1.0], [1.0, 0.0]]), np.diag([0.0, 1.0])
NO_ROWS, NO_LIMIT = ((0.0, 0.0), (0.0, 0.0)), (1.0, 1.0)


def small(c, psd, right, rows=NO_ROWS, limits=NO_LIMIT, soc=((0.0, 0.0),) * 3, head=(1.0, 0.0, 0.0)):
    """One program in two unknowns:  right - sum x_i psd_i >= 0,  limits - rows x >= 0,  head - soc x in the cone."""
    g = [np.array([psd], complex), np.array([rows], float).swapaxes(1, 2), np.array([soc], float).swapaxes(1, 2)]
    h = [np.array([right], complex), np.array([limits], float), np.array([head], float)]
    return Data(np.array([c], float), g, h, SMALL)


def repeat(data, lanes=8):
    return take(data, [0] * lanes)


def test_a_feasible_set_without_interior():
    """[[x1, x0], [x0, 0]] >= 0 leaves x0 = 0 only, yet nothing is infeasible: min x0 + x1 is 0."""
    data = repeat(small([1, 1], (-E01, -E00), 0 * E00, rows=((0, 1), (0, 0))))
    found = run(data)
    assert np.all(np.isin(found.ending, NEAR)) and np.all(found.iterations <= 61)
    assert optimality(data, found).max() < 1e-3


def test_an_infimum_that_is_not_attained():
    """min x0 with [[x0, 1], [1, x1]] >= 0: the value 0 is approached as x1 grows."""
    found = run(repeat(small([1, 0], (-E00, -E11), E01)))
    assert np.all(np.isin(found.ending, NEAR)) and np.all(found.iterations <= 61)
    assert np.isfinite(found.x).all() and np.all(np.abs(found.value) < 1e-2)


def test_weak_infeasibility_is_never_called_solved_with_a_wrong_value():
    """[[x0, 1], [1, 0]] >= 0 has no solution, but the violation can be made as small as one likes."""
    data = repeat(small([1, 1], (-E00, 0 * E11), E01, rows=((0, -1), (0, 0)), limits=(0.0, 1.0)))
    found = run(data)
    ending = Ending(int(found.ending[0]))
    assert np.isfinite(found.x).all() and np.all(found.iterations <= 61)
    assert ending is not Ending.DUAL_INFEASIBLE
    if ending is Ending.INFEASIBLE:  # to the tolerance: the ray is approached, not reached
        assert np.abs(adjoint(data.g, unpack(found.z))).max() < 1e-6
    if ending is Ending.SOLVED:  # a point as feasible as the tolerance asks for: far out
        assert optimality(data, found).max() < 1e-6 and np.all(found.x[0] > 1e3)


def test_a_thin_power_balance_between_two_rows():
    """1 <= x0 <= 1 + 1e-9 next to a matrix of order one, as thin power balances are."""
    found = run(repeat(small([0, 1], (-E00, -E11), E01, rows=((-1, 0), (1, 0)), limits=(-1.0, 1.0 + 1e-9))))
    assert np.all(found.ending == Ending.SOLVED)
    np.testing.assert_allclose(found.x, 1.0, atol=1e-7)


def closed_forms(rng, lanes):
    """min x0 + x1: x0 bounds the eigenvalues of a matrix, x1 the length of a vector."""
    matrix, vector = hermitian(complex_normal(rng, lanes, 2, 2)), rng.standard_normal((lanes, 2))
    one = small([1, 1], (-np.eye(2), 0 * E00), 0 * E00, soc=((0, -1), (0, 0), (0, 0)))
    head = np.concatenate([np.zeros((lanes, 1)), vector], axis=1)
    data = repeat(one, lanes)._replace(h=[-matrix, np.ones((lanes, 2)), head])
    return data, np.stack([np.linalg.eigvalsh(matrix)[:, -1], np.linalg.norm(vector, axis=1)])


def test_closed_forms():
    data, expected = closed_forms(np.random.default_rng(9), 8)
    found = run(data)
    assert np.all(found.ending == Ending.SOLVED)
    np.testing.assert_allclose(found.x, expected, atol=1e-8)


def test_a_lane_has_the_same_bits_in_a_wider_batch():
    data, _ = closed_forms(np.random.default_rng(10), 8)
    found, wide = run(data), run(take(data, [0, 1, 2, 3] * 4))
    for one, same in zip(jax.tree.leaves(found), jax.tree.leaves(wide), strict=True):
        np.testing.assert_array_equal(np.asarray(one)[..., :4], np.asarray(same)[..., 12:])


def test_iterations_are_bounded_and_an_unfinished_lane_says_so():
    found = run(closed_forms(np.random.default_rng(1), 8)[0], Options(iterations=3))
    assert np.all(found.ending == Ending.ITERATIONS) and found.iterations.max() <= 4
    assert np.isfinite(found.x).all() and np.all(found.residual > 1e-7)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_units_of_objective_and_right_side_do_not_matter(scale):
    data = feasible(np.random.default_rng(3), 8)
    found, other = run(data), run(data._replace(c=scale * data.c))
    assert np.all(other.ending == Ending.SOLVED)
    np.testing.assert_allclose(other.value, scale * np.asarray(found.value), rtol=1e-6)
    other = run(data._replace(h=[scale * x for x in data.h]))
    assert np.all(other.ending == Ending.SOLVED)
    np.testing.assert_allclose(other.value, scale * np.asarray(found.value), rtol=1e-6)
