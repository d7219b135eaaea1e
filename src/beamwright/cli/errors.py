"""The one place where an error becomes a line: the user's errors (exit code 2) and ours (70)."""

import sys
import traceback
import warnings
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from contextlib import suppress

from beamwright.cli import signals
from beamwright.cli.screen import as_screen, lost

USER_ERROR = 2
INTERRUPTED = 130
BUG = 70
_OF_WORKERS = (ValueError, OSError, BrokenExecutor)
"""Errors of worker processes that the user can put right."""


class CommandError(Exception):
    """Something the user can put right; the message says what and how."""


def run_guarded(command: Callable[[], object], debug: bool) -> int:
    """Run a command; print at most one line on standard error, with ``debug`` tracebacks and warnings too.

    Returns: the exit code: that of the command, 2 for wrong input or files, 130 or 143 when told to end, 70 for a bug.
    """
    with as_screen() as screen, warnings.catch_warnings():
        if not debug:
            warnings.simplefilter("ignore")  # of NumPy, pandas, JAX: what matters is a status or an error of ours
        code = _run(command, debug)
    return code or (_line(lost(screen), USER_ERROR) if lost(screen) else 0)


def _run(command: Callable[[], object], debug: bool) -> int:
    try:
        result = command()
        if result == INTERRUPTED:  # Typer's way of reporting Ctrl-C
            raise KeyboardInterrupt
        return result if isinstance(result, int) else 0
    except KeyboardInterrupt:
        return _line(*signals.verdict())
    except Exception as error:
        if debug:
            traceback.print_exc()
        return _line(*explain(error))


def explain(error: Exception) -> tuple[str, int]:
    """Message of an error in one line, and the exit code."""
    if isinstance(error, OSError) and error.strerror:
        return (f"{error.filename}: {error.strerror}" if error.filename else error.strerror), USER_ERROR
    if isinstance(error, ValueError | OSError | CommandError) or hasattr(error, "format_message"):
        return str(getattr(error, "format_message", error.__str__)()), USER_ERROR
    if type(error).__name__ == "Abort":
        return signals.verdict()
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, _OF_WORKERS):
        return str(error), USER_ERROR
    return f"internal error, {type(error).__name__}: {error} (a bug: beamwright --debug COMMAND shows where)", BUG


def _line(message: str, code: int) -> int:
    with suppress(OSError):  # nobody listens there either
        print("beamwright:", " ".join(message.split()), file=sys.stderr, flush=True)
    return code
