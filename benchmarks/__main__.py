"""``python -m benchmarks [table or system ...] [--quick] [--cores] [--out bench-out]``: ours against the peers.

Without names the ``overview``: a line per system, minutes. ``methods``: the first answer of every method. A system:
all of its measurements, up to an hour.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.one_thread import one_thread

if "--cores" not in sys.argv:
    one_thread()  # before anything imports NumPy or JAX
os.environ.setdefault("BEAMWRIGHT_COMPILER", "full")  # who measures speed has many channels

from rich.console import Console

from benchmarks import cellfree, dma_noma, learning, machine, noma_isac, programs, report, star_ris
from benchmarks.overview import run as overview
from benchmarks.protocol import Benchmark

MODULES = (noma_isac, star_ris, dma_noma, cellfree, programs, learning)
BENCHMARKS = {module.BENCHMARK.name: module.BENCHMARK for module in MODULES}
TABLES = (overview.OVERVIEW, overview.METHODS)


def main() -> int:
    """Measure and print; 1 where a line of a table failed, or a ratio of the overview fell since earlier runs."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    names = [*TABLES, *BENCHMARKS]
    parser.add_argument("names", nargs="*", metavar="name", help=f"some of {', '.join(names)} (default: {names[0]})")
    parser.add_argument("--quick", action="store_true", help="of systems, few drops and sizes: minutes, not an hour")
    parser.add_argument("--cores", action="store_true", help="of systems, everybody may use all cores; else one")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for CSV, JSON and figures")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(names))
    if unknown:
        parser.error(f"name must be one of {', '.join(names)}, got {', '.join(unknown)}")
    chosen = arguments.names or names[:1]
    if (arguments.quick or arguments.cores) and set(chosen) & set(TABLES):
        parser.error(f"--quick and --cores must be left out for {' and '.join(TABLES)}: they are measured in one way")
    console = Console(width=None if sys.stdout.isatty() else 160)
    facts = machine.facts(all_cores=arguments.cores)
    passed = True
    for name in chosen:
        if name in TABLES:
            passed = overview.run(name, facts, arguments.out, console) and passed
        else:
            _measure(BENCHMARKS[name], arguments, facts, console)
    return 0 if passed else 1


def _measure(benchmark: Benchmark, arguments: argparse.Namespace, facts: dict[str, Any], console: Console) -> None:
    """All of a system, saved after every measurement so that an interrupted run leaves what it has."""
    rows = []
    for row in benchmark.run(benchmark.quick if arguments.quick else benchmark.full):
        rows.append(row)
        console.print(f"{benchmark.name} {row}", highlight=False, soft_wrap=True)
        report.save(arguments.out, benchmark, report.table(benchmark, rows, facts), facts)
    frame = report.table(benchmark, rows, facts)
    report.save_figure(arguments.out, benchmark, report.draw(benchmark, frame))
    report.show(benchmark, frame, facts, console)
    console.print(f"Written: {arguments.out}/benchmarks-{benchmark.name}.csv, .json, .png, .pdf")


if __name__ == "__main__":
    sys.exit(main())
