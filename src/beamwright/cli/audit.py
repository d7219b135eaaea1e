"""Audit of a design file: all that can be recomputed from its arrays is compared, the rest is named.

Every array has a role, stated where the design is declared (``core.roles``); scenario, method and options are parsed
by the system's own models and bound to the arrays by ``System.asked``; channels that were drawn are drawn again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from beamwright.cli.design import named_channels
from beamwright.cli.design_files import StoredDesign
from beamwright.cli.settings import find
from beamwright.cli.summary import accepted
from beamwright.core import Certificate, Config, Method, Role, System, require, root_key
from beamwright.core.ranges import brief

AGREEMENT, ROUNDING = 1e-9, 1e-12
"""Stored and recomputed numbers come from the same arithmetic; this leaves room for another machine's rounding: of an
entry itself, and of the largest entry of its drop (of one, for residuals)."""


@dataclass(frozen=True)
class Check:
    """One line of the verdict."""

    name: str
    passed: bool | None
    """None where nothing can be said: the line tells what is informative only."""
    finding: str


@dataclass(frozen=True)
class _Job:
    """System, method, options and scenario that a design file names."""

    system: System
    method: Method
    options: Config
    scenario: Config
    channels: Mapping[str, object]


def audit(stored: StoredDesign) -> list[Check]:
    """Every check of what is in the file, digest and neighbours apart. Never raises for what a file may hold."""
    try:
        job = _job(stored.about)
        _contents(job, stored.arrays)
    except ValueError as error:
        return [Check("contents, as promised", False, str(error))]
    try:
        with np.errstate(all="ignore"):
            design = job.system.design.from_arrays(stored.arrays)
            known = job.system.known(job.scenario, **{name: stored.arrays[name] for name in job.system.channels})
            certificate = job.system.certify(job.scenario, known, design)
            asked = job.system.asked
            demands = asked(job.scenario, known, design, job.method.name, job.options) if asked else {}
            again = _drawn_again(job)
    except ValueError as error:  # readable, but no design for these channels: wrong, not unreadable
        return [Check("recomputation", False, str(error))]
    except (ArithmeticError, AssertionError, LookupError, TypeError) as error:  # arrays that no design is made of
        return [Check("recomputation", False, f"cannot be done with these arrays ({type(error).__name__}: {error})")]
    recomputed = certificate.to_arrays()
    expected = {**recomputed, **{f"certificate.{name}": array for name, array in recomputed.items()}, **demands}
    checks = [check for name, role in job.system.design.roles().items()
              for check in _array(name, role, stored.arrays.get(name), expected)]  # fmt: skip
    checks += [_agree(f"{name}, drawn again", stored.arrays[name], array) for name, array in again.items()]
    checks += _feasibility(certificate)
    return [*checks, *_informative(job, stored.arrays)]


def _job(about: Mapping[str, object]) -> _Job:
    """Raises ValueError naming what is not known, not complete, or out of range."""
    from beamwright.systems import SYSTEMS

    expected = ("system", "method", "options", "scenario", "channels")
    require(set(about) == set(expected), "about", f"hold {', '.join(expected)}", ", ".join(map(str, about)))
    system = find("system", str(about["system"]), SYSTEMS)
    method = find("method", str(about["method"]), system.methods)
    require(about["system"] == system.name and about["method"] == method.name, "about", "hold full names", about)
    parsed: list[Config] = []
    for name, model in (("options", method.options), ("scenario", system.scenario)):
        given = _mapping(about, name)
        found = model(**given)
        whole = found.model_dump(mode="json")
        differing = [key for key in {**whole, **given} if key not in given or whole[key] != given[key]]
        require(not differing, name, "hold every value resolved, as beamwright design writes them", differing)
        parsed.append(found)
    options, scenario = parsed
    return _Job(system, method, options, scenario, _mapping(about, "channels"))


def _mapping(about: Mapping[str, object], name: str) -> dict[str, object]:
    found = about[name]
    if not isinstance(found, dict):
        raise ValueError(f"{name} must be a mapping, got {brief(found)}")
    return found


def _contents(job: _Job, arrays: Mapping[str, np.ndarray]) -> None:
    """Raises ValueError naming an array that nobody knows, holds no numbers, or has no entry for every drop."""
    roles = job.system.design.roles()
    unknown = sorted(set(arrays) - set(roles) - set(job.system.channels))
    require(not unknown, "the file", "hold arrays of channels and design only", ", ".join(unknown))
    missing = sorted(set(job.system.channels) - set(arrays))
    require(not missing, "the file", "hold the channels that the design is for", f"no {', '.join(missing)}")
    drops = len(np.atleast_1d(arrays[next(iter(job.system.channels))]))
    require(drops >= 1, "the file", "hold a drop", "none")
    for name, array in arrays.items():
        require(array.dtype.kind in "biufc", name, "hold numbers", f"type {array.dtype}")
        require(array.shape[:1] == (drops,), name, f"lead with {drops} drops", f"shape {array.shape}")
        if roles.get(name) is Role.FOUND and array.size:
            finite = np.isfinite(array).reshape(drops, -1)
            usable = accepted(arrays["status"]) if "status" in arrays else True
            torn = ~finite.all(axis=1) & (finite.any(axis=1) | usable)
            require(not torn.any(), name, "be finite where a design is promised", f"no number in drop {torn.argmax()}")


def _array(name: str, role: Role, stored: np.ndarray | None, expected: Mapping[str, ArrayLike | None]) -> list[Check]:
    """Checks of one array: none where it is informative only, or found and finite."""
    there = next((expected[part] for part in (name, name.rpartition(".")[0]) if part in expected), _UNKNOWN)
    if stored is None or there is None:
        absent = stored is None and there is None
        return [] if absent else [Check(name, False, "missing" if stored is None else "not what this method makes")]
    if there is not _UNKNOWN:
        return [_agree(name if role is not Role.ASKED else f"{name}, as the options say", stored, there, role)]
    return [] if role in (Role.FOUND, Role.INFORMATIVE) else [Check(name, False, "nothing recomputes it")]


_UNKNOWN = np.empty(0)
"""In place of an array that nothing recomputes; ``None`` is one that must not be there."""


def _agree(name: str, stored: ArrayLike, recomputed: ArrayLike, role: Role = Role.RECOMPUTED) -> Check:
    """Equal to rounding, on the scale of the drop's largest entry; NaN agrees with NaN, infinity with infinity."""
    stored, recomputed = (np.asarray(a, complex if np.iscomplexobj(a) else float) for a in (stored, recomputed))
    if stored.shape != recomputed.shape:
        return Check(name, False, f"stored shape {stored.shape}, recomputed {recomputed.shape}")
    size = np.where(np.isfinite(recomputed), np.abs(recomputed), 0.0)
    scale = size.max(axis=tuple(range(1, size.ndim)), keepdims=True, initial=1.0 if role is Role.RESIDUAL else 0.0)
    with np.errstate(invalid="ignore"):
        close = np.abs(stored - recomputed) <= AGREEMENT * size + ROUNDING * scale
    close |= (stored == recomputed) | (np.isnan(stored) & np.isnan(recomputed))
    if close.all():
        return Check(name, True, "recomputed, the same")
    at = tuple(int(i) for i in np.argwhere(~close)[0])
    finding = f"stored {stored[at]:.10g}, recomputed {recomputed[at]:.10g} at {list(at)}"
    return Check(name, False, f"{finding}; {int((~close).sum())} of {close.size} entries differ")


