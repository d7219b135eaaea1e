"""``python -m benchmarks [--quick] [--out bench-out]``: ours against the peers, one run, one thread each."""

import argparse
from pathlib import Path

from benchmarks.one_thread import one_thread

one_thread()  # before anything imports NumPy or JAX

from rich.console import Console  # noqa: E402

from benchmarks import plan, report  # noqa: E402
from benchmarks.flops import dgemm_rate  # noqa: E402


def main() -> None:
    """Measure, print, save after every measurement so that an interrupted run leaves what it has."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few drops and sizes: minutes instead of an hour")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="folder for CSV, JSON and figure")
    arguments = parser.parse_args()
    console = Console()
    rate = dgemm_rate()
    facts, found = report.machine(rate), []
    for measurement in plan.run(plan.QUICK if arguments.quick else plan.Plan()):
        found.append(measurement)
        console.print(
            f"{measurement.study:9} {measurement.case:12} N={measurement.antennas:<4} K={measurement.users} "
            f"M={measurement.targets} batch={measurement.batch:<5} {measurement.solver:34} "
            f"{1e3 * measurement.seconds:10.3f} ms",
            highlight=False,
            soft_wrap=True,
        )
        report.save(arguments.out, plan.table(found, rate), facts)
    measurements = plan.table(found, rate)
    report.save_figure(arguments.out, measurements)
    report.show(measurements, facts, console)
    console.print(f"Written: {arguments.out}/benchmarks.csv, .json, .png, .pdf")


if __name__ == "__main__":
    main()
