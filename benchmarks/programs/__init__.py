"""Programs over transmit covariances: their plan of measurements and their peer."""

from benchmarks.programs.plan import BENCHMARK as BENCHMARK
