"""``python -m benchmarks.stress``: batches of all sizes under several thread counts, each in a process with a time-out.

A library may not hang on a laptop: batched LAPACK calls inside compiled code can, with as many lanes in flight as there
are cores. Every environment runs all batches, nominal and robust; a hang is a time-out, and the exit code says so.
"""

import argparse
import os
import subprocess
import sys
import time

BATCHES = (1, 2, 3, 7, 16, 64, 100, 256, 1000, 1024, 4096)
QUICK_BATCHES = (1, 2, 64, 100)
ENVIRONMENTS = {
    "PJRT_NPROC=1": ({"PJRT_NPROC": "1"}, None),
    "PJRT_NPROC=2": ({"PJRT_NPROC": "2"}, None),
    "PJRT_NPROC=8": ({"PJRT_NPROC": "8"}, None),
    "taskset -c 0": ({}, {0}),
}


def design(batches: list[int]) -> None:
    """The child: design all batches, one line each."""
    import numpy as np

    from beamwright import noma_isac as ni

    scenario = ni.Scenario()
    for batch in batches:
        z = np.random.default_rng(batch).standard_normal((batch, 3, 8, 2))
        h = (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)
        for csi_error in (0.0, 0.05):
            start = time.perf_counter()
            found = ni.minimise_power(scenario, h, 5.0, csi_error=csi_error)
            good = int(np.isin(found.status, (0, 1)).sum())
            print(
                f"batch {batch}, csi_error {csi_error}: {good} certified, {time.perf_counter() - start:.1f} s",
                flush=True,
            )


def stress(batches: list[int], limit_s: float) -> bool:
    """Run the child in every environment; true if none hung or failed."""
    fine = True
    for name, (variables, cores) in ENVIRONMENTS.items():
        command = [sys.executable, "-m", "benchmarks.stress", "--child", *map(str, batches)]
        start = time.perf_counter()
        child = subprocess.Popen(
            command,
            env=os.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=(lambda cores=cores: os.sched_setaffinity(0, cores)) if cores else None,
        )
        try:
            output, _ = child.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            child.kill()
            output, _ = child.communicate()
        last = (output.strip().splitlines() or ["no output"])[-1]
        done = child.returncode == 0
        fine &= done
        print(f"{name:14} {'ok  ' if done else 'HUNG' if child.returncode < 0 else 'FAIL'} "
              f"{time.perf_counter() - start:7.1f} s   last: {last}", flush=True)  # fmt: skip
    return fine


def main() -> None:
    """Parse, run, exit 1 if anything hung or failed."""
    parser = argparse.ArgumentParser(prog="benchmarks.stress", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four batch sizes only")
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds an environment may take")
    parser.add_argument("--child", type=int, nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        design(arguments.child)
    elif not stress(list(QUICK_BATCHES if arguments.quick else BATCHES), arguments.limit):
        sys.exit(1)


if __name__ == "__main__":
    main()
