"""Files of the repository that are not in the installed package: example data and benchmarks."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
"""The checkout, where this package runs from one."""


def from_checkout(relative: str) -> Path | None:
    """A file or folder of the checkout this package runs from, or of the one in the present folder; else None."""
    for root in (ROOT, Path.cwd()):
        if (root / "pyproject.toml").is_file() and (root / relative).exists():
            return root / relative
    return None
