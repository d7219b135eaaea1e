"""``design.npz`` and ``design.json``: a design that can be checked without the program that made it.

``design.npz`` holds every array under its own name (``h``, ``beams``, ``multipliers.sinr``, ...), a format version, a
SHA-256 digest of the contents, and as text (JSON) what the arrays belong to: system, method, options, scenario, and
where the channels come from. So the one file is enough to recompute the certificate. ``design.json`` says the same for
people and other programs, with a summary. Both are written to temporary names and renamed together.
"""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from beamwright.core import require
from beamwright.records.archives import read_arrays
from beamwright.records.digest import digest_of

FORMAT_VERSION = 3
_OWN = ("format_version", "digest", "about")


@dataclass(frozen=True)
class StoredDesign:
    """Contents of ``design.npz``. ``about``: ``system``, ``method``, ``options``, ``scenario``, ``channels``."""

    path: Path
    arrays: dict[str, np.ndarray]
    about: dict[str, object]
    digest: str
    """As stored; compare with ``digest_of(arrays, about)``."""


def save_design(
    folder: Path, arrays: Mapping[str, np.ndarray], about: Mapping[str, object], report: Mapping[str, object]
) -> None:
    """Write ``design.npz`` and ``design.json`` (``about`` and ``report``) into an existing folder: both or neither."""
    clash = sorted(set(_OWN) & set(arrays))
    require(not clash, "arrays", f"not be called {', '.join(_OWN)}", clash)
    texts = {"digest": digest_of(arrays, about), "about": json.dumps(about)}
    own = {"format_version": np.array(FORMAT_VERSION), **{name: np.array(text) for name, text in texts.items()}}
    document = json.dumps({"format_version": FORMAT_VERSION, **about, **plain(report)}, indent=2, allow_nan=False)
    write_files(
        folder,
        {
            "design.npz": lambda file: np.savez(file, allow_pickle=False, **{**own, **arrays}),
            "design.json": lambda file: file.write(document.encode() + b"\n"),
        },
    )


def load_design(path: str | Path) -> StoredDesign:
    """Read ``design.npz`` (a folder means the one in it). Never unpickles.

    Raises: ValueError naming the file when it is missing, empty, damaged, or not a design of this format.
    """
    path = Path(path)
    path = path / "design.npz" if path.is_dir() else path
    if not path.is_file():
        raise ValueError(f"{path} must be a design file, but there is none")
    if path.stat().st_size == 0:
        raise ValueError(f"{path} must be a design file, but it is empty")
    try:
        arrays = read_arrays(path)
    except ValueError as error:
        raise ValueError(f"{path} must be a design file, but it is damaged ({error})") from None
    missing = [name for name in _OWN if name not in arrays]
    require(not missing, str(path), "be a file written by beamwright design", f"one without {', '.join(missing)}")
    version, digest, text = (arrays.pop(name) for name in _OWN)
    require(version.shape == () and int(version) == FORMAT_VERSION, str(path), f"have format {FORMAT_VERSION}", version)
    try:
        about = json.loads(str(text))
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict):
        raise ValueError(f"{path} must say in JSON what it holds (about), got {str(text)[:40]!r}") from None
    return StoredDesign(path, arrays, about, str(digest))


@contextmanager
def output_folder(path: Path) -> Iterator[Path]:
    """Make the folder before the work starts, so that an unwritable place is found out early; remove it again
    when the work fails and it was not there before."""
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path):
        pass
    try:
        yield path
    except BaseException:
        for folder in made:
            if not any(folder.iterdir()):
                folder.rmdir()
        raise


def write_files(folder: Path, writers: Mapping[str, Callable[[IO[bytes]], object]]) -> None:
    """Write all files under temporary names, then rename them; on any failure none of the new ones is left."""
    temporary: dict[str, Path] = {}
    try:
        for name, write in writers.items():
            with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{name}.", delete=False) as file:
                temporary[name] = Path(file.name)
                write(file)
                file.flush()
                os.fsync(file.fileno())
        for name, path in temporary.items():
            path.chmod(0o644)
            os.replace(path, folder / name)
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)


def plain(value: object) -> Any:
    """Arrays as lists, NaN and infinity as null: what strict JSON can hold."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
