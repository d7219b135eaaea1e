"""Optimisation with no radio in sight: cones, manifolds, worst cases over balls, roots, rank reduction.

Sets no flag: for tolerances of 1e-8 call ``jax.config.update("jax_enable_x64", True)``.
"""

from beamwright.optim import adam, conic, conjugate_gradient, cross_entropy, penalty_dual, quasi_newton
from beamwright.optim.ball_ratio import LeastRatio, Ratio, least_ratio_over_ball
from beamwright.optim.ending import Ending
from beamwright.optim.line_search import backtrack, falls_enough
from beamwright.optim.manifolds import UnitNorm, inner
from beamwright.optim.power_allocation import Allocation, allocate, allocate_power
from beamwright.optim.rank_reduction import RankReduction, reduce_rank
from beamwright.optim.result import Result, sentences
from beamwright.optim.roots import Root, bracketed_root
from beamwright.optim.trust_region import TrustRegion, minimise_quadratic_over_ball

__all__ = [
    "Allocation",
    "Ending",
    "LeastRatio",
    "RankReduction",
    "Ratio",
    "Result",
    "Root",
    "TrustRegion",
    "UnitNorm",
    "adam",
    "allocate",
    "allocate_power",
    "backtrack",
    "bracketed_root",
    "conic",
    "conjugate_gradient",
    "cross_entropy",
    "falls_enough",
    "inner",
    "least_ratio_over_ball",
    "minimise_quadratic_over_ball",
    "penalty_dual",
    "quasi_newton",
    "reduce_rank",
    "sentences",
]
