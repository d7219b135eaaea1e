"""The peers: general solvers on our problems, each prepared once and then called drop by drop.

A peer is prepared for a scenario and a demand, which is all that can be done before channels are known; what is ready
then assembles one drop's data and solves it.
"""

import contextlib
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import clarabel
import cvxpy as cp
import numpy as np
import scs
from scipy import sparse

from beamwright.core import Status
from beamwright.systems.noma_isac import Scenario
from beamwright.systems.noma_isac.methods import cvxpy_relaxation as reference
from benchmarks.noma_isac import reduced


class Demand(NamedTuple):
    """Targets that every drop has to reach."""

    sinr: float
    """Linear target of all streams."""
    csi_error: float = 0.0


class Answer(NamedTuple):
    """One drop, one peer."""

    covariances: np.ndarray
    """(users, antennas, antennas), input order; NaN without a solution."""
    solved: bool
    """By the solver's own account, reduced accuracy included."""


class Ready(NamedTuple):
    """A prepared peer."""

    solve: Callable[[Any], Answer]
    assemble: Callable[[np.ndarray], Any] | None = None
    """From a drop's channels to what ``solve`` takes, in our Python; without it the channels are what it takes."""


class Peer(NamedTuple):
    """A named way to solve, and how to get it ready."""

    name: str
    prepare: Callable[[Scenario, Demand], Ready]


LIMIT_S = 60.0
"""Wall seconds after which a solver gives a drop up; it counts as failed."""
SCS_OPTIONS = {"eps_abs": 1e-6, "eps_rel": 1e-6, "max_iters": 100_000, "time_limit_secs": LIMIT_S}


def cvxpy_rebuilt(solver: str, **options: Any) -> Callable[[Scenario, Demand], Ready]:
    """A new CVXPY problem for every drop: what most scripts do."""

    def prepare(s: Scenario, demand: Demand) -> Ready:
        def solve(h: np.ndarray) -> Answer:
            found = reference.minimise_power(s, h[None], demand.sinr, demand.csi_error, solver=solver, **options)
            return Answer(found.covariances[0], found.status[0] == Status.OPTIMAL)

        return Ready(solve)

    return prepare


def cvxpy_parametrised(solver: str, **options: Any) -> Callable[[Scenario, Demand], Ready]:
    """One CVXPY problem with the channels as parameters (DPP), compiled once."""

    def prepare(s: Scenario, demand: Demand) -> Ready:
        K, N = s.users, s.antennas
        columns = [cp.Parameter((N, 1), complex=True) for _ in range(K)]
        outer = [cp.Parameter((N, N), hermitian=True) for _ in range(K)]
        gamma, eps = np.full(K, demand.sinr), np.full(K, demand.csi_error)
        program = reference.build(s, columns, outer, s.noise_vector_w, gamma, eps)

        def solve(h: np.ndarray) -> Answer:
            order = np.argsort(np.linalg.norm(h, axis=-1), kind="stable")
            for l, user in enumerate(order):
                columns[l].value = h[user][:, None]
                outer[l].value = np.outer(h[user], h[user].conj()).conj()
            with warnings.catch_warnings(action="ignore"), contextlib.suppress(cp.SolverError):
                program.problem.solve(solver=solver, **options)
            covariances = np.full((K, N, N), np.nan, complex)
            solved = program.problem.status in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE)
            if solved:
                covariances[order] = [w.value for w in program.covariances]
            return Answer(covariances, solved)

        solve(np.ones((K, N)) + np.eye(K, N))  # compiles
        return Ready(solve)

    return prepare


def clarabel_direct(s: Scenario, demand: Demand) -> Ready:
    """Clarabel on the reduced program, Hermitian blocks as real ones of twice the size."""
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.time_limit = LIMIT_S

    def call(program: reduced.Program, A: sparse.csc_matrix, b: np.ndarray) -> tuple[np.ndarray, str]:
        cones = [clarabel.NonnegativeConeT(len(program.rays.constant))]
        cones += [clarabel.SecondOrderConeT(len(cone.constant)) for cone in program.cones]
        cones += [clarabel.PSDTriangleConeT(2 * len(block.constant)) for block in program.matrices]
        quadratic = sparse.csc_matrix((len(program.cost), len(program.cost)))
        found = clarabel.DefaultSolver(quadratic, program.cost, A, b, cones, settings).solve()
        return np.array(found.x), str(found.status)

    return _direct(s, demand, call, _real_triangle, {"Solved", "AlmostSolved"}, unit_channels=True)


