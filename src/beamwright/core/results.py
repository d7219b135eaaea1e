"""Results are dataclasses of arrays: one flat, picklable-free form for files, records and workers."""

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, Self

import numpy as np


@dataclasses.dataclass(frozen=True)
class ArrayRecord:
    """Base of designs, certificates and scorecards: fields are NumPy arrays or nested records."""

    def to_arrays(self, prefix: str = "") -> dict[str, np.ndarray]:
        """Flat ``{"beams": ..., "certificate.bound_w": ...}``, ready for ``numpy.savez``."""
        flat: dict[str, np.ndarray] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, ArrayRecord):
                flat |= value.to_arrays(f"{prefix}{field.name}.")
            elif value is not None:
                flat[prefix + field.name] = np.asarray(value)
        return flat

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], prefix: str = "") -> Self:
        """Inverse of ``to_arrays``. Raises ValueError naming a missing array."""
        hints = typing.get_type_hints(cls)
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            name, kind = prefix + field.name, _record_of(hints[field.name])
            if kind is not None and (
                field.default is dataclasses.MISSING or any(key.startswith(name + ".") for key in arrays)
            ):
                values[field.name] = kind.from_arrays(arrays, name + ".")
            elif name in arrays:
                values[field.name] = np.asarray(arrays[name])
            elif field.default is not dataclasses.MISSING:
                values[field.name] = field.default
            else:
                raise ValueError(f"{name} must be among the arrays, got {', '.join(sorted(arrays)) or 'none'}")
        return cls(**values)

    def take(self, drops: Any) -> Self:
        """The same record for a selection of drops (every array's leading axis)."""
        return type(self)(
            **{
                f.name: v.take(drops) if isinstance(v, ArrayRecord) else None if v is None else v[drops]
                for f in dataclasses.fields(self)
                for v in [getattr(self, f.name)]
            }
        )


def _record_of(hint: Any) -> type[ArrayRecord] | None:
    """The record that a field holds, also where it may be None."""
    kinds = (hint, *typing.get_args(hint))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, ArrayRecord)), None)
