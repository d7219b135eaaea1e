"""Designs of fixed arrays by convex programs: filters and beams in turn (spec cellfree, section 6, FPA + SCA).

For fixed filters the least utility over scenarios has concave minorants that touch it at the current beams:

    users, c does not depend on w    log(1 + c/Q) >= log(1 + g0) - g0 (Q - Q0) / (Q0 (1 + g0))
    radar, s is linear in w          log(1 + |s|^2/Q) >= log(1 + g0) - g0 + 2 Re(conj(s0) s)/Q0
                                                         - g0 (Q + |s|^2)/(Q0 + |s0|^2)

with Q convex quadratics of all beams: one second-order cone per scenario. Needs the extra ``reference``.
"""

import warnings
from types import ModuleType
from typing import NamedTuple

import numpy as np

from beamwright.channels import field_response, steering
from beamwright.core import USUAL, Config, extra, guarded, parameter, ranges, require
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.methods.certified import certified_design
from beamwright.systems.cellfree.scene import Design, Known, Scenario, checked, design_bytes

GAIN = 1e-3
"""The alternation ends when a round gains less, in utility."""


class Sca(Config):
    """Options of the convex reference."""

    rounds: int = parameter(
        15, "At most so many rounds of filters and beams", source="spec, section 6", **ranges.ROUNDS
    )


@guarded(Scenario, Sca, design_bytes)
def fixed_array_sca(scenario: Scenario, known: Known, rounds: int = USUAL) -> Design:
    """Beams of fixed arrays by CVXPY and Clarabel, equal user powers.

    The least utility over no offsets and the vertices never falls from round to round.

    Args:    rounds, at most, of filters and beams.
    Returns: Design; a program that fails leaves the beams as they were.
    Raises:  ValueError naming the argument; the metric must be the rate.
    """
    _cvxpy()  # refused before anything is computed
    require(rounds >= 1, "rounds", "be >= 1", rounds)
    require(scenario.metric == "rate", "metric", "be 'rate' for convex programs", repr(scenario.metric))
    require(not scenario.displaced, "target_error_m", "be 0 for convex programs", scenario.target_error_m)
    require(scenario.subcarriers == 1, "subcarriers", "be 1 for convex programs", scenario.subcarriers)
    known = checked(scenario, known)
    start = physics.fixed_point(scenario, known, "leakage")
    ended = [
        _one(scenario, known.take([d]), physics.Point(*(a[[d]] for a in start)), rounds)
        for d in range(len(known.echo_gain))
    ]
    point = start._replace(beams=np.concatenate([end.beams for end in ended]))
    filters = physics.Filters(*(np.concatenate([end.filters[i] for end in ended]) for i in range(2)))
    trace = np.stack([end.trace for end in ended])
    counts = np.sum(~np.isnan(trace), axis=1) - 1
    return certified_design(scenario, known, point, filters, trace=trace, iterations=counts)


def _cvxpy() -> ModuleType:
    """CVXPY. Raises MissingExtra where it is not installed."""
    with extra("reference"):
        import cvxpy
    return cvxpy


class _End(NamedTuple):
    """Beams and filters after the last round, and the utility after every one."""

    beams: np.ndarray
    filters: physics.Filters
    trace: np.ndarray


def _one(s: Scenario, known: Known, point: physics.Point, rounds: int) -> _End:
    offsets, maps = physics.scenario_offsets(s, known)[0], _maps(s, known, point)
    filters = physics.robust_filters(s, known, point)
    value = _least(s, known, point, filters)
    trace = np.full(rounds + 1, np.nan)
    trace[0] = value
    for round in range(1, rounds + 1):
        before = value
        beams = _program(s, known, point, filters, maps, offsets)
        if beams is not None:
            proposed = point._replace(beams=beams)
            for tried in (physics.robust_filters(s, known, proposed), filters):
                utility = _least(s, known, proposed, tried)
                if utility > value:
                    point, filters, value = proposed, tried, utility
        trace[round] = value
        if value - before < GAIN:
            break
    return _End(point.beams, filters, trace)


def _filtered(s: Scenario, known: Known, point: physics.Point, filters: physics.Filters) -> physics.FilteredSignals:
    received = physics.received_signals(physics.paths_of(known), point)
    return physics.apply_filters(s.radio, received, filters)


def _least(s: Scenario, known: Known, point: physics.Point, filters: physics.Filters) -> float:
    """Least utility over no offsets and the vertices."""
    return float(physics.utilities(s, _filtered(s, known, point, filters), physics.scenario_offsets(s, known)).min())


