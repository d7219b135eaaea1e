"""The relaxed problems written down in CVXPY, all antennas, one drop after another: slow, plain and independent.

Nothing is shared with the fast solver: no reduction to a span, no scaling, the textbook form of the robust LMI. It
serves the method ``reference``, tests and benchmarks. Needs the extra ``reference``.

    P1  min tr(C R)  s.t. SINR, floor, balance, correlation, order, antennas;  P2 with the S-procedure LMI;  P4 OMA
"""

import contextlib
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import Status, extra
from beamwright.systems.noma_isac.physics import Multipliers, Oma, Scenario

with extra("reference"):
    import cvxpy as cp

_ANSWERS = {
    cp.OPTIMAL: Status.OPTIMAL,
    cp.OPTIMAL_INACCURATE: Status.OPTIMAL,  # a thin balance stops general solvers near 1e-7; the certificate decides
    cp.INFEASIBLE: Status.INFEASIBLE,
    cp.INFEASIBLE_INACCURATE: Status.INFEASIBLE,
}


class Relaxation(NamedTuple):
    """Optimum of the semidefinite relaxation by CVXPY, input order of users."""

    objective_w: np.ndarray
    """(drops,) J, as the solver reports it; inf where infeasible, NaN where the solver failed."""
    covariances: np.ndarray
    """(drops, streams, antennas, antennas) W_k, the dedicated sensing signal's last; NaN without a solution."""
    sinr_target: np.ndarray
    """(drops, users) linear targets (OMA: of the slot) that the covariances meet."""
    status: np.ndarray
    """(drops,) ``Status`` codes: OPTIMAL, INFEASIBLE or STALLED."""
    multipliers: Multipliers


Row = tuple[str, tuple[int, ...]]
"""Name of a sensing row and the targets it is about."""


class Program(NamedTuple):
    """One drop's problem and the parts to read it by; users and streams in decoding order, a sensing signal last."""

    problem: cp.Problem
    covariances: list[cp.Variable]
    sinr: dict[tuple[int, int], cp.Constraint]
    """(stream k, user l) -> row (a), in units of the user's noise, or the LMI where the error ball has a size."""
    sensing: list[dict[Row, cp.Constraint]]
    """Per slot: ("floor", (m,)), ("upper", (p, m)), ("lower", (p, m)), ("correlation", ()), ("antenna", (n,)) and
    ("direction", (q,)) or ("sector", (q,))."""
    order: dict[tuple[int, int], cp.Constraint]
    """(user l, stream j) -> row (e)."""


def minimise_power(
    s: Scenario,
    h: np.ndarray,
    sinr: ArrayLike,
    csi_error: ArrayLike = 0.0,
    oma: Oma = Oma.NONE,
    solver: str = "CLARABEL",
    **settings: float,
) -> Relaxation:
    """Relaxed P1, P2 or P4 of every drop by a general conic solver.

    Args:    h (drops, users, antennas); sinr linear targets, scalar, (users,) or (drops, users), in OMA those of the
             slot (``slot_sinr``); csi_error likewise; solver and its settings go to ``cvxpy.Problem.solve``.
    Returns: Relaxation.
    """
    h = np.asarray(h, complex)
    target, eps = (np.broadcast_to(np.asarray(x, float), h.shape[:2]) for x in (sinr, csi_error))
    order = np.argsort(np.linalg.norm(h, axis=-1), axis=-1, kind="stable")
    drops = [_solve_drop(s, *part, oma, solver, settings) for part in zip(h, target, eps, order, strict=True)]
    objective, covariances, status, multipliers = zip(*drops, strict=True)
    together = {name: np.stack([m[name] for m in multipliers]) for name in multipliers[0]}
    return Relaxation(
        np.array(objective), np.stack(covariances), target.copy(), np.array(status, int), Multipliers(**together)
    )


