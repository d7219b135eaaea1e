"""Designs by convex programs, drop after drop: slow, plain and independent (spec dma_noma, section 6, B).

Alternates beams (semidefinite relaxation, the concave part of log rates replaced by its tangent), amplitudes (the
convex part replaced by its tangent) and powers (closed form). Needs the extra ``reference``.
"""

import warnings
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import jax
import numpy as np

from beamwright.core import extra
from beamwright.optim import Ratio
from beamwright.systems.dma_noma.methods.base import certified_design, require_amplitudes
from beamwright.systems.dma_noma.physics import (
    Design,
    Known,
    Scenario,
    ball_problems,
    checked,
    closed_forms,
    reference_waves,
    user_channels,
)
from beamwright.systems.dma_noma.physics.responses import as_parts
from beamwright.systems.dma_noma.solve import Point, Problem, band_waves, make_problems, scenario_sets, start
from beamwright.systems.dma_noma.solve.search import GAIN, PATIENCE, Candidate, power_step, precedes, scored, split_at

with extra("reference"):
    import cvxpy as cp

STEPS = (1.0, 0.5, 0.25, 0.1, 0.03)
"""Step lengths tried in this order from the old point to the proposal of the convex program."""
PASSES = 2
"""Convex programs per step."""
SLACK = 10.0
"""Price of a required rate's slack, per nat."""


