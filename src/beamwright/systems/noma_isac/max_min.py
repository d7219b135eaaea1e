"""Max-min SINR: the largest common level a budget pays for, beams that attain it, and a proof that none exceed it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, as_array, guarded, require
from beamwright.metrics import least_over_users
from beamwright.optim.roots import bracketed_root
from beamwright.systems.noma_isac import model, options
from beamwright.systems.noma_isac.certificate import certified_design, judge
from beamwright.systems.noma_isac.design import pose, solve
from beamwright.systems.noma_isac.dual import dual_bound
from beamwright.systems.noma_isac.relax import Relaxation, relax
from beamwright.systems.noma_isac.results import VIOLATION, Design, Multipliers, Problem
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.sizes import design_bytes
from beamwright.systems.noma_isac.tighten import tighten
from beamwright.systems.noma_isac.worst_case import batched_channels, error_radius

ROOT_RTOL = 1e-8
POWER_SLACK = 1e-9
"""Relative: by how much a solver may miss the budget where it is spent to the last watt."""
MARGINS = (0.0, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1)
"""How far above the root a level is tried whose power provably exceeds the budget."""
FIRST_STEP, STEPS, BISECTIONS = 0.005, 10, 5
"""Where beams for the relaxed level cost too much: first relative step down, doubled at most so often, then halved."""

ProblemAt = Callable[[np.ndarray, np.ndarray], Problem]
"""problem_at(t, drops): the problem with common target t (len(drops),) of the drops with these indices."""


@guarded(Scenario, options.MaxMin, design_bytes)
def balance_sinr(s: Scenario, h: ArrayLike, power_w: float, csi_error: ArrayLike = USUAL) -> Design:
    """Largest common SINR of all streams within a power budget (max-min).

        max t   s.t.   the least power for targets gamma_k = t, J*(t), is at most power_w                      spec P3

    Args:    h and csi_error as in ``minimise_power``; power_w > 0, budget of the objective J in W.
    Returns: Design; ``balanced_sinr`` is what the beams achieve whatever the error, exactly; ``relaxed_sinr`` is a
             level that provably needs more than the budget (``multipliers`` prove it): no design reaches it.
    Raises:  ValueError naming the argument.
    Deviation: the printed bisection never moves its midpoint and asks a question that is always true (spec E5).
    """
    h = batched_channels(s, h)
    power = budget(power_w)
    radius = error_radius(s, csi_error, len(h))
    asked = pose(s, h, np.zeros(h.shape[:2]), radius, power)

    def problem_at(t: np.ndarray, drops: np.ndarray) -> Problem:
        return asked.take(drops)._replace(sinr_target=np.repeat(t[:, None], s.users, axis=1))

    return balance(s, problem_at, highest_sinr(s, h, power), power)


def balance(s: Scenario, problem_at: ProblemAt, highest: np.ndarray, power_w: float) -> Design:
    """Largest level whose least power fits the budget: bracketed roots of log(J*(t) / power_w), beams, proof.

    highest (drops,) is a level no design reaches, zero where the budget does not pay for sensing.
    """
    every = np.arange(len(highest))
    trace: list[np.ndarray] = []
    spent = np.zeros(len(highest), int)

    def excess(t: np.ndarray) -> np.ndarray:
        found = relax(s, problem_at(t, every))
        spent[:] += found.iterations
        trace.append(np.where(np.isfinite(found.objective_w), found.objective_w, np.nan))
        with np.errstate(divide="ignore"):
            return np.log(found.objective_w / power_w) - POWER_SLACK

    nothing = relax(s, problem_at(np.zeros(len(highest)), every))
    spent += nothing.iterations
    paid = (highest > 0) & (nothing.objective_w <= power_w * (1 + POWER_SLACK))
    high = np.where(paid, highest, 1.0)
    low = np.minimum(1e-6 * high, 1e-6)
    root = bracketed_root(excess, low, high, ROOT_RTOL, logarithmic=True, value_high=np.full(len(high), np.inf))
    level = np.where(paid, np.nan_to_num(root.feasible), 0.0)
    beams, achieved, iterations = _within_budget(s, problem_at, level)
    over = np.where(paid & (level > 0), np.nan_to_num(root.infeasible, nan=1.0), np.where(paid, low, 0.0))
    over = np.where(paid, np.fmax(over, achieved), over)  # what is attained is within reach, whatever the root says
    multipliers, proof_target = _out_of_reach(s, problem_at, over, nothing)
    target = problem_at(np.where(paid, np.nan_to_num(achieved), 0.0), every)
    design = certified_design(
        s,
        target,
        beams,
        relax(s, problem_at(level, every)).covariances,
        multipliers,
        proof_target=proof_target,
        iterations=spent + iterations,
        trace=np.stack(trace, axis=1),
    )
    return replace(
        design,
        balanced_sinr=np.where(paid, achieved, np.nan),
        relaxed_sinr=np.where(paid, proof_target.max(axis=1), np.nan),
    )


def _within_budget(s: Scenario, problem_at: ProblemAt, level: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Beams (drops, users, antennas) of the largest exact worst-case SINR found, that SINR (drops,), iterations.

    Beams are made for the relaxed level first; where rank one costs more than the budget, for levels below: in growing
    steps until they fit, then halfway between. Whatever a level was meant to give, beams count by what they do.
    """
    drops = len(level)
    every = np.arange(drops)
    first = solve(s, problem_at(level, every))
    beams, iterations = first.beams.copy(), first.iterations.copy()
    best, achieved = _judged_level(s, problem_at(level, every), beams)
    fits, fails, step = np.where(best >= 0, level, np.nan), level.copy(), np.full(drops, FIRST_STEP)
    for _ in range(STEPS + BISECTIONS):
        bracketed = np.isfinite(fits)
        trial = np.where(bracketed, np.sqrt(np.where(bracketed, fits, 1) * fails), fails / (1 + step))
        done = (best >= level * (1 - 1e-7)) | (bracketed & (fails <= fits * (1 + FIRST_STEP / 2)))
        open_ = np.flatnonzero((level > 0) & ~done)
        if not len(open_):
            break
        found = solve(s, problem_at(trial[open_], open_))
        iterations[open_] += found.iterations
        value, seen = _judged_level(s, problem_at(trial[open_], open_), found.beams)
        better = value > best[open_]
        at = open_[better]
        beams[at], best[at], achieved[at] = found.beams[better], value[better], seen[better]
        good = value >= 0
        fits[open_[good]], fails[open_[~good]] = trial[open_[good]], trial[open_[~good]]
        step[open_[~good]] *= 2
    return beams, achieved, iterations


