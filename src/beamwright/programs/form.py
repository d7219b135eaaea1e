"""The standard form of a program from its expressions: covariances reduced where that loses nothing, then arrays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from beamwright.core import REAL, require, require_memory
from beamwright.programs.conditions import Condition
from beamwright.programs.expressions import Covariance, Expression, Scalar
from beamwright.programs.layout import Layout, coordinates, matrices
from beamwright.programs.robust import Robust


class Form(NamedTuple):
    """Arrays of the standard form (``layout``), drops first."""

    layout: Layout
    a: np.ndarray
    """(drops, m, n)."""
    b: np.ndarray
    """(drops, m)."""
    c: np.ndarray
    """(drops, n)."""
    frames: tuple[np.ndarray | None, ...] = ()
    """B (drops, d, s) of every matrix of A whose rows are multiples of the coordinates of B^H W_k B, else None."""

    def take(self, drops: np.ndarray) -> "Form":
        """The form of some drops."""
        frames = tuple(None if b is None else b[drops] for b in self.frames)
        return Form(self.layout, self.a[drops], self.b[drops], self.c[drops], frames)


@dataclass(frozen=True)
class Model:
    """A program as its parts: an objective to be minimised, and conditions; data are in the expressions."""

    objective: Expression
    conditions: tuple[Condition, ...]

    @cached_property
    def expressions(self) -> list[Expression]:
        """Every expression, the objective first."""
        return [self.objective, *(e for c in self.conditions for e in expressions_of(c))]

    @cached_property
    def balls(self) -> list[Robust]:
        """Values that must hold on a ball, in the order of their conditions."""
        return [c.inside for c in self.conditions if c.kind == "ball"]

    @cached_property
    def covariances(self) -> list[Covariance]:
        """Covariances as they were made."""
        found = {v for e in self.expressions for v in e.variables if isinstance(v, Covariance)}
        found |= {v for ball in self.balls for v in ball.combination.weights}
        return sorted(found, key=lambda v: v.number)

    @cached_property
    def scalars(self) -> list[Scalar]:
        """Scalars as they were made."""
        found = {v for e in self.expressions for v in e.variables if isinstance(v, Scalar)}
        return sorted(found, key=lambda v: v.number)

    @cached_property
    def drops(self) -> int:
        """Drops of the data; 1 where all are shared."""
        named: dict[int, str] = {}
        for name, size in _sizes(self):
            if size > 1:
                named.setdefault(size, name)
        both = " and ".join(f"{size} in {name}" for size, name in named.items())
        require(len(named) <= 1, "data of a program", "have equally many drops, or none", both)
        return next(iter(named), 1)

    @cached_property
    def reduction(self) -> "Reduction":
        """Bases of the covariances, and why."""
        return _reduction(self)

    def basis(self, ball: Robust) -> np.ndarray:
        """Q (drops or 1, antennas, d) of the covariances that meet a set of channels; I where they are not reduced."""
        q = self.reduction.bases.get(next(iter(ball.combination.weights)))
        return np.eye(ball.ball.antennas)[None] if q is None else q

    @cached_property
    def sorted_covariances(self) -> list[Covariance]:
        """Covariances in the order of the standard form, by their size."""
        return sorted(self.covariances, key=lambda v: self.reduction.size(v))

    @cached_property
    def cones(self) -> list[Condition]:
        """Conditions in the order of the standard form."""
        order = {"zero": 0, "nonnegative": 1, "norm": 2}
        return sorted(self.conditions, key=lambda c: (order.get(c.kind, 3), self._matrix_size(c)))

    def _matrix_size(self, condition: Condition) -> int:
        if condition.kind == "matrix":
            return condition.inside.size
        if condition.kind == "ball":
            size = self.reduction.size(next(iter(condition.inside.combination.weights)))
            return int(condition.inside.ball.directions(size)) + 1
        return 0

    @cached_property
    def layout(self) -> Layout:
        """Sizes of the standard form."""
        of = {kind: [c for c in self.cones if c.kind == kind] for kind in ("zero", "nonnegative", "norm")}
        return Layout(
            blocks=tuple(self.reduction.size(v) for v in self.sorted_covariances),
            scalars=len(self.scalars) + len(self.balls),
            zero=sum(c.inside.entries for c in of["zero"]),
            rows=sum(c.inside.entries for c in of["nonnegative"]),
            norms=tuple(1 + len(c.inside.entries) for c in of["norm"]),
            matrices=tuple(self._matrix_size(c) for c in self.cones if c.kind in ("matrix", "ball")),
        )

    @cached_property
    def form(self) -> Form:
        """The standard form. Raises ValueError, before it is made, where it would not fit into memory."""
        layout, pieces = self.layout, []
        arrays = 3 * self.drops * layout.entries * layout.unknowns
        tile = 2 * max(min(layout.entries, layout.unknowns), 1) ** 2
        sizes = {"drops": self.drops, "rows": layout.entries, "unknowns": layout.unknowns}
        require_memory(float(REAL * (arrays + tile)), **sizes)
        for condition in self.cones:
            if condition.kind == "ball":
                pieces.append(self._ball_rows(condition.inside))
            else:
                pieces.append(_stack([self._rows(e) for e in expressions_of(condition)]))
        n = layout.unknowns
        a, b = _stack(pieces) if pieces else (np.zeros((1, 0, n)), np.zeros((1, 0)))
        c, _ = self._rows(self.objective)
        spread = [np.broadcast_to(x, (self.drops, *x.shape[1:])) for x in (a, b, c[:, 0])]
        frames = [self._plain_frame(c) for c in self.cones if c.kind in ("matrix", "ball")]
        whole = tuple(None if x is None else np.broadcast_to(x, (self.drops, *x.shape[1:])) for x in frames)
        return Form(layout, spread[0], spread[1], spread[2], whole)

    def _plain_frame(self, condition: Condition) -> np.ndarray | None:
        """``frame`` of a set of channels, where nothing but it meets the covariances."""
        plain = condition.kind == "ball" and not (condition.inside.rest.forms or condition.inside.rest.traces)
        return self.frame(condition.inside) if plain else None

    def frame(self, ball: Robust) -> np.ndarray:
        """B = [r S, h] (drops or 1, d, directions + 1) of a set of channels, in the basis of its covariances."""
        q, at = self.basis(ball), ball.ball
        s = at.radius[:, None, None] * (np.eye(q.shape[-1])[None] if at.axes is None else _adjoint(q) @ at.axes)
        return _joined([s, _adjoint(q) @ at.centre[..., None]], -1)

    @cached_property
    def entries(self) -> list[slice]:
        """Entries of every condition, in the order of ``cones``."""
        sizes = [
            c.inside.entries if c.kind in ("zero", "nonnegative")
            else 1 + len(c.inside.entries) if c.kind == "norm" else self._matrix_size(c) ** 2
            for c in self.cones
        ]  # fmt: skip
        ends = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        return [slice(int(i), int(j)) for i, j in zip(ends[:-1], ends[1:], strict=True)]

    def _rows(self, e: Expression) -> tuple[np.ndarray, np.ndarray]:
        """Rows (drops or 1, entries, n) of a real expression, and its constants (drops or 1, entries)."""
        parts = []
        for v in self.sorted_covariances:
            q, d = self.reduction.bases.get(v), self.reduction.size(v)
            row = np.zeros((1, e.entries, d * d))
            if v in e.forms:
                form = e.forms[v]
                row = row + coordinates(form if q is None else _adjoint(q)[:, None] @ form @ q[:, None])
            if v in e.traces:
                row = row + e.traces[v][..., None] * coordinates(np.eye(d))
            parts.append(row)
        parts += [e.scalars[s][..., None] if s in e.scalars else np.zeros((1, e.entries, 1)) for s in self.scalars]
        parts.append(np.zeros((1, e.entries, len(self.balls))))
        return _joined(parts, -1), np.broadcast_to(e.constant, (len(e.constant), e.entries))

    def _ball_rows(self, ball: Robust) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the matrix B^H Phi B + lambda diag(I, -1) + rest e e^T of the S-lemma, entry by entry."""
        frame = self.frame(ball)
        d, size = frame.shape[-2:]
        units = matrices(np.eye(d * d))
        seen = coordinates(_adjoint(frame)[:, None] @ units @ frame[:, None])
        seen = np.swapaxes(seen, -1, -2)
        rest, constant = self._rows(ball.rest)
        weights = ball.combination.weights
        parts = [
            weights[v][:, None, None] * seen if v in weights else np.zeros((1, size**2, self.reduction.size(v) ** 2))
            for v in self.sorted_covariances
        ]
        multipliers = np.zeros((1, size**2, len(self.balls)))
        which = next(i for i, other in enumerate(self.balls) if other is ball)
        multipliers[0, :, which] = coordinates(np.diag([*np.ones(size - 1), -1.0]))
        parts += [np.zeros((1, size**2, len(self.scalars))), multipliers]
        corner = coordinates(np.diag([*np.zeros(size - 1), 1.0]))[None, :, None]
        a = _joined(parts, -1)
        return a + corner * rest, corner[..., 0] * constant


