"""Provenance of records: versions, platform, source and command of each run, kept beside them."""

import hashlib
import importlib.util
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from beamwright.records.files import write_json

PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "equinox", "optax", "pandas", "pyarrow", "matplotlib")


def versions() -> dict[str, str]:
    """Installed versions of what the numbers and pictures are made with."""
    found: dict[str, str] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def fingerprint(modules: Iterable[str]) -> str:
    """A short hash of the source of modules and packages (those that exist): the code behind the numbers."""
    digest = hashlib.sha256()
    for module in sorted(set(modules)):
        spec = importlib.util.find_spec(module)
        if spec is None or spec.origin is None:
            continue
        root = Path(spec.origin)
        files = sorted(root.parent.rglob("*.py")) if spec.submodule_search_locations else [root]
        for file in files:
            digest.update(f"{module}/{file.relative_to(root.parent).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def git_commit() -> str | None:
    """The commit of the checkout this package runs from, with ``+`` when files were changed; None elsewhere."""
    here = Path(__file__).resolve().parent
    try:
        _git(here, "ls-files", "--error-unmatch", Path(__file__).name)  # installed inside another project's checkout?
        commit = _git(here, "rev-parse", "HEAD")
        return commit + ("+" if _git(here, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def runs_of(folder: Path) -> list[dict[str, object]]:
    """The runs that ``provenance.json`` tells of, oldest first; none where it is missing or damaged."""
    try:
        runs = json.loads((folder / "provenance.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    return [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []


def note_run(folder: Path, version: str, **more: object) -> None:
    """Append this run to ``provenance.json``: when, which versions, which machine, which command."""
    command = [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else []
    run = {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "beamwright": version,
        "commit": git_commit(),
        "command": " ".join(command),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "versions": versions(),
        **more,
    }
    write_json(folder / "provenance.json", [*runs_of(folder), run])
