"""Optimisation with no radio in sight: cones, worst cases over balls, roots, rank reduction.

Sets no flag: for tolerances of 1e-8 call ``jax.config.update("jax_enable_x64", True)``.
"""
