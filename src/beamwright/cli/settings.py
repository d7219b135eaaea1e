"""``--set name=value``: values are YAML, and each name belongs to the scenario or to the method."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from beamwright.core import Config
from beamwright.core.safe_yaml import parse_yaml


def parse_settings(pairs: Sequence[str]) -> dict[str, object]:
    """``["sinr_db=8", "target_angles_deg=[-60, 60]"]`` as a dictionary of YAML values.

    Raises: ValueError naming the pair that has no ``=``, is given twice, or whose value is not YAML.
    """
    settings: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip()
        if not equals or not name:
            raise ValueError(f"--set must be NAME=VALUE, got {pair!r}")
        if name in settings:
            raise ValueError(f"--set {name} must be given once, got it twice")
        settings[name] = _numbers(parse_yaml(text, f"--set {name}"))
    return settings


def split_settings(
    settings: Mapping[str, object], scenario: type[Config], options: type[Config]
) -> tuple[dict[str, object], dict[str, object]]:
    """Settings of the scenario, and options of the method. Raises ValueError naming one that is neither."""
    known = [*scenario.model_fields, *options.model_fields]
    for name in settings:
        if name not in known:
            raise ValueError(
                f"{name} is neither a parameter of the scenario nor an option of the method; {suggest(name, known)}"
            )
    of_scenario = {name: value for name, value in settings.items() if name in scenario.model_fields}
    of_method = {name: value for name, value in settings.items() if name in options.model_fields}
    return of_scenario, of_method


def find(kind: str, name: str, known: Mapping[str, object]) -> Any:
    """``known[name]``, dashes and underscores alike. Raises ValueError that suggests the nearest names."""
    for candidate in (name, name.replace("-", "_"), name.replace("_", "-")):
        if candidate in known:
            return known[candidate]
    raise ValueError(f"{kind} {name!r} is not known; {suggest(name, known)}")


def suggest(name: str, known: Iterable[str]) -> str:
    """The nearest names when there are any, else all of them."""
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names)}"


def _numbers(value: object) -> object:
    """YAML 1.1 reads ``1e-3`` as text; a person means the number."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value
    return value