def _judged_level(s: Scenario, problem: Problem, beams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least SINR over streams and errors of beams that meet sensing and budget, else -1; and the SINR as it is."""
    free = problem._replace(sinr_target=np.zeros_like(problem.sinr_target))
    seen = judge(s, free, beams, model.span_basis(np.nan_to_num(beams)))
    level = least_over_users(seen.worst.sinr).min(axis=-1)
    return np.where(seen.residuals.violation <= VIOLATION, level, -1.0), level


def _out_of_reach(
    s: Scenario, problem_at: ProblemAt, level: np.ndarray, nothing: Relaxation
) -> tuple[Multipliers, np.ndarray]:
    """Multipliers that prove a level just above ``level`` to need more than the budget, and its targets (drops, users).

    Where ``level`` is zero: those of no SINR asked at all, which prove that the budget does not pay for sensing.
    """
    every = np.arange(len(level))
    asked = problem_at(np.zeros(len(level)), every)
    multipliers = tighten(s, asked, nothing.multipliers, nothing.objective_w)
    target = asked.sinr_target.copy()
    lanes = np.flatnonzero(level > 0)
    for margin in MARGINS:
        if not len(lanes):
            break
        problem = problem_at(level[lanes] * (1 + margin), lanes)
        found = relax(s, problem)
        proof = tighten(s, problem, found.multipliers, found.objective_w)
        multipliers, target[lanes] = multipliers.put(lanes, proof), problem.sinr_target
        lanes = lanes[dual_bound(s, problem, proof).bound_w <= problem.power_limit_w]
    return multipliers, target


def highest_sinr(s: Scenario, h: np.ndarray, power_w: float) -> np.ndarray:
    """A common SINR no design of power ``power_w`` exceeds (spec A5), (drops,).

    chain  min_l (1 + |h_l|^2 Pc / noise_l)^(1/l) - 1,  l = 1 the weakest;   else  min_l |h_l|^2 Pc / noise_l
    """
    radiated = max(power_w - s.sensing_weight * s.targets * s.sensing_power_w, 0.0) / s.comm_weight
    snr = np.sum(np.abs(h) ** 2, axis=-1) * radiated / s.noise_vector_w
    if s.decoding != "chain":
        return snr.min(axis=-1)
    place = model.positions(model.decoding_order(h)) + 1
    return np.expm1(np.log1p(snr) / place).min(axis=-1)


def budget(power_w: float) -> float:
    """A positive number of watts. Raises ValueError naming ``power_w``."""
    power = float(as_array(np.atleast_1d(np.asarray(power_w, float)), "power_w", "values", values=1)[0])
    require(power > 0, "power_w", "be > 0", power_w)
    return power
