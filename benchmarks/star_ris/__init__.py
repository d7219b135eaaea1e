"""STAR-RIS: its plan of measurements and its peers."""

from benchmarks.star_ris.plan import BENCHMARK as BENCHMARK
