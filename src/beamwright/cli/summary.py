"""A design in a few numbers: how the drops ended, and the spread of everything there is one number per drop of."""

from typing import Any

import numpy as np

from beamwright.core import ArrayRecord, status_text
from beamwright.records import USABLE


def accepted(status: np.ndarray) -> np.ndarray:
    """True for drops whose design meets all constraints, with its gap known."""
    return np.isin(status_text(status), USABLE)


def summarise(design: Any) -> dict[str, dict[str, Any]]:
    """``summary`` and ``certificate``: over the accepted drops, the least, median and largest of each number."""
    names = status_text(design.status)
    counts = {name: names.count(name) for name in dict.fromkeys(names)}
    usable = accepted(design.status)
    return {
        "summary": {"drops": len(names), "accepted": int(usable.sum()), "status": counts, **_spreads(design, usable)},
        "certificate": _spreads(design.certificate, usable),
    }


def _spreads(record: ArrayRecord, usable: np.ndarray) -> dict[str, dict[str, float]]:
    rows = {}
    for name, array in record.to_arrays().items():
        if "." in name or array.shape != usable.shape or array.dtype.kind != "f":
            continue
        picked = array[usable]
        picked = picked[np.isfinite(picked)]
        if picked.size:
            low, middle, high = (float(f(picked)) for f in (np.min, np.median, np.max))
            rows[name] = {"min": low, "median": middle, "max": high}
    return rows
