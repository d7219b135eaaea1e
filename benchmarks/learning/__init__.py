"""Learning to design: its plan of measurements and its peers."""

from benchmarks.learning.plan import BENCHMARK as BENCHMARK
