"""Validated, frozen descriptions: scenarios and method options, in YAML or in Python."""

from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

_RULES = {
    "greater_than": "must be > {gt:g}",
    "greater_than_equal": "must be >= {ge:g}",
    "less_than": "must be < {lt:g}",
    "less_than_equal": "must be <= {le:g}",
}


def parameter(default: Any, description: str, *, unit: str = "", source: str = "", **rules: Any) -> Any:
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

    @classmethod
    def from_yaml(cls, path: str | Path, **overrides: Any) -> Self:
        """Read a YAML mapping (safe loader); ``overrides`` win. Raises ValueError naming the file or the key."""
        return cls(**{**cls.read_yaml(path), **overrides})

    @staticmethod
    def read_yaml(path: str | Path) -> dict[str, Any]:
        """The mapping in a YAML file, not validated. Raises ValueError naming the file."""
        try:
            values = yaml.safe_load(Path(path).read_bytes()) or {}
        except yaml.YAMLError as error:
            raise ValueError(f"{path} must be YAML: {str(error).splitlines()[0]}") from None
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
    def describe(cls) -> list[dict[str, str]]:
        """One row per parameter: name, unit, default, range, description, source."""
        rows = []
        for name, field in cls.model_fields.items():
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            signs = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
            limits = [f"{s} {getattr(m, a)}" for m in field.metadata for a, s in signs.items() if hasattr(m, a)]
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


def _explain(item: Any, model: type[Config]) -> str:
    name = ".".join(str(part) for part in item["loc"] if not str(part).startswith(("function-", "tuple[")))
    if item["type"] == "extra_forbidden":
        return f"{name} is not a parameter of {model.__name__}; it knows: {', '.join(model.model_fields)}"
    if item["type"] == "missing":
        return f"{name} must be given"
    if item["type"] in _RULES:
        return f"{name} {_RULES[item['type']].format(**item['ctx'])}, got {item['input']!r}"
    if item["type"] == "value_error":  # a validator of ours: its message already names the argument
        return str(item["ctx"]["error"])
    return f"{name}: {item['msg'][0].lower()}{item['msg'][1:]}, got {item['input']!r}"
