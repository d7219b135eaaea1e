"""P1 by CVXPY: successive convex approximation and the semidefinite relaxation; slow, plain and independent.

    per side   min ||A X + b||^2  over  |X_n| = 1,   rows (k, j != k):  A = chi conj(hr_k) o A_s o x_j,  b = hd_k^H w_j

One drop and one side after the other. Needs the extra ``reference``.
"""

import warnings
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import extra, renamed, require
from beamwright.systems.star_ris.methods import certified
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import Scenario, Statistics, checked, time_share
from beamwright.systems.star_ris.solve import Closed, PrecoderRule, Precoding, precoder_rule, start_surface
from beamwright.systems.star_ris.types import Design, Goal
from beamwright.uncertainty import mean_phasor

with extra("reference"):
    import cvxpy as cp

PENALTIES = (*(0.01 * 2.0**i for i in range(10)), 10.0)
"""Penalties of the distance to unit modulus, doubling from 0.01 to 10 (spec star_ris, section 5)."""
LARGEST_RELAXATION = 64
"""Elements; the interior point method takes of the order of elements^6 operations."""


class Instance(NamedTuple):
    """P1 of every drop and side as least squares over X = u / A_s, in sqrt(W)."""

    start: np.ndarray
    """(drops, 2, elements) the surface the precoder is made for; its amplitudes stay."""
    precoder: np.ndarray
    """(drops, antennas, users)."""
    share: np.ndarray
    """(drops, users) of the time."""
    rows: np.ndarray
    """A (drops, 2, users^2, elements): row (k, j) is zero unless user k is on the side and j != k."""
    direct: np.ndarray
    """b (drops, 2, users^2)."""


@renamed
def sca(
    scenario: Scenario, known: Statistics, precoder: Precoding = "mrt", start: ArrayLike | None = None, seed: int = 0
) -> Design:
    """P1 by the penalty convex-concave procedure, side by side, then projected to unit modulus.

        X_(t+1) = argmin over |X_n| <= 1 of  ||A X + b||^2 - 2 pen Re(X_t^H X),   A scaled to unit norm

    Args:    as ``minimise_interference``; start also gives the amplitudes and the precoder.
    Returns: Design; ``iterations`` counts convex programs. Not a descent method after the projection.
    Raises:  ValueError naming the argument; cvxpy.SolverError where the convex solver fails.
    Source:  spec star_ris, section 5, baseline SCA.
    """
    known, precoding, p = _instance(scenario, known, precoder, start, seed)
    x = _phasors(p.start)
    iterations = np.zeros(len(x), int)
    for drop in range(len(x)):
        for side in range(2):
            x[drop, side], spent = _penalised(p.rows[drop, side], p.direct[drop, side], x[drop, side])
            iterations[drop] += spent
    return _finish(known, precoding, p, np.abs(p.start) * _phasors(x), iterations)


@renamed
def sdr_bound(
    scenario: Scenario,
    known: Statistics,
    precoder: Precoding = "mrt",
    roundings: int = 200,
    start: ArrayLike | None = None,
    seed: int = 0,
) -> tuple[np.ndarray, Design]:
    """A lower bound on P1 by semidefinite relaxation over [X; 1], and the best of Gaussian roundings.

        min tr(Q V)  s.t.  V_ii = 1, V >= 0     >=     sum_i y_i + (elements + 1) min(0, lambda_min(Q - diag(y)))

    with Q = [A, b]^H [A, b]. The right side holds for any y whatever, so solver tolerances only weaken the bound; it is
    what is returned, plus the constant self-noise, over the reference. At least as tight as ``Design.bound`` up to
    those tolerances. For small surfaces: a drop takes two semidefinite programs of size elements + 1.

    Args:    as ``sca``; roundings >= 1 per side.
    Returns: bound (drops,) in the unit of ``Design.objective``, and the Design of the best rounding.
    Raises:  ValueError naming elements above 64, or another argument; cvxpy.SolverError where the solver fails.
    Source:  spec star_ris, section 5, baseline SDR.
    """
    require(roundings >= 1, "roundings", "be >= 1", roundings)
    known, precoding, p = _instance(scenario, known, precoder, start, seed)
    drops, elements = known.surface_mean.shape[:2]
    require(elements <= LARGEST_RELAXATION, "elements", f"be <= {LARGEST_RELAXATION} here", elements)
    x, least = np.ones((drops, 2, elements), complex), np.zeros((drops, 2))
    for drop in range(drops):
        draws = np.random.default_rng([seed, drop])
        for side in range(2):
            a, b = p.rows[drop, side], p.direct[drop, side]
            least[drop, side], relaxed = _relaxation(a, b)
            x[drop, side] = _best_rounding(a, b, relaxed, roundings, draws)
    rounded = _finish(known, precoding, p, np.abs(p.start) * x, np.full(drops, 2 * roundings))
    noise = model.moments(known, p.start, p.precoder, p.share).variance
    floor = noise.sum(axis=(-1, -2)) - np.trace(noise, axis1=-2, axis2=-1)
    unit = model.reference_w(known, p.start, p.precoder, p.share)
    return (floor + least.sum(axis=-1)) / np.where(unit > 0, unit, 1.0), rounded


def _instance(
    s: Scenario, known: Statistics, precoder: Precoding, start: ArrayLike | None, seed: int
) -> tuple[Statistics, PrecoderRule, Instance]:
    known = checked(known, s)
    u, share = start_surface(s, known, start, 1, seed), time_share(s, known)
    precoding = precoder_rule(known, precoder, share, Closed)
    w = precoding(known, u, share)
    return known, precoding, Instance(u, w, share, *_rows(known, u, w, share))