def _feasibility(certificate: Certificate) -> list[Check]:
    """A line per demand on a design: by how much drops miss it that may be used."""
    usable, checks = accepted(certificate.status), []
    for name, (amount, allowed) in certificate.violations.items():
        worst = float(np.max(amount[usable], initial=-np.inf))
        finding = f"at most {max(worst, 0.0):.1e} in accepted drops; {allowed:.0e} counts as none"
        met = bool(worst <= allowed) if usable.any() else None
        checks.append(Check(f"feasible: {name}", met, finding if usable.any() else "no drop is accepted"))
    return checks


def _drawn_again(job: _Job) -> dict[str, np.ndarray]:
    """The channels, where the file says that they were drawn. Raises ValueError if it does not say how."""
    if "drawn" not in job.channels:
        return {}
    seed: Any = job.channels.get("seed")
    drops = job.channels["drawn"]
    for name, value in (("seed", seed), ("drawn", drops)):
        require(type(value) is int, f"channels: {name}", "be a whole number", value)
    return named_channels(job.system, job.system.draw(job.scenario, root_key(seed), drops).known)


def _informative(job: _Job, arrays: Mapping[str, np.ndarray]) -> list[Check]:
    """Statements of the file that nothing here can confirm, by name."""
    names = [name for name, role in job.system.design.roles().items() if role is Role.INFORMATIVE and name in arrays]
    loose = sorted(set(type(job.options).model_fields) - set(job.system.bound.get(job.method.name, ())))
    read = job.system.reads(job.scenario)
    scenery = () if "drawn" in job.channels else [name for name in job.system.scenery if name not in read]
    truths = [name for name in job.system.truths if getattr(job.options, name, 0) is not None]
    said = (
        ("arrays", names, "how the design was found: nothing can confirm it, nothing depends on it"),
        (f"options of {job.method.name}", loose, "leave no trace that could be checked"),
        ("scenario", scenery, "shape drawn channels, and these were brought"),
        ("scenario", truths, "shape what is true, and no file holds that"),
        ("method", [job.method.name], "that it, and no other that asks for the same, found the arrays"),
    )
    return [Check(f"{what}: {', '.join(told)}", None, f"informative only: {why}") for what, told, why in said if told]
