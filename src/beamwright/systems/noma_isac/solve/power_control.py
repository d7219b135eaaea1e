"""Power control: beams that just miss their users get more power, directions kept.

A solver is accurate in watts of the whole. At high SINR the streams differ by powers of the target, and beside the top
eigenvector of a weak one stays a dust of others that is nothing to the whole, yet percents of its SINR.

    p_k <- p_k max(1, max_l gamma_k / SINR_lk(p)),     SINR_lk the worst over the ball

never lets a power fall and ends in the least powers above the first that serve, where there are any: gamma_k p_k / SINR
is a standard interference function for every error, and so is the largest of them (Yates 1995).
"""

import numpy as np

from beamwright.systems.noma_isac.physics import VIOLATION, Problem, Scenario, judge

ROUNDS = 10
"""Most rounds; K serve all where streams are decoded one after another and channels are known."""
MOST = 2.0
"""Factor beyond which a power is not raised in one round: a beam that lacks more is no beam for its user."""
SHORT = 0.1 * VIOLATION
"""Relative shortfall that ends the rounds."""


def raised(s: Scenario, problem: Problem, beams: np.ndarray) -> np.ndarray:
    """Beams (drops, users, antennas) in sqrt(W) whose powers are raised until their SINRs are met, or cannot be.

    Returns: (drops, users, antennas); whether they serve is for ``judge`` to say.
    """
    beams = beams.copy()
    left = np.arange(len(beams))
    for _ in range(ROUNDS):
        some = problem.take(left)
        sinr = judge(s, some, beams[left]).worst.sinr
        factor = _lacking(sinr, some.sinr_target)
        ours = (factor.max(axis=1) > 1 + SHORT) & (factor.max(axis=1) <= MOST)
        left, factor = left[ours], factor[ours]
        if not len(left):
            break
        beams[left] *= np.sqrt(factor)[..., None]
    return beams


def _lacking(sinr: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Factors max(1, max_l gamma_k / SINR_lk) (drops, users), infinite where a stream is not received at all."""
    demanded = np.isfinite(sinr) & (target > 0)[:, None]
    ratio = np.divide(target[:, None], sinr, out=np.full(sinr.shape, np.inf), where=demanded & (sinr > 0))
    return np.where(demanded, ratio, 1.0).max(axis=1, initial=1.0)
