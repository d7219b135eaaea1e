"""From covariances to beams (spec A4): accept rank one, else move along the optimal face, else push by a penalty."""

from typing import NamedTuple

import numpy as np

from beamwright.optim.rank_reduction import reduce_rank
from beamwright.systems.noma_isac.physics import RECOVERED_GAP, VIOLATION, Oma, Problem, Scenario, judge, model
from beamwright.systems.noma_isac.solve.relax import Relaxation, relax

RANK_ONE = 1e-6
"""Second eigenvalue over trace below which a covariance counts as rank one (spec A4)."""
GROWTH, PATIENCE, STEPS = 4.0, 2, 8
"""The penalty grows by GROWTH per step after PATIENCE steps, at most STEPS in all."""
POLISH, GAIN = 3, 1e-5
"""Steps that lower the cost of a rank-one design, and the relative gain that makes the next one worth while."""


class Recovered(NamedTuple):
    """Rank-one beams of every drop, and the iterations spent on them."""

    beams: np.ndarray
    """(drops, users, antennas); NaN where there is no relaxation."""
    iterations: np.ndarray
    """(drops,) solver iterations spent on recovery."""


def recover(s: Scenario, problem: Problem, relaxed: Relaxation) -> Recovered:
    """Rank-one beams of every drop: the cheapest that come from rank one to ``RANK_ONE`` and meet all demands.

    Where there are none the top eigenvectors are returned: the certificate will show what they miss.
    """
    inner = np.nan_to_num(relaxed.inner)
    beams, single = _accept(s, problem, inner, relaxed.basis)
    iterations = np.zeros(len(inner), int)
    loose = np.flatnonzero(~single & np.isfinite(relaxed.objective_w))
    if len(loose) and not problem.csi_error.any():
        moved, ok = _along_the_face(s, problem.take(loose), relaxed.take(loose))
        beams[loose[ok]] = moved[ok]
        loose = loose[~ok]
    if len(loose):
        penalised = _by_penalty(s, problem.take(loose), relaxed.take(loose))
        beams[loose], iterations[loose] = penalised.beams, penalised.iterations
    beams = _lift(relaxed.basis, beams)
    beams[~np.isfinite(relaxed.objective_w)] = np.nan
    return Recovered(beams, iterations)


