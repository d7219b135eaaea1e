"""Training states and policies as files: a line of JSON that says what it is, then the arrays (Equinox, no pickle)."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import equinox as eqx

from beamwright.core import require
from beamwright.records.files import write_bytes

FORMAT_VERSION = 1


def save(path: Path, about: Mapping[str, Any], tree: Any) -> None:
    """A file is whole or not there."""
    content = io.BytesIO()
    content.write(json.dumps({"format_version": FORMAT_VERSION, **about}).encode() + b"\n")
    eqx.tree_serialise_leaves(content, tree)
    write_bytes(path, content.getvalue())


def read_about(path: str | Path) -> dict[str, Any]:
    """The first line. Raises ValueError naming a file that is missing, damaged, or of another format."""
    path = Path(path)
    found = "a folder" if path.is_dir() else "none"
    require(path.is_file(), str(path), "be a file written by beamwright train", found)
    with path.open("rb") as file:
        line = file.readline(1_000_000)
    try:
        about = json.loads(line)
        version = about.pop("format_version")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise ValueError(f"{path} must be a file written by beamwright train, but its first line is not") from None
    require(version == FORMAT_VERSION, str(path), f"have format {FORMAT_VERSION}", version)
    return dict(about)


def load(path: str | Path, like: Any) -> Any:
    """The arrays, in the shape of ``like``. Raises ValueError naming a damaged file."""
    with Path(path).open("rb") as file:
        file.readline()
        try:
            return eqx.tree_deserialise_leaves(file, like)
        except (ValueError, RuntimeError, EOFError, OSError, TypeError) as error:
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ValueError(f"{path} must hold whole arrays, but it is damaged ({first})") from None
