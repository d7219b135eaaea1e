"""Random values of a description: from the ranges its model states, ends and neighbourhoods of defaults included."""

import math
import typing
from typing import Any

import numpy as np

from beamwright.core import Config

WIDE = 300.0
"""Decades in decibels, and powers of ten of anything else, where a model states no end."""
INTENSITIES = (0.1, 0.3, 1.0)
"""Shares of fields that leave their defaults: one odd value among usual ones shows what many together hide."""


def description(model: type[Config], rng: np.random.Generator, fixed: dict[str, Any]) -> dict[str, Any]:
    """Values of some fields of ``model``, never whole numbers (they are shapes) except seeds; ``fixed`` ones stay."""
    share = rng.choice(INTENSITIES)
    values = dict(fixed)
    for name, field in model.model_fields.items():
        if name not in fixed and rng.random() < share:
            found = _value(name, field, rng)
            if found is not None:
                values[name] = found
    return values


def _value(name: str, field: Any, rng: np.random.Generator) -> Any:
    """A value of one field, None where there is nothing to draw."""
    kinds = _leaves(field.annotation)
    words = [kind for kind in kinds if not isinstance(kind, type)]
    if float in kinds:
        if words and rng.random() < 0.3:
            return _plain(rng.choice(words))
        return _number(name, field, rng)
    if bool in kinds:
        return bool(rng.random() < 0.5)
    if words:
        return _plain(rng.choice(np.array(words, object)))
    if name == "seed":
        return int(rng.choice([0, 1, 2**31 - 1, 2**32 - 1]))
    return None


def _number(name: str, field: Any, rng: np.random.Generator) -> float:
    low, high = ends(field)
    unit = (field.json_schema_extra or {}).get("unit", "")
    usual = field.default if isinstance(field.default, float) else 1.0
    kind = rng.choice(["near", "anywhere", "end"], p=[0.5, 0.35, 0.15])
    if unit in ("dB", "dBm", "deg", "degrees") or low < 0:
        low, high = max(low, -WIDE), min(high, WIDE)
        found = {"near": usual + rng.normal(0, 15), "anywhere": rng.uniform(low, high), "end": rng.choice([low, high])}
    elif high <= 1:
        found = {"near": rng.uniform(low, high), "anywhere": high * 10 ** rng.uniform(-12, 0)}
        found["end"] = rng.choice([low, high])
    else:
        floor, top = max(low, 10.0**-30), min(high, 10.0**30)
        log = rng.uniform(math.log10(floor), math.log10(top))
        found = {"near": (usual or 1.0) * 10 ** rng.normal(0, 0.7), "anywhere": 10.0**log}
        found["end"] = rng.choice([low, top])
    return float(np.clip(found[kind], low, high))


def ends(field: Any) -> tuple[float, float]:
    """Least and largest value a field may have; ends that are not allowed are moved inside."""
    low, high = -math.inf, math.inf
    for rule in field.metadata:
        for name in ("ge", "gt"):
            end = getattr(rule, name, None)
            if end is not None:
                low = max(low, end if name == "ge" else (end + 1e-12 if end else 1e-12))
        for name in ("le", "lt"):
            end = getattr(rule, name, None)
            if end is not None:
                high = min(high, end if name == "le" else end - 1e-12)
    return low, high


def _leaves(annotation: Any) -> list[Any]:
    """The types and words a value may be made of: ``float | Literal["inf"]`` has float and "inf"."""
    parts = typing.get_args(annotation)
    if not parts:
        return [annotation]
    if typing.get_origin(annotation) is typing.Literal:
        return list(parts)
    return [leaf for part in parts if part is not Ellipsis for leaf in _leaves(part)]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
