"""A program as a person writes it, its solution, and the audit of anybody's beams."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import numbers, require, require_jax, status_text
from beamwright.optim import Ending
from beamwright.programs import engine
from beamwright.programs.audit import Point, covariance, evaluate, factor, violation
from beamwright.programs.bound import bound
from beamwright.programs.certificate import RANK_ONE, VIOLATION, Certificate, certify
from beamwright.programs.conditions import Condition
from beamwright.programs.expressions import Combination, Expression
from beamwright.programs.form import Model
from beamwright.programs.layout import matrices
from beamwright.programs.recovery import rank_ratio, recover, top_beams

Sense = Literal["minimise", "maximise"]


class Objective(NamedTuple):
    """An expression and what is wanted of it."""

    sense: Sense
    expression: Expression


def minimise(expression: Expression) -> Objective:
    """Objective to be made small."""
    return _objective("minimise", expression)


def maximise(expression: Expression) -> Objective:
    """Objective to be made large."""
    return _objective("maximise", expression)


def _objective(sense: Sense, expression: Expression) -> Objective:
    require(isinstance(expression, Expression), "objective", "be an expression", type(expression).__name__,
            "A combination has .power()")  # fmt: skip
    require(expression.real, f"objective {expression.name}", "be real", "a complex expression")
    require(expression.entries == 1, f"objective {expression.name}", "have one value", expression.entries)
    return Objective(sense, expression)


class Problem:
    """A program: an objective and conditions, for one channel or a batch of them.

    Args:    objective: ``minimise(expression)`` or ``maximise(expression)``; conditions: comparisons of expressions.
    Raises:  ValueError where something is no condition, data have different numbers of drops, or no covariance occurs.
    """

    def __init__(self, objective: Objective, conditions: Sequence[Condition]):
        require(isinstance(objective, Objective), "objective", "be minimise(...) or maximise(...)",
                type(objective).__name__)  # fmt: skip
        for c in conditions:
            require(isinstance(c, Condition), "conditions", "be comparisons of expressions", type(c).__name__,
                    "Data on both sides compare to true or false")  # fmt: skip
        sign = 1.0 if objective.sense == "minimise" else -1.0
        self.sense: Sense = objective.sense
        self.objective = objective
        self.model = Model(sign * objective.expression, tuple(conditions))
        require(bool(self.model.covariances), "program", "contain a covariance", "none")
        require(self.model.drops > 0, "program", "have at least one drop", self.model.drops)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the conditions; those that occur again are numbered."""
        seen: dict[str, int] = {}
        found = []
        for c in self.model.conditions:
            seen[c.name] = seen.get(c.name, 0) + 1
            found.append(c.name if seen[c.name] == 1 else f"{c.name} ({seen[c.name]})")
        return tuple(found)

    @property
    def drops(self) -> int:
        """Drops of its data; 1 where all are shared."""
        return self.model.drops

    def solve(self, samples: int = 32, seed: int = 0) -> "Solution":
        """Beams of every drop, certified.

        Args:    samples: directions tried where a relaxation is not of rank one; seed of their draws.
        """
        require(isinstance(samples, int | np.integer) and samples >= 1, "samples", "be a whole number >= 1", samples)
        model, layout = self.model, self.model.layout
        single = self._single
        solved, relaxed = self._relaxation()
        ratio, value = self._judged(relaxed)
        usable = np.isfinite(value)
        w = top_beams(layout, single, relaxed)
        w[~usable] = np.nan
        loose = np.flatnonzero(usable & ~self._acceptable(w, ratio))
        if len(loose) and any(single):
            w[loose] = recover(model.form.take(loose), single, relaxed[loose], loose, samples, seed).w
        beams, scalars = self._variables(w)
        certificate = certify(model, self.names, self.sense, self._point(beams, scalars), solved.u, (ratio, value))
        return Solution(self, beams, scalars, solved.u, certificate, solved.iterations, relaxed)

    def relaxed_value(self) -> np.ndarray:
        """Optimum of the relaxation as the solver finds it, (drops,): infinite where none exists, NaN where stalled."""
        return self.optimum()[2]

    def optimum(self) -> tuple[engine.Solved, np.ndarray, np.ndarray]:
        """The solver's answer, w (drops, n) of drops that have an optimum, else NaN, and ``relaxed_value``."""
        solved, relaxed = self._relaxation()
        value = self._value(relaxed)
        sign = 1.0 if self.sense == "minimise" else -1.0
        return solved, relaxed, sign * np.where(solved.ending == Ending.INFEASIBLE, np.inf, value)

    def proven_bound(self) -> np.ndarray:
        """Certified bound of the relaxation's multipliers, (drops,): no design does better."""
        sign = 1.0 if self.sense == "minimise" else -1.0
        lower = bound(self.model.form, self._relaxation()[0].u).value
        return sign * (lower + self.model.objective.constant[:, 0])

    def _relaxation(self) -> tuple[engine.Solved, np.ndarray]:
        """The solver's answer, and w (drops, n) of usable drops; else NaN."""
        require_jax()
        solved = engine.solve(self.model.form)
        undecided = np.isin(solved.ending, (Ending.STALLED, Ending.ITERATIONS, Ending.NO_NUMBER))
        usable = (solved.ending == Ending.SOLVED) | (undecided & (solved.residual < 1e-3))
        return solved, np.where(usable[:, None], solved.w, np.nan)

    @property
    def _single(self) -> list[bool]:
        """Which covariances of the standard form must come out as one beam."""
        return [v.rank_one for v in self.model.sorted_covariances]

    def _value(self, w: np.ndarray) -> np.ndarray:
        """Objective (drops,), to be minimised, of coordinates w (drops, n)."""
        return np.einsum("dn,dn->d", self.model.form.c, w) + self.model.objective.constant[:, 0]

    def _judged(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rank ratio and objective, to be minimised, of coordinates w (drops, n); NaN where these are."""
        value = self._value(w)
        ratio = rank_ratio(self.model.layout, self._single, w)
        return np.where(np.isfinite(value), ratio, np.nan), value

    def _acceptable(self, w: np.ndarray, ratio: np.ndarray) -> np.ndarray:
        """Whether top eigenvectors may be returned: rank one, and every condition met, (drops,)."""
        point = self._point(*self._variables(w))
        with np.errstate(invalid="ignore"):
            missed = [np.broadcast_to(violation(c, point), len(w)) for c in self.model.conditions]
            worst = np.max(missed, axis=0) if missed else np.zeros(len(w))
            return ~(ratio > RANK_ONE) & (worst <= VIOLATION / 2)

    def _variables(self, w: np.ndarray) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """Beams or covariances as they were made, and scalars, from coordinates (drops, n)."""
        model, layout = self.model, self.model.layout
        found = {}
        for v, s in zip(model.sorted_covariances, layout.columns, strict=False):
            inner = matrices(w[:, s])
            q = model.reduction.bases.get(v)
            if v.rank_one:
                finite = np.isfinite(inner).all(axis=(1, 2))
                values, vectors = np.linalg.eigh(np.where(finite[:, None, None], inner, 0))
                beam = vectors[..., -1] * np.sqrt(np.maximum(values[:, -1:], 0))
                beam = np.where(finite[:, None], beam, np.nan)
                found[v] = beam if q is None else (q @ beam[..., None])[..., 0]
            else:
                found[v] = inner if q is None else q @ inner @ np.conj(np.swapaxes(q, -1, -2))
        first = layout.unknowns - layout.scalars
        scalars = tuple(w[:, first + i] for i in range(len(model.scalars)))
        return tuple(found[v] for v in model.covariances), scalars

    def _point(self, beams: Sequence[np.ndarray], scalars: Sequence[np.ndarray]) -> Point:
        model = self.model
        factors = {v: factor(x) for v, x in zip(model.covariances, beams, strict=True)}
        return Point(factors, dict(zip(model.scalars, scalars, strict=True)))

    def explain(self) -> str:
        """What would be solved, in words: sizes, which space, the reduction and why, what the bound rests on."""
        model, layout = self.model, self.model.layout
        space = "multipliers" if layout.in_multipliers else "covariances"
        sizes = ", ".join(f"{v.name} {v.antennas} -> {model.reduction.size(v)}" for v in model.covariances)
        kinds = [(layout.zero, "equations"), (layout.rows, "rows"), (len(layout.norms), "norms"),
                 (len(layout.matrices), "matrix inequalities")]  # fmt: skip
        return "\n".join([
            f"{self.sense} {self.objective.expression.name}, {self.drops} drops",
            f"covariances: {sizes}; scalars: {len(model.scalars)}, and {len(model.balls)} of the S-lemma",
            f"conditions: {', '.join(f'{n} {kind}' for n, kind in kinds if n) or 'none'}",
            f"reduction: {model.reduction.reason}",
            f"unknowns: {layout.entries if layout.in_multipliers else layout.unknowns} real numbers in the space of "
            f"{space} ({layout.unknowns} in that of covariances, {layout.entries} in that of multipliers)",
        ])  # fmt: skip


@dataclass(frozen=True)
class Solution:
    """Solution of a program; arrays lead with drops."""

    problem: Problem
    beams: tuple[np.ndarray, ...]
    """Beam (drops, antennas) in sqrt(W) of every covariance in the order they were made; the covariance itself, (drops,
    antennas, antennas) in W, where it may have any rank. NaN where there is no design."""
    scalars: tuple[np.ndarray, ...]
    """(drops,) of every scalar."""
    multipliers: np.ndarray
    """(drops, rows of the standard form): the proof of the bound."""
    certificate: Certificate
    iterations: np.ndarray
    """(drops,) of the interior point on the relaxation."""
    relaxed: np.ndarray
    """(drops, unknowns of the standard form): the relaxation's optimum as the solver left it, NaN where it has none."""

    @property
    def value(self) -> np.ndarray:
        """Objective of the beams, (drops,)."""
        return self.certificate.objective

    @property
    def bound(self) -> np.ndarray:
        """No design does better, (drops,)."""
        return self.certificate.bound

    @property
    def status(self) -> np.ndarray:
        """``Status`` codes, (drops,)."""
        return self.certificate.status

    @property
    def status_text(self) -> list[str]:
        """Status by name, one per drop."""
        return status_text(self.status)

    def __getitem__(self, of: Combination | Expression) -> np.ndarray:
        """Value of an expression (drops,) or (drops, entries), or the matrix of a combination, at the beams."""
        point = self.problem._point(self.beams, self.scalars)
        if isinstance(of, Combination):
            return covariance(of, point)
        value = evaluate(of, point)[0]
        return value[:, 0] if of.entries == 1 else value


def verify(
    problem: Problem,
    beams: "Solution | Sequence[ArrayLike]",
    scalars: Sequence[ArrayLike] = (),
    multipliers: ArrayLike | None = None,
    relaxed: ArrayLike | None = None,
) -> Certificate:
    """Certificate of any beams, recomputed from the problem's data; nothing that is stored about them is trusted.

    Args:    beams: a solution, or one array per covariance in the order they were made: beams (drops, antennas), or
             covariances (drops, antennas, antennas); scalars: (drops,) of every scalar, where the program has some;
             multipliers: those of a solution, for the bound; any are admissible, without them nothing is proven;
             relaxed: a solution's optimum of the relaxation, which tells a gap of beams from a solver that stalled.
    Raises:  ValueError naming the array whose shape is wrong.
    """
    if isinstance(beams, Solution):
        return verify(problem, beams.beams, beams.scalars, beams.multipliers, beams.relaxed)
    model, drops = problem.model, problem.drops
    require(len(beams) == len(model.covariances), "beams", f"be {len(model.covariances)} arrays", len(beams))
    require(len(scalars) == len(model.scalars), "scalars", f"be {len(model.scalars)} arrays", len(scalars),
            "Hand in those of the solution")  # fmt: skip
    checked = []
    for v, given in zip(model.covariances, beams, strict=True):
        x = numbers(given, f"beams of {v.name}", complex)
        allowed = [(drops, v.antennas), (drops, v.antennas, v.antennas)]
        require(x.shape in allowed, f"beams of {v.name}", f"have shape {allowed[0]} or {allowed[1]}", x.shape)
        checked.append(x)
    levels = [numbers(x, f"scalar {s.name}") for s, x in zip(model.scalars, scalars, strict=True)]
    for s, x in zip(model.scalars, levels, strict=True):
        require(x.shape == (drops,), f"scalar {s.name}", f"have shape {(drops,)}", x.shape)
    u = _coordinates(multipliers, "multipliers", (drops, model.layout.entries), 0.0)
    w = _coordinates(relaxed, "relaxed", (drops, model.layout.unknowns), np.nan)
    return certify(model, problem.names, problem.sense, problem._point(checked, levels), u, problem._judged(w))


def _coordinates(given: ArrayLike | None, name: str, shape: tuple[int, int], otherwise: float) -> np.ndarray:
    x = np.full(shape, otherwise) if given is None else numbers(given, name)
    require(x.shape == shape, name, f"have shape {shape}", x.shape)
    return x
