"""Cell-free radar: its plan of measurements and its peers."""

from benchmarks.cellfree.plan import BENCHMARK as BENCHMARK
