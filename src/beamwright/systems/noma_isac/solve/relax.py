"""Relaxed problems of a batch (spec P1, P2, P4): from arrays in input order to covariances and multipliers."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from beamwright.core import ArrayRecord
from beamwright.numerics import LaneProgram, in_tiles, lanes_per_tile
from beamwright.optim import Ending, conic
from beamwright.systems.noma_isac.physics import (
    Covariances,
    Multipliers,
    Oma,
    Problem,
    Scenario,
    model,
    unservable_pairs,
)
from beamwright.systems.noma_isac.physics.combination import design_basis, families
from beamwright.systems.noma_isac.physics.constraints import USERS, Ball, Constraint, Sinr, constraints
from beamwright.systems.noma_isac.physics.multipliers import of_rows
from beamwright.systems.noma_isac.sizes import tile_lanes
from beamwright.systems.noma_isac.solve.layout import Data, Layout, Relaxed
from beamwright.systems.noma_isac.solve.nominal import solve_nominal
from beamwright.systems.noma_isac.solve.robust import solve_robust
from beamwright.systems.noma_isac.solve.unservable import prove_unservable

OPTIONS = conic.Options(tolerance=1e-10, accept=1e-7)
"""Solver accuracy: two digits beyond what the certificate asks for."""

UNDECIDED = (Ending.STALLED, Ending.ITERATIONS, Ending.NO_NUMBER)
"""Endings of the solver without a proof; its best iterate may still be of use."""

SIDES = 3
"""Most rounds in which a power balance too thin for the solver is demanded one side at a time."""


@dataclass(frozen=True)
class Relaxation(ArrayRecord):
    """Optimum of a relaxation, drops first, input order of users."""

    objective_w: np.ndarray
    """(drops,) J; +inf where the solver found no design to exist, NaN where it stalled far from an answer."""
    inner: np.ndarray
    """(drops, streams, r, r): W_k = basis inner_k basis^H; NaN where there is no solution."""
    basis: np.ndarray
    """(drops, antennas, r)."""
    multipliers: Multipliers
    iterations: np.ndarray

    @property
    def covariances(self) -> Covariances:
        """Covariances W_k."""
        return Covariances(self.inner, self.basis)

    def put(self, drops: np.ndarray, other: "Relaxation") -> "Relaxation":
        """This relaxation with some drops from ``other``; iterations add up."""
        merged = super().put(drops, other)
        merged.iterations[drops] += self.iterations[drops]
        return merged


def relax(
    s: Scenario, problem: Problem, penalty: np.ndarray | None = None, basis: np.ndarray | None = None
) -> Relaxation:
    """Solution of the relaxation of every drop.

    Args:    penalty (drops, streams, r, r) Hermitian, in ``basis``: added to the cost of each stream, for rank-one
             recovery; the objective reported stays J. basis (drops, antennas, r): that of an earlier relaxation.
    """
    if problem.oma is Oma.SLOT:
        return _by_slot(s, problem, penalty, basis)
    basis = design_basis(s, problem.h) if basis is None else basis
    shape = (len(problem.order), s.streams, basis.shape[-1], basis.shape[-1])
    penalty = np.zeros(shape, complex) if penalty is None else penalty
    rows = constraints(s, problem.oma)
    limits_w = np.concatenate([np.zeros(0), *(c.limits_w(s) for c in rows)])
    limits_w = np.broadcast_to(limits_w, (len(problem.h), len(limits_w)))
    solution = _solved(s, problem, penalty, basis, limits_w)
    for _ in range(SIDES):
        narrowed = _narrowed(s, rows, solution, limits_w)
        again = np.flatnonzero((narrowed != limits_w).any(axis=1))
        if not len(again):
            break
        limits_w = narrowed
        solution = solution.put(again, _solved(s, problem.take(again), penalty[again], basis[again], limits_w[again]))
    return solution


def _narrowed(s: Scenario, rows: tuple[Constraint, ...], solution: Relaxation, limits_w: np.ndarray) -> np.ndarray:
    """Limits (drops, limits) that constraints want to try next, in view of what a solution makes of these."""
    ends = np.cumsum([len(c.limits_w(s)) for c in rows])
    parts = zip(rows, np.split(limits_w, ends[:-1], axis=1) if rows else [], strict=True)
    seen = {
        name: model.target_response_w(v @ np.conj(solution.basis), solution.inner)[:, 0]
        for name, v in families(rows, s).items()
    }
    changed = [part if c.family == USERS else c.narrowed(s, seen[c.family], part) for c, part in parts]
    return np.concatenate(changed, axis=1) if changed else limits_w


def _solved(s: Scenario, problem: Problem, penalty: np.ndarray, basis: np.ndarray, limits_w: np.ndarray) -> Relaxation:
    """Relaxation with limits (drops, limits) of the rows beside the SINR's."""
    drops, users = problem.order.shape
    order = problem.order
    every = np.concatenate([order, np.full((drops, s.streams - users), users)], axis=1)  # a sensing signal stays last
    target = model.slot_target(s, problem)
    robust = asks_for_all_errors(s, problem)
    rows = constraints(s, problem.oma)
    seen = families(rows, s)
    layout = Layout(Sinr.demanded(s, problem.oma), rows, tuple((name, len(v)) for name, v in seen.items()))
    vectors = np.concatenate([np.zeros((0, s.antennas)), *seen.values()])
    radii = np.concatenate([np.zeros(0), *(ball.radii(s) for ball in layout.balls)])
    stretch, axes = _axes(problem, basis) if robust else (1.0, ())
    scalars = [s.comm_weight, s.sensing_weight, s.sensing_power_w]
    solution = in_tiles(
        _compiled(layout, robust),
        lanes_per_tile(tile_lanes(s.streams * basis.shape[-1] ** 2, robust)),
        _sort(problem.h @ np.conj(basis), order),
        vectors @ np.conj(basis),
        _sort(np.broadcast_to(s.noise_vector_w, (drops, users)), order),
        _sort(target, order),
        _sort(problem.csi_error * stretch, order),
        _sort(penalty, every),
        limits_w,
        np.broadcast_to(radii, (drops, len(radii))),
        np.broadcast_to(scalars, (drops, len(scalars))),
        *(_sort(x, order) for x in axes),
    )
    inner = _sort(np.moveaxis(solution.y, 3, 1), model.positions(every))
    solved = solution.ending == Ending.SOLVED
    undecided = np.isin(solution.ending, UNDECIDED)
    unservable = unservable_pairs(s, problem)
    hopeless = unservable.any(axis=(1, 2))
    usable = (solved | (undecided & (solution.residual < 1e-3))) & ~hopeless
    infeasible = hopeless | (~usable & ~undecided)
    demanded = (target > 0).any(axis=-1) | np.full(drops, s.targets > 0)
    inner = np.where(usable[:, None, None, None], np.where(demanded[:, None, None, None], inner, 0), np.nan)
    spent = solution.objective_w - np.einsum("dkij,dkji->d", np.nan_to_num(inner), penalty).real
    objective = np.where(infeasible, np.inf, np.where(usable, np.where(demanded, spent, 0), np.nan))
    multipliers = prove_unservable(s, problem, unservable, _multipliers(s, problem, layout, solution, basis))
    return Relaxation(objective, inner, basis, multipliers, solution.iterations)


