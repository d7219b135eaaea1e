"""Gaussian randomisation with optimal powers in place of rank-one recovery, as a comparison (spec A4).

    directions u_k = x_k / ||x_k||,  x_k ~ CN(0, W_k);    then  min sum_k p_k J(u_k)  over p >= 0

With directions fixed every constraint is linear in the powers p, but for the error ball and the correlation cone: of
these the linear program sees the tangents (attacking errors, responses) at which its last answer failed.
"""

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, Config, draws, drop_keys, parameter, ranges, require, root_key
from beamwright.systems.noma_isac import scene
from beamwright.systems.noma_isac.methods import base
from beamwright.systems.noma_isac.methods.min_power import minimise_power
from beamwright.systems.noma_isac.physics import Design, Oma, Problem, Scenario, model, worst_case
from beamwright.systems.noma_isac.physics.combination import coordinates, stream_weights
from beamwright.systems.noma_isac.physics.constraints import Ball, Constraint, Point, constraints
from beamwright.systems.noma_isac.physics.error_shape import ellipsoids
from beamwright.systems.noma_isac.solve import Solution

_ROUNDS = 12
_TOLERANCE = 1e-8  # relative; a cut is added where a constraint is missed by more


class Randomisation(Config):
    """Options of Gaussian randomisation."""

    sinr_db: base.PerUserDb = base.sinr_target()
    csi_error: base.PerUserError = base.ball_radius()
    samples: int = parameter(
        50, "Random directions per drop, of which the cheapest feasible one is kept", ge=1, le=1_000_000
    )
    seed: int = parameter(0, "Seed of the directions; drop i uses fold_in(key(seed), i)", **ranges.SEED)


@base.guarded_method(Randomisation)
def randomised(
    scenario: Scenario,
    channels: ArrayLike,
    sinr_db: ArrayLike = USUAL,
    csi_error: ArrayLike = USUAL,
    samples: int = USUAL,
    seed: int = USUAL,
) -> Design:
    """Design from random directions of the relaxation's covariances, certified by its multipliers."""
    relaxed = minimise_power(scenario, channels, sinr_db, csi_error)
    problem = relaxed.problem(scene.batched_channels(scenario, channels), scenario.error_shape)
    beams = randomise(scenario, problem, relaxed.covariances, root_key(seed), samples)
    solution = Solution(beams, relaxed.reduced, relaxed.multipliers, relaxed.iterations, relaxed.trace)
    return base.certified_design(scenario, problem, solution)


def randomise(
    s: Scenario, problem: Problem, covariances: np.ndarray, key: jax.Array, samples: int = 50, first: int = 0
) -> np.ndarray:
    """Cheapest feasible beams among ``samples`` random directions per drop.

    A dedicated sensing signal keeps the eigenvectors of its covariance, with powers of their own.

    Args:    covariances (drops, streams, antennas, antennas) of a relaxation; key: drop i uses fold_in(key, first + i).
    Returns: beams (drops, beams, antennas) in sqrt(W); NaN where no sample could be made feasible, as with a thin
             power balance.
    Raises:  ValueError if samples < 1.
    """
    require(samples >= 1, "samples", "be >= 1", samples)
    drops = len(covariances)
    directions = _directions(covariances[:, : s.users], drop_keys(key, drops, first), samples)
    sensing = np.swapaxes(np.linalg.eigh(np.nan_to_num(covariances[:, s.users :]))[1], -1, -2)
    sensing = np.broadcast_to(sensing[:, None], (drops, samples, *sensing.shape[1:]))
    directions = np.concatenate([directions, *np.moveaxis(sensing, 2, 0)], axis=2)
    every_sample = problem.take(np.repeat(np.arange(drops), samples))
    beams, cost = _optimal_powers(s, every_sample, directions.reshape(-1, *directions.shape[2:]))
    best = cost.reshape(drops, samples).argmin(axis=1)
    return beams.reshape(directions.shape)[np.arange(drops), best]


