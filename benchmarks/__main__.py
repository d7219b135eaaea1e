"""``python -m benchmarks [system ...] [--quick] [--cores] [--out bench-out]``: ours against the peers."""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.one_thread import one_thread

if "--cores" not in sys.argv:
    one_thread()  # before anything imports NumPy or JAX
os.environ.setdefault("BEAMWRIGHT_COMPILER", "full")  # who measures speed has many channels

from rich.console import Console

from benchmarks import cellfree, dma_noma, learning, machine, noma_isac, programs, report, star_ris

MODULES = (noma_isac, star_ris, dma_noma, cellfree, programs, learning)
BENCHMARKS = {module.BENCHMARK.name: module.BENCHMARK for module in MODULES}


def main() -> None:
    """Measure, print, save after every measurement so that an interrupted run leaves what it has."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("systems", nargs="*", metavar="system", help=f"some of {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="few drops and sizes: minutes instead of an hour")
    parser.add_argument("--cores", action="store_true", help="everybody may use all cores, as users do; else one")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for CSV, JSON and figures")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.systems) - set(BENCHMARKS))
    if unknown:
        parser.error(f"system must be one of {', '.join(BENCHMARKS)}, got {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 160)
    facts = machine.facts(all_cores=arguments.cores)
    for name in arguments.systems or BENCHMARKS:
        benchmark, rows = BENCHMARKS[name], []
        for row in benchmark.run(benchmark.quick if arguments.quick else benchmark.full):
            rows.append(row)
            console.print(f"{name} {row}", highlight=False, soft_wrap=True)
            report.save(arguments.out, benchmark, report.table(benchmark, rows, facts), facts)
        frame = report.table(benchmark, rows, facts)
        report.save_figure(arguments.out, benchmark, report.draw(benchmark, frame))
        report.show(benchmark, frame, facts, console)
        console.print(f"Written: {arguments.out}/benchmarks-{name}.csv, .json, .png, .pdf")


if __name__ == "__main__":
    main()