def balance_sinr(
    s: Scenario,
    h: np.ndarray,
    power_w: float,
    csi_error: ArrayLike = 0.0,
    oma: Oma = Oma.NONE,
    prelog: bool = True,
    rtol: float = 1e-7,
) -> tuple[np.ndarray, Relaxation]:
    """Relaxed max-min SINR (P3) by plain bisection on the power that a common target costs.

    Returns: t* (drops,) linear, NaN where ``power_w`` is below the sensing floor, and the covariances at t*.
    """
    h = np.asarray(h, complex)
    slot = slot_sinr if prelog and oma is not Oma.NONE else _same

    def cost(drop: int, t: float) -> float:
        return minimise_power(s, h[drop : drop + 1], slot(t, s.users), csi_error, oma).objective_w[0]

    balanced = np.full(len(h), np.nan)
    for drop in range(len(h)):
        low, high = 1e-6, float((np.linalg.norm(h[drop], axis=-1) ** 2).max() * power_w / s.noise_vector_w.min() + 1)
        if not cost(drop, low) <= power_w:
            continue
        while high / low > 1 + rtol:
            middle = np.sqrt(low * high)
            low, high = (middle, high) if cost(drop, middle) <= power_w else (low, middle)
        balanced[drop] = low
    target = np.broadcast_to(slot(np.nan_to_num(balanced), s.users)[:, None], h.shape[:2])
    return balanced, minimise_power(s, h, target, csi_error, oma)


def slot_sinr(sinr: ArrayLike, users: int) -> np.ndarray:
    """SNR of a slot for the rate of ``sinr``: (1/K) log2(1+g) = log2(1+gamma), g = (1+gamma)^K - 1 (spec P4)."""
    return np.expm1(users * np.log1p(np.asarray(sinr, float)))


def _same(sinr: ArrayLike, users: int) -> np.ndarray:
    return np.asarray(sinr, float)


def build(
    s: Scenario,
    h: Sequence[cp.Expression] | np.ndarray,
    outer: Sequence[cp.Expression | np.ndarray],
    noise: np.ndarray,
    gamma: np.ndarray,
    eps: np.ndarray,
    oma: Oma = Oma.NONE,
    shapes: Sequence[np.ndarray | None] | None = None,
) -> Program:
    """The problem of one drop, users in decoding order (weakest first).

    Args:    h: K columns (N, 1) and outer: K matrices conj(h h^H) (N, N), arrays or CVXPY parameters;
             noise, gamma, eps (K,) constants; shapes: K matrices L (N, N) of the errors, None: the identity.
    """
    shapes = [None] * s.users if shapes is None else shapes
    K, N, alone = s.users, s.antennas, oma is not Oma.NONE
    W = [cp.Variable((N, N), hermitian=True) for _ in range(s.streams)]
    sensing_signal = {"noise": ([W[-1]], []), "known": ([], [W[-1]])}.get(s.sensing_signal, ([], []))
    share = gamma / K if oma is Oma.AVERAGE else gamma
    rows: dict[tuple[int, int], cp.Constraint] = {}
    for k in range(K):
        later = [] if alone else W[k + 1 : K]
        before = [] if alone else W[:k]
        if s.decoding == "noise" and not alone:
            later, before = before + later, []
        later, before = later + sensing_signal[0], before + sensing_signal[1]
        for l in [k] if alone or s.decoding != "chain" else range(k, K):
            if gamma[k] == 0:
                continue
            wanted = W[k] / share[k] - sum(later) if later else W[k] / share[k]
            if eps[l] > 0:
                rows[k, l] = _positive(_lmi(wanted, before, h[l], outer[l], noise[l], eps[l], shapes[l]))
            else:
                rows[k, l] = _gain(outer[l], wanted) / noise[l] >= 1
    order = {}
    if s.sic_order and not alone:
        order = {(l, j): _gain(outer[l], W[j] - W[j + 1]) >= 0 for l in range(K) for j in range(K - 1)}
    slots = W if oma is Oma.SLOT else [sum(W[1:], W[0])]
    sensing = [_sensing(s, R) for R in slots]
    cost = s.comm_weight * np.eye(N) + s.sensing_weight * s.steering.T @ s.steering.conj()
    objective = sum(_gain(cost.conj(), R) for R in slots) / len(slots)
    constraints = [w >> 0 for w in W] + [*rows.values(), *order.values()]
    constraints += [row for slot in sensing for row in slot.values()]
    return Program(cp.Problem(cp.Minimize(objective), constraints), W, rows, sensing, order)


def _gain(conjugate: cp.Expression | np.ndarray, W: cp.Expression) -> cp.Expression:
    """Real trace tr(A W) for Hermitian A, from conj(A)."""
    return cp.sum(cp.real(cp.multiply(conjugate, W)))


