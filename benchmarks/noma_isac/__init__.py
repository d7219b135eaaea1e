"""NOMA-ISAC: its plan of measurements and its peers."""

from benchmarks.noma_isac.plan import BENCHMARK as BENCHMARK
