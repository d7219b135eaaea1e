"""Fixed arrays by convex programs: filters and beams in turn, drop after drop (spec cellfree, section 6, FPA + SCA).

For fixed filters the least utility over scenarios has concave minorants that touch it at the current beams:

    users, c does not depend on w    log(1 + c/Q) >= log(1 + g0) - g0 (Q - Q0) / (Q0 (1 + g0))
    radar, s is linear in w          log(1 + |s|^2/Q) >= log(1 + g0) - g0 + 2 Re(conj(s0) s)/Q0
                                                         - g0 (Q + |s|^2)/(Q0 + |s0|^2)

with Q convex quadratics of all beams: one second-order cone per scenario. Needs the extra ``reference``.
"""

import warnings
from typing import NamedTuple

import numpy as np

from beamwright.channels import field_response, steering
from beamwright.core import extra, require
from beamwright.systems.cellfree import model
from beamwright.systems.cellfree.baselines import filters_for, scenario_offsets
from beamwright.systems.cellfree.design import finish
from beamwright.systems.cellfree.known import checked, paths_of
from beamwright.systems.cellfree.model import Filters, Paths, Point
from beamwright.systems.cellfree.results import Design, Known
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.systems.cellfree.start import fixed_layouts, leakage_beam

with extra("reference"):
    import cvxpy as cp

GAIN = 1e-3
"""The alternation ends when a round gains less, in utility."""


def fixed_array_sca(s: Scenario, known: Known, rounds: int) -> Design:
    """Beams of fixed arrays by CVXPY and Clarabel, equal user powers.

    The least utility over no offsets and the vertices never falls from round to round.

    Args:    rounds, at most, of filters and beams.
    Returns: Design; a program that fails leaves the beams as they were.
    Raises:  ValueError naming the argument; the metric must be the rate.
    """
    require(rounds >= 1, "rounds", "be >= 1", rounds)
    require(s.metric == "rate", "metric", "be 'rate' for convex programs", repr(s.metric))
    known = checked(s, known)
    drops = len(known.echo_gain)
    tx, rx = fixed_layouts(s, drops)
    powers = np.full((drops, s.users), s.user_power_w / max(s.users, 1))
    ended = [_one(s, known.take([d]), tx[[d]], rx[[d]], powers[[d]], rounds) for d in range(drops)]
    beams = np.concatenate([end.beams for end in ended])
    filters = Filters(*(np.concatenate([end.filters[i] for end in ended]) for i in range(2)))
    trace = np.stack([end.trace for end in ended])
    counts = np.sum(~np.isnan(trace), axis=1) - 1
    return finish(s, known, tx, rx, beams, powers, filters, trace=trace, iterations=counts)


class _End(NamedTuple):
    beams: np.ndarray
    filters: Filters
    trace: np.ndarray


def _one(s: Scenario, known: Known, tx: np.ndarray, rx: np.ndarray, powers: np.ndarray, rounds: int) -> _End:
    offsets = scenario_offsets(s)
    paths = paths_of(known)
    beams = np.sqrt(s.ap_power_w) * leakage_beam(s, paths, tx, rx)
    filters = filters_for(s, known, Point(tx, rx, beams, powers))
    maps = _maps(s, paths, tx, rx)
    value = _least(s, known, Point(tx, rx, beams, powers), filters, offsets)
    trace = np.full(rounds + 1, np.nan)
    trace[0] = value
    for round in range(1, rounds + 1):
        before = value
        proposed = _program(s, known, Point(tx, rx, beams, powers), filters, maps, offsets)
        if proposed is not None:
            there = Point(tx, rx, proposed, powers)
            for tried in (filters_for(s, known, there), filters):
                now = _least(s, known, there, tried, offsets)
                if now > value:
                    beams, filters, value = proposed, tried, now
        trace[round] = value
        if value - before < GAIN:
            break
    return _End(beams, filters, trace)


