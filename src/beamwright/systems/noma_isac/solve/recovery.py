"""From covariances to beams (spec A4): accept rank one, else move along the optimal face, else push by a penalty."""

from typing import NamedTuple

import numpy as np

from beamwright.optim.rank_reduction import reduce_rank
from beamwright.systems.noma_isac.physics import GAP, RECOVERED_GAP, VIOLATION, Oma, Problem, Scenario, judge, model
from beamwright.systems.noma_isac.physics.combination import coordinates, stream_weights, weighted_cost
from beamwright.systems.noma_isac.physics.constraints import Constraint, constraints
from beamwright.systems.noma_isac.solve.power_control import raised
from beamwright.systems.noma_isac.solve.relax import Relaxation, asks_for_all_errors, relax

RANK_ONE = 1e-6
"""Second eigenvalue over trace below which a covariance counts as rank one (spec A4)."""
GROWTH, PATIENCE, STEPS = 4.0, 2, 8
"""The penalty grows by GROWTH per step after PATIENCE steps, at most STEPS in all."""
POLISH, GAIN = 3, 1e-5
"""Steps that lower the cost of a rank-one design, and the relative gain that makes the next one worth while."""
STRONG, FAR = 200.0, 10
"""Twice the penalty, and most steps, with which beams are led back from harder demands."""


class Recovered(NamedTuple):
    """Rank-one beams of every drop, and the iterations spent on them."""

    beams: np.ndarray
    """(drops, beams, antennas), a sensing signal's after the users'; NaN where there is no relaxation."""
    iterations: np.ndarray
    """(drops,) solver iterations spent on recovery."""


def recover(s: Scenario, problem: Problem, relaxed: Relaxation) -> Recovered:
    """Rank-one beams of every drop: the cheapest that come from rank one to ``RANK_ONE`` and meet all demands.

    Where there are none the top eigenvectors are returned: the certificate will show what they miss.
    """
    inner = np.nan_to_num(relaxed.inner)
    beams, single = _accept(s, problem, inner, relaxed.basis, relaxed.objective_w)
    iterations = np.zeros(len(inner), int)
    loose = np.flatnonzero(~single & np.isfinite(relaxed.objective_w))
    if len(loose) and s.sensing_signal != "none":
        some, left = problem.take(loose), relaxed.take(loose)
        moved, ok = _accept(s, some, _rest_senses(some, left), left.basis, left.objective_w)
        beams[loose[ok]] = moved[ok]
        loose = loose[~ok]
    if len(loose) and not asks_for_all_errors(s, problem):
        moved, ok = _along_the_face(s, problem.take(loose), relaxed.take(loose))
        beams[loose[ok]] = moved[ok]
        loose = loose[~ok]
    if len(loose):
        penalised = _by_penalty(s, problem.take(loose), relaxed.take(loose))
        beams[loose], iterations[loose] = penalised.beams, penalised.iterations
    beams = _lift(relaxed.basis, beams)
    beams[~np.isfinite(relaxed.objective_w)] = np.nan
    return Recovered(beams, iterations)