def _rows(known: Statistics, u: np.ndarray, w: np.ndarray, share: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A and b of ``Instance``."""
    drops, users = known.side.shape
    chi = mean_phasor(known.kappa)[:, None, None]
    towards = chi * np.conj(known.user_mean) * np.abs(model.at_users(known.side, u))
    a = towards[:, :, None] * np.swapaxes(known.surface_mean @ w, -1, -2)[:, None]
    b = np.conj(known.direct_mean) @ w
    others = model.together(known.side, share) & ~np.eye(users, dtype=bool)
    used = others[:, None] & (known.side[:, None] == np.arange(2)[None, :, None])[..., None]
    a = np.where(used[..., None], a[:, None], 0).reshape(drops, 2, users**2, -1)
    return a, np.where(used, b[:, None], 0).reshape(drops, 2, users**2)


def _finish(known: Statistics, precoding: PrecoderRule, p: Instance, u: np.ndarray, iterations: np.ndarray) -> Design:
    after = precoding(known, u, p.share)
    return certified.design(known, Goal.INTERFERENCE, u, after, p.precoder, p.share, iterations=iterations)


def _phasors(x: np.ndarray) -> np.ndarray:
    """x / |x|, one where x is zero."""
    size = np.abs(x)
    return np.where(size > 0, x / np.where(size > 0, size, 1.0), 1.0)


class _Step(NamedTuple):
    problem: cp.Problem
    x: cp.Variable
    a: cp.Parameter
    linear: cp.Parameter


@cache
def _step(rows: int, elements: int) -> _Step:
    """The convex program of one step in real numbers, compiled once per size: x = [Re X, Im X]."""
    x = cp.Variable((2, elements))
    a, linear = cp.Parameter((2 * rows, 2 * elements)), cp.Parameter(2 * elements)
    stacked = cp.hstack([x[0], x[1]])
    objective = cp.Minimize(cp.sum_squares(a @ stacked) + 2 * linear @ stacked)
    return _Step(cp.Problem(objective, [cp.norm(x, 2, axis=0) <= 1]), x, a, linear)


def _penalised(a: np.ndarray, b: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, int]:
    """X of one side, and how many convex programs it took."""
    norm = np.linalg.norm(a, 2)
    if norm == 0:  # nobody's interference depends on this side
        return x, 0
    step = _step(*a.shape)
    a, b = a / norm, b / norm
    pull = np.conj(a.T) @ b
    unit = max(1.0, float(np.abs(pull).max()))  # of the objective: solvers fail where a direct link dominates
    step.a.value = np.block([[a.real, -a.imag], [a.imag, a.real]]) / np.sqrt(unit)
    for penalty in PENALTIES:
        linear = (pull - penalty * x) / unit
        step.linear.value = np.concatenate([linear.real, linear.imag])
        _solve(step.problem)
        real, imaginary = np.asarray(step.x.value)
        x = real + 1j * imaginary
    return x, len(PENALTIES)


def _solve(problem: cp.Problem) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # reduced accuracy: judged by the moments and the shifted dual
        problem.solve(solver="CLARABEL", warm_start=False)  # the same answer whatever was solved before


class _Dual(NamedTuple):
    problem: cp.Problem
    y: cp.Variable
    q: cp.Parameter
    psd: cp.Constraint


@cache
def _dual(size: int) -> _Dual:
    """max sum(y) s.t. Q - diag(y) >= 0 as a real program of twice the size, compiled once per size."""
    y, q = cp.Variable(size), cp.Parameter((2 * size, 2 * size), symmetric=True)
    psd = q - cp.diag(cp.hstack([y, y])) >> 0
    return _Dual(cp.Problem(cp.Maximize(cp.sum(y)), [psd]), y, q, psd)


def _relaxation(a: np.ndarray, b: np.ndarray) -> tuple[float, np.ndarray]:
    """A number not above ||A X + b||^2 for any |X_n| = 1, and V (elements + 1, elements + 1), up to scale.

    The constant ||b||^2 stays outside of Q: it would drown the rest where the direct link dominates.
    """
    size, constant = a.shape[1] + 1, float(np.sum(np.abs(b) ** 2))
    q = np.zeros((size, size), complex)
    q[:-1, :-1], q[:-1, -1] = np.conj(a.T) @ a, np.conj(a.T) @ b
    q[-1, :-1] = np.conj(q[:-1, -1])
    scale = np.linalg.norm(q, 2)
    if scale == 0:
        return constant, np.eye(size, dtype=complex)
    dual = _dual(size)
    dual.q.value = np.block([[q.real, -q.imag], [q.imag, q.real]]) / scale
    _solve(dual.problem)
    y = scale * np.asarray(dual.y.value)
    # the margin covers the rounding errors of the eigenvalue and of Q
    lowest = np.linalg.eigvalsh(q - np.diag(y))[0] - 8 * size * np.finfo(float).eps * scale
    z = dual.psd.dual_value
    v = z[:size, :size] + z[size:, size:] + 1j * (z[size:, :size] - z[:size, size:])
    return max(float(constant + y.sum() + size * min(lowest, 0.0)), 0.0), v


def _best_rounding(
    a: np.ndarray, b: np.ndarray, relaxed: np.ndarray, roundings: int, draws: np.random.Generator
) -> np.ndarray:
    """Phases of CN(0, V), turned so that the last entry is one; the draw of least ||A X + b||."""
    values, vectors = np.linalg.eigh(0.5 * (relaxed + np.conj(relaxed.T)))
    factor = vectors * np.sqrt(np.maximum(values, 0))
    noise = draws.standard_normal((2, len(values), roundings))
    sample = factor @ (noise[0] + 1j * noise[1])
    x = _phasors(sample[:-1] * np.conj(sample[-1]))
    return x[:, np.linalg.norm(a @ x + b[:, None], axis=0).argmin()]
