"""The problem with more noise: covariances that serve there serve here, and multipliers of it are multipliers here.

At 1e-14 W beside 2 W towards a target a solver does not see the noise: its covariances miss an SINR by more than what
they leave for it, and where errors alone put targets out of reach, noise is all that a proof has for a value. With

    g_l noise_l / |h_l|^2   raised by a share of   max(Ps / N, largest of them)

covariances have that much to spare, at a cost of about as much. No matrix G_k of the combined constraints
(``physics.combination``) knows the noise, so what multipliers prove of the problem is computed with its own.
"""

from dataclasses import replace

import numpy as np

from beamwright.systems.noma_isac.physics import VIOLATION, Multipliers, Problem, Scenario, dual_bound, judge, model
from beamwright.systems.noma_isac.solve.relax import Relaxation, relax
from beamwright.systems.noma_isac.solve.tighten import tighten

SERVING = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
"""Shares that are tried one after another for covariances that meet all demands."""
PROVING = 1e-4
"""Share with which a proof is tried: the noise is seen, and what is left of rounding is small beside it."""


def serving(s: Scenario, problem: Problem, relaxed: Relaxation, drops: np.ndarray) -> tuple[Relaxation, np.ndarray]:
    """Relaxation in which covariances of ``drops`` (indices) that miss a demand give way to those for more noise.

    Multipliers stay those of the problem itself. The largest share goes first: where that serves nobody, no smaller one
    is tried; where it does, the least that does counts.

    Returns: the relaxation, and which drops were changed, (drops,).
    """
    changed = np.zeros(len(problem.h), bool)
    left = drops[_misses(s, problem.take(drops), relaxed.take(drops))]
    for i, share in enumerate((SERVING[-1], *SERVING[:-1])):
        if not len(left):
            break
        some = problem.take(left)
        other = relax(s, _louder(some, _shrink(s, some, share)), basis=relaxed.basis[left])
        kept = ~_misses(s, some, other) & np.isfinite(other.objective_w)
        other = replace(other, multipliers=relaxed.multipliers.take(left))
        relaxed = relaxed.put(left[kept], other.take(np.flatnonzero(kept)))
        changed[left[kept]] = True
        left = left[kept if i == 0 else ~kept]
    return relaxed, changed


def prove_beyond(s: Scenario, problem: Problem, multipliers: Multipliers, drops: np.ndarray) -> Multipliers:
    """Multipliers with those of ``drops`` (indices) replaced where those for more noise prove more."""
    if not len(drops):
        return multipliers
    some = problem.take(drops)
    shrink = _shrink(s, some, PROVING)
    proof = _unshrunk(relax(s, _louder(some, shrink)).multipliers, shrink)
    proof = tighten(s, some, proof, np.full(len(drops), np.inf))
    ours, theirs = (dual_bound(s, some, m).bound_w for m in (multipliers.take(drops), proof))
    return multipliers.put(drops[theirs > ours], proof.take(theirs > ours))


def _misses(s: Scenario, problem: Problem, relaxed: Relaxation) -> np.ndarray:
    """Mask (drops,), true where covariances miss a demand, or there are none and no proof that there cannot be."""
    unlimited = problem._replace(power_limit_w=np.full(len(problem.h), np.inf))
    violation = judge(s, unlimited, relaxed.covariances, relaxed.basis).residuals.violation
    return ~np.isposinf(relaxed.objective_w) & ~(violation <= VIOLATION)


def _louder(problem: Problem, shrink: np.ndarray) -> Problem:
    """Channels and errors times factors c_l (drops, users): noise over c_l^2."""
    return problem._replace(h=problem.h * shrink[..., None], csi_error=problem.csi_error * shrink)


def _shrink(s: Scenario, problem: Problem, share: float) -> np.ndarray:
    """Factors c_l <= 1 (drops, users) that raise what each user needs alone by ``share``."""
    square = np.sum(np.abs(problem.h) ** 2, axis=-1)
    need = model.slot_target(s, problem) * s.noise_vector_w / np.where(square > 0, square, np.inf)
    most = np.maximum(need.max(axis=-1), s.sensing_power_w / s.antennas if s.targets else 0.0)[:, None]
    return np.sqrt(np.divide(need, need + share * most, out=np.ones_like(need), where=need > 0))


def _unshrunk(multipliers: Multipliers, shrink: np.ndarray) -> Multipliers:
    """Multipliers for the channels as they are: c E_l T (c E_l)^H = E_l (c^2 T) E_l^H."""
    square = (shrink**2)[:, None]
    return replace(
        multipliers,
        sinr=multipliers.sinr * square,
        lmi=multipliers.lmi * square[..., None, None],
        sic=multipliers.sic * np.swapaxes(square, -1, -2),
    )
