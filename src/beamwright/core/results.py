"""Results are dataclasses of arrays: one flat, picklable-free form for files, records and workers."""

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np

from beamwright.core.roles import Role
from beamwright.core.status import status_text

Index = slice | np.ndarray | Sequence[int] | Sequence[bool]
"""Selection of drops, as NumPy takes it."""


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
        values: dict[str, object] = {}
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

    @classmethod
    def roles(cls, prefix: str = "", usual: Role = Role.RECOMPUTED) -> dict[str, Role]:
        """Role of every array (``core.roles``), by its name in ``to_arrays``; what may be absent is among them."""
        found: dict[str, Role] = {}
        hints = typing.get_type_hints(cls, include_extras=True)
        for field in dataclasses.fields(cls):
            name, hint = field.name, hints[field.name]
            role, kind = _role_of(hint, usual), _record_of(hint)
            found |= {prefix + name: role} if kind is None else kind.roles(f"{prefix}{name}.", role)
        return found

    def take(self, drops: Index) -> Self:
        """Record of a selection of drops (every array's leading axis)."""
        return type(self)(
            **{
                f.name: v.take(drops) if isinstance(v, ArrayRecord) else None if v is None else v[drops]
                for f in dataclasses.fields(self)
                for v in [getattr(self, f.name)]
            }
        )

    def put(self, drops: np.ndarray, other: Self) -> Self:
        """Record with some drops (indices) replaced by those of ``other``."""
        values: dict[str, object] = {}
        for field in dataclasses.fields(self):
            ours, theirs = getattr(self, field.name), getattr(other, field.name)
            if isinstance(ours, ArrayRecord):
                ours = ours.put(drops, theirs)
            elif ours is not None:
                ours = np.array(ours)
                ours[drops] = theirs
            values[field.name] = ours
        return type(self)(**values)


class StatusRecord(ArrayRecord):
    """Base of designs and certificates: records with a ``status`` per drop."""

    status: np.ndarray | None

    @property
    def status_text(self) -> list[str]:
        """Status by name, one per drop."""
        return status_text(() if self.status is None else self.status)


def _parts(hint: object) -> list[object]:
    """A type and everything it is made of: ``Annotated[Record, role] | None`` has the record and the role."""
    return [hint, *(part for one in typing.get_args(hint) for part in _parts(one))]


def _record_of(hint: object) -> type[ArrayRecord] | None:
    """The record that a field holds, also where it may be None."""
    return next((kind for kind in _parts(hint) if isinstance(kind, type) and issubclass(kind, ArrayRecord)), None)


def _role_of(hint: object, usual: Role) -> Role:
    return next((part for part in _parts(hint) if isinstance(part, Role)), usual)
