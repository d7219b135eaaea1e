"""One case put to the test: what is wrong with its answer, in words."""

import warnings
from typing import Any, NamedTuple

import jax
import numpy as np

from beamwright.core import VALID, status_text

from .subject import Case, Subject, Twin

AGREEMENT = 1e-8
"""Relative: of a certificate and its recomputation, and of the figures of twins; rounding of other orders of sums."""
DROPS = 2
BROUGHT = 0.3
"""Share of cases with arrays that nobody draws."""
BLURRED = 1e-2
"""Figures that rounding alone moves by so much are not compared."""


class Verdict(NamedTuple):
    """How a case ended."""

    outcome: str
    """The statuses of its drops, or ``refused``."""
    faults: list[str]


def verdict(subject: Subject, case: Case, rng: np.random.Generator, number: int) -> Verdict:
    """Design, recompute, ask again otherwise. Exceptions other than ValueError are faults, and so are warnings."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            found = _examined(subject, _with_arrays(subject, case, rng, number), rng)
        except Exception as error:  # whatever it is, the case must be reported
            found = refusal(subject, case, error)
    heard = [w for w in heard if not _told(subject, case, w)]
    told = sorted({f"warning {w.category.__name__}: {w.message}"[:200].replace("\n", " ") for w in heard})
    return Verdict(found.outcome, [*found.faults, *told])


def _told(subject: Subject, case: Case, warning: warnings.WarningMessage) -> bool:
    """Whether a warning is the library's own word to a person: one line that names one of the method's options."""
    text = str(warning.message)
    options = subject.system.methods[case.method].options.model_fields
    return warning.category is UserWarning and "\n" not in text and any(text.startswith(name) for name in options)


def _traced(error: Exception) -> str:
    """The exception and where in the library it came from."""
    trace, where = error.__traceback__, "?"
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "beamwright" in name:
            where = f"{name.rsplit('beamwright/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {where}: {error}".replace("\n", " ")[:300]


def refusal(subject: Subject, case: Case, error: Exception) -> Verdict:
    """ValueError itself (not NumPy's, which derives from it) in one line that names an argument; else a fault."""
    if type(error) is not ValueError:
        return Verdict("crashed", [_traced(error)])
    system = subject.system
    method = system.methods[case.method]
    names = [*system.scenario.model_fields, *method.options.model_fields, *system.channels, "drops", "drop", "key"]
    text = str(error)
    if not text.strip() or "\n" in text.strip() or not any(name in text for name in names):
        return Verdict("refused", [f"refusal without an argument's name: {_traced(error)}"])
    return Verdict("refused", [])


def _with_arrays(subject: Subject, case: Case, rng: np.random.Generator, number: int) -> Case:
    """The case with drawn arrays, some of them made strange."""
    system = subject.system
    known = system.draw(system.scenario(**case.scenario), jax.random.key(number % 2**31), DROPS).known
    arrays = {name: np.asarray(getattr(known, name, known)) for name in system.channels}
    return case._replace(arrays=subject.bring(arrays, rng) if rng.random() < BROUGHT else arrays)


def known_of(subject: Subject, case: Case) -> tuple[Any, Any]:
    """The scenario, and what is known."""
    scenario = subject.system.scenario(**case.scenario)
    return scenario, subject.system.known(scenario, **case.arrays)


def design_of(subject: Subject, case: Case) -> tuple[Any, Any, Any]:
    """Scenario, what is known, and the method's design."""
    scenario, known = known_of(subject, case)
    return scenario, known, subject.system.methods[case.method](scenario, known, **case.options)


def _examined(subject: Subject, case: Case, rng: np.random.Generator) -> Verdict:
    scenario, known, design = design_of(subject, case)
    certificate = subject.system.certify(scenario, known, design)
    faults = [*_agreeing(design, certificate), *_finite(subject, design), *_alone(subject, case, design)]
    for row in subject.system.headline(scenario, design):
        faults += [] if isinstance(row, dict) else ["headline is no row"]
    for twin in subject.twins(case, rng):
        faults += [f"{twin.name}: {fault}" for fault in _twin(subject, case, scenario, design, twin)]
    return Verdict(" ".join(sorted(set(design.status_text))), faults)


def _agreeing(design: Any, certificate: Any) -> list[str]:
    """The design says of itself what its certificate says, and that is what is recomputed."""
    faults, again = [], certificate.to_arrays()
    told = {**design.certificate.to_arrays()}
    for name, array in again.items():
        faults += [] if _close(told[name], array) else [f"certificate.{name} is not what is recomputed"]
        own = getattr(design, name, None)
        if isinstance(own, np.ndarray) and not _close(own, array):
            faults.append(f"{name} is not that of the certificate")
    return faults


def _close(one: Any, other: Any, rtol: float = AGREEMENT) -> bool:
    """On the scale of the drop's largest finite entry; NaN agrees with NaN, infinity with infinity."""
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape:
        return False
    finite = np.where(np.isfinite(one), np.abs(one), 0)
    scale = finite.max(axis=tuple(range(1, finite.ndim)), keepdims=True, initial=0)
    with np.errstate(invalid="ignore"):
        return bool(np.all((np.abs(one - other) <= rtol * scale) | (one == other) | (np.isnan(one) & np.isnan(other))))


def _finite(subject: Subject, design: Any) -> list[str]:
    """An accepted drop promises numbers."""
    accepted = np.isin(design.status, [int(status) for status in VALID])
    faults = []
    for name, array in design.to_arrays().items():
        leaf = name.rsplit(".", 1)[-1]
        if leaf not in subject.silent and array.ndim and len(array) == len(accepted) and array.dtype.kind in "fc":
            bad = ~np.isfinite(array[accepted])
            if bad.any():
                faults.append(f"{name} of an accepted drop holds {array[accepted][bad].ravel()[0]}")
    return faults


def _alone(subject: Subject, case: Case, design: Any) -> list[str]:
    """The last drop by itself. Random starts belong to a drop's number, which arrays cannot tell: the first drop."""
    first = case._replace(arrays={name: array[:1] for name, array in case.arrays.items()})
    _, _, alone = design_of(subject, first)
    name = subject.objective
    here, there = (np.asarray(getattr(d.certificate, name))[:1] for d in (design, alone))
    faults = [] if _close(here, there) else [f"{name} of a drop alone {_shown(there)}, among others {_shown(here)}"]
    if design.status[0] != alone.status[0]:
        faults.append(f"alone {status_text(alone.status[0])}, among others {status_text(design.status[0])}")
    return faults


def _twin(subject: Subject, case: Case, scenario: Any, design: Any, twin: Twin) -> list[str]:
    """The design carried over is judged the same; the method does as well there."""
    try:
        there, known = known_of(subject, twin.case)
    except ValueError:  # the twin leaves the ranges: nothing to compare
        return []
    both = zip(subject.rounding(case), subject.rounding(twin.case), strict=True)
    carried_to, solved_to = map(max, both)
    expected = {
        name: values * (twin.unit if name in subject.watts else 1.0)
        for name, values in subject.figures(scenario, design.certificate, design).items()
    }
    faults: list[str] = []
    if twin.carry is not None:
        theirs = subject.figures(there, subject.system.certify(there, known, twin.carry(design)), design)
        for name, values in expected.items():
            rounding = solved_to if name in subject.made else carried_to
            if rounding <= BLURRED and not _close(values, theirs[name], max(AGREEMENT, rounding)):
                faults.append(f"carried over, {name} is {_shown(theirs[name])}, not {_shown(values)}")
    if faults or not twin.solved or solved_to > BLURRED:
        return faults
    solved = subject.system.methods[case.method](there, known, **twin.case.options)
    name, values = next(iter(expected.items()))  # what the method improves comes first
    theirs = subject.figures(there, solved.certificate, solved)
    usable, again = (np.isin(d.status, [int(status) for status in VALID]) for d in (design, solved))
    if (usable != again).any():
        return [f"solved anew, {' '.join(solved.status_text)}, not {' '.join(design.status_text)}"]
    if not _close(values[usable], theirs[name][usable], max(subject.rtol, solved_to)):
        faults.append(f"solved anew, {name} is {_shown(theirs[name][usable])}, not {_shown(values[usable])}")
    return faults


def _shown(values: Any) -> str:
    return np.array2string(np.asarray(values).ravel()[:4], precision=9, max_line_width=200)