def _axes(problem: Problem, basis: np.ndarray) -> tuple[np.ndarray | float, tuple[np.ndarray, ...]]:
    """Norms of the error shapes (drops, users), and the shapes of norm one in ``basis``; one and none where round."""
    if problem.error_shape is None:
        return 1.0, ()
    shape = np.conj(np.swapaxes(basis, -1, -2))[:, None] @ problem.error_shape @ basis[:, None]
    norm = np.linalg.norm(shape, ord=2, axis=(-2, -1))
    return norm, (shape / norm[..., None, None],)


def asks_for_all_errors(s: Scenario, problem: Problem) -> bool:
    """Whether matrix inequalities are needed, for errors of channels or of other vectors."""
    return bool(problem.csi_error.any()) or any(isinstance(c, Ball) for c in constraints(s, problem.oma))


@cache
def _compiled(layout: Layout, robust: bool) -> LaneProgram:
    return LaneProgram(partial(_solve_tile, layout, robust))


def _solve_tile(layout: Layout, robust: bool, *arrays: jax.Array) -> Relaxed:
    """Solution of one tile: drops are the first axis outside, the last inside."""
    h, seen, noise, target, eps, penalty, limits, radii, scalars, *axes = (
        jnp.moveaxis(jnp.asarray(x), 0, -1) for x in arrays
    )
    ends = np.cumsum([len(ball.signs()) for ball in layout.balls])
    by_ball = tuple(jnp.split(radii, ends[:-1])) if layout.balls else ()
    penalty = jnp.moveaxis(penalty, 0, 2)
    data = Data(h, seen, noise, target, eps, penalty, limits, by_ball, scalars[2], scalars[:2], *axes)
    solution = (solve_robust if robust else solve_nominal)(layout, data, OPTIONS)
    return jax.tree.map(lambda x: jnp.moveaxis(x, -1, 0), solution)


