"""The command line: design, verify, study and report without writing Python."""

from beamwright.cli.app import app, main

__all__ = ["app", "main"]
