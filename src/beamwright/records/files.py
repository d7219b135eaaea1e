"""Files appear whole or not at all: written under a temporary name, then renamed; a folder has one writer at a time."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: nobody is kept out
    fcntl = None  # type: ignore[assignment]

TEMPORARY = ".partial-"
LOCK = ".lock"


def write_bytes(path: Path, content: bytes) -> Path:
    """Write ``content`` and rename it into place; a crash leaves at most a ``.partial-`` file that nobody reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def write_text(path: Path, content: str) -> Path:
    """``write_bytes`` in UTF-8."""
    return write_bytes(path, content.encode())


def write_json(path: Path, value: object) -> Path:
    """``write_text`` of indented JSON; NaN and infinity are refused, they are no JSON."""
    return write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep other processes from writing into a folder (made if need be); given back however this process ends.

    Raises: ValueError naming the folder, and the process that holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOCK
    with open(path, "a+") as file:
        if not _locked(file) or not _same(file, path):
            file.seek(0)
            holder = file.read().strip() or "of another user or machine"
            raise ValueError(
                f"{folder} must be written by one process at a time, and process {holder} is at work there. "
                "Wait for it, or name another folder with --out"
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()


def _locked(file: IO[str]) -> bool:
    """Whether the system gives this process the file; a file system without locks gives it to everybody."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _same(file: IO[str], path: Path) -> bool:
    """Whether the open file is still the one of that name: the process that gave it back has removed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
