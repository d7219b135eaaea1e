"""What every solver promises, one row each: the known answer, lanes on their own, an ending that speaks, any units."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from beamwright import optim
from beamwright.optim import Ending, Result, UnitNorm, adam, conic, penalty_dual, sentences
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim import quasi_newton as qn

UNITS = 2.0**-10
"""Factor between two systems of units."""
RETIRED = {"status", "outcome", "steps", "rounds", "gap", "point", "gradient_norm", "primal_value", "dual_value"}
"""Names for what is called ending, iterations, residual, x, value and bound."""


class Row(NamedTuple):
    """A solver and problems whose answers are known."""

    solve: Callable[[np.ndarray], Any]
    """From problems (lanes, numbers) to a result with lanes first."""
    problems: np.ndarray
    answer: Callable[[np.ndarray], np.ndarray]
    """From problems to x."""
    units: tuple[int, ...]
    """Power of the factor by which each number of a problem changes with the units."""
    units_of_x: int = 0
    ending: Ending = Ending.SOLVED
    refusal: str = ""
    """Words with which a NaN is refused; without them it ends in its own lane."""
    rtol: float = 1e-6


NUMBERS = np.random.default_rng(1).uniform(0.5, 2.0, (4, 5))
SIGNED = np.random.default_rng(2).standard_normal((4, 4))


@jax.jit
def longest(problems):
    """Length of v: the least x with (x, v) in a second-order cone."""
    lanes = len(problems)
    g = conic.DenseMap((), jnp.zeros((0, 1, lanes)), (-jnp.eye(5)[:, :1, None] * jnp.ones(lanes),))
    h = conic.Point((), jnp.zeros((0, lanes)), (jnp.concatenate([jnp.zeros((1, lanes)), problems.T]),))
    found = conic.solve(conic.Problem(jnp.ones((1, lanes)), g, h, conic.Cone(soc=(5,))))
    return found._replace(x=found.x.T)


def one(solve):
    """A solver of one problem, for a batch, as users' compiler has it: a lane's last digits are compared."""
    return jax.jit(jax.vmap(solve), compiler_options={"xla_backend_optimization_level": 3})


def distance(problem, x):
    """Square of the distance to the first three numbers, weighed by the fourth."""
    return problem[3] * jnp.sum((x - problem[:3]) ** 2)


def nearest_in_a_box(problem):
    return qn.minimise(partial(distance, problem), jnp.zeros(3), -0.5, 1.0, qn.Options(tolerance=1e-9))


def nearest_by_adam(problem):
    return adam.minimise(lambda x, _: distance(problem, x), jnp.zeros(3), adam.Options(2000, 0.05))


def aligned_phases(problem):
    start = UnitNorm().retract(jnp.ones((2, 2)))
    return cg.minimise(lambda x: -jnp.sum(problem.reshape(2, 2) * x), start, UnitNorm(), cg.Options(tolerance=1e-7))


def middle(problem):
    """The point of the line x_1 = x_2 nearest to the given one."""

    def descend(x, target, rho):
        return (problem + target / (2 * rho)) / (1 + 1 / (2 * rho))

    def fit(point, state):
        return jnp.full(2, jnp.mean(point)), state

    options = penalty_dual.Options(iterations=500, shrink=0.97, tolerance=1e-9)
    return penalty_dual.decompose(descend, fit, jnp.zeros(2), jnp.array(0.0), jnp.array(1.0), options)


def powers(problem):
    return optim.allocate(1e-3 * problem[:2], 1e-3 * problem[2:4], problem[4], *jnp.array([0.5, 1.0, 1.0]))


def expected_powers(problems):
    """Water-filling: with rates of one, near users have half of what is left of a group's power after c."""
    a, b, power = 1e-3 * problems[:, :2], 1e-3 * problems[:, 2:4], problems[:, 4:]
    c = np.maximum(a, b)
    depth = 2 * a - c
    groups = (power + depth.sum(axis=1, keepdims=True)) / 2 - depth
    near = (groups - c) / 2
    return np.stack([near, groups - near], axis=-1)


def cube_root(problems):
    cube, high = problems.T
    return optim.bracketed_root(lambda x: x**3 - cube, 0 * high, high, 1e-9)


def edge_of_a_ball(problems):
    """Convex but too flat for the ball: the minimiser is where the slope points to."""
    bend, radius = problems[:, 0], problems[:, 3]
    return optim.minimise_quadratic_over_ball(0.01 * bend[:, None, None] * np.eye(2), problems[:, 1:3], 0.1 * radius)


def against(problems):
    """The point at distance r / 10 from zero that is most against the direction in the second and third number."""
    direction, radius = problems[:, 1:3], 0.1 * problems[:, 3:]
    return -radius * direction / np.linalg.norm(direction, axis=1, keepdims=True)


def weakest_channel(problems):
    wanted = problems[:, 1:3]
    nothing = np.zeros((len(problems), 2, 1))
    ratio = optim.Ratio(2 * wanted, wanted[:, :, None], nothing, nothing, 0.1 * problems[:, 3], problems[:, 0])
    return optim.least_ratio_over_ball(ratio)