class _Maps(NamedTuple):
    """Channel matrices of all pairs, (aps a, aps b, rx antennas, tx antennas)."""

    direct: np.ndarray
    echo: np.ndarray
    """Of every target, (targets, aps a, aps b, rx antennas, tx antennas)."""


def _maps(s: Scenario, known: Known, point: physics.Point) -> _Maps:
    paths, tx, rx = physics.paths_of(known), point.tx, point.rx
    direct = field_response(
        rx[:, :, None], tx[:, None], paths.direct_gain, paths.direct_rx_cosine, paths.direct_tx_cosine
    )[0]
    at_rx, at_tx = (steering(x[:, None], paths.target_cosine[..., None])[0] for x in (rx, tx))
    echo = paths.echo_gain[0][..., None, None] * at_rx[:, :, None, :, None] * np.conj(at_tx)[:, None, :, None, :]
    return _Maps(direct, echo)


def _program(
    s: Scenario, known: Known, point: physics.Point, filters: physics.Filters, maps: _Maps, offsets: np.ndarray
) -> np.ndarray | None:
    """Beams (1, aps, antennas) of largest least minorant, or None where the solver fails."""
    cp = _cvxpy()
    aps, antennas = s.aps, s.tx_antennas
    size, own, same = aps * antennas, np.eye(aps)[:, :, None, None], np.eye(s.targets, dtype=bool)
    filtered = physics.FilteredSignals(*(a[0] for a in _filtered(s, known, point, filters)))
    u, z = np.conj(filters.users[0]), np.conj(filters.radar[0])
    rows = np.einsum("uam,abmn->uabn", u, maps.direct + maps.echo.sum(axis=0))
    rest = np.where(same[..., None, None, None, None], (maps.direct + (1 - own) * maps.echo)[:, None], maps.echo[None])
    clutter = np.einsum("tam,tjabmn->tjabn", z, rest)
    echo = np.sqrt(s.snapshots) * np.einsum("tam,tabmn->tabn", z, own * maps.echo).sum(axis=1).reshape(-1, size)
    w0 = point.beams[0].ravel()
    w, least = cp.Variable(size, complex=True), cp.Variable()
    beta, limits = s.sensing_weight / np.log(2), []
    for phases in (physics.offset_phases(s.radio, f) for f in offsets):
        leak = np.einsum("sab,uabn->usbn", phases.waves, rows).reshape(s.users, -1, size) / np.sqrt(s.snapshots)
        spill = np.einsum("ab,tjabn->tjbn", phases.rho, clutter).reshape(s.targets, s.targets, size)
        spill = np.sqrt(s.snapshots) * spill
        sinrs = physics.sinrs(s.radio, filtered, phases)
        loads = filtered.signal / sinrs.users  # Q0 of the users
        weight = (1 - s.sensing_weight) / np.log(2) * sinrs.users / (loads * (1 + sinrs.users))
        users = (np.sqrt(weight)[:, None, None] * leak).reshape(-1, size)
        rates, eased = np.log2(1 + sinrs.users).sum(), np.sum(weight * (loads - filtered.floor))
        for t in range(s.targets):  # the least of all is a minorant of the utility
            s0, load = echo[t] @ w0, filtered.radar_floor[t] + np.sum(np.abs(spill[t] @ w0) ** 2)
            gamma = np.abs(s0) ** 2 / load
            radar = gamma / (load + np.abs(s0) ** 2)
            seen = np.sqrt(beta * radar) * np.concatenate([spill[t], echo[t][None]])
            constant = (1 - s.sensing_weight) * rates + s.sensing_weight * np.log2(1 + gamma)
            constant += eased - beta * (gamma + radar * filtered.radar_floor[t])
            factor = np.linalg.qr(np.concatenate([users, seen]), mode="r")
            gain = 2 * beta / load * cp.real(np.conj(s0) * (echo[t] @ w))
            limits.append(least <= constant + gain - cp.sum_squares(factor @ w))
    limits += [cp.norm(w[a * antennas : (a + 1) * antennas]) <= np.sqrt(power) for a, power in enumerate(s.ap_powers_w)]
    problem = cp.Problem(cp.Maximize(least), limits)
    try:
        with warnings.catch_warnings():  # an inaccurate answer is judged by the exact model like any other
            warnings.filterwarnings("ignore", "Solution may be inaccurate")
            problem.solve(solver=cp.CLARABEL)
    except cp.SolverError:
        return None
    if problem.status not in ("optimal", "optimal_inaccurate") or w.value is None:
        return None
    beams = np.asarray(w.value).reshape(1, aps, antennas)
    size = np.linalg.norm(beams, axis=-1, keepdims=True)
    return beams * np.minimum(1, np.sqrt(s.ap_powers_w)[:, None] / np.maximum(size, 1e-300))
