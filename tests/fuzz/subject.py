"""What the fuzz must know of a system: sizes that are compiled, what may be brought, and what must change nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from beamwright.core import System

Arrays = dict[str, np.ndarray]


class Case(NamedTuple):
    """One question to a system; plain values only, so that one line of JSON says all of it."""

    scenario: dict[str, Any]
    method: str
    options: dict[str, Any]
    arrays: Arrays
    """What the designer knows, as a person brings it."""


class Twin(NamedTuple):
    """The same question put otherwise, and how the answer follows."""

    name: str
    case: Case
    carry: Callable[[Any], Any] | None
    """The design of the case as a design of the twin; None where only the method is asked again."""
    unit: float = 1.0
    """Figures in watts are so many times as large."""
    solved: bool = True
    """Whether the method itself, started at the twin, must do as well; else only the certificate is compared."""


@dataclass(frozen=True)
class Subject:
    """A system as the fuzz sees it."""

    system: System
    shapes: tuple[dict[str, Any], ...]
    """Scenario fields that compiled programs depend on; every other field is drawn. First what other tests compile."""
    methods: Mapping[str, dict[str, Any]]
    """Options that compiled programs depend on, by method."""
    bring: Callable[[Arrays, np.random.Generator], Arrays]
    """Arrays as strange as people's, from drawn ones."""
    twins: Callable[[Case, np.random.Generator], list[Twin]]
    figures: Callable[[Any, Any, Any], Arrays]
    """What must not differ between twins, of scenario, certificate and design: (drops, ...) each, users sorted."""
    objective: str
    """Field of the certificate that is the same for a drop alone."""
    silent: frozenset[str] = frozenset()
    """Arrays of an accepted design that may hold NaN or infinity, because their documentation says so."""
    made: frozenset[str] = frozenset()
    """Figures of something that the certificate designs itself."""
    watts: frozenset[str] = frozenset()
    """Figures in watts."""
    settle: Callable[[dict[str, Any], str, np.random.Generator], dict[str, Any]] = lambda values, method, rng: values
    """Scenario values with what would be compiled anew brought back to what is."""
    rtol: float = 1e-6
    """Of objectives of twins solved apart."""
    rounding: Callable[[Case], tuple[float, float]] = lambda case: (0.0, 0.0)
    """Relative rounding of figures, and of what a method makes, where numbers of a case are far apart."""
