"""``bench``: the benchmarks of a checkout, with their own options."""

import subprocess
import sys
from collections.abc import Sequence

from beamwright.cli.errors import CommandError
from beamwright.core.checkout import from_checkout


def run_benchmarks(arguments: Sequence[str]) -> int:
    """``python -m benchmarks ARGUMENTS`` in the checkout; its exit code. Raises CommandError outside a checkout."""
    entry = from_checkout("benchmarks/__main__.py")
    if entry is None:
        raise CommandError(
            "bench must be run in a checkout of the repository, which has benchmarks/; there is none here"
        )
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments], cwd=entry.parents[1], check=False
    ).returncode