def principal_beams(s: Scenario, inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Beams sqrt(lam1) v1 of every user's covariance (drops, beams, r), and the largest lam2 / trace per drop.

    They are followed by all columns of a root of a dedicated sensing signal's covariance.
    """
    values, vectors = np.linalg.eigh(inner)
    ours = values[:, : s.users]
    trace = ours.sum(axis=-1)
    second = ours[..., -2] if ours.shape[-1] > 1 else np.zeros_like(trace)
    ratio = np.where(trace > 0, np.maximum(second, 0) / np.where(trace > 0, trace, 1), 0).max(axis=-1)
    columns = np.sqrt(np.maximum(values, 0))[..., None] * np.swapaxes(vectors, -1, -2)
    return np.concatenate([columns[:, : s.users, -1], *np.moveaxis(columns[:, s.users :], 1, 0)], axis=1), ratio


def _rest_senses(problem: Problem, relaxed: Relaxation) -> np.ndarray:
    """Covariances w_k w_k^H of the serving beams, and what they leave given to sensing, (drops, streams, r, r).

    User k receives as much of its stream, and R is the same: the proof that the relaxation is tight where every user
    decodes its own stream alone, without errors (Liu et al., IEEE TSP 2020). Elsewhere it is an attempt.
    """
    beams = _serving_beams(problem, relaxed.inner, relaxed.basis)
    ours = beams[..., :, None] * np.conj(beams[..., None, :])
    rest = relaxed.inner.sum(axis=1) - ours.sum(axis=1)
    return np.concatenate([ours, rest[:, None]], axis=1)


def _accept(
    s: Scenario, problem: Problem, inner: np.ndarray, basis: np.ndarray, objective_w: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Beams (drops, beams, r) of covariances, and whether they may be returned.

    Top eigenvectors may where all covariances are of rank one and the demands are met. What is left out of a covariance
    counts by its share of the power a user receives, not of the trace: a ratio below ``RANK_ONE`` alone does not keep
    every SINR, and one above loses none for good where beams that keep their users' share and power control make up for
    it, at no cost beside ``objective_w`` (drops,).
    """
    beams, ratio = principal_beams(s, inner)
    good = ratio <= RANK_ONE
    at = np.flatnonzero(good)
    good[at] = _cost(s, problem.take(at), _lift(basis[at], beams[at])) < np.inf
    at = np.flatnonzero(~good & np.isfinite(objective_w))
    if len(at):
        some = problem.take(at)
        served, ours = beams[at], beams[at, : s.users]
        served[:, : s.users] = np.where(
            some.sinr_target[..., None] > 0, _serving_beams(some, inner[at], basis[at]), ours
        )
        served = raised(s, some, _lift(basis[at], served))
        good[at] = _cost(s, some, served) <= objective_w[at] * (1 + GAP / 2)
        beams[at[good[at]]] = _inside(basis[at], served)[good[at]]
    return beams, good


def _cost(s: Scenario, problem: Problem, beams: np.ndarray) -> np.ndarray:
    """Objective J of beams (drops, users, antennas) that meet all but the power limit, else infinite, (drops,)."""
    judged = judge(s, problem._replace(power_limit_w=np.full(len(beams), np.inf)), beams)
    return np.where(judged.residuals.violation <= VIOLATION / 2, judged.objective_w, np.inf)


def _along_the_face(s: Scenario, problem: Problem, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray]:
    """Beams of a lower rank at which active functionals keep their values (spec A4, 2); true where it is rank one."""
    functionals, slack = _functionals(s, problem, relaxed)
    scale = np.linalg.norm(functionals, axis=(-1, -2)).max(axis=-1) * np.trace(
        relaxed.inner, axis1=-2, axis2=-1
    ).real.sum(axis=-1, keepdims=True)
    reduced = reduce_rank(relaxed.inner, functionals, slack <= 1e-7 * scale, np.maximum(slack, 0), tolerance=1e-9)
    return _accept(s, problem, reduced.x, relaxed.basis, relaxed.objective_w)


def _functionals(s: Scenario, problem: Problem, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray]:
    """Left sides of all rows "functional >= limit", (drops, rows, streams, r, r), and their slack, (drops, rows).

    The objective is the last row, with no slack. Cones are not linear: where one is active its rows are kept as they
    are.
    """
    drops, users = problem.order.shape
    h, basis = problem.h @ np.conj(relaxed.basis), relaxed.basis
    later = model.disturbs(s, problem.order, problem.oma)
    target = model.slot_target(s, problem)
    decoded = model.decoding_mask(s, problem.order, problem.oma)  # (drops, l, k)
    weight = np.eye(users, s.streams) - target[:, :, None] * later
    weight = weight[:, None] * decoded[..., None]  # (drops, l, k, streams)
    outer = h[..., :, None] * np.conj(h[..., None, :])
    sinr = weight[..., None, None] * outer[:, :, None, None]
    noise = np.where(decoded, target[:, None] * s.noise_vector_w[:, None], 0)
    functionals, slack = [sinr.reshape(drops, -1, *sinr.shape[3:])], [noise.reshape(drops, -1)]
    for constraint in constraints(s, problem.oma):
        part, limits = _rows(s, problem, constraint, relaxed)
        functionals, slack = [*functionals, part], [*slack, limits]
    cost = weighted_cost(s, problem, basis) * (users if problem.oma is Oma.SLOT else 1)
    functionals.append(np.broadcast_to(cost[:, None, None], (drops, 1, s.streams, *cost.shape[1:])))
    slack.append(np.full((drops, 1), np.nan))
    whole = np.concatenate(functionals, axis=1)
    value = np.einsum("dfkij,dkji->df", whole, relaxed.inner, optimize=True).real
    return whole, np.nan_to_num(value - np.concatenate(slack, axis=1), nan=0.0)


def _rows(s: Scenario, problem: Problem, constraint: Constraint, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a constraint in every slot, (drops, slots rows, streams, r, r), and limits, NaN if kept as they are."""
    v = np.swapaxes(coordinates(s, problem, constraint, relaxed.basis), -1, -2)[:, None]
    forms = v @ constraint.forms() @ np.conj(np.swapaxes(v, -1, -2))  # (drops, rows, r, r)
    rows = stream_weights(problem, constraint, s.streams)[..., None, None] * forms[:, None, :, None]
    if constraint.cone:
        values = np.einsum("dtrkij,dkji->dtr", rows, relaxed.inner, optimize=True).real
        active = (np.linalg.norm(values, axis=-1) > constraint.limits_w(s) * (1 - 5e-7)).any(axis=-1)
        rows = rows * active[:, None, None, None, None, None]
    limits = np.full(rows.shape[2], np.nan) if constraint.cone else constraint.limits_w(s)
    return rows.reshape(len(rows), -1, *rows.shape[3:]), np.tile(limits, (len(rows), rows.shape[1]))


def _by_penalty(s: Scenario, problem: Problem, relaxed: Relaxation) -> "_Designs":
    """Beams by a penalty rho (I - v_k v_k^H) on stream k, v_k its beam's direction, until all are rank one (A4, 3).

    Deviation: one start instead of the best of four first penalties, then a few steps at half the penalty that was
    needed: cheaper designs from a quarter of the iterations (docs). Drops where that fails start again elsewhere.
    """
    drops = len(problem.h)
    top = principal_beams(s, relaxed.inner)[0]
    served = np.concatenate([_serving_beams(problem, relaxed.inner, relaxed.basis), top[:, s.users :]], axis=1)
    best = _Designs(top.copy(), np.full(drops, np.inf), np.zeros(drops), np.zeros(drops, int))
    for starts in (((top, 1.0),), ((served, 1.0), (served, 30.0))):
        todo = np.flatnonzero(best.objective_w > relaxed.objective_w * (1 + RECOVERED_GAP))
        if not len(todo):
            break
        lanes = np.tile(todo, len(starts))
        first = np.concatenate([beams[todo] for beams, _ in starts])
        rho = np.repeat([rho * s.comm_weight for _, rho in starts], len(todo))
        pushed = _push(s, problem.take(lanes), relaxed.basis[lanes], first, rho)
        np.add.at(best.iterations, lanes, pushed.iterations)
        for part in np.split(np.arange(len(lanes)), len(starts)):
            cheaper = pushed.objective_w[part] < best.objective_w[todo]
            for ours, theirs in zip(best[:3], pushed[:3], strict=True):
                ours[todo[cheaper]] = theirs[part[cheaper]]
    _polish(s, problem, relaxed.basis, best)
    return best


def _serving_beams(problem: Problem, inner: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Beams w_k = W_k h_k / (h_k^H W_k h_k)^1/2, (drops, users, r), where the top eigenvector may serve targets.

    User k receives as much of w_k as of W_k, all others no more: w_k w_k^H <= W_k (Cauchy-Schwarz).
    """
    h = _inside(basis, problem.h)
    towards = np.einsum("dkij,dkj->dki", inner[:, : h.shape[1]], h)
    power_w = np.einsum("dki,dki->dk", np.conj(h), towards).real[..., None]
    return np.divide(towards, np.sqrt(np.abs(power_w)), out=np.zeros_like(towards), where=power_w > 0)


class _Designs(NamedTuple):
    """Best rank-one designs so far, updated in place."""

    beams: np.ndarray
    """(drops, beams, r)."""
    objective_w: np.ndarray
    """(drops,); +inf where there is none."""
    penalty: np.ndarray
    """(drops,) rho that gave it."""
    iterations: np.ndarray
    """(drops,) spent."""


def _push(s: Scenario, problem: Problem, basis: np.ndarray, first: np.ndarray, rho: np.ndarray) -> _Designs:
    """Designs from beams ``first`` and a penalty ``rho`` that rises until every stream of a drop is rank one."""
    drops = len(first)
    designs = _Designs(first.copy(), np.full(drops, np.inf), rho.copy(), np.zeros(drops, int))
    active = np.arange(drops)
    for step in range(STEPS):
        beams, cost, single, spent = _penalised(
            s, problem.take(active), basis[active], designs.beams[active], designs.penalty[active]
        )
        designs.beams[active], designs.objective_w[active] = beams, np.where(single, cost, np.inf)
        designs.iterations[active] += spent
        active = active[~single & np.isfinite(cost)]
        if not len(active):
            break
        if step + 1 >= PATIENCE:
            designs.penalty[active] *= GROWTH
    return designs


def cheapen(s: Scenario, problem: Problem, basis: np.ndarray, beams: np.ndarray, cost_w: np.ndarray) -> Recovered:
    """Beams (drops, beams, antennas) that cost ``cost_w`` (drops,) or less, led step by step from given ones."""
    drops = len(beams)
    strong = np.full(drops, STRONG * s.comm_weight)
    designs = _Designs(_inside(basis, beams), cost_w.copy(), strong, np.zeros(drops, int))
    _polish(s, problem, basis, designs, FAR)
    return Recovered(_lift(basis, designs.beams), designs.iterations)


def _polish(s: Scenario, problem: Problem, basis: np.ndarray, designs: _Designs, steps: int = POLISH) -> None:
    """Cheaper rank-one designs by a smaller penalty, or by the old one where that loses rank one; updated in place."""
    active = np.flatnonzero(np.isfinite(designs.objective_w))
    share = np.full(len(designs.beams), 0.5)
    for _ in range(steps):
        if not len(active):
            break
        beams, cost, single, spent = _penalised(
            s, problem.take(active), basis[active], designs.beams[active], (share * designs.penalty)[active]
        )
        designs.iterations[active] += spent
        gain = np.where(single, 1 - cost / designs.objective_w[active], 0)
        better = active[gain > 0]
        designs.beams[better], designs.objective_w[better] = beams[gain > 0], cost[gain > 0]
        lost = ~single & (share[active] < 1)
        share[active[lost]] = 1.0
        active = active[lost | (gain > GAIN)]


def _penalised(
    s: Scenario, problem: Problem, basis: np.ndarray, beams: np.ndarray, rho: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Relaxation with streams penalised across their beams: new beams, cost, whether rank one, iterations."""
    beams = beams[:, : s.users]
    norm = np.linalg.norm(beams, axis=-1, keepdims=True)
    v = beams / np.where(norm > 0, norm, 1)
    away = np.eye(v.shape[-1]) - v[..., :, None] * np.conj(v[..., None, :])
    away = np.concatenate([away, np.zeros((len(away), s.streams - s.users, *away.shape[2:]))], axis=1)
    penalised = relax(s, problem, rho[:, None, None, None] * away, basis)
    cost = penalised.objective_w
    beams, single = _accept(s, problem, np.nan_to_num(penalised.inner), basis, cost)
    return beams, cost, single & np.isfinite(cost), penalised.iterations


def _lift(basis: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """Beams at the antennas, from coordinates in the basis."""
    return np.einsum("dar,dkr->dka", basis, beams)


def _inside(basis: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Coordinates (drops, users, r) of vectors at the antennas in the basis."""
    return np.einsum("dar,dka->dkr", np.conj(basis), vectors)
