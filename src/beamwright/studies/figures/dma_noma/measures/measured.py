"""The type of what is measured."""

import numpy as np

Measured = dict[str, np.ndarray]
"""Metric -> (drops,), or (drops, n) for a row of numbers."""
