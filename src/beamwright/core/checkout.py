"""What is in the repository but not in the installed package: example data and benchmarks."""

from pathlib import Path

import beamwright


def from_checkout(relative: str) -> Path | None:
    """A file or folder of the checkout this package runs from, or of the one in the present folder; else None."""
    for root in (Path(beamwright.__file__).resolve().parents[2], Path.cwd()):
        if (root / "pyproject.toml").is_file() and (root / relative).exists():
            return root / relative
    return None