def _sort(values: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Values in decoding order: values[d, order[d, i]] at position i."""
    return np.take_along_axis(values, order.reshape(*order.shape, *(1,) * (values.ndim - 2)), axis=1)


def _multipliers(s: Scenario, problem: Problem, layout: Layout, solution: Any, basis: np.ndarray) -> Multipliers:
    """Multipliers in input order, from a ``Relaxed`` of NumPy arrays with drops first and sorted streams."""
    order = problem.order
    drops, users = order.shape
    lane = np.arange(drops)[:, None]
    stream, user = (order[:, [pair[i] for pair in layout.pairs]] for i in (0, 1))
    size = solution.lmi.shape[1]
    sinr, lmi = np.zeros((drops, users, users)), np.zeros((drops, users, users, size, size), complex)
    sinr[lane, stream, user] = solution.sinr
    lmi[lane, stream, user] = np.moveaxis(solution.lmi, 3, 1)
    rows = dict(zip(layout.rows, solution.rows, strict=True))
    rows |= {ball: np.moveaxis(t, 3, 1) for ball, t in zip(layout.balls, solution.balls, strict=True)}
    return of_rows(s, problem.oma, order, rows, sinr=sinr, lmi=lmi, basis=basis[..., : max(size - 1, 0)])


def _by_slot(s: Scenario, problem: Problem, penalty: np.ndarray | None, basis: np.ndarray | None) -> Relaxation:
    """Relaxation for ``Oma.SLOT``: every slot is a problem with one user, the objective the mean of the slots."""
    drops, users, antennas = problem.h.shape
    basis = design_basis(s, problem.h) if basis is None else basis
    rank, lanes = basis.shape[-1], drops * users
    noise = np.broadcast_to(s.noise_vector_w, (drops, users)).reshape(lanes)
    # One user with unit noise: channel and error scaled instead, which leaves the SINR as it is.
    root = np.sqrt(noise)[:, None]
    single = s.derived(users=1, noise_power_w=1.0, sic_order=False, csi_error_shape=None)  # that of every lane follows
    shape = problem.error_shape
    slots = Problem(
        h=(problem.h.reshape(lanes, antennas) / root)[:, None],
        order=np.zeros((lanes, 1), int),
        sinr_target=problem.sinr_target.reshape(lanes, 1),
        csi_error=problem.csi_error.reshape(lanes, 1) / root,
        power_limit_w=np.repeat(problem.power_limit_w, users),
        error_shape=None if shape is None else shape.reshape(lanes, 1, antennas, antennas),
    )
    lane_penalty = None if penalty is None else penalty.reshape(lanes, 1, rank, rank) * users
    solution = relax(single, slots, lane_penalty, np.repeat(basis, users, axis=0))
    parts = solution.multipliers

    def per_slot(values: np.ndarray) -> np.ndarray:
        return values.reshape(drops, users, *values.shape[1:]) / users

    def own(values: np.ndarray) -> np.ndarray:
        """Values (lanes, 1, 1, ...) of slot k at entry (k, k)."""
        table = np.zeros((drops, users, users, *values.shape[3:]), values.dtype)
        index = np.arange(users)
        table[:, index, index] = values[:, 0, 0].reshape(drops, users, *values.shape[3:]) / users
        return table

    slot_noise = noise.reshape(drops, 1, users)
    fields = {name: per_slot(value) for name, value in vars(parts).items() if value is not None}
    fields |= {"sinr": own(parts.sinr) / slot_noise, "lmi": own(parts.lmi) / slot_noise[..., None, None]}
    fields |= {"sic": np.zeros((drops, users, users)), "basis": basis[..., : parts.basis.shape[-1]]}
    return Relaxation(
        objective_w=solution.objective_w.reshape(drops, users).mean(axis=1),
        inner=solution.inner.reshape(drops, users, rank, rank),
        basis=basis,
        multipliers=Multipliers(**fields),
        iterations=solution.iterations.reshape(drops, users).sum(axis=1),
    )