class Reduction(NamedTuple):
    """Covariances W = Q Y Q^H in the span of the vectors that meet them, where that loses nothing."""

    bases: dict[Covariance, np.ndarray]
    """Q (drops or 1, antennas, d) of every reduced covariance."""
    reason: str

    def size(self, v: Covariance) -> int:
        """d of a covariance."""
        return self.bases[v].shape[-1] if v in self.bases else v.antennas


def _reduction(model: Model) -> Reduction:
    """Bases Q: W -> Q Q^H W Q Q^H keeps every form in vectors of the span, and lowers the trace.

    Traces must therefore stand where less of them helps; channels of a ball are projected along with its centre;
    those of an ellipsoid lie in the span, its axes are among the vectors.
    """
    against = _traces_in_the_way(model)
    if against:
        return Reduction({}, f"none: a larger trace helps in {against}")
    pools: dict[object, list[np.ndarray]] = {}
    for v in model.covariances:
        key = v.antennas if model.balls else v
        pool = pools.setdefault(key, [])
        pool += [x for e in model.expressions for x in e.vectors.get(v, ())]
        sets = [ball.ball for ball in model.balls if v in ball.combination.weights]
        pool += [one.centre[..., None] for one in sets] + [one.axes for one in sets if one.axes is not None]
    bases = {}
    for v in model.covariances:
        columns = _distinct(pools[v.antennas if model.balls else v])
        if 0 < sum(x.shape[-1] for x in columns) < v.antennas:
            bases[v] = span(columns)
    if not bases:
        return Reduction({}, "none: the vectors that meet a covariance span all antennas")
    return Reduction(
        bases, "to the span of all channels, lossless: every condition is a form in them or falls with the trace"
    )