def _directions(covariances: np.ndarray, keys: jax.Array, samples: int) -> np.ndarray:
    """Unit vectors along CN(0, W_k): (drops, samples, users, antennas); the first sample is the top eigenvector."""
    users, antennas = covariances.shape[1:3]
    values, vectors = np.linalg.eigh(np.nan_to_num(covariances))
    root = vectors * np.sqrt(np.maximum(values, 0))[..., None, :]
    x = np.einsum("dkab,dskb->dska", root, draws.complex_normal(keys, (samples, users, antennas)))
    x[:, 0] = vectors[..., -1]
    norm = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.where(norm > 0, x / np.where(norm > 0, norm, 1), vectors[:, None, ..., -1])


def _optimal_powers(s: Scenario, problem: Problem, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cheapest beams along given directions (lanes, beams, antennas) and their J; NaN and inf where infeasible."""
    oma = problem.oma
    count = directions.shape[1]
    alone = directions[:, None] * np.eye(count)[:, :, None]  # one beam at a time: everything is a sum of these
    streams = np.stack([model.objective_w(s, alone[:, k], oma) for k in range(count)], axis=-1)
    demands = constraints(s, oma)
    rows = [_sinr_rows(s, problem, directions, np.zeros_like(problem.h))]
    rows += [_rows(s, c, _coefficients(s, problem, c, directions)) for c in demands if not c.cone]
    open_lanes = np.isfinite(directions).all(axis=(1, 2))
    beams, cost = np.full_like(directions, np.nan), np.full(len(directions), np.inf)
    for _ in range(_ROUNDS):
        powers = _programs(streams, np.concatenate(rows, axis=1), open_lanes)
        trial = np.sqrt(powers)[..., None] * directions
        cuts, missed = _cuts(s, problem, directions, trial)
        open_lanes &= np.isfinite(powers).all(axis=-1)
        done = open_lanes & ~missed
        beams[done], cost[done] = trial[done], np.sum(powers * streams, axis=-1)[done]
        open_lanes &= missed
        if not open_lanes.any():
            break
        rows += cuts
    return beams, cost


def _sinr_rows(s: Scenario, problem: Problem, directions: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Rows r with r . (p, -1) >= 0, the SINR constraints when channel l is off by ``error``: (lanes, l k, beams + 1).

    error (lanes, users l, antennas), or (lanes, users l, users k, antennas) one per pair.
    """
    K, oma = s.users, problem.oma
    error = error if error.ndim == 4 else np.broadcast_to(error[:, :, None], (*error.shape[:2], K, error.shape[-1]))
    received = problem.h[:, :, None] + error
    gains = np.abs(np.einsum("dlka,dia->dlki", received.conj(), directions)) ** 2
    residual = np.abs(np.einsum("dlka,dia->dlki", error.conj(), directions)) ** 2
    count = directions.shape[1]
    later, before = (
        model.by_beam(s, role(s, problem.order, oma), count)[:, None] for role in (model.disturbs, model.cancelled)
    )
    demanded = model.decoding_mask(s, problem.order, oma) & (problem.sinr_target > 0)[:, None]
    weight = problem.sinr_target[:, None, :, None] / (K if oma is Oma.AVERAGE else 1)
    noise = s.noise_vector_w[None, :, None, None] * weight
    row = np.eye(K, count) * gains - weight * (later * gains + before * residual)
    row = np.concatenate([row, np.broadcast_to(noise, row.shape[:-1] + (1,))], axis=-1)
    row = np.where(demanded[..., None], row / np.where(noise > 0, noise, 1), 0)
    return row.reshape(len(row), K * K, count + 1)


def _coefficients(
    s: Scenario, problem: Problem, constraint: Constraint, directions: np.ndarray, vectors: np.ndarray | None = None
) -> np.ndarray:
    """Values q_rk u_k^H F_r u_k of the rows of a constraint at unit power, (lanes, slots, rows, beams).

    Args:    vectors (lanes, n, antennas): V, None: as it is known.
    """
    v = coordinates(s, problem, constraint, np.eye(s.antennas)) if vectors is None else vectors
    seen = directions @ np.conj(np.swapaxes(v, -1, -2))
    values = np.einsum("lki,rij,lkj->lrk", np.conj(seen), constraint.forms(), seen, optimize=True).real
    return model.by_beam(s, stream_weights(problem, constraint, s.streams), directions.shape[1]) * values[:, None]


def _rows(s: Scenario, constraint: Constraint, coefficients: np.ndarray) -> np.ndarray:
    """Rows (lanes, slots rows, beams + 1) of coefficients and limits, in units of limits that are not zero."""
    limits = constraint.limits_w(s)
    unit = np.where(limits == 0, 1, np.abs(limits))[:, None]
    limit = np.broadcast_to(np.sign(limits)[:, None], (*coefficients.shape[:-1], 1))
    rows = np.concatenate([coefficients / unit, limit], axis=-1)
    return rows.reshape(len(rows), -1, rows.shape[-1])


def _cuts(
    s: Scenario, problem: Problem, directions: np.ndarray, beams: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """New rows at the solution of the last program, and which lanes (lanes,) still miss a constraint."""
    oma, mask = problem.oma, model.decoding_mask(s, problem.order, problem.oma)
    whole = np.broadcast_to(np.eye(s.antennas), (len(beams), s.antennas, s.antennas))
    shapes = ellipsoids(problem, whole)
    attacked = worst_case(s, problem.h, beams, problem.csi_error, problem.order, oma, shapes)
    demanded = mask & (problem.sinr_target > 0)[:, None]
    short = demanded & (attacked.sinr < (1 - _TOLERANCE) * problem.sinr_target[:, None])
    missed = np.asarray(short.any(axis=(1, 2)))
    rows = [_sinr_rows(s, problem, directions, attacked.error)] if problem.csi_error.any() else []
    powers = np.nan_to_num(np.sum(np.abs(beams) ** 2, axis=-1))
    for cone in (c for c in constraints(s, oma) if c.cone):
        radius = cone.limits_w(s)
        parts = _coefficients(s, problem, cone, directions)
        total = np.sum(parts * powers[:, None, None], axis=-1)
        norm = np.linalg.norm(total, axis=-1)
        missed = missed | (norm > (1 + _TOLERANCE) * radius).any(axis=-1)
        unit = total / np.where(norm > 0, norm, 1)[..., None]
        tangent = np.einsum("dtx,dtxi->dti", unit, parts) / radius
        rows.append(np.concatenate([-tangent, np.full((*tangent.shape[:-1], 1), -1.0)], axis=-1))
    at = Point(problem, problem.h, beams, np.eye(s.antennas), attacked.sinr)
    for ball in (c for c in constraints(s, oma) if isinstance(c, Ball)):
        limits, v = ball.limits_w(s), ball.vectors(s)
        value, error = at.worst(v, ball.radii(s), ball.signs())
        missed = missed | (value < limits - _TOLERANCE * np.abs(limits)).any(axis=(1, 2))
        rows += [_rows(s, ball, _coefficients(s, problem, ball, directions, v + d)) for d in np.moveaxis(error, 1, 0)]
    return rows, missed


def _programs(cost: np.ndarray, rows: np.ndarray, lanes: np.ndarray) -> np.ndarray:
    """Powers (lanes, beams) of least cost with r . (p, -1) >= 0 for all rows; NaN if there are none.

    Tolerances of the program are absolute, so powers are counted in what the dearest row needs of its best stream.
    """
    from scipy.optimize import linprog  # takes a second to import, and only this comparison needs it

    best, needed = rows[..., :-1].max(axis=-1), rows[..., -1]
    needs = np.divide(needed, best, out=np.zeros(best.shape), where=(needed > 0) & (best > 0)).max(axis=-1)
    unit = np.where(needs > 0, needs, 1.0)
    rows = np.concatenate([rows[..., :-1] * unit[:, None, None], rows[..., -1:]], axis=-1)
    cost = cost / cost.max(axis=-1, keepdims=True)
    powers = np.full(cost.shape, np.nan)
    options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    for lane in np.flatnonzero(lanes):
        solution = linprog(cost[lane], -rows[lane, :, :-1], -rows[lane, :, -1], method="highs-ds", options=options)
        if solution.status == 0:
            powers[lane] = np.maximum(solution.x, 0) * unit[lane]
    return powers
