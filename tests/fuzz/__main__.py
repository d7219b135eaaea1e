"""``python -m tests.fuzz [--system dma-noma] [--count 5000] [--seed 0] [--minutes 60] [--only 17]``."""

import argparse
import sys
import time

from .run import SUBJECTS, Tally, campaign, line


def main() -> None:
    """Cases until count or minutes are over; a line per failure, a table at the end, exit 1 where any failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--system", choices=list(SUBJECTS), action="append", help="one or more (default: all)")
    parser.add_argument("--method", help="this method only")
    parser.add_argument("--count", type=int, default=5000, help="cases per system")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="at most, per system")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that a case may take, compiling included")
    told = parser.parse_args()
    tallies = []
    for name in told.system or SUBJECTS:
        tally, end = Tally(name), time.monotonic() + 60 * told.minutes
        for failure in campaign(
            name, range(told.first, told.first + told.count), told.seed, end, told.limit, tally, told.method
        ):
            print(line(failure), flush=True)
        tallies.append(tally)
        print(f"{tally}", flush=True)
    sys.exit(any(tally.failed for tally in tallies))


if __name__ == "__main__":
    main()