def alternate(s: Scenario, known: Known, starts: int, rounds: int, density: float, seed: int) -> Design:
    """Beams, amplitudes and powers in turn by CVXPY and Clarabel; steps that improve the exact worst case are kept.

    Args:    as ``maximise_guaranteed_rate``; rounds of all three steps.
    Returns: Design; a convex program that fails leaves the old point.
    Raises:  ValueError naming the argument.
    Source:  spec dma_noma, section 6, B. The source linearises with the wrong sign and an unbounded slack (section 8).
    """
    known = checked(s, known)
    require_amplitudes(s)
    s.require_one_carrier("convex programs")
    wave = reference_waves(s, known)
    problems = make_problems(s, scenario_sets(s, known, density), wave[:, None])
    first = start.initial(s, user_channels(s, known, known.positions_m), wave)
    amplitudes, beams = (a.reshape(-1, *a.shape[2:]) for a in start.varied(s, *first, known.numbers, starts, seed))
    if s.feeding == "digital":
        amplitudes = np.ones_like(amplitudes)
    results = [
        _alternate_one(
            _problem(problems, lane // starts), amplitudes[lane], beams[lane], rounds, s.feeding == "digital"
        )
        for lane in range(len(amplitudes))
    ]
    best = [max(results[i : i + starts], key=_order) for i in range(0, len(results), starts)]
    all_amplitudes, all_beams, shares, _, trace, done = (np.stack(arrays) for arrays in zip(*best, strict=True))
    return certified_design(s, known, all_amplitudes, all_beams, s.power_w * shares, trace=trace, iterations=done)


def _problem(problems: Problem, drop: int) -> Problem:
    return Problem(*(array[drop] for array in problems))


class _Result(NamedTuple):
    """Best point of an alternation, and its course."""

    amplitudes: np.ndarray
    beams: np.ndarray
    shares: np.ndarray
    """(groups, 2) of the power P."""
    feasible: bool
    trace: np.ndarray
    rounds: int


def _order(result: _Result) -> tuple[bool, float]:
    return result.feasible, float(np.nanmax(result.trace))


def _alternate_one(problem: Problem, amplitudes: np.ndarray, beams: np.ndarray, rounds: int, digital: bool) -> _Result:
    groups = beams.shape[1]
    now = _power_step(problem, _candidate(problem, amplitudes, beams, np.full(groups, 1 / groups)))
    trace, idle, done = np.full(rounds + 1, np.nan), 0, 0
    trace[0] = now.merit
    while done < rounds and idle < PATIENCE:
        before, done = now, done + 1
        now = _beam_step(problem, now)
        if not digital:
            now = _amplitude_step(problem, now)
        now = _power_step(problem, now)
        trace[done] = now.merit
        idle = idle + 1 if float(now.merit - before.merit) < GAIN else 0
    split = _split(problem, now)
    powers = np.stack([np.asarray(split.near), np.asarray(split.far)], axis=-1)
    return _Result(_amplitudes(now), _beams(now), powers, bool(now.feasible), trace, done)


_scored, _split, _power_step = jax.jit(scored), jax.jit(split_at), jax.jit(power_step)


def _candidate(problem: Problem, amplitudes: np.ndarray, beams: np.ndarray, powers: np.ndarray) -> Candidate:
    return _scored(problem, Point(amplitudes[None], as_parts(beams, axis=0)), powers)


def _amplitudes(now: Candidate) -> np.ndarray:
    return np.asarray(now.point.responses[0])


def _beams(now: Candidate) -> np.ndarray:
    beams = np.asarray(now.point.beams)
    return closed_forms.unit_columns(beams[0] + 1j * beams[1])


def _accepted(problem: Problem, now: Candidate, amplitudes: np.ndarray, beams: np.ndarray) -> Candidate:
    """The first of the shortened steps that improves the exact worst case, else the old point."""
    old_amplitudes, old_beams = _amplitudes(now), _beams(now)
    for t in STEPS:
        mixed = closed_forms.unit_columns(old_beams + t * (beams - old_beams))
        shorter = old_amplitudes + t * (amplitudes - old_amplitudes)
        candidate = _candidate(problem, shorter, mixed, np.asarray(now.powers))
        if bool(precedes(candidate, now)):
            return candidate
    return now


# -------------------------------------------------------------------------------------------------- the convex programs


class _Decoders(NamedTuple):
    """Positions at which a user must decode, one per row: all positions of all users below each other."""

    h: np.ndarray
    """(rows, elements) in units of noise amplitude over root P."""
    user: np.ndarray
    """(rows,) near users, then far ones."""
    scattering: np.ndarray
    """(rows,)."""


def _decoders(problem: Problem) -> _Decoders:
    user, position = np.nonzero(problem.present)
    h = problem.channels[0, 0] + 1j * problem.channels[0, 1]
    return _Decoders(h[user, position], user, problem.scattering[user])


def _beam_step(problem: Problem, now: Candidate) -> Candidate:
    for _ in range(PASSES):
        decoders, beams, amplitudes = _decoders(problem), _beams(now), _amplitudes(now)
        proposed = _relaxed_beams(problem, now, decoders, beams, amplitudes)
        if proposed is None:
            return now
        now = _accepted(problem, now, amplitudes, proposed[0])
    return now


def _relaxed_beams(
    problem: Problem,
    now: Candidate,
    decoders: _Decoders,
    beams: np.ndarray,
    amplitudes: np.ndarray,
    insist: bool = False,
) -> tuple[np.ndarray, float] | None:
    """Leading eigenvectors of the semidefinite relaxation, turned to the old phase; and their least share of the trace.

    |h^H W v|^2 = tr(V g g^H) with g = (h^H W)^H is affine in V.
    """
    chains, groups = beams.shape
    effective = np.conj(decoders.h) @ (amplitudes[:, None] * (problem.wave[0, 0] + 1j * problem.wave[0, 1]))
    lifted = np.einsum("ra,rb->rab", effective, np.conj(effective)).reshape(len(effective), -1)
    V = [cp.Variable((chains, chains), hermitian=True) for _ in range(groups)]
    power, spread = np.abs(effective @ beams) ** 2, _spread(problem, decoders, amplitudes, beams)

    def power_of(j: int, rows: np.ndarray, weight: np.ndarray) -> cp.Expression:
        return cp.real((weight[:, None] * lifted[rows]) @ cp.vec(V[j], order="C"))

    rates, limits = _rate_program(problem, now, decoders, power, spread, power_of, power_of)
    limits += [v >> 0 for v in V] + [cp.real(cp.trace(v)) == 1 for v in V]
    if not _solve(cp.Problem(cp.Maximize(rates), limits), insist):
        return None
    proposed, share = np.empty_like(beams), 1.0
    for i, v in enumerate(V):
        values, vectors = np.linalg.eigh(np.asarray(v.value))
        share = min(share, float(values[-1] / values.sum()))
        leading = vectors[:, -1]
        along = np.vdot(leading, beams[:, i])
        proposed[:, i] = leading * (along / abs(along) if abs(along) > 0 else 1.0)
    return proposed, share


def top_share(s: Scenario, known: Known, design: Design, density: float = 8.0) -> np.ndarray:
    """Least share of the trace (drops,) in the leading eigenvalue of the relaxed beams at a design: 1 where tight.

    NaN where the convex program fails.
    """
    known = checked(s, known)
    s.require_one_carrier("convex programs")
    problems, shares = make_problems(s, scenario_sets(s, known, density), band_waves(s, known)), []
    for d, (amplitudes, beams) in enumerate(zip(design.amplitudes, design.beams, strict=True)):
        problem = _problem(problems, d)
        now = _candidate(problem, amplitudes, beams, design.powers_w[d].sum(axis=-1) / s.power_w)
        proposed = _relaxed_beams(problem, now, _decoders(problem), beams, amplitudes, insist=True)
        shares.append(np.nan if proposed is None else proposed[1])
    return np.array(shares)


def _spread(problem: Problem, decoders: _Decoders, amplitudes: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """Spread rho ||f_j||, (rows, groups), at the current point."""
    f = amplitudes[:, None] * ((problem.wave[0, 0] + 1j * problem.wave[0, 1]) @ beams)
    return decoders.scattering[:, None] * np.linalg.norm(f, axis=0)


_Expression = Callable[[int, np.ndarray, np.ndarray], cp.Expression]
"""Weighted received powers per watt, an expression for every row, of (beam, rows, weights)."""


def _rate_program(
    problem: Problem,
    now: Candidate,
    decoders: _Decoders,
    power: np.ndarray,
    spread: np.ndarray,
    power_of: _Expression,
    lower: _Expression,
) -> tuple[cp.Expression, list[cp.Constraint]]:
    """Weighted rates in nats and their constraints.

        r <= ln(S + y) - ln y0 - (y - y0)/y0     for every user and position,  S wanted, y interference and noise

    ``power_of`` is convex, ``lower`` a concave lower bound of it for the first logarithm, equal at the current point.
    Everything is relative to its current value; scattering enters as the current point has it.
    """
    groups = power.shape[1]
    split, both = _split(problem, now), np.asarray(now.powers)
    near_w, far_w = np.asarray(split.near), np.asarray(split.far)
    lost = power - np.maximum(np.sqrt(power) - spread, 0) ** 2
    added = (np.sqrt(power) + spread) ** 2 - power
    near_rate, far_rate, short = cp.Variable(groups), cp.Variable(groups), cp.Variable(2 * groups, nonneg=True)
    limits: list[cp.Constraint] = [
        near_rate >= problem.rate_near * np.log(2) - short[:groups],
        far_rate >= problem.rate_far * np.log(2) - short[groups:],
    ]
    for i in range(groups):
        near, far = np.flatnonzero(decoders.user == i), np.flatnonzero(decoders.user == groups + i)
        others = [j for j in range(groups) if j != i]
        for rows, rate, wanted_w, left_w in (
            (near, near_rate[i], near_w[i], 0.0), (np.concatenate([near, far]), far_rate[i], far_w[i], near_w[i]),
        ):  # fmt: skip
            fixed = 1.0 + added[rows][:, others] @ both[others]
            own, interference = power[rows, i] - lost[rows, i], power[rows][:, others] @ both[others]
            y0 = fixed + interference + left_w * own
            total0 = y0 + wanted_w * own
            y = (fixed - left_w * lost[rows, i]) / y0 + power_of(i, rows, left_w / y0)
            total = (fixed - (wanted_w + left_w) * lost[rows, i]) / total0
            total = total + lower(i, rows, (wanted_w + left_w) / total0)
            for j in others:
                y, total = y + power_of(j, rows, both[j] / y0), total + lower(j, rows, both[j] / total0)
            limits.append(rate <= cp.log(total) + np.log(total0 / y0) - (y - 1))
    weighted = problem.weight_near @ near_rate + problem.weight_far @ far_rate
    return weighted - SLACK * cp.sum(short), limits


def _amplitude_step(problem: Problem, now: Candidate) -> Candidate:
    for _ in range(PASSES):
        decoders, beams, amplitudes = _decoders(problem), _beams(now), _amplitudes(now)
        proposed = _convex_amplitudes(problem, now, decoders, beams, amplitudes)
        if proposed is None:
            return now
        now = _accepted(problem, now, proposed, beams)
    return now


def _convex_amplitudes(
    problem: Problem, now: Candidate, decoders: _Decoders, beams: np.ndarray, amplitudes: np.ndarray
) -> np.ndarray | None:
    """Amplitudes m of the convex program, None where it fails.

    z_j = (conj(h) o Q v_j)^T m is linear in m; |z|^2 convex, at least its tangent 2 Re(conj(z0) z) - |z0|^2.
    """
    m = cp.Variable(len(amplitudes))
    radiated = (problem.wave[0, 0] + 1j * problem.wave[0, 1]) @ beams
    z0 = np.conj(decoders.h) @ (amplitudes[:, None] * radiated)
    power, spread = np.abs(z0) ** 2, _spread(problem, decoders, amplitudes, beams)

    def power_of(j: int, rows: np.ndarray, weight: np.ndarray) -> cp.Expression:
        z = np.sqrt(weight)[:, None] * np.conj(decoders.h[rows]) * radiated[:, j]
        return cp.square(z.real @ m) + cp.square(z.imag @ m)

    def lower(j: int, rows: np.ndarray, weight: np.ndarray) -> cp.Expression:
        slope = 2 * np.real(np.conj(z0[rows, j])[:, None] * np.conj(decoders.h[rows]) * radiated[:, j])
        return (weight[:, None] * slope) @ m - weight * power[rows, j]

    rates, limits = _rate_program(problem, now, decoders, power, spread, power_of, lower)
    if not _solve(cp.Problem(cp.Maximize(rates), [*limits, m >= 0, m <= 1])):
        return None
    return np.clip(np.asarray(m.value), 0, 1)


def _solve(problem: cp.Problem, insist: bool = False) -> bool:
    """Whether there is a solution to try; accuracy does not matter, steps are judged by the exact worst case."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for solver in (cp.CLARABEL, cp.SCS)[: 1 + insist]:  # the first stops now and then for want of digits
            try:
                problem.solve(solver=solver)
            except cp.SolverError:
                continue
            if problem.status in ("optimal", "optimal_inaccurate"):
                return True
    return False


# -------------------------------------------------------------------------------------------------------- the S-lemma


def ball_sinr_lmi(s: Scenario, known: Known, design: Design, radius: np.ndarray | None = None) -> np.ndarray:
    """Worst SINR over balls by the S-lemma, (3, drops, groups): one semidefinite program per user and signal.

    max t  s.t.  [[S - t I + mu 1, (S - t I) h], [., h^H (S - t I) h - t sigma^2 - mu e^2]] >= 0,  mu >= 0
    """
    ratio, shape = ball_problems(s, known, design, radius)
    return np.array([_lmi(ratio.take(np.array([i]))) for i in range(len(ratio.radius))]).reshape(3, *shape)


@cache
def _lmi_program(size: int) -> tuple[cp.Variable, cp.Parameter, cp.Parameter, cp.Problem]:
    t, mu = cp.Variable(nonneg=True), cp.Variable(nonneg=True)
    wanted, after = (cp.Parameter((size + 1, size + 1), hermitian=True) for _ in range(2))
    ball = np.diag(np.append(np.ones(size), -1.0))
    matrix = wanted - t * after + mu * ball
    return t, wanted, after, cp.Problem(cp.Maximize(t), [matrix >> 0])


def _lmi(ratio: Ratio) -> float:
    """Directions are scaled by the radius, powers by the wanted one at the estimate."""
    h, e = ratio.channel[0], float(ratio.radius[0])
    if e == 0:
        e = 1e-12
    size = len(h)
    lift = np.concatenate([e * np.eye(size), h[:, None]], axis=1)
    beams = (np.conj(lift.T) @ factor[0] for factor in (ratio.wanted, ratio.after))
    wanted, after = (lifted @ np.conj(lifted.T) for lifted in beams)
    after[-1, -1] += ratio.noise[0]
    value = max(wanted[-1, -1].real / after[-1, -1].real, 1e-12)
    unit = max(wanted[-1, -1].real, 1e-300)
    t, p_wanted, p_after, problem = _lmi_program(size)
    for _ in range(2):  # the second time in units of the first answer
        for shifted in (1.0, 0.5, 2.0):  # where the solver fails, in another unit
            p_wanted.value, p_after.value = _hermitian(wanted / unit), _hermitian(after * shifted * value / unit)
            if _solve(problem):
                break
        else:
            return np.nan
        value *= shifted * max(float(t.value or 0.0), 1e-12)
    return float(value)


def _hermitian(a: np.ndarray) -> np.ndarray:
    return (a + np.conj(a.T)) / 2
