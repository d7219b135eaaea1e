"""``python -m beamwright``: the same as the ``beamwright`` command."""

from beamwright.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