def _lmi(
    wanted: cp.Expression,
    before: list,
    h: cp.Expression,
    outer: cp.Expression | np.ndarray,
    noise: float,
    eps: float,
    shape: np.ndarray | None = None,
) -> cp.Expression:
    """S-procedure matrix of one (stream, user), the published form with its own multiplier (spec P2).

    For errors L z, ||z|| <= eps, in an ellipsoid the first rows and columns are multiplied by ``shape`` L.
    """
    multiplier = cp.Variable(nonneg=True)
    block, side = wanted - sum(before) if before else wanted, wanted @ h
    if shape is not None:
        block, side = shape.conj().T @ block @ shape, shape.conj().T @ side
    block = block + multiplier * np.eye(wanted.shape[0])
    corner = cp.reshape(_gain(outer, wanted) - noise - multiplier * eps**2, (1, 1), order="C")
    return cp.bmat([[block, side], [cp.conj(side).T, corner]])


def _positive(S: cp.Expression) -> cp.Constraint:
    """Hermitian S >= 0 as the real matrix [[Re S, -Im S], [Im S, Re S]] >= 0, whose whole dual CVXPY hands back."""
    return cp.bmat([[cp.real(S), -cp.imag(S)], [cp.imag(S), cp.real(S)]]) >> 0


def _positive_dual(row: cp.Constraint) -> np.ndarray:
    """Hermitian T with <T, S> equal to the real inner product (``_positive`` keeps only structured directions)."""
    (a, b), (c, d) = (np.split(half, 2, axis=1) for half in np.split(row.dual_value, 2))
    dual = a + d + 1j * (c - b)
    return (dual + dual.conj().T) / 2


def _sensing(s: Scenario, R: cp.Expression) -> dict[Row, cp.Constraint]:
    """Rows (b), (c), (d), (f) and (g) for the covariance R of the frame or of a slot."""
    a, pairs = s.steering, [(p, m) for m in range(s.targets) for p in range(m)]
    power = [_gain(np.outer(a_m, a_m.conj()).conj(), R) for a_m in a]
    rows: dict[Row, cp.Constraint] = {("floor", (m,)): power[m] >= s.sensing_power_w for m in range(s.targets)}
    for p, m in pairs:
        rows["upper", (p, m)] = power[p] - power[m] <= s.power_difference_w
        rows["lower", (p, m)] = power[m] - power[p] <= s.power_difference_w
    if pairs:
        cross = [cp.sum(cp.multiply(np.outer(a[p].conj(), a[m]), R)) for p, m in pairs]
        parts = cp.hstack([part(x) for x in cross for part in (cp.real, cp.imag)])
        rows["correlation", ()] = cp.SOC(cp.Constant(s.correlation_limit_w), parts)
    if s.antenna_power_limit_w is not None:
        limit = np.broadcast_to(s.antenna_power_limit_w, s.antennas)
        rows |= {("antenna", (n,)): cp.real(R[n, n]) <= limit[n] for n in range(s.antennas)}
    quiet, eps = np.broadcast_to(s.quiet_power_w, len(s.quiet_angles_deg)), s.steering_error
    for q, v in enumerate(s.steering_towards(s.quiet_angles_deg)):
        outer = np.outer(v, v.conj()).conj()
        if eps:
            rows["sector", (q,)] = _positive(_lmi(-R, [], v[:, None], outer, -quiet[q], eps))
        else:
            rows["direction", (q,)] = _gain(outer, R) <= quiet[q]
    return rows


def _solve_drop(
    s: Scenario,
    h: np.ndarray,
    target: np.ndarray,
    eps: np.ndarray,
    order: np.ndarray,
    oma: Oma,
    solver: str,
    settings: dict[str, float],
) -> tuple[float, np.ndarray, Status, dict[str, np.ndarray]]:
    h, gamma, eps, noise = h[order], target[order], eps[order], s.noise_vector_w[order]
    shapes = None if s.error_shape is None else list(s.error_shape[order])
    program = build(s, h[:, :, None], [np.outer(x, x.conj()).conj() for x in h], noise, gamma, eps, oma, shapes)
    with warnings.catch_warnings(action="ignore"), contextlib.suppress(cp.SolverError):  # the status says the same
        program.problem.solve(solver=solver, **settings)
    status = _ANSWERS.get(program.problem.status, Status.STALLED)
    covariances = np.full((s.streams, s.antennas, s.antennas), np.nan, complex)
    objective = np.inf if status is Status.INFEASIBLE else np.nan
    if program.problem.value is not None and np.isfinite(program.problem.value):
        objective = float(program.problem.value)
        every = [*order, *range(s.users, s.streams)]
        covariances[every] = [w.value for w in program.covariances]
    return objective, covariances, status, _multipliers(s, program, order, gamma, eps, noise, oma)


