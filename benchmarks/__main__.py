"""``python -m benchmarks [system ...] [--quick] [--cores] [--out bench-out]``: ours against the peers."""

import argparse
import sys
from pathlib import Path

from benchmarks.one_thread import one_thread

if "--cores" not in sys.argv:
    one_thread()  # before anything imports NumPy or JAX

from rich.console import Console

from benchmarks import cellfree, dma_noma, learning, plan, report, star_ris
from benchmarks.flops import dgemm_rate

SYSTEMS = ("noma-isac", "star-ris", "dma-noma", "cellfree", "learning")


def main() -> None:
    """Measure, print, save after every measurement so that an interrupted run leaves what it has."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("systems", nargs="*", metavar="system", help=f"some of {', '.join(SYSTEMS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="few drops and sizes: minutes instead of an hour")
    parser.add_argument("--cores", action="store_true", help="everybody may use all cores, as users do; else one")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for CSV, JSON and figures")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.systems) - set(SYSTEMS))
    if unknown:
        parser.error(f"system must be one of {', '.join(SYSTEMS)}, got {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 160)
    rate = dgemm_rate()
    facts = report.machine(rate, all_cores=arguments.cores)
    for system in arguments.systems or SYSTEMS:
        if system == "noma-isac":
            _noma_isac(arguments.quick, arguments.out, rate, facts, console)
        else:
            _rows(system, arguments.quick, arguments.out, rate, facts, console)


def _noma_isac(quick: bool, out: Path, rate: float, facts: dict, console: Console) -> None:
    found = []
    for measurement in plan.run(plan.QUICK if quick else plan.Plan()):
        found.append(measurement)
        console.print(
            f"{measurement.study:9} {measurement.case:12} N={measurement.antennas:<4} K={measurement.users} "
            f"M={measurement.targets} batch={measurement.batch:<5} {measurement.solver:34} "
            f"{1e3 * measurement.seconds:10.3f} ms",
            highlight=False,
            soft_wrap=True,
        )
        report.save(out, plan.table(found, rate), facts)
    measurements = plan.table(found, rate)
    report.save_figure(out, report.draw(measurements))
    report.show(measurements, facts, console)
    console.print(f"Written: {out}/benchmarks.csv, .json, .png, .pdf")


def _rows(system: str, quick: bool, out: Path, rate: float, facts: dict, console: Console) -> None:
    """A module of one system: ``run`` yields rows, ``table``, ``show`` and ``draw`` present them."""
    module = {"star-ris": star_ris, "dma-noma": dma_noma, "cellfree": cellfree, "learning": learning}[system]
    found, name = [], f"benchmarks-{system}"
    for row in module.run(module.QUICK if quick else module.Plan()):
        found.append(row)
        console.print(f"{system} {row}", highlight=False, soft_wrap=True)
        report.save(out, module.table(found, rate), facts, name)
    frame = module.table(found, rate)
    report.save_figure(out, module.draw(frame), name)
    module.show(frame, facts, console)
    console.print(f"Written: {out}/{name}.csv, .json, .png, .pdf")


if __name__ == "__main__":
    main()
