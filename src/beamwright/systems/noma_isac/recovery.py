"""From covariances to beams (spec A4): accept rank one, else move along the optimal face, else push by a penalty."""

from typing import NamedTuple

import numpy as np

from beamwright.optim.rank_reduction import reduce_rank
from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.certificate import VIOLATION, judge
from beamwright.systems.noma_isac.relax import Relaxation, relax
from beamwright.systems.noma_isac.results import Oma, Problem
from beamwright.systems.noma_isac.scenario import Scenario

RANK_ONE = 1e-6
"""Second eigenvalue over trace below which a covariance counts as rank one (spec A4)."""
STARTS = (0.1, 0.3, 1.0, 3.0)
"""First penalties, in units of rho_c."""
GROWTH, PATIENCE, STEPS = 1.6, 3, 30
"""The penalty grows by GROWTH per step after PATIENCE steps, at most STEPS in all (spec A4)."""
GOOD_ENOUGH = 1e-3
"""A drop's other starts are given up once one has ended within this of the relaxation."""


class Recovered(NamedTuple):
    """Beams of every drop and what they came from."""

    beams: np.ndarray
    """(drops, users, antennas); NaN where there is no relaxation."""
    iterations: np.ndarray
    """(drops,) solver iterations spent on recovery."""


def recover(s: Scenario, problem: Problem, relaxed: Relaxation) -> Recovered:
    """Rank-one beams of every drop: the cheapest found that come from rank one to ``RANK_ONE`` and meet all demands.

    Where there are none the top eigenvectors are returned: the certificate will show what they miss.
    """
    inner = np.nan_to_num(relaxed.inner)
    beams, single = _accept(s, problem, inner, relaxed.basis)
    iterations = np.zeros(len(inner), int)
    loose = np.flatnonzero(~single & np.isfinite(relaxed.objective_w))
    if len(loose) and not problem.csi_error.any():
        moved, ok = _along_the_face(s, _take(problem, loose), _take_relaxed(relaxed, loose))
        beams[loose[ok]] = moved[ok]
        loose = loose[~ok]
    if len(loose):
        pushed, found, spent = _by_penalty(s, _take(problem, loose), _take_relaxed(relaxed, loose))
        beams[loose[found]] = pushed[found]
        iterations[loose] = spent
    beams = _lift(relaxed.basis, beams)
    beams[~np.isfinite(relaxed.objective_w)] = np.nan
    return Recovered(beams, iterations)


def principal_beams(inner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """sqrt(lam1) v1 of every covariance (drops, users, r), and the largest lam2 / trace per drop."""
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
    unlimited = _take(problem, at)._replace(power_limit_w=np.full(len(at), np.inf))
    good[at] = judge(s, unlimited, whole, basis[at]).residuals.violation <= VIOLATION / 2
    return beams, good


def _along_the_face(s: Scenario, problem: Problem, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray]:
    """Spec A4 (2): lower the rank while every active functional keeps its value; true where that ends well."""
    functionals, slack = _functionals(s, problem, relaxed)
    scale = np.linalg.norm(functionals, axis=(-1, -2)).max(axis=-1) * np.trace(
        relaxed.inner, axis1=-2, axis2=-1
    ).real.sum(axis=-1, keepdims=True)
    reduced = reduce_rank(relaxed.inner, functionals, slack <= 1e-7 * scale, np.maximum(slack, 0), tolerance=1e-9)
    return _accept(s, problem, reduced.blocks, relaxed.basis)


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
    share = users if oma is Oma.AVERAGE else 1
    later = model.later_mask(problem.order, oma)
    target = problem.sinr_target / share
    rows, limits = [], []
    for l in range(users):
        for k in range(users):
            asked = model.decoding_mask(s, problem.order, oma)[:, l, k]
            weight = (eye[k] - target[:, k, None] * later[:, k]) * asked[:, None]
            rows.append(weight[..., None, None] * outer_h[:, None, l])
            limits.append(np.where(asked, target[:, k] * s.noise_vector_w[l], 0))
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


def _by_penalty(s: Scenario, problem: Problem, relaxed: Relaxation) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spec A4 (3): add rho (I - v_k v_k^H) to the cost of stream k, v_k its top eigenvector, until all are rank one.

    The starts of a drop are lanes of one batch; lanes leave it when they end. Returns beams (drops, users, r), whether
    any start ended at rank one, and iterations spent.
    """
    drops, starts = len(problem.h), len(STARTS)
    drop = np.repeat(np.arange(drops), starts)
    rho = np.tile(np.array(STARTS) * s.comm_weight, drops)
    inner = relaxed.inner[drop]
    best = np.full(drops, np.inf)
    beams = principal_beams(relaxed.inner)[0]
    spent = np.zeros(drops, int)
    active = np.arange(len(drop))
    for step in range(STEPS):
        owner = drop[active]
        top = np.linalg.eigh(inner[active])[1][..., -1]
        away = np.eye(top.shape[-1]) - top[..., :, None] * np.conj(top[..., None, :])
        penalty = rho[active][:, None, None, None] * away
        found = relax(s, _take(problem, owner), penalty, relaxed.basis[owner])
        np.add.at(spent, owner, found.iterations)
        trial, single = _accept(s, _take(problem, owner), np.nan_to_num(found.inner), found.basis)
        single &= np.isfinite(found.objective_w)
        for lane in np.flatnonzero(single & (found.objective_w < best[owner])):  # few: those that end at this step
            if found.objective_w[lane] < best[owner[lane]]:
                best[owner[lane]], beams[owner[lane]] = found.objective_w[lane], trial[lane]
        inner[active] = found.inner
        good = best <= relaxed.objective_w * (1 + GOOD_ENOUGH)
        # The cost of a lane rises with its penalty: one that costs more than the best found will not beat it.
        keep = (found.objective_w < best[owner]) & ~single & ~good[owner]
        active = active[keep]
        if not len(active):
            break
        if step + 1 >= PATIENCE:
            rho[active] *= GROWTH
    return beams, np.isfinite(best), spent


def _lift(basis: np.ndarray, beams: np.ndarray) -> np.ndarray:
    """From coordinates in the basis to antennas."""
    return np.einsum("dar,dkr->dka", basis, beams)


def _take(problem: Problem, drops: np.ndarray) -> Problem:
    arrays = {name: part[drops] for name, part in problem._asdict().items() if isinstance(part, np.ndarray)}
    return problem._replace(**arrays)


def _take_relaxed(relaxed: Relaxation, drops: np.ndarray) -> Relaxation:
    return Relaxation(
        relaxed.objective_w[drops], relaxed.inner[drops], relaxed.basis[drops], relaxed.multipliers.take(drops),
        relaxed.iterations[drops],
    )  # fmt: skip
