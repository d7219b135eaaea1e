"""Gaussian randomisation with optimal powers in place of rank-one recovery, as a comparison (spec A4).

    directions u_k = x_k / ||x_k||,  x_k ~ CN(0, W_k);    then  min sum_k p_k J(u_k)  over p >= 0

With directions fixed every constraint is linear in the powers p, but for the error ball and the correlation cone: of
these the linear program sees the tangents (attacking errors, responses) at which its last answer failed.
"""

import jax
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import USUAL, Config, drop_keys, parameter, ranges, require, root_key
from beamwright.systems.noma_isac import scene
from beamwright.systems.noma_isac.methods import base
from beamwright.systems.noma_isac.methods.min_power import minimise_power
from beamwright.systems.noma_isac.physics import Design, Oma, Problem, Scenario, model, worst_case
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
    problem = relaxed.problem(scene.batched_channels(scenario, channels))
    beams = randomise(scenario, problem, relaxed.covariances, root_key(seed), samples)
    solution = Solution(beams, relaxed.reduced, relaxed.multipliers, relaxed.iterations, relaxed.trace)
    return base.certified_design(scenario, problem, solution)


def randomise(
    s: Scenario, problem: Problem, covariances: np.ndarray, key: jax.Array, samples: int = 50, first: int = 0
) -> np.ndarray:
    """Cheapest feasible beams among ``samples`` random directions per drop.

    Args:    covariances (drops, users, antennas, antennas) of a relaxation; key: drop i uses fold_in(key, first + i).
    Returns: beams (drops, users, antennas) in sqrt(W); NaN where no sample could be made feasible, as with a thin
             power balance.
    Raises:  ValueError if samples < 1.
    """
    require(samples >= 1, "samples", "be >= 1", samples)
    drops, users, antennas = covariances.shape[:3]
    directions = _directions(covariances, drop_keys(key, drops, first), samples)
    every_sample = problem.take(np.repeat(np.arange(drops), samples))
    beams, cost = _optimal_powers(s, every_sample, directions.reshape(-1, users, antennas))
    best = cost.reshape(drops, samples).argmin(axis=1)
    return beams.reshape(drops, samples, users, antennas)[np.arange(drops), best]


def _directions(covariances: np.ndarray, keys: jax.Array, samples: int) -> np.ndarray:
    """Unit vectors along CN(0, W_k): (drops, samples, users, antennas); the first sample is the top eigenvector."""
    users, antennas = covariances.shape[1:3]
    values, vectors = np.linalg.eigh(np.nan_to_num(covariances))
    root = vectors * np.sqrt(np.maximum(values, 0))[..., None, :]
    draw = jax.vmap(lambda key: jax.random.normal(key, (samples, users, antennas), complex))
    x = np.einsum("dkab,dskb->dska", root, np.asarray(draw(keys)))
    x[:, 0] = vectors[..., -1]
    norm = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.where(norm > 0, x / np.where(norm > 0, norm, 1), vectors[:, None, ..., -1])


