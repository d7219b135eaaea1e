"""Designs from surfaces and precoders, with everything that is said of them taken from their certificate."""

import numpy as np

from beamwright.systems.star_ris.audit import judge
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.types import Design, Goal


def design(
    known: Statistics,
    goal: Goal,
    u: np.ndarray,
    precoder: np.ndarray,
    design_precoder: np.ndarray,
    share: np.ndarray,
    *,
    joint: bool = False,
    tolerance: float = 1e-3,
    iterations: np.ndarray | None = None,
    trace: np.ndarray | None = None,
    spread: np.ndarray | None = None,
) -> Design:
    """The design of surfaces u with the precoders for them, and those for which they were designed."""
    drops = len(u)
    each = np.ones(drops)
    judged = judge(known, goal, joint, u, precoder, design_precoder, share, tolerance * each)
    return Design(
        u=u,
        precoder=precoder,
        design_precoder=design_precoder,
        objective=judged.objective,
        bound=judged.bound,
        rates=judged.rates,
        trace=judged.objective[:, None] if trace is None else trace,
        iterations=np.zeros(drops, int) if iterations is None else iterations,
        status=judged.status,
        goal=np.full(drops, int(goal)),
        joint=np.full(drops, int(joint)),
        tolerance=tolerance * each,
        share=share,
        spread=np.full(drops, np.nan) if spread is None else spread,
        certificate=judged,
    )
