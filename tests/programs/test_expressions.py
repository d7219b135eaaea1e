"""What can be written, and what is refused by name: affine expressions, comparisons, data with drops or without."""

import numpy as np
import pytest

from beamwright import programs as bp
from beamwright.programs.audit import Point, evaluate, factor

RNG = np.random.default_rng(0)
H = RNG.standard_normal((2, 4)) + 1j * RNG.standard_normal((2, 4))
W = bp.covariances(2, antennas=4)
T = bp.scalar("t")


def value(expression, first, second, t=0.0):
    """Value of an expression where the two covariances and the scalar are given."""
    variables = [next(iter(w.weights)) for w in W]
    factors = {v: factor(np.asarray(x)[None]) for v, x in zip(variables, (first, second), strict=True)}
    return evaluate(expression, Point(factors, {next(iter(T.scalars)): np.array([t])}))[0]


def random_covariance():
    x = RNG.standard_normal((4, 3)) + 1j * RNG.standard_normal((4, 3))
    return x @ x.conj().T


def test_expressions_have_the_values_of_their_formulas() -> None:
    a, b = random_covariance(), random_covariance()
    h, g = H
    c = random_covariance()
    total = W[0] - 2.0 * W[1]
    phi = a - 2 * b
    for expression, wanted in [
        (total.gain(h), (h.conj() @ phi @ h).real),
        (total.cross(h, g), h.conj() @ phi @ g),
        (total.cross(h, g).imag, (h.conj() @ phi @ g).imag),
        (total.power(), np.trace(phi).real),
        (total.power(c), np.trace(c @ phi).real),
        (3.0 - W[0].gain(h) / 2 + T, 3 - (h.conj() @ a @ h).real / 2 + 0.25),
        (sum([W[0].power(), W[1].power()]), np.trace(a + b).real),
        (np.float64(2.0) * T - np.array([1.0]), -0.5),
    ]:
        np.testing.assert_allclose(value(expression, a, b, 0.25)[0, 0], wanted, rtol=1e-12, err_msg=expression.name)
    np.testing.assert_allclose(value(total.antenna_power(), a, b)[0], np.diag(phi).real, rtol=1e-10)
    np.testing.assert_allclose(value(total.antenna_power() - T, a, b, 0.5)[0], np.diag(phi).real - 0.5, rtol=1e-10)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda: W[0].power() * W[1].power(), "product of power"),
        (lambda: 1.0 / W[0].power(), "unsupported operand"),
        (lambda: W[0] * W[1], "product of w"),
        (lambda: bp.norm([W[0].gain(H[0])]) >= T, "small side"),
        (lambda: bp.norm([W[0].gain(H[0])]) <= W[0].cross(H[0], H[1]), "large side"),
        (lambda: bp.norm([W[0].antenna_power()]) <= T, "expressions of one value"),
        (lambda: W[0].cross(H[0], H[1]) >= 0, "real expressions"),
        (lambda: W[0].gain(H[0, :3]), "4 antennas"),
        (lambda: W[0].gain(np.full(4, np.nan)), "channel in gain.*finite"),
        (lambda: W[0].gain(bp.ball(H[0, :3], 0.1)), "ball in gain"),
        (lambda: bp.ball(H[0], -0.1), "radius of a ball must be >= 0"),
        (lambda: W[0].gain(bp.ball(H[0], 0.1)) + W[1].gain(bp.ball(H[0], 0.1)) >= 0, "meet one ball"),
        (lambda: W[0].gain(bp.ball(H[0], 0.1)) == 1.0, "compared by"),
        (lambda: W[0] + bp.covariances(1, antennas=3)[0], "equally many antennas"),
        (lambda: W[0].gain(np.ones((2, 4))) + W[0].gain(np.ones((3, 4))), "equally many drops"),
        (lambda: 0.0 <= W[0].power() <= 1.0, "must stand alone"),
        (lambda: bp.sinr(W[0], H[0], W, 0.1) >= T, "target of sinr"),
        (lambda: bp.hermitian([[T, 0.0]]), "be square"),
        (lambda: bp.hermitian([[W[0].cross(H[0], H[1])]]), "diagonal of"),
        (lambda: bp.covariances(0, antennas=4), "count must be"),
        (lambda: bp.minimise(W[0]), "objective must be an expression"),
        (lambda: bp.minimise(W[0].cross(H[0], H[1])), "be real"),
        (lambda: bp.Problem(bp.minimise(W[0].power()), [True]), "comparisons of expressions"),
        (lambda: bp.Problem(bp.minimise(T), []), "contain a covariance"),
        (
            lambda: bp.Problem(bp.minimise(W[0].power()), [W[0].gain(np.ones((d, 4))) >= 1 for d in (2, 3)]),
            "equally many drops.*2 in gain",
        ),
    ],
)
def test_what_is_no_program_is_refused_by_name(write, words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        write()


def test_a_ball_compares_with_expressions_on_either_side() -> None:
    robust = W[0].gain(bp.ball(H[0], 0.1))
    for condition, sign in [
        (robust >= T, 1),
        (robust - T >= 0, 1),
        (robust <= T, -1),
        (2.0 * T >= robust + T, -1),  # noqa: SIM300
        (T - robust >= 0, -1),
    ]:
        weight = next(iter(condition.inside.combination.weights.values()))
        (scalar,) = condition.inside.rest.scalars.values()
        assert condition.kind == "ball" and weight[0] == sign and scalar[0, 0] == -sign, condition.name


def test_a_condition_has_the_name_that_was_written() -> None:
    assert (W[0].gain(H[0]) >= 0.5).name == "gain(w[0]) >= 0.5"
    assert (bp.sinr(W[0], H[0], W, 0.1) >= 2.0).name == "sinr(w[0]) >= 2"
    assert (W[0].power() <= 1.0).named("budget").name == "budget"
    problem = bp.Problem(bp.minimise(W[0].power()), [W[0].gain(h) >= 0.5 for h in H])
    assert problem.names == ("gain(w[0]) >= 0.5", "gain(w[0]) >= 0.5 (2)")