def _optimal_powers(s: Scenario, problem: Problem, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cheapest beams along given directions (lanes, users, antennas) and their J; NaN and inf where infeasible."""
    oma = problem.oma
    alone = directions[:, None] * np.eye(s.users)[:, :, None]  # one stream at a time: everything is a sum of these
    response = model.target_response_w(s.steering, directions, Oma.SLOT)
    streams = np.stack([model.objective_w(s, alone[:, k], oma) for k in range(s.users)], axis=-1)
    rows = [_sinr_rows(s, problem, directions, np.zeros_like(problem.h)), *_sensing_rows(s, response, oma)]
    open_lanes = np.isfinite(directions).all(axis=(1, 2))
    beams, cost = np.full_like(directions, np.nan), np.full(len(directions), np.inf)
    for _ in range(_ROUNDS):
        powers = _programs(streams, np.concatenate(rows, axis=1), open_lanes)
        trial = np.sqrt(powers)[..., None] * directions
        cuts, missed = _cuts(s, problem, directions, trial, response)
        open_lanes &= np.isfinite(powers).all(axis=-1)
        done = open_lanes & ~missed
        beams[done], cost[done] = trial[done], np.sum(powers * streams, axis=-1)[done]
        open_lanes &= missed
        if not open_lanes.any():
            break
        rows += cuts
    return beams, cost


def _sinr_rows(s: Scenario, problem: Problem, directions: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Rows r with r . (p, -1) >= 0, the SINR constraints when channel l is off by ``error``: (lanes, l k, users + 1).

    error (lanes, users l, antennas), or (lanes, users l, users k, antennas) one per pair.
    """
    K, oma = s.users, problem.oma
    error = error if error.ndim == 4 else np.broadcast_to(error[:, :, None], (*error.shape[:2], K, error.shape[-1]))
    received = problem.h[:, :, None] + error
    gains = np.abs(np.einsum("dlka,dia->dlki", received.conj(), directions)) ** 2
    residual = np.abs(np.einsum("dlka,dia->dlki", error.conj(), directions)) ** 2
    later = model.disturbs(s, problem.order, oma)[:, None]
    before = model.cancelled(s, problem.order, oma)[:, None]
    demanded = model.decoding_mask(s, problem.order, oma) & (problem.sinr_target > 0)[:, None]
    weight = problem.sinr_target[:, None, :, None] / (K if oma is Oma.AVERAGE else 1)
    noise = s.noise_vector_w[None, :, None, None] * weight
    row = np.eye(K) * gains - weight * (later * gains + before * residual)
    row = np.concatenate([row, np.broadcast_to(noise, row.shape[:-1] + (1,))], axis=-1)
    row = np.where(demanded[..., None], row / np.where(noise > 0, noise, 1), 0)
    return row.reshape(len(row), K * K, K + 1)


def _sensing_rows(s: Scenario, response: np.ndarray, oma: Oma) -> list[np.ndarray]:
    """Rows of floor and power balance; response (lanes, streams, targets, targets) at unit power."""
    power = model.target_power_w(response)  # (lanes, streams, targets)
    slots = _per_slot(power, oma)
    tilt = slots[..., None, :] - slots[..., :, None]
    floor = slots / s.sensing_power_w
    balance = tilt.reshape(*tilt.shape[:-2], -1) / s.power_difference_w
    return [_rows(floor, 1.0), _rows(balance, -1.0)]


def _per_slot(streams: np.ndarray, oma: Oma) -> np.ndarray:
    """Coefficients of the powers in each slot's sum: (lanes, streams, ...) -> (lanes, slots, streams, ...)."""
    if oma is not Oma.SLOT:
        return streams[:, None]
    users = streams.shape[1]
    return streams[:, None] * np.eye(users).reshape(1, users, users, *(1,) * (streams.ndim - 2))


def _rows(coefficients: np.ndarray, limit: float) -> np.ndarray:
    """Rows (lanes, slots constraints, streams + 1) of coefficients (lanes, slots, streams, constraints) and a limit."""
    rows = np.swapaxes(coefficients, -1, -2)
    rows = np.concatenate([rows, np.full((*rows.shape[:-1], 1), limit)], axis=-1)
    return rows.reshape(len(rows), -1, rows.shape[-1])


def _cuts(
    s: Scenario, problem: Problem, directions: np.ndarray, beams: np.ndarray, response: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """New rows at the solution of the last program, and which lanes (lanes,) still miss a constraint."""
    oma, mask = problem.oma, model.decoding_mask(s, problem.order, problem.oma)
    attacked = worst_case(s, problem.h, beams, problem.csi_error, problem.order, oma)
    demanded = mask & (problem.sinr_target > 0)[:, None]
    short = demanded & (attacked.sinr < (1 - _TOLERANCE) * problem.sinr_target[:, None])
    missed = np.asarray(short.any(axis=(1, 2)))
    rows = [_sinr_rows(s, problem, directions, attacked.error)] if problem.csi_error.any() else []
    if s.targets > 1:
        powers = np.nan_to_num(np.sum(np.abs(beams) ** 2, axis=-1))
        upper = np.triu(np.ones((s.targets, s.targets)), 1)
        parts = (_per_slot(response, oma) * upper).reshape(len(beams), -1, s.users, s.targets**2)
        total = np.einsum("dti,dtix->dtx", np.broadcast_to(powers[:, None], parts.shape[:3]), parts)
        norm = np.linalg.norm(total, axis=-1)
        missed = missed | (norm > (1 + _TOLERANCE) * s.correlation_limit_w).any(axis=-1)
        unit = total / np.where(norm > 0, norm, 1)[..., None]
        tangent = np.einsum("dtx,dtix->dti", unit.conj(), parts).real / s.correlation_limit_w
        rows.append(_rows(-tangent[..., None], -1.0))
    return rows, missed


def _programs(cost: np.ndarray, rows: np.ndarray, lanes: np.ndarray) -> np.ndarray:
    """Powers (lanes, users) of least cost with r . (p, -1) >= 0 for all rows; NaN if there are none.

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
