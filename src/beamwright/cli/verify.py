"""``verify``: is what the file says what its arrays say?

Nothing is believed: objective, SINRs, decoding order, bound, gap, violations and status are recomputed from channels,
beams, covariances and multipliers by code that calls no solver, and compared with what is stored. What nothing can
confirm is named as informative only.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from beamwright.cli.audit import AGREEMENT, Check, audit
from beamwright.cli.design_files import FORMAT_VERSION, StoredDesign, digest_of, load_design, plain
from beamwright.cli.summary import accepted, summarise
from beamwright.cli.tables import console, table
from beamwright.core import status_text

_MARKS = {True: "ok", False: "WRONG", None: "info"}
_PROVES = (
    "What is ok holds for these arrays, whoever made them. The digest finds accidents, not forgers: it can be computed "
    "again, and no line says who made the file or when."
)


def verify_file(path: Path, strict: bool = False) -> list[Check]:
    """Check a design file, print every line, return those that are wrong; ``strict``: also a drop that is not accepted.

    Raises: ValueError if it cannot be read.
    """
    stored = load_design(path)
    checks = [*_integrity(stored), *audit(stored)]
    if all(check.passed is not False for check in checks):
        checks += [*_beside(stored), _drops(stored, strict)]
    rows = ((_MARKS[check.passed], check.name, check.finding) for check in checks)
    console().print(table(f"{stored.path}", ("", "what", "finding"), rows))
    console().print(_PROVES, soft_wrap=True)
    return [check for check in checks if check.passed is False]


def _integrity(stored: StoredDesign) -> list[Check]:
    same = digest_of(stored.arrays, stored.about) == stored.digest
    return [Check("contents", same, "as written" if same else "altered since written (SHA-256 differs)")]


def _drops(stored: StoredDesign, strict: bool) -> Check:
    """Check of the drops' status: informative, and with ``strict`` a demand."""
    status = stored.arrays["status"]
    names, good = status_text(status), int(accepted(status).sum())
    counts = ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names))
    passed = good == len(names) or (False if strict else None)
    return Check("drops", passed, f"{counts}: {good} of {len(names)} accepted")


def _beside(stored: StoredDesign) -> list[Check]:
    """``design.json``, where it is there: about and summary are those of the arrays, the rest cannot be checked."""
    from beamwright.systems import SYSTEMS

    beside = stored.path.with_suffix(".json")
    if not beside.is_file():
        return []
    try:
        document = json.loads(beside.read_bytes())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ValueError(f"{beside} must be JSON, but it is damaged")
    design = SYSTEMS[str(stored.about["system"])].design.from_arrays(stored.arrays)
    said: dict[str, object] = {"format_version": FORMAT_VERSION, **stored.about, **plain(summarise(design))}
    differing = [key for key, value in said.items() if not _same(document.get(key), value)]
    finding = f"another {', '.join(differing)}" if differing else "what the arrays say"
    loose = sorted(set(document) - set(said))
    rest = Check(f"{beside.name}: {', '.join(loose)}", None, "informative only: nothing in the arrays says it")
    return [Check(beside.name, not differing, finding), *([rest] if loose else [])]


def _same(one: Any, other: Any) -> bool:
    """Equal, numbers to rounding."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(_same(one[key], other[key]) for key in one)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
    return bool(np.isclose(one, other, rtol=AGREEMENT, atol=0)) if numbers else bool(one == other)