def scs_direct(s: Scenario, demand: Demand) -> Ready:
    """SCS on the reduced program with its complex PSD cone."""

    def call(program: reduced.Program, A: sparse.csc_matrix, b: np.ndarray) -> tuple[np.ndarray, str]:
        cone = {
            "l": len(program.rays.constant),
            "q": [len(cone.constant) for cone in program.cones],
            "cs": [len(block.constant) for block in program.matrices],
        }
        found = scs.SCS({"A": A, "b": b, "c": program.cost}, cone, verbose=False, **SCS_OPTIONS).solve()
        return found["x"], found["info"]["status"]

    answers = {"solved", "solved (inaccurate - reached max_iters)"}
    return _direct(s, demand, call, _complex_triangle, answers, unit_channels=False)


def _direct(
    s: Scenario,
    demand: Demand,
    call: Callable[[reduced.Program, sparse.csc_matrix, np.ndarray], tuple[np.ndarray, str]],
    flatten: Callable[[np.ndarray], np.ndarray],
    solved: set[str],
    unit_channels: bool,
) -> Ready:
    """Assemble A x + s = b for one drop; hand it over, read the covariances."""

    def assemble(h: np.ndarray) -> tuple[reduced.Program, sparse.csc_matrix, np.ndarray]:
        program = reduced.build(s, h, demand.sinr, demand.csi_error, unit_channels)
        flat = [program.rays, *program.cones, *(reduced.Block(*map(flatten, block)) for block in program.matrices)]
        A = sparse.csc_matrix(-np.concatenate([part.coefficients for part in flat], axis=1).T)
        return program, A, np.concatenate([part.constant for part in flat])

    def solve(assembled: tuple[reduced.Program, sparse.csc_matrix, np.ndarray]) -> Answer:
        x, status = call(*assembled)
        if status in solved:
            return Answer(assembled[0].covariances(x), True)
        return Answer(np.full((s.users, s.antennas, s.antennas), np.nan, complex), False)

    return Ready(solve, assemble)


def _real_triangle(matrix: np.ndarray) -> np.ndarray:
    """(..., m, m) Hermitian -> upper triangle by columns of [[Re, -Im], [Im, Re]], off-diagonals times sqrt 2."""
    top = np.concatenate([matrix.real, -matrix.imag], axis=-1)
    real = np.concatenate([top, np.concatenate([matrix.imag, matrix.real], axis=-1)], axis=-2)
    columns, rows = np.tril_indices(real.shape[-1])
    return real[..., rows, columns] * np.where(rows == columns, 1, np.sqrt(2))


def _complex_triangle(matrix: np.ndarray) -> np.ndarray:
    """(..., m, m) Hermitian -> lower triangle by columns; off-diagonals times sqrt 2, real and imaginary in turn."""
    m = matrix.shape[-1]
    parts = []
    for column in range(m):
        parts.append(matrix[..., column, column, None].real)
        below = np.sqrt(2) * matrix[..., column + 1 :, column]
        parts.append(np.stack([below.real, below.imag], axis=-1).reshape(*matrix.shape[:-2], -1))
    return np.concatenate(parts, axis=-1)


PEERS = [
    Peer("CVXPY + Clarabel, rebuilt", cvxpy_rebuilt("CLARABEL", time_limit=LIMIT_S)),
    Peer("CVXPY DPP + Clarabel", cvxpy_parametrised("CLARABEL", time_limit=LIMIT_S)),
    Peer("CVXPY + SCS 1e-6", cvxpy_rebuilt("SCS", **SCS_OPTIONS)),
    Peer("SCS direct, complex cone, reduced", scs_direct),
    Peer("Clarabel direct, reduced", clarabel_direct),
]