def rank_one(problems):
    """Diagonal block, whose trace is kept."""
    blocks = problems[:, None, :, None] * np.eye(2)
    trace = np.broadcast_to(np.eye(2), (len(problems), 1, 1, 2, 2))
    return optim.reduce_rank(blocks, trace, np.ones((len(problems), 1), bool), np.zeros((len(problems), 1)))


def trace_on_the_larger_entry(problems):
    largest = problems == problems.max(axis=1, keepdims=True)
    entries = np.where(largest, problems.sum(axis=1, keepdims=True), 0)
    return entries[:, None, :, None] * np.eye(2)


ROWS = {
    "conic": Row(longest, SIGNED, lambda p: np.linalg.norm(p, axis=1, keepdims=True), (1,) * 4, 1),
    "quasi_newton": Row(
        one(nearest_in_a_box), np.hstack([SIGNED[:, :3], NUMBERS[:, :1]]), lambda p: np.clip(p[:, :3], -0.5, 1.0),
        (0, 0, 0, 1), ending=Ending.STATIONARY,
    ),
    "conjugate_gradient": Row(
        one(aligned_phases), SIGNED,
        lambda p: p.reshape(-1, 2, 2) / np.linalg.norm(p.reshape(-1, 2, 2), axis=1, keepdims=True),
        (1,) * 4, ending=Ending.STATIONARY, rtol=1e-3,  # its tolerance is absolute
    ),
    "penalty_dual": Row(
        one(middle), SIGNED[:, :2], lambda p: p.mean(axis=1, keepdims=True) * np.ones(2), (1, 1), 1, Ending.AGREED
    ),
    "adam": Row(
        one(nearest_by_adam), np.hstack([SIGNED[:, :3], NUMBERS[:, :1]]), lambda p: p[:, :3],
        (0, 0, 0, 1), ending=Ending.ITERATIONS, rtol=1e-3,
    ),
    "power_allocation": Row(one(powers), NUMBERS, expected_powers, (1,) * 5, 1),
    "roots": Row(cube_root, NUMBERS[:, :2] * [1, 2], lambda p: np.cbrt(p[:, 0]), (3, 1), 1),
    "trust_region": Row(edge_of_a_ball, NUMBERS[:, :4], against, (1, 1, 1, 0), refusal="must be finite"),
    "ball_ratio": Row(weakest_channel, NUMBERS[:, :4], against, (2, 1, 1, 1), 1, refusal="must be finite"),
    "rank_reduction": Row(
        rank_one, NUMBERS[:, :2], trace_on_the_larger_entry, (1, 1), 1, refusal="blocks must be finite"
    ),
}  # fmt: skip


@pytest.fixture(params=ROWS)
def row(request):
    return ROWS[request.param]


def test_a_known_answer_and_an_ending_that_speaks(row):
    found = row.solve(row.problems)
    np.testing.assert_allclose(found.x, row.answer(row.problems), rtol=row.rtol, atol=row.rtol)
    assert np.all(found.ending == row.ending)
    assert sentences(found) == [row.ending.sentence] * len(row.problems)
    assert {"x", "ending"} <= set(found._fields) and not RETIRED & set(found._fields)


def test_a_lane_of_a_batch_is_the_problem_alone(row):
    together, alone = row.solve(row.problems), row.solve(row.problems[2:3])
    np.testing.assert_allclose(together.x[2:3], alone.x, rtol=1e-12, atol=1e-12)
    assert alone.ending == row.ending


def test_no_number_stays_in_its_lane_and_is_told(row):
    spoilt = row.problems.copy()
    spoilt[1, 0] = np.nan
    if row.refusal:
        with pytest.raises(ValueError, match=row.refusal):
            row.solve(spoilt)
        return
    found, plain = row.solve(spoilt), row.solve(row.problems)
    others = [0, 2, 3]
    np.testing.assert_array_equal(np.asarray(found.x)[others], np.asarray(plain.x)[others])
    np.testing.assert_array_equal(np.asarray(found.ending)[others], row.ending)
    assert found.ending[1] in (Ending.NO_NUMBER, Ending.INFEASIBLE)  # a root is not shown to be in the range


def test_units_do_not_matter(row):
    found = row.solve(row.problems * UNITS ** np.array(row.units))
    expected = row.answer(row.problems)
    np.testing.assert_allclose(np.asarray(found.x) / UNITS**row.units_of_x, expected, rtol=row.rtol, atol=row.rtol)
    assert np.all(found.ending == row.ending)


def test_every_result_of_the_package_is_in_the_table():
    modules = [importlib.import_module(m.name) for m in pkgutil.walk_packages(optim.__path__, f"{optim.__name__}.")]
    results = {value for m in modules for value in vars(m).values() if "ending" in getattr(value, "_fields", ())}
    assert {type(row.solve(row.problems)) for row in ROWS.values()} == results


def test_every_ending_is_a_number_and_a_sentence():
    assert [int(ending) for ending in Ending] == list(range(len(Ending)))
    assert all(ending.sentence[0].isupper() and ending.sentence.endswith(".") for ending in Ending)
    endings = np.array([Ending.SOLVED, Ending.INFEASIBLE])
    result: Result = optim.Allocation(np.zeros((2, 1, 2)), endings, np.array([1.0, 0.5]))
    assert sentences(result) == [Ending.SOLVED.sentence, Ending.INFEASIBLE.sentence]
