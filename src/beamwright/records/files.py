"""Files appear whole or not at all: written under a temporary name, then renamed."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

TEMPORARY = ".partial-"


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


def write_json(path: Path, value: Any) -> Path:
    """``write_text`` of indented JSON; NaN and infinity are refused, they are no JSON."""
    return write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")
