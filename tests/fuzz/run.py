"""Many cases one after another, each with a limit of time."""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from . import cellfree, dma_noma, noma_isac, star_ris, values
from .checks import verdict
from .subject import Case, Subject

SUBJECTS: dict[str, Subject] = {
    subject.system.name: subject
    for subject in (noma_isac.SUBJECT, star_ris.SUBJECT, dma_noma.SUBJECT, cellfree.SUBJECT)
}  # fmt: skip


class Failure(NamedTuple):
    """One case that went wrong."""

    system: str
    seed: int
    number: int
    case: Case | None
    faults: list[str]


@dataclass
class Tally:
    """What happened to the cases of a system."""

    system: str
    cases: int = 0
    failed: int = 0
    outcomes: Counter = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        ends = ", ".join(f"{name} {count}" for name, count in self.outcomes.most_common())
        return f"{self.system}: {self.cases} cases in {self.seconds:.0f} s, {self.failed} failed; {ends}"


def drawn(subject: Subject, seed: int, number: int, method: str | None = None) -> tuple[Case, np.random.Generator]:
    """Case ``number`` of a seed, without its arrays, and the generator for what is asked about it."""
    rng = np.random.default_rng([seed, number])
    shape = dict(subject.shapes[rng.integers(len(subject.shapes))])
    method = method or str(rng.choice(list(subject.methods)))
    system = subject.system
    options = values.description(system.methods[method].options, rng, dict(subject.methods[method]))
    described = subject.settle(values.description(system.scenario, rng, shape), method, rng)
    return Case(described, method, options, {}), rng


def campaign(
    name: str, numbers: Iterable[int], seed: int, end: float, limit: float, tally: Tally, method: str | None = None
) -> Iterator[Failure]:
    """Failures among the cases, until ``end``; a case that hangs ends the process, said with its line."""
    subject = SUBJECTS[name]
    for number in numbers:
        start = time.monotonic()
        if start > end:
            break
        watch = threading.Timer(2 * limit, _hangs, [name, seed, number, tally])
        watch.daemon = True
        watch.start()
        case, rng = drawn(subject, seed, number, method)
        outcome, faults = verdict(subject, case, rng, number)
        watch.cancel()
        taken = time.monotonic() - start
        if taken > limit:
            faults = [*faults, f"took {taken:.0f} s"]
        tally.cases += 1
        tally.failed += bool(faults)
        tally.outcomes[outcome] += 1
        tally.seconds += taken
        if tally.cases % 100 == 0:
            print(f"so far, to case {number}: {tally}", file=sys.stderr, flush=True)
        if faults:
            yield Failure(name, seed, number, case, faults)


def _hangs(name: str, seed: int, number: int, tally: Tally) -> None:
    print(f"{line(Failure(name, seed, number, None, ['hangs']))}\n{tally}", flush=True)
    os._exit(1)


def line(failure: Failure) -> str:
    """One reproducible line."""
    told: Any = {}
    if failure.case is not None:
        told = {"method": failure.case.method, "options": failure.case.options, "scenario": failure.case.scenario}
    again = f"--system {failure.system} --seed {failure.seed} --first {failure.number} --count 1"
    return f"FAILED {again}: {' | '.join(failure.faults)} {json.dumps(told, default=str)}"
