"""The command line: design, verify, study and report without writing Python.

Importing it imports nothing slow: ``main`` listens for Ctrl-C first.
"""

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; without ``argv`` as the program, which leaves at once when it is told to end.

    Returns: the exit code: 0, 1 (does not verify), 2 (wrong input), 70 (bug), 130 (Ctrl-C), 143 (terminated).
    """
    from beamwright.cli import signals
    from beamwright.cli.errors import run_guarded

    if argv is None:
        signals.listen()
    arguments = list(sys.argv[1:] if argv is None else argv)

    def command() -> object:
        from beamwright.cli.app import app

        return app(arguments, standalone_mode=False, prog_name="beamwright")

    code = run_guarded(command, "--debug" in arguments)
    if argv is None and code > 128:
        signals.leave(code)
    return code
