"""Metasurface NOMA: its plan of measurements and its peers."""

from benchmarks.dma_noma.plan import BENCHMARK as BENCHMARK