def _least(s: Scenario, known: Known, point: Point, filters: Filters, offsets: np.ndarray) -> float:
    heard = model.through(s, model.air(paths_of(known), point), filters)
    one = model.Heard(*(a[0] for a in heard))
    return float(model.utility(s, model.ratios(s, one, model.drift(s, offsets))).min())


class _Maps(NamedTuple):
    """What every antenna does to every other one, (aps a, aps b, rx antennas, tx antennas)."""

    direct: np.ndarray
    echo: np.ndarray


def _maps(s: Scenario, paths: Paths, tx: np.ndarray, rx: np.ndarray) -> _Maps:
    direct = field_response(
        rx[:, :, None], tx[:, None], paths.direct_gain, paths.direct_rx_cosine, paths.direct_tx_cosine
    )[0]
    at_rx, at_tx = (steering(x, paths.target_cosine[..., None])[0] for x in (rx, tx))
    echo = paths.echo_gain[0][:, :, None, None] * at_rx[:, None, :, None] * np.conj(at_tx)[None, :, None, :]
    return _Maps(direct, echo)


def _program(
    s: Scenario, known: Known, point: Point, filters: Filters, maps: _Maps, offsets: np.ndarray
) -> np.ndarray | None:
    """Beams (1, aps, antennas) of largest least minorant, or None where the solver fails."""
    aps, antennas = s.aps, s.tx_antennas
    size, own = aps * antennas, np.eye(aps)[:, :, None, None]
    heard = model.Heard(*(a[0] for a in model.through(s, model.air(paths_of(known), point), filters)))
    u, z = np.conj(filters.users[0]), np.conj(filters.radar[0])
    rows = np.einsum("uam,abmn->uabn", u, maps.direct + maps.echo)
    clutter = np.einsum("am,abmn->abn", z, maps.direct + (1 - own) * maps.echo)
    echo = np.sqrt(s.snapshots) * np.einsum("am,abmn->abn", z, own * maps.echo).sum(axis=0).ravel()
    w0 = point.beams[0].ravel()
    w, least = cp.Variable(size, complex=True), cp.Variable()
    beta, limits = s.sensing_weight / np.log(2), []
    for drift in (model.drift(s, f) for f in offsets):
        leak = np.einsum("sab,uabn->usbn", drift.waves, rows).reshape(s.users, -1, size) / np.sqrt(s.snapshots)
        spill = np.sqrt(s.snapshots) * np.einsum("ab,abn->bn", drift.rho, clutter).reshape(1, size)
        now = model.ratios(s, heard, drift)
        loads = heard.signal / now.users  # Q0 of the users
        weight = (1 - s.sensing_weight) / np.log(2) * now.users / (loads * (1 + now.users))
        s0, load = echo @ w0, heard.radar_floor + np.sum(np.abs(spill @ w0) ** 2)
        gamma = np.abs(s0) ** 2 / load
        radar = gamma / (load + np.abs(s0) ** 2)
        users = (np.sqrt(weight)[:, None, None] * leak).reshape(-1, size)
        stacked = np.concatenate([users, np.sqrt(beta * radar) * spill, np.sqrt(beta * radar) * echo[None]])
        constant = (1 - s.sensing_weight) * np.log2(1 + now.users).sum() + s.sensing_weight * np.log2(1 + gamma)
        constant += np.sum(weight * (loads - heard.floor)) - beta * (gamma + radar * heard.radar_floor)
        factor = np.linalg.qr(stacked, mode="r")
        gain = 2 * beta / load * cp.real(np.conj(s0) * (echo @ w))
        limits.append(least <= constant + gain - cp.sum_squares(factor @ w))
    limits += [cp.norm(w[a * antennas : (a + 1) * antennas]) <= np.sqrt(s.ap_power_w) for a in range(aps)]
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
    return beams * np.minimum(1, np.sqrt(s.ap_power_w) / np.maximum(size, 1e-300))
