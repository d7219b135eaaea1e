"""Validated, frozen descriptions: scenarios and method options, in YAML or in Python."""

import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, Unpack

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from beamwright.core.fields import Numbers, limit_of
from beamwright.core.ranges import Range, brief, number
from beamwright.core.safe_yaml import read_yaml


def parameter(default: Any, description: str, *, unit: str = "", source: str = "", **rules: Unpack[Range]) -> Any:
    """A field with its unit, one-line description and source; ``rules`` are pydantic's (gt, ge, le, ...)."""
    return Field(default, description=description, json_schema_extra={"unit": unit, "source": source}, **rules)


class Config(BaseModel):
    """Base of every scenario and options model: frozen, finite, unknown keys refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ValueError("; ".join(_explain(item, type(self)) for item in error.errors())) from None

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: object, info: ValidationInfo) -> object:
        """NumPy's numbers and arrays as Python's; true and false are no numbers."""
        if isinstance(value, np.generic | np.ndarray):
            value = value.tolist()
        kinds = _leaves(cls.model_fields[str(info.field_name)].annotation)
        if bool not in kinds and kinds & {int, float}:
            items = value if isinstance(value, list | tuple) else [value]
            if any(isinstance(item, bool) for item in items):
                raise ValueError(f"{info.field_name} must be a number, got {brief(value)}")
        return value

    def model_copy(self, *, update: Mapping[str, object] | None = None, deep: bool = False) -> Self:
        """A copy with other values, checked like any (pydantic's own skips all checks). Raises ValueError."""
        return type(self)(**{**{name: getattr(self, name) for name in type(self).model_fields}, **(update or {})})

    def derived(self, **values: Any) -> Self:
        """A copy with values that are not checked: for what follows from a checked one and may leave its ranges."""
        return BaseModel.model_copy(self, update=values)

    @classmethod
    def from_yaml(cls, path: str | Path, **overrides: Any) -> Self:
        """Read a YAML mapping (safe loader); ``overrides`` win. Raises ValueError naming the file or the key."""
        return cls(**{**cls.read_yaml(path), **overrides})

    @staticmethod
    def read_yaml(path: str | Path) -> dict[str, object]:
        """The mapping in a YAML file, not validated. Raises ValueError naming the file."""
        values = read_yaml(Path(path))
        values = {} if values is None else values
        if not isinstance(values, dict):
            raise ValueError(f"{path} must hold a mapping of parameter names to values, got {type(values).__name__}")
        return values

    def to_yaml(self, path: str | Path | None = None) -> str:
        """The resolved values as YAML text, also written to ``path`` when one is given."""
        text = yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False)
        if path is not None:
            Path(path).write_text(text)
        return text

    @classmethod
    def is_number(cls, name: str) -> bool:
        """Whether a field holds one number (or none), neither several nor a word."""
        field = cls.model_fields[name]
        several = any(isinstance(rule, Numbers) and (rule.many or rule.words) for rule in field.metadata)
        return not several and _leaves(field.annotation) <= {int, float, type(None)}

    @classmethod
    def describe(cls) -> list[dict[str, str]]:
        """One row per parameter: name, unit, default, range, description, source."""
        rows = []
        for name, field in cls.model_fields.items():
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            signs = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
            ends = [(sign, getattr(m, name, None)) for m in field.metadata for name, sign in signs.items()]
            limits = [f"{sign} {number(end)}" for sign, end in ends if end is not None]
            rows.append(
                {
                    "name": name,
                    "unit": str(extra.get("unit", "")),
                    "default": "required" if field.is_required() else str(field.default),
                    "range": ", ".join(limits),
                    "description": field.description or "",
                    "source": str(extra.get("source", "")),
                }
            )
        return rows


def _leaves(annotation: object) -> set[object]:
    """The types a value may be made of, at any depth: ``float | tuple[int, ...]`` has float and int."""
    parts = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal or not parts:
        return {type(part) for part in parts} or {annotation}
    return set().union(*(_leaves(part) for part in parts if part is not Ellipsis))


def _explain(item: Any, model: type[Config]) -> str:
    name = ".".join(str(part) for part in item["loc"] if not str(part).startswith(("function-", "tuple[")))
    got, kind = brief(item["input"]), item["type"]
    if kind == "extra_forbidden":
        return f"{brief(name)[1:-1]} is not a parameter of {model.__name__}; it knows: {', '.join(model.model_fields)}"
    if kind == "missing":
        return f"{name} must be given"
    limit = limit_of(kind, item.get("ctx", {}))
    if limit is not None:
        return f"{name} {limit}, got {got}"
    if kind == "value_error":  # a validator of ours: its message already names the argument
        return str(item["ctx"]["error"])
    if kind == "rule":  # of ``Numbers``
        return f"{name} {item['msg']}, got {got}"
    return f"{name}: {item['msg'][0].lower()}{item['msg'][1:]}, got {got}"
