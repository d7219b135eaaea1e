"""Training states and policies as files: a line of JSON that describes them, then the arrays (Equinox, no pickle).

The line holds a SHA-256 digest of the description and the arrays: a flipped bit does not load. Whoever changes a file
on purpose can change the digest, too.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import equinox as eqx
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.numerics import Tree
from beamwright.records.files import write_bytes

FORMAT_VERSION = 2


def save(path: Path, about: Mapping[str, object], tree: Tree) -> None:
    """Write a file atomically."""
    content = io.BytesIO()
    eqx.tree_serialise_leaves(content, tree)
    arrays = content.getvalue()
    first = {"format_version": FORMAT_VERSION, "sha256": _digest(about, arrays), **about}
    write_bytes(path, json.dumps(first).encode() + b"\n" + arrays)


def read_about(path: str | Path) -> dict[str, object]:
    """Description in the first line. Raises ValueError naming a file that is missing, damaged, or of another format."""
    return _read(Path(path))[0]


def load(path: str | Path, like: Tree) -> Tree:
    """Arrays in the shape of ``like``. Raises ValueError naming a damaged file."""
    arrays = _read(Path(path))[1]
    try:
        return eqx.tree_deserialise_leaves(io.BytesIO(arrays), like)
    except (ValueError, RuntimeError, EOFError, OSError, TypeError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{path} must hold whole arrays, but it is damaged ({first})") from None


def digest_of(arrays: Iterable[ArrayLike]) -> str:
    """SHA-256 of arrays, one after another."""
    total = hashlib.sha256()
    for array in arrays:
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def _read(path: Path) -> tuple[dict[str, object], bytes]:
    """Description and arrays of a file, as they were written."""
    kind = "a folder" if path.is_dir() else "none"
    require(path.is_file(), str(path), "be a file written by beamwright train", kind)
    with path.open("rb") as file:
        line, arrays = file.readline(1_000_000), file.read()
    try:
        about = json.loads(line)
        version, digest = about.pop("format_version"), about.pop("sha256", None)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        raise ValueError(f"{path} must be a file written by beamwright train, but its first line is not") from None
    require(version == FORMAT_VERSION, str(path), f"have format {FORMAT_VERSION}", version)
    if digest != _digest(about, arrays):
        raise ValueError(f"{path} must hold whole arrays, but it is damaged (SHA-256 differs)")
    return dict(about), arrays


def _digest(about: Mapping[str, object], arrays: bytes) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode() + b"\n" + arrays).hexdigest()