def principal_beams(inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Beams sqrt(lam1) v1 of every covariance (drops, users, r), and the largest lam2 / trace per drop."""
    values, vectors = np.linalg.eigh(inner)
    trace = values.sum(axis=-1)
    second = values[..., -2] if values.shape[-1] > 1 else np.zeros_like(trace)
    ratio = np.where(trace > 0, np.maximum(second, 0) / np.where(trace > 0, trace, 1), 0).max(axis=-1)
    return np.sqrt(np.maximum(values[..., -1:], 0)) * vectors[..., -1], ratio


def _accept(s: Scenario, problem: Problem, inner: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Top eigenvectors (drops, users, r), and whether they may be returned.

    What is left out of a covariance counts by its share of the power a user receives, not of the trace: a ratio below
    ``RANK_ONE`` alone does not keep every SINR.
    """
    beams, ratio = principal_beams(inner)
    good = ratio <= RANK_ONE
    at = np.flatnonzero(good)
    whole = _lift(basis[at], beams[at])
    unlimited = problem.take(at)._replace(power_limit_w=np.full(len(at), np.inf))
    good[at] = judge(s, unlimited, whole, basis[at]).residuals.violation <= VIOLATION / 2
    return beams, good


def _along_the_face(s: Scenario, problem: Problem, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray]:
    """Beams of a lower rank at which active functionals keep their values (spec A4, 2); true where it is rank one."""
    functionals, slack = _functionals(s, problem, relaxed)
    scale = np.linalg.norm(functionals, axis=(-1, -2)).max(axis=-1) * np.trace(
        relaxed.inner, axis1=-2, axis2=-1
    ).real.sum(axis=-1, keepdims=True)
    reduced = reduce_rank(relaxed.inner, functionals, slack <= 1e-7 * scale, np.maximum(slack, 0), tolerance=1e-9)
    return _accept(s, problem, reduced.x, relaxed.basis)


def _functionals(s: Scenario, problem: Problem, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray]:
    """Left sides of all rows "functional >= limit", (drops, rows, users, r, r), and their slack, (drops, rows).

    The objective is the last row, with no slack. The cross-correlation is not linear: where it is active its real and
    imaginary parts are kept as they are.
    """
    drops, users = problem.order.shape
    h, a = problem.h @ np.conj(relaxed.basis), s.steering @ np.conj(relaxed.basis)
    outer_h = h[..., :, None] * np.conj(h[..., None, :])
    outer_a = a[..., :, None] * np.conj(a[..., None, :])
    oma, eye = problem.oma, np.eye(users)
    later = model.disturbs(s, problem.order, oma)
    target = model.slot_target(s, problem)
    rows, limits = [], []
    for l in range(users):
        for k in range(users):
            decoded = model.decoding_mask(s, problem.order, oma)[:, l, k]
            weight = (eye[k] - target[:, k, None] * later[:, k]) * decoded[:, None]
            rows.append(weight[..., None, None] * outer_h[:, None, l])
            limits.append(np.where(decoded, target[:, k] * s.noise_vector_w[l], 0))
    slots = eye if oma is Oma.SLOT else np.ones((1, users))
    for slot in slots:
        weight = slot[None, :, None, None]
        for m in range(s.targets):
            rows.append(weight * outer_a[:, None, m])
            limits.append(np.full(drops, s.sensing_power_w))
            for p in range(m):
                for sign in (1, -1):
                    rows.append(sign * weight * (outer_a[:, None, m] - outer_a[:, None, p]))
                    limits.append(np.full(drops, -s.power_difference_w))
    response = model.target_response_w(a, relaxed.inner, oma)
    active = (model.cross_correlation_w2(response) > s.cross_correlation_w2 * (1 - 1e-6)).any(axis=-1)
    for m in range(s.targets):
        for p in range(m):
            cross = a[:, m, :, None] * np.conj(a[:, p, None, :])
            for part in (cross, -1j * cross):
                hermitian = (part + np.conj(np.swapaxes(part, -1, -2))) / 2 * np.asarray(active)[:, None, None]
                for slot in slots:
                    rows.append(slot[None, :, None, None] * hermitian[:, None])
                    limits.append(np.full(drops, np.nan))
    if s.sic_order and oma is Oma.NONE:
        sorted_streams = np.eye(users)[problem.order]
        for l in range(users):
            for j in range(users - 1):
                weight = sorted_streams[:, j] - sorted_streams[:, j + 1]
                rows.append(weight[..., None, None] * outer_h[:, None, l])
                limits.append(np.zeros(drops))
    cost = s.comm_weight * np.eye(a.shape[-1]) + s.sensing_weight * outer_a.sum(axis=1)
    rows.append(np.broadcast_to(cost[:, None], (drops, users, *cost.shape[1:])))
    limits.append(np.full(drops, np.nan))
    functionals = np.stack([np.broadcast_to(r, (drops, users, *cost.shape[1:])) for r in rows], axis=1)
    value = np.einsum("dfkij,dkji->df", functionals, relaxed.inner, optimize=True).real
    slack = np.nan_to_num(value - np.stack(limits, axis=1), nan=0.0)
    return functionals, slack


def _by_penalty(s: Scenario, problem: Problem, relaxed: Relaxation) -> "_Designs":
    """Beams by a penalty rho (I - v_k v_k^H) on stream k, v_k its beam's direction, until all are rank one (A4, 3).

    Deviation: one start instead of the best of four first penalties, then a few steps at half the penalty that was
    needed: cheaper designs from a quarter of the iterations (docs). Drops where that fails start again elsewhere.
    """
    drops = len(problem.h)
    top, served = principal_beams(relaxed.inner)[0], _serving_beams(problem, relaxed)
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


def _serving_beams(problem: Problem, relaxed: Relaxation) -> np.ndarray:
    """Beams W_k h_k, (drops, users, r): the part of W_k for its user, where the top eigenvector may serve targets."""
    return np.einsum("dkij,dkj->dki", relaxed.inner, problem.h @ np.conj(relaxed.basis))


class _Designs(NamedTuple):
    """Best rank-one designs so far, updated in place."""

    beams: np.ndarray
    """(drops, users, r)."""
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


def _polish(s: Scenario, problem: Problem, basis: np.ndarray, designs: _Designs) -> None:
    """Cheaper rank-one designs by a smaller penalty, or by the old one where that loses rank one; updated in place."""
    active = np.flatnonzero(np.isfinite(designs.objective_w))
    share = np.full(len(designs.beams), 0.5)
    for _ in range(POLISH):
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
    norm = np.linalg.norm(beams, axis=-1, keepdims=True)
    v = beams / np.where(norm > 0, norm, 1)
    away = np.eye(v.shape[-1]) - v[..., :, None] * np.conj(v[..., None, :])
    penalised = relax(s, problem, rho[:, None, None, None] * away, basis)
    beams, single = _accept(s, problem, np.nan_to_num(penalised.inner), basis)
    cost = penalised.objective_w
    return beams, cost, single & np.isfinite(cost), penalised.iterations


def _lift(basis: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """Beams at the antennas, from coordinates in the basis."""
    return np.einsum("dar,dkr->dka", basis, beams)
