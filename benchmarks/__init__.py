"""Our solver against its peers on the same problems: ``python -m benchmarks [--quick] [--out bench-out]``."""
