"""Benchmarks: a plan, rows with the same columns for every system, and as data whatever is special of a system."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from benchmarks.timing import Times


@dataclass(frozen=True)
class Row:
    """One measurement: who, on what, how fast, how right. Arrays have a value per drop, NaN where there is none."""

    study: str
    """The question; where time grows along a size, the name of that size."""
    case: str
    solver: str
    times: Times
    drops: int
    """Drops that were solved; of a training, seeds."""
    batch: int = 1
    """Drops in a call."""
    sizes: Mapping[str, float] = field(default_factory=dict)
    certified: bool = False
    """Whether the certificate is within the time."""
    objective: ArrayLike = np.nan
    errors: ArrayLike = np.nan
    """The measure of accuracy that ``Benchmark.error`` names."""
    violations: ArrayLike = np.nan
    """Relative violations of constraints; the largest counts."""
    bound: ArrayLike = np.nan
    """See ``Benchmark.bound``."""
    iterations: ArrayLike = np.nan
    failed: int = 0
    """Drops without an answer by the solver's own account."""
    flops: float = np.nan
    """Floating-point operations of an iteration, where they were counted."""

    def record(self) -> dict[str, Any]:
        """Columns of the table: means, and least, median and largest errors, over the drops."""
        iterations = _over(np.mean, self.iterations)
        return {
            "study": self.study,
            "case": self.case,
            "solver": self.solver,
            **self.sizes,
            "batch": self.batch,
            "drops": self.drops,
            "certified": self.certified,
            **self.times._asdict(),
            "objective": _over(np.mean, self.objective),
            "bound": _over(np.mean, self.bound),
            "error_least": _over(np.min, self.errors),
            "error_median": _over(np.median, self.errors),
            "error_most": _over(np.max, self.errors),
            "violation": _over(np.max, self.violations),
            "failed": self.failed,
            "iterations": iterations,
            "flops": self.flops * iterations,
        }

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} {value:g}" for name, value in self.sizes.items())
        return (
            f"{self.study:10} {self.case:18} {self.solver:34} batch {self.batch:<5} "
            f"{1e3 * self.times.solve_s:11.4f} ms  {sizes}"
        )


def violations(design: Any) -> list[np.ndarray]:
    """By how much a design misses each demand, as its certificate says: ``Row.violations``."""
    return [violation.amount for violation in design.certificate.violations.values()]


def _over(statistic: Callable[[np.ndarray], Any], values: ArrayLike) -> float:
    values = np.asarray(values, float).ravel()
    values = values[~np.isnan(values)]
    return float(statistic(values)) if len(values) else np.nan


class Axis(NamedTuple):
    """A size along which time grows."""

    label: str
    log: bool = True


class Ratio(NamedTuple):
    """How many times longer than one of ours, in the same study and case and at the same sizes."""

    name: str
    solvers: tuple[str, ...]
    """Ours; the first that is found counts. One that does not certify is not compared with others that do."""
    time: Literal["solve_s", "whole_s"] = "solve_s"


class Tradeoff(NamedTuple):
    """A panel of objective against time in one study, set-up left out or paid off over so many drops."""

    study: str
    drops: float = np.inf
    title: str = ""


@dataclass(frozen=True)
class Benchmark:
    """A system's measurements and how they are shown."""

    name: str
    title: str
    run: Callable[[Any], Iterator[Row]]
    """From a plan to its rows, one after another."""
    full: Any
    quick: Any
    """Plans: everything, and few drops and sizes."""
    objective: str
    """Its name and unit."""
    error: str
    """The measure of accuracy."""
    ratios: tuple[Ratio, ...]
    studies: Mapping[str, str]
    """Titles of the comparisons, by study."""
    axes: Mapping[str, Axis] = field(default_factory=dict)
    """Studies of growth, by the size that grows; drawn too."""
    tradeoffs: tuple[Tradeoff, ...] = ()
    time: Literal["solve_s", "whole_s"] = "solve_s"
    """Time that is drawn and tabulated against sizes; ``whole_s`` counts the assembly too."""
    bound: str = ""
    """Heading of the bound's column; without it the bound is in the files only."""
    notes: Callable[[pd.DataFrame], list[str]] = lambda frame: []
    """Lines below the tables."""
