"""Ours, measured twice: the bare batched relaxation, and the whole design with rank-one beams and certificate."""

import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from beamwright import noma_isac as ni
from beamwright.core import Status
from beamwright.optim import conic
from beamwright.systems.noma_isac import model
from beamwright.systems.noma_isac.layout import Data, Layout
from beamwright.systems.noma_isac.nominal import solve_nominal
from beamwright.systems.noma_isac.robust import solve_robust
from benchmarks.measure import CERTIFIED_GAP, Case, Measurement, accuracy, sizes
from benchmarks.peers import Demand

RELAXATION, DESIGN = "ours, relaxation", "ours, certified design"
TILE = 64
"""Lanes solved together by the bare relaxation: enough to fill vector units, few enough to stay in cache."""


def relaxation(case: Case) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """h (drops, users, antennas) -> covariances in input order, solver outcomes, iterations."""
    s, demand = case.scenario, case.demand
    layout = Layout(users=s.users, targets=s.targets, chain=s.decoding == "chain", ordered=False, interference=True)
    solver = solve_robust if demand.csi_error > 0 else solve_nominal
    run = jax.jit(lambda data: solver(layout, data, conic.Options()))

    def solve(h: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        order = model.decoding_order(h)
        tiles = [_data(s, demand, part, place) for part, place in _tiles(h, order)]
        found = [(basis, jax.device_get(run(data))) for basis, data in tiles]
        blocks = np.concatenate([np.moveaxis(f.y, (2, 3), (1, 0)) for _, f in found])[: len(h)]
        basis = np.concatenate([basis for basis, _ in found])[: len(h), None]
        sorted_covariances = basis @ blocks @ np.conj(np.swapaxes(basis, -1, -2))
        covariances = np.empty_like(sorted_covariances)
        np.put_along_axis(covariances, order[:, :, None, None], sorted_covariances, axis=1)
        outcome, iterations = (np.concatenate([getattr(f, n) for _, f in found])[: len(h)] for n in _PER_LANE)
        return covariances, outcome, iterations

    return solve


_PER_LANE = ("outcome", "iterations")


def _tiles(h: np.ndarray, order: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Equal tiles of at most ``TILE`` drops; the last is filled up with its own first drop."""
    size = min(TILE, len(h))
    index = np.arange(-(-len(h) // size) * size)
    index = np.where(index < len(h), index, len(h) - 1).reshape(-1, size)
    return [(h[i], order[i]) for i in index]


def _data(s: ni.Scenario, demand: Demand, h: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, Data]:
    drops, K = order.shape
    h = np.take_along_axis(h, order[:, :, None], axis=1)
    steering = np.broadcast_to(s.steering, (drops, s.targets, s.antennas))
    basis = model.span_basis(h, steering)
    d = basis.shape[-1]
    weights = [s.comm_weight, s.sensing_weight, s.sensing_power_w, s.power_difference_w, s.correlation_limit_w]
    data = Data(
        h=np.moveaxis(h @ basis.conj(), 0, -1),
        a=np.moveaxis(steering @ basis.conj(), 0, -1),
        noise_w=s.noise_vector_w[order].T,
        gamma=np.full((K, drops), demand.sinr),
        eps=np.full((K, drops), demand.csi_error),
        penalty=np.zeros((d, d, K, drops), complex),
        weights=np.repeat(np.array(weights)[:, None], drops, axis=1),
    )
    return basis, jax.tree.map(jnp.asarray, data)


def measure_relaxation(study: str, case: Case, drops: int, bound_w: np.ndarray) -> Measurement:
    """The conic solver alone, on the same footing as the peers."""
    return _measure(study, RELAXATION, case, drops, bound_w, relaxation(case))


def measure_design(study: str, case: Case, drops: int, bound_w: np.ndarray) -> Measurement:
    """What a user calls: relaxation, rank-one beams and certificate."""

    def solve(h: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        design = certified(case, h)
        stalled = np.isin(design.status, (Status.STALLED, Status.INFEASIBLE))
        return design.covariances, stalled, design.iterations

    return _measure(study, DESIGN, case, drops, bound_w, solve)


def certified(case: Case, h: np.ndarray) -> ni.Design:
    """Designs by the public function."""
    return ni.minimise_power(case.scenario, h, 10 * np.log10(case.demand.sinr), csi_error=case.demand.csi_error)


def bounds_w(case: Case, drops: int) -> np.ndarray:
    """Certified optimum of the relaxation per drop, (drops,): its proven bound where the gap is small, else NaN."""
    found = certified(case, case.channels(drops)).certificate
    return np.where(found.relaxed_gap <= CERTIFIED_GAP, found.bound_w, np.nan)


def _measure(
    study: str,
    solver: str,
    case: Case,
    drops: int,
    bound_w: np.ndarray,
    solve: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]],
) -> Measurement:
    h = case.channels(drops)
    start = time.process_time()
    solve(h)
    first = time.process_time() - start
    cpu, wall = [], []
    while len(cpu) < 3 or (sum(cpu) < 1.0 and len(cpu) < 20):
        start, tick = time.process_time(), time.perf_counter()
        covariances, failed, iterations = solve(h)
        cpu.append(time.process_time() - start)
        wall.append(time.perf_counter() - tick)
    seconds = float(np.median(cpu))
    error, violation = accuracy(case, h, covariances, bound_w)
    return Measurement(
        study=study,
        case=case.name,
        solver=solver,
        **sizes(case),
        batch=drops,
        drops=drops,
        seconds=seconds / drops,
        wall_seconds=float(np.median(wall)) / drops,
        setup_seconds=max(first - seconds, 0.0),
        assembly_seconds=0.0,
        failed=int(np.sum(failed != 0)),
        objective_error=error,
        violation=violation,
        iterations=float(np.mean(iterations)),
    )