def _multipliers(
    s: Scenario, program: Program, order: np.ndarray, gamma: np.ndarray, eps: np.ndarray, noise: np.ndarray, oma: Oma
) -> dict[str, np.ndarray]:
    """CVXPY's dual values as ``Multipliers`` of one drop: zero where the solver gave none."""
    K, N = s.users, s.antennas
    size = N + 1 if eps.any() or (s.quiet_angles_deg and s.steering_error) else 0
    share = np.where(gamma > 0, gamma, 1) / (K if oma is Oma.AVERAGE else 1)
    sinr, sic, lmi = np.zeros((K, K)), np.zeros((K, K)), np.zeros((K, K, size, size), complex)
    for (k, l), row in program.sinr.items():
        if row.dual_value is None:
            continue
        k_in, l_in = order[k], order[l]
        if eps[l] > 0:  # the printed LMI times gamma, first block scaled by eps
            lmi[k_in, l_in] = _scaled_dual(row, eps[l], N) / share[k]
        elif size:
            lmi[k_in, l_in, -1, -1] = row.dual_value / (share[k] * noise[l])
        else:
            sinr[k_in, l_in] = row.dual_value / (share[k] * noise[l])
    for (l, j), row in program.order.items():
        sic[order[l], order[j]] = 0 if row.dual_value is None else row.dual_value
    slots = [_sensing_multipliers(s, rows) for rows in program.sensing]
    if oma is Oma.SLOT:  # slots follow the input order of users, as everything else
        back = np.argsort(order)
        sensing = {name: np.stack([slots[i][name] for i in back]) for name in slots[0]}
    else:
        sensing = slots[0]
    return {"sinr": sinr, **sensing, "sic": sic, "lmi": lmi, "basis": np.eye(N, N if size else 0, dtype=complex)}


def _scaled_dual(row: cp.Constraint, eps: float, N: int) -> np.ndarray:
    """Dual of a printed matrix inequality as that of the form whose first block is scaled by eps."""
    inverse = np.append(np.full(N, 1 / eps), 1.0)
    return inverse[:, None] * _positive_dual(row) * inverse


def _sensing_multipliers(s: Scenario, rows: dict[Row, cp.Constraint]) -> dict[str, np.ndarray]:
    M, N = s.targets, s.antennas
    limits = [row for (name, _), row in rows.items() if name in ("antenna", "direction")]
    balls = [row for (name, _), row in rows.items() if name == "sector"]
    multipliers = {
        "floor": np.zeros(M),
        "slab_upper": np.zeros((M, M)),
        "slab_lower": np.zeros((M, M)),
        "correlation": np.zeros(()),
        "cross": np.zeros((M, M), complex),
    }
    if limits:
        multipliers["limits"] = np.array([0.0 if row.dual_value is None else row.dual_value for row in limits])
    if balls:
        nothing = np.zeros((N + 1, N + 1), complex)
        duals = [nothing if r.dual_value is None else _scaled_dual(r, s.steering_error, N) for r in balls]
        multipliers["balls"] = np.stack(duals)
    names = {"floor": "floor", "upper": "slab_upper", "lower": "slab_lower"}
    for (name, targets), row in rows.items():
        if row.dual_variables[0].value is None:
            continue
        if name in names:
            multipliers[names[name]][targets] = row.dual_value
        if name != "correlation":
            continue
        radius, parts = row.dual_value
        multipliers["correlation"] = np.asarray(radius, float).reshape(())
        pairs = [(p, m) for m in range(M) for p in range(m)]
        for (p, m), (real, imaginary) in zip(pairs, np.reshape(parts, (-1, 2)), strict=True):
            multipliers["cross"][p, m] = real + 1j * imaginary
    return multipliers
