"""Max-min SINR: the largest common level a budget pays for, beams that attain it, and a proof that none exceed it."""

from typing import NamedTuple

import numpy as np

from beamwright.metrics import least_over_users
from beamwright.optim.roots import bracketed_root
from beamwright.systems.noma_isac.physics import (
    VIOLATION,
    Multipliers,
    Oma,
    Problem,
    Scenario,
    dual_bound,
    judge,
    model,
)
from beamwright.systems.noma_isac.physics.error_shape import whitened
from beamwright.systems.noma_isac.solve.least_power import Solution, least_power_beams
from beamwright.systems.noma_isac.solve.louder import serving
from beamwright.systems.noma_isac.solve.recovery import Recovered
from beamwright.systems.noma_isac.solve.relax import Relaxation, relax
from beamwright.systems.noma_isac.solve.tighten import tighten

ROOT_RTOL = 1e-8
POWER_SLACK = 1e-9
"""Relative error of a solver in a budget that is spent to the last watt."""
MISSED = 1e-3
"""Relative shortfall of the SINR of covariances that are priced for another level than theirs."""
MARGINS = (0.0, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Relative distances above the root at which a level is tried whose power provably exceeds the budget."""
FIRST_STEP, STEPS, BISECTIONS = 0.005, 10, 5
"""Where beams for the relaxed level cost too much: first relative step down, doubled at most so often, then halved."""


class Balanced(NamedTuple):
    """Beams of the largest common level, and multipliers for a level that is out of reach."""

    solution: Solution
    level: np.ndarray
    """(drops,) least SINR of the beams, exact worst case: zero where a user cannot be served at all; NaN where the
    budget does not pay for sensing."""
    out_of_reach: np.ndarray
    """(drops,) level whose least power provably exceeds the budget; NaN where it does not pay for sensing, and where a
    user cannot be served at all: multipliers and targets are then those of no SINR."""


def at_level(problem: Problem, level: np.ndarray, drops: np.ndarray | None = None) -> Problem:
    """The problem with common targets ``level``, of all drops or of those with these indices."""
    some = problem if drops is None else problem.take(drops)
    return some._replace(sinr_target=np.repeat(level[:, None], some.order.shape[1], axis=1))


def balance(s: Scenario, problem: Problem) -> Balanced:
    """Largest level whose least power fits the budget: bracketed roots of log(J*(t) / power_limit_w), beams, proof.

    Args:    problem: its targets are not read, its ``power_limit_w`` is the budget.
    """
    budget_w, highest = problem.power_limit_w, highest_sinr(s, problem)
    none = np.zeros(len(highest))
    trace: list[np.ndarray] = []
    spent = np.zeros(len(highest), int)

    def excess(t: np.ndarray) -> np.ndarray:
        relaxed, missing = _priced(s, at_level(problem, t))
        spent[:] += relaxed.iterations
        trace.append(np.where(np.isfinite(relaxed.objective_w), relaxed.objective_w, np.nan))
        with np.errstate(divide="ignore"):
            paid = np.log(relaxed.objective_w / budget_w) - POWER_SLACK
        return np.where(missing, np.inf, paid)

    sensing_only = relax(s, at_level(problem, none))
    spent += sensing_only.iterations
    paid = (highest > 0) & (sensing_only.objective_w <= budget_w * (1 + POWER_SLACK))
    high = np.where(paid, highest, 1.0)
    low = np.minimum(1e-6 * high, 1e-6)
    root = bracketed_root(excess, low, high, ROOT_RTOL, logarithmic=True, value_high=np.full(len(high), np.inf))
    level = np.where(paid, np.nan_to_num(root.x), 0.0)
    relaxed = _priced(s, at_level(problem, level))[0]
    recovered, attained = _within_budget(s, problem, level, relaxed)
    if s.sensing_signal != "none":
        recovered, attained = _at_least_without(s, problem, level, recovered, attained)
    over = np.where(paid & (level > 0), np.nan_to_num(root.infeasible, nan=1.0), np.where(paid, low, 0.0))
    over = np.where(paid, np.fmax(over, attained), over)  # what is attained is within reach, whatever the root says
    multipliers, proof_target = _out_of_reach(s, problem, over, sensing_only)
    solution = Solution(
        recovered.beams,
        relaxed.covariances,
        multipliers,
        spent + recovered.iterations,
        np.stack(trace, axis=1),
        proof_target,
    )
    known = paid | (attained == 0)
    return Balanced(solution, np.where(known, attained, np.nan), np.where(paid, proof_target.max(axis=1), np.nan))


def _priced(s: Scenario, problem: Problem) -> tuple[Relaxation, np.ndarray]:
    """Relaxation, and mask (drops,), true where its power is no price of the level, even with a little more noise."""
    relaxed = relax(s, problem)
    missing = _misses(s, problem, relaxed)
    if missing.any():
        relaxed, served = serving(s, problem, relaxed, np.flatnonzero(missing))
        missing &= ~served
    return relaxed, missing


def _misses(s: Scenario, problem: Problem, relaxed: Relaxation) -> np.ndarray:
    """Mask (drops,), true where covariances of a solver that stalled miss the level they are priced for, or are none.

    Near the level that errors alone put out of reach, at any power, the powers of such covariances say nothing.
    """
    judged = judge(s, problem, relaxed.covariances, relaxed.basis)
    return ~np.isposinf(relaxed.objective_w) & ~(judged.residuals.sinr_violation <= MISSED)


def _within_budget(
    s: Scenario, problem: Problem, level: np.ndarray, relaxed: Relaxation
) -> tuple[Recovered, np.ndarray]:
    """Beams of the largest exact worst-case SINR within the budget, and that SINR (drops,).

    Beams are made for the relaxed ``level`` first; where rank one costs more than the budget, for levels below: in
    growing steps until they fit, then halfway between. Beams count by the SINR that they attain.
    """
    first = at_level(problem, level)
    beams, iterations = _beams(s, first, relaxed)
    best, attained = _judged_level(s, first, beams)
    fits, fails, step = np.where(best >= 0, level, np.nan), level.copy(), np.full(len(level), FIRST_STEP)
    for _ in range(STEPS + BISECTIONS):
        bracketed = np.isfinite(fits)
        trial = np.where(bracketed, np.sqrt(np.where(bracketed, fits, 1) * fails), fails / (1 + step))
        done = (best >= level * (1 - 1e-7)) | (bracketed & (fails <= fits * (1 + FIRST_STEP / 2)))
        open_ = np.flatnonzero((level > 0) & ~done)
        if not len(open_):
            break
        lower = at_level(problem, trial[open_], open_)
        other, other_iterations = _beams(s, lower, relax(s, lower))
        iterations[open_] += other_iterations
        value, sinr = _judged_level(s, lower, other)
        better = value > best[open_]
        at = open_[better]
        beams[at], best[at], attained[at] = other[better], value[better], sinr[better]
        good = value >= 0
        fits[open_[good]], fails[open_[~good]] = trial[open_[good]], trial[open_[~good]]
        step[open_[~good]] *= 2
    return Recovered(beams, iterations), attained


def _at_least_without(
    s: Scenario, problem: Problem, level: np.ndarray, found: Recovered, attained: np.ndarray
) -> tuple[Recovered, np.ndarray]:
    """Beams without a dedicated sensing signal in drops where they attain more than those found with it."""
    lanes = np.flatnonzero((level > 0) & ~(attained >= level * (1 - 1e-7)))
    if not len(lanes):
        return found, attained
    other = balance(s.derived(sensing_signal="none"), problem.take(lanes))
    better = other.level > np.nan_to_num(attained[lanes], nan=-1.0)
    beams, iterations, attained = found.beams.copy(), found.iterations.copy(), attained.copy()
    iterations[lanes] += other.solution.iterations
    at = lanes[better]
    beams[at], attained[at] = 0, other.level[better]
    beams[at, : s.users] = other.solution.beams[better]
    return Recovered(beams, iterations), attained


def _beams(s: Scenario, problem: Problem, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray]:
    """Rank-one beams of little power, and the iterations of their relaxation and recovery."""
    recovered = least_power_beams(s, problem, relaxed)
    return recovered.beams, relaxed.iterations + recovered.iterations


def _judged_level(s: Scenario, problem: Problem, beams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least SINR over streams and errors of beams that meet sensing and budget, else -1; and the SINR as it is."""
    judged = judge(s, problem._replace(sinr_target=np.zeros_like(problem.sinr_target)), beams)
    level = least_over_users(judged.worst.sinr).min(axis=-1)
    return np.where(judged.residuals.violation <= VIOLATION, level, -1.0), level


def _out_of_reach(
    s: Scenario, problem: Problem, level: np.ndarray, sensing_only: Relaxation
) -> tuple[Multipliers, np.ndarray]:
    """Multipliers that prove a level just above ``level`` to need more than the budget, and its targets (drops, users).

    Where ``level`` is zero: multipliers of no SINR at all, which prove that the budget does not pay for sensing.
    """
    no_sinr = at_level(problem, np.zeros(len(level)))
    multipliers = tighten(s, no_sinr, sensing_only.multipliers, sensing_only.objective_w)
    target = no_sinr.sinr_target.copy()
    lanes = np.flatnonzero(level > 0)
    for margin in MARGINS:
        if not len(lanes):
            break
        above = at_level(problem, level[lanes] * (1 + margin), lanes)
        relaxed = relax(s, above)
        proof = tighten(s, above, relaxed.multipliers, relaxed.objective_w)
        multipliers, target[lanes] = multipliers.put(lanes, proof), above.sinr_target
        lanes = lanes[dual_bound(s, above, proof).bound_w <= above.power_limit_w]
    return multipliers, target


def highest_sinr(s: Scenario, problem: Problem) -> np.ndarray:
    """A common SINR that no design within the budget exceeds (spec A5), (drops,); OMA: SNR within the slot.

    chain  min_l (1 + g_l Pc / noise_l)^(1/l) - 1,  l = 1 the weakest;   else  min_l g_l Pc / noise_l

    g_l = max(|h_l| - eps_l, 0)^2 is what the error -eps_l h_l / |h_l| leaves of the channel, in an ellipsoid the error
    -eps_l h_l / |L^-1 h_l|. Pc is the power that sensing leaves of the budget, in OMA K times as much in a slot; zero
    where it leaves none.
    """
    sensing_w = s.sensing_weight * s.targets * s.sensing_power_w
    radiated = np.maximum(problem.power_limit_w - sensing_w, 0.0) / s.comm_weight
    radiated = radiated if problem.oma is Oma.NONE else radiated * s.users
    left = np.maximum(np.linalg.norm(problem.h, axis=-1) - _shortening(problem), 0)
    snr = left**2 * radiated[:, None] / s.noise_vector_w
    if s.decoding != "chain" or problem.oma is not Oma.NONE:
        return snr.min(axis=-1)
    place = model.positions(problem.order) + 1
    return np.expm1(np.log1p(snr) / place).min(axis=-1)


def _shortening(problem: Problem) -> np.ndarray:
    """Length of the longest admissible error along every channel, (drops, users)."""
    if problem.error_shape is None:
        return problem.csi_error
    length, inside = (np.linalg.norm(x, axis=-1) for x in (problem.h, whitened(problem)))
    return problem.csi_error * np.divide(length, inside, out=np.zeros_like(length), where=inside > 0)
