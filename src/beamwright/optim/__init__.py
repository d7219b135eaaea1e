"""Optimisation with no radio in sight: cones, worst cases over balls, roots, rank reduction."""
