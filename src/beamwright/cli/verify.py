"""``verify``: is what the file says what its arrays say?

Nothing is believed: objective, SINRs, decoding order, bound, gap, violations and status are recomputed from channels,
beams, covariances and multipliers by code that calls no solver, and compared with what is stored.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beamwright.cli.design_files import StoredDesign, digest_of, load_design
from beamwright.cli.settings import find
from beamwright.cli.summary import accepted
from beamwright.cli.tables import console, table
from beamwright.core import ArrayRecord, require

AGREEMENT = 1e-9
"""Stored and recomputed numbers come from the same arithmetic; this leaves room for another machine's rounding."""
FEASIBILITY = 1e-6
"""Largest relative violation of a constraint that an accepted drop may have (spec noma_isac, section 8)."""


@dataclass(frozen=True)
class Check:
    """One line of the verdict."""

    name: str
    passed: bool
    finding: str


def verify_file(path: Path) -> list[Check]:
    """Check a design file, print every line, return those that are wrong. Raises ValueError if it cannot be read."""
    stored = load_design(path)
    checks = [*_integrity(stored), *_recomputation(stored)]
    console().print(
        table(
            f"{stored.path}",
            ("", "what", "finding"),
            (("ok" if check.passed else "WRONG", check.name, check.finding) for check in checks),
        )
    )
    return [check for check in checks if not check.passed]


def _integrity(stored: StoredDesign) -> list[Check]:
    same = digest_of(stored.arrays, stored.about) == stored.digest
    checks = [Check("contents", same, "as written" if same else "altered since written (SHA-256 differs)")]
    beside = stored.path.with_suffix(".json")
    if beside.is_file():
        try:
            document = json.loads(beside.read_text())
        except ValueError:
            raise ValueError(f"{beside} must be JSON, but it is damaged") from None
        differing = [key for key, value in stored.about.items() if document.get(key) != value]
        finding = f"another {', '.join(differing)}" if differing else "the same system, method, options and scenario"
        checks.append(Check(beside.name, not differing, finding))
    return checks


def _recomputation(stored: StoredDesign) -> list[Check]:
    from beamwright.systems import SYSTEMS

    system = find("system", str(stored.about["system"]), SYSTEMS)
    missing = [name for name in system.channels if name not in stored.arrays]
    require(not missing, str(stored.path), "hold the channels the design is for", f"no {', '.join(missing)}")
    design = system.design.from_arrays(stored.arrays)
    try:
        scenario = system.scenario(**stored.about["scenario"])
        known = system.known(scenario, **{name: stored.arrays[name] for name in system.channels})
        certificate = system.certify(scenario, known, design)
    except ValueError as error:  # readable, but no design for these channels: wrong, not unreadable
        return [Check("recomputation", False, str(error))]
    checks = _agreements("certificate.", design.certificate, certificate)
    if system.asked is not None:
        name = str(stored.about["method"])
        options = find("method", name, system.methods).options(**stored.about["options"])
        demands = system.asked(scenario, known, name, options)
        checks += [_agree(f"{field}, as the options say", getattr(design, field), demands[field]) for field in demands]
    checks += _agreements("", design, certificate)
    usable = accepted(certificate.status)
    for name, array in certificate.to_arrays().items():
        if name.endswith("_violation") and not name.startswith("relaxed"):
            checks.append(_feasible(name, array, usable))
    return checks


def _agreements(prefix: str, stored: ArrayRecord, recomputed: ArrayRecord) -> list[Check]:
    """One check per array that both have under the same name."""
    there, again = stored.to_arrays(), recomputed.to_arrays()
    return [_agree(prefix + name, there[name], again[name]) for name in again if name in there]


def _agree(name: str, stored: np.ndarray, recomputed: np.ndarray) -> Check:
    """Equal to rounding, on the scale of the drop's largest entry; NaN agrees with NaN, infinity with infinity."""
    if stored.shape != recomputed.shape:
        return Check(name, False, f"stored shape {stored.shape}, recomputed {recomputed.shape}")
    finite = np.where(np.isfinite(recomputed), np.abs(recomputed), 0.0)
    scale = finite.max(axis=tuple(range(1, finite.ndim)), keepdims=True, initial=0.0)
    with np.errstate(invalid="ignore"):
        close = np.abs(stored - recomputed) <= AGREEMENT * scale + 1e-12
    close |= (stored == recomputed) | (np.isnan(stored) & np.isnan(recomputed))
    if close.all():
        return Check(name, True, "recomputed, the same")
    at = tuple(int(i) for i in np.argwhere(~close)[0])
    finding = f"stored {stored[at]:.10g}, recomputed {recomputed[at]:.10g} at {list(at)}"
    return Check(name, False, f"{finding}; {int((~close).sum())} of {close.size} entries differ")


def _feasible(name: str, violation: np.ndarray, usable: np.ndarray) -> Check:
    worst = float(np.max(violation[usable], initial=0.0))
    return Check(name, worst <= FEASIBILITY, f"at most {worst:.1e} relative over {int(usable.sum())} accepted drops")
