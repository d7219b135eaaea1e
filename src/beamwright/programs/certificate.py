"""The certificate of a program: objective, bound, gap, every condition by name, and the status they make."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from beamwright.core import Status, StatusRecord
from beamwright.core.contract import Violation
from beamwright.programs.audit import Point, evaluate, violation
from beamwright.programs.bound import bound
from beamwright.programs.form import Model

VIOLATION = 1e-6
"""Largest shortfall of a condition, relative to the size of its terms, that counts as none."""
GAP, ROBUST_GAP, RECOVERED_GAP = 1e-6, 1e-5, 0.1
"""Relative gaps of an optimal design without matrix inequalities, with them, and of a recovered design."""
RANK_ONE = 1e-6
"""Second eigenvalue over trace below which a covariance counts as rank one."""


@dataclass(frozen=True)
class Certificate(StatusRecord):
    """Certificate of beams, recomputed from the data; arrays of shape (drops,) but for ``shortfall``."""

    objective: np.ndarray
    """Objective of the design as it is, NaN where there is none."""
    bound: np.ndarray
    """No design does better; infinite where there is none, and against the sense where nothing is proven."""
    gap: np.ndarray
    """Relative distance of objective and bound, infinite where nothing is proven."""
    shortfall: np.ndarray
    """(drops, conditions) relative to the size of the terms, <= 0 where met; a ball at its worst channel, proven."""
    rank_ratio: np.ndarray
    """Largest second eigenvalue over trace of the relaxation's covariances that must come out as beams; else NaN."""
    relaxed_objective: np.ndarray
    """Objective of the relaxation as the solver left it; NaN where there is no solution."""
    status: np.ndarray
    """``Status`` codes."""
    names: tuple[str, ...]
    """Conditions, in the order of ``shortfall``."""
    bound_rests_on: tuple[str, ...]
    """Reason why the bound holds, in words, one per drop."""
    sense: Literal["minimise", "maximise"]

    @property
    def violations(self) -> dict[str, Violation]:
        """Every condition by name, with what is allowed."""
        return {name: Violation(self.shortfall[:, i], VIOLATION) for i, name in enumerate(self.names)}

    @property
    def violation(self) -> np.ndarray:
        """Largest shortfall of all conditions, (drops,)."""
        return self.shortfall.max(axis=1, initial=-np.inf)


def certify(
    model: Model,
    names: tuple[str, ...],
    sense: Literal["minimise", "maximise"],
    point: Point,
    multipliers: np.ndarray,
    relaxed: tuple[np.ndarray, np.ndarray],
) -> Certificate:
    """Certificate of a point, with a bound from multipliers (drops, m).

    Args:    relaxed: rank ratio and objective of the relaxation, (drops,) each, for information and to tell a solver
             that stalled from a relaxation that is not tight.
    """
    drops = len(multipliers)
    objective = np.broadcast_to(evaluate(model.objective, point)[0][:, 0], drops)
    found = bound(model.form, multipliers)
    offset = model.objective.constant[:, 0]
    lower = found.value + offset
    columns = [np.broadcast_to(violation(c, point), drops) for c in model.conditions]
    shortfall = np.stack(columns, axis=1) if columns else np.zeros((drops, 0))
    gap = _gap(objective, lower)
    relaxed_gap = _gap(relaxed[1], lower)
    robust = any(c.kind in ("ball", "matrix") for c in model.conditions)
    tolerance = ROBUST_GAP if robust else GAP
    feasible = np.isfinite(objective) & (shortfall.max(axis=1, initial=0) <= VIOLATION)
    sign = 1.0 if sense == "minimise" else -1.0
    return Certificate(
        objective=sign * objective,
        bound=sign * lower,
        gap=gap,
        shortfall=shortfall,
        rank_ratio=relaxed[0],
        relaxed_objective=sign * relaxed[1],
        status=_status(lower, feasible, gap, relaxed_gap, tolerance),
        names=names,
        bound_rests_on=tuple(found.reason),
        sense=sense,
    )


def _status(
    lower: np.ndarray, feasible: np.ndarray, gap: np.ndarray, relaxed_gap: np.ndarray, tolerance: float
) -> np.ndarray:
    """Status codes; comparisons with NaN are false, so what cannot be computed is never called good."""
    infeasible = lower == np.inf
    return np.select(
        [infeasible & ~feasible, feasible & (gap <= tolerance), feasible & (gap <= RECOVERED_GAP),
         feasible & np.isneginf(lower), ~(relaxed_gap <= tolerance)],
        [Status.INFEASIBLE, Status.OPTIMAL, Status.RANK1_RECOVERED, Status.FEASIBLE, Status.STALLED],
        Status.RANK_GAP,
    )  # fmt: skip


def _gap(objective: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Gap (objective - bound) / |bound|: zero where both are zero, infinite where only the bound is, or unknown."""
    known = np.isfinite(lower)
    excess = objective - np.where(known, lower, 0)
    scale = np.abs(np.where(known, lower, 0))
    share = np.where(scale > 0, excess / np.where(scale > 0, scale, 1), np.where(excess == 0, 0, np.inf))
    return np.where(np.isnan(objective), np.nan, np.where(known, share, np.inf))
