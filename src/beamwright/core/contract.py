"""The contract every system fulfils: learn one and you know all.

    realisation = system.draw(scenario, key, drops)          what is true, and what is known
    design      = system.methods["..."](scenario, realisation.known, **options)
    scorecard   = system.evaluate(scenario, realisation, design)
    certificate = system.certify(scenario, realisation.known, design)

A system's module lists its methods in ``METHODS`` and itself in ``SYSTEM``; ``beamwright.systems`` collects them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, Protocol, Self

import numpy as np

from beamwright.core.config import Config
from beamwright.core.results import ArrayRecord, Index

Demands = dict[str, np.ndarray | None]
"""Arrays that must hold for what a design asked for, by their names in files; None for what must not be there."""
Headline = list[dict[str, object]]
"""One row per drop for the table a person reads."""


class Violation(NamedTuple):
    """Shortfall of a demand in every drop, and the tolerance below which it counts as none."""

    amount: np.ndarray
    """(drops,), zero or less where the demand is met; NaN where there is no design."""
    allowed: float
    """Largest amount that a design may have whose status says that it can be used."""


class Certificate(Protocol):
    """Interface of certificates: numbers recomputed from the arrays of a design, all of shape (drops,)."""

    @property
    def sense(self) -> Literal["minimise", "maximise"]:
        """Whether the objective is minimised or maximised."""

    @property
    def objective(self) -> np.ndarray:
        """Objective of the design as it is."""

    @property
    def bound(self) -> np.ndarray:
        """No design does better, in the words of the certificate's own documentation."""

    @property
    def gap(self) -> np.ndarray:
        """Relative distance of objective and bound; NaN or infinite where there is none."""

    @property
    def violations(self) -> Mapping[str, Violation]:
        """Every demand on a design by name."""

    @property
    def status(self) -> np.ndarray:
        """``Status`` codes, from the numbers above only."""

    def to_arrays(self, prefix: str = "") -> dict[str, np.ndarray]:
        """Every array by its name."""


class Design(Protocol):
    """Interface of designs, whatever the system; arrays lead with drops."""

    @property
    def status(self) -> np.ndarray:
        """(drops,) ``Status`` codes."""

    @property
    def status_text(self) -> list[str]:
        """Status by name, one per drop."""

    @property
    def iterations(self) -> np.ndarray:
        """(drops,) of the search."""

    @property
    def trace(self) -> np.ndarray:
        """(drops, steps) how the search went, NaN after its end."""

    @property
    def certificate(self) -> Certificate:
        """Certificate of these arrays."""

    def to_arrays(self, prefix: str = "") -> dict[str, np.ndarray]:
        """Every array by its name."""

    def take(self, drops: Index) -> Self:
        """The design for some drops."""


@dataclass(frozen=True)
class Input:
    """An array that a person may bring: its axes, its kind and its unit, from which follows what may be done to it.

    An amplitude may be scaled together with all other amplitudes, and is conjugated where a file means ``h^T w``; every
    other kind is taken as it is.
    """

    axes: str
    """Names of its axes, ``"drops users antennas"``; ``drops`` may be left out by a person."""
    kind: Literal["amplitude", "power", "real", "position", "logical"]
    """amplitude: complex; power: a variance or watts; real: an angle, a cosine, a concentration; logical: 0 or 1."""
    unit: str = ""
    conjugated: bool = False
    """Whether the model takes its conjugate, as in ``h^H w``."""
    infinite: bool = False
    """Whether infinity is a value."""
    spread: bool = False
    """Whether one number, or one per user, stands for all."""
    alone: str = ""
    """Axes that the array lacks where there is one of it."""

    def sized(self, sizes: Mapping[str, int]) -> "Input":
        """The array for these sizes: without the axes that it lacks where there is one of it."""
        lacking = [axis for axis in self.alone.split() if sizes[axis] == 1]
        axes, alone = (
            " ".join(axis for axis in each.split() if axis not in lacking) for each in (self.axes, self.alone)
        )
        return replace(self, axes=axes, alone=alone)

    @property
    def dtype(self) -> type:
        """NumPy type of the array."""
        return {"amplitude": complex, "logical": int}.get(self.kind, float)


@dataclass(frozen=True)
class Method:
    """A way to design: a proposed algorithm or a baseline, batched over drops."""

    name: str
    summary: str
    options: type[Config]
    run: Callable[..., Any]

    def __call__(self, scenario: Any, known: Any, **options: Any) -> Any:
        """Validate the options (unknown ones refused by name) and run: ``run(scenario, known, **options)``."""
        chosen = self.options(**options)
        return self.run(scenario, known, **{name: getattr(chosen, name) for name in self.options.model_fields})


@dataclass(frozen=True)
class Learner:
    """An agent that can be trained on many realisations, for a method that asks the policy later."""

    name: str
    summary: str
    options: type[Config]
    train: Callable[..., Any]
    """``train(scenario, known, folder=..., seed=..., on_row=..., about=..., **options)``."""
    score: str
    """Meaning and unit of a learning curve's ``score``."""


@dataclass(frozen=True)
class System:
    """Everything the command line, the studies and the report need to know about a system."""

    name: str
    title: str
    source: str
    """The paper, as one cites it."""
    scenario: type[Config]
    design: type[ArrayRecord]
    methods: Mapping[str, Method]
    channels: Mapping[str, Input]
    """Arrays a user may bring: ``{"h": Input("drops users antennas", "amplitude", conjugated=True)}``."""
    draw: Callable[..., Any]
    """``draw(scenario, key, drops, first=0) -> Realisation`` with fields ``known`` and ``truth``."""
    known: Callable[..., Any]
    """``known(scenario, **channels)``: what the designer knows, from a user's arrays, validated."""
    evaluate: Callable[..., ArrayRecord]
    """``evaluate(scenario, realisation, design)``: how the design does on what is true."""
    certify: Callable[..., Certificate]
    """``certify(scenario, known, design)``: what holds for the arrays of the design."""
    headline: Callable[..., Headline]
    """``headline(scenario, design)``."""
    asked: Callable[..., Demands] | None = None
    """``asked(scenario, known, design, method, options)``: what a design asked for like that must hold; all arrays of
    role ``Asked`` are among them. Raises ValueError naming what cannot have been asked for with these channels."""
    bound: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By method: the options that ``asked`` binds to the arrays; the others are informative only."""
    scenery: tuple[str, ...] = ()
    """Parameters of the scenario that shape what is drawn, and nothing else: informative only with own channels."""
    reads: Callable[[Any], tuple[str, ...]] = lambda scenario: ()
    """``reads(scenario)``: those of ``scenery`` that certificates of this scenario read all the same."""
    truths: tuple[str, ...] = ()
    """Parameters of the scenario that shape what is true and nothing that a file holds: informative only, but where an
    option of the same name is None, which stands for them."""
    hint: Callable[..., str] | None = None
    """``hint(scenario, known, design)``: what a person may have overlooked where designs are absurd, or nothing."""
    learners: Mapping[str, Learner] = field(default_factory=dict)
    """Agents that can be trained once for many realisations."""