def _traces_in_the_way(model: Model) -> str:
    """Name of an expression in which a smaller trace of a covariance may hurt; empty if there is none."""

    def rises(e: Expression, sign: float) -> bool:
        return any(bool((sign * t > 0).any()) for t in e.traces.values())

    if rises(model.objective, -1.0):
        return model.objective.name
    for c in model.conditions:
        falls_only = {"nonnegative": [c.inside], "ball": [getattr(c.inside, "rest", None)]}.get(c.kind, [])
        if c.kind == "norm":
            falls_only = [c.inside.bound]
        fixed = {"zero": [c.inside], "norm": getattr(c.inside, "entries", ())}.get(c.kind, ())
        fixed = c.inside.parts if c.kind == "matrix" else fixed
        if any(rises(e, 1.0) for e in falls_only) or any(rises(e, s) for e in fixed for s in (1.0, -1.0)):
            return c.name
    return ""


def span(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Orthonormal Q (drops or 1, antennas, columns) whose span holds all columns."""
    drops = max(len(x) for x in columns)
    whole = np.concatenate([np.broadcast_to(x, (drops, *x.shape[1:])) for x in columns], axis=-1)
    size = np.linalg.norm(whole, axis=-2, keepdims=True)
    return np.linalg.qr(whole / np.where(size > 0, size, 1))[0]


def _distinct(columns: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Arrays without those that occur again."""
    return list({(x.shape, np.ascontiguousarray(x).tobytes()): x for x in columns}.values())


def expressions_of(condition: Condition) -> list[Expression]:
    """Expressions of a condition in the order of their entries."""
    if condition.kind == "norm":
        return [condition.inside.bound, *condition.inside.entries]
    if condition.kind == "matrix":
        return list(condition.inside.parts)
    return [condition.inside.rest] if condition.kind == "ball" else [condition.inside]


def _sizes(model: Model) -> Iterator[tuple[str, int]]:
    """Names and leading axes of all data."""
    for e in model.expressions:
        parts = [e.constant, *e.forms.values(), *e.traces.values(), *e.scalars.values()]
        yield from ((e.name, len(x)) for x in parts)
    for ball in model.balls:
        parts = [ball.ball.centre, ball.ball.radius, *ball.combination.weights.values()]
        yield from ((ball.name, len(x)) for x in parts)


def _joined(parts: Sequence[np.ndarray], axis: int) -> np.ndarray:
    """Arrays side by side, shared ones repeated for every drop."""
    drops = max(len(x) for x in parts)
    return np.concatenate([np.broadcast_to(x, (drops, *x.shape[1:])) for x in parts], axis=axis)


def _stack(rows: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    return _joined([a for a, _ in rows], 1), _joined([b for _, b in rows], 1)


def _adjoint(matrix: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(matrix, -1, -2))
