"""Sets of carrier offsets, closed-form filters for them, and SINRs at each (spec cellfree, section 4).

The mean interference of a set has two exact forms. With C_abcd the mean of waves_ab conj(waves_cd) over scenarios and
snapshots, and I the interference in every scenario and snapshot, a column each:

    few access points    R = sum_bd C_abcd V_ab V_cd^H      scenarios A^4 products, which are read from memory
    many                 R = I diag(w) I^T                  4 (A M)^2 scenarios S products, in a core's cache

Several subcarriers have the second, each with what the others leak into it in every scenario.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from beamwright.numerics import Values, namespace, solve_above, solve_positive, square_modulus, weighted_gram
from beamwright.systems.cellfree.physics.model import (
    Filters,
    ReceivedSignals,
    Sinrs,
    apply_filters,
    code_overlap,
    error_sizes,
    radar_figures,
    sinrs,
    user_sinrs,
)
from beamwright.systems.cellfree.physics.offset_phases import OffsetPhases, largest_overlap, offset_phases
from beamwright.systems.cellfree.scenario import Radio, Scenario
from beamwright.uncertainty import offset_vertices

MOST_COHERENT = 8
"""Access points beyond which coherences of all pairs of pairs take too much memory (1 MB per scenario at 16)."""

IN_BAND = 64
"""Drops times subcarriers whose waves in all scenarios are in memory at once."""


class OffsetScenarios(NamedTuple):
    """Set of offsets that filters are made for, on an axis before the others; independent of beams and positions."""

    phases: OffsetPhases
    coherence: Values | None
    """(1/S) sum_s waves[s, a, b] conj(waves[s, c, d]), (..., scenarios, aps, aps, aps, aps); None for many aps."""
    columns: Values | None
    """waves as (..., aps a, parts * aps b, scenarios * snapshots), real; None for few aps, and several subcarriers."""


def is_coherent(s: Radio) -> bool:
    """Whether coherences are cheaper than interference in every scenario and snapshot; measured."""
    return s.aps <= MOST_COHERENT and 7 * s.aps**2 <= s.snapshots * s.rx_antennas**2


def offset_scenarios(s: Radio, offsets_hz: Values) -> OffsetScenarios:
    """What filters need of offsets (..., scenarios, aps)."""
    xp = namespace(offsets_hz)
    phases, aps = offset_phases(s, offsets_hz), s.aps
    if s.subcarriers > 1:
        return OffsetScenarios(phases, None, None)
    flat = phases.waves.reshape(*phases.waves.shape[:-2], aps * aps)
    if is_coherent(s):
        mean = xp.swapaxes(flat, -1, -2) @ xp.conj(flat) / s.snapshots
        return OffsetScenarios(phases, mean.reshape(*mean.shape[:-2], aps, aps, aps, aps), None)
    flat = xp.swapaxes(flat.reshape(*flat.shape[:-3], -1, aps * aps), -1, -2)
    flat = flat.reshape(*flat.shape[:-2], aps, aps, -1)
    return OffsetScenarios(phases, None, xp.concatenate([flat.real, flat.imag], axis=-2))


def _interference(beams: Values, columns: Values) -> Values:
    """I, (..., aps * parts * rx antennas, scenarios * snapshots), of V (..., aps a, aps b, rx antennas)."""
    xp = namespace(beams)
    rows = xp.swapaxes(beams, -1, -2)
    mix = xp.concatenate(
        [xp.concatenate([rows.real, -rows.imag], axis=-1), xp.concatenate([rows.imag, rows.real], axis=-1)], axis=-2
    )
    heard = mix @ columns
    return heard.reshape(*heard.shape[:-3], -1, heard.shape[-1])


def _covariance(s: Radio, columns: Values, weights: Values) -> Values:
    """sum_c w_c z_c z_c^H of columns (..., aps * parts * rx antennas, columns), (..., n, n) complex."""
    xp = namespace(columns)
    gram = weighted_gram(columns, weights)
    gram = gram.reshape(*gram.shape[:-2], s.aps, 2, s.rx_antennas, s.aps, 2, s.rx_antennas)
    gram = xp.moveaxis(gram, (-5, -2), (-6, -5))  # (..., parts, parts, aps, rx antennas, aps, rx antennas)
    size = s.aps * s.rx_antennas
    gram = gram.reshape(*gram.shape[:-4], size, size)
    return gram[..., 0, 0, :, :] + gram[..., 1, 1, :, :] + 1j * (gram[..., 1, 0, :, :] - gram[..., 0, 1, :, :])


def _mean_interference(s: Radio, beams: Values, scenarios: OffsetScenarios, weights: Values) -> Values:
    """R (..., n, n), n = aps * rx antennas."""
    xp = namespace(beams)
    *batch, aps, _, antennas = beams.shape
    size = aps * antennas
    if s.subcarriers > 1:
        return _interference_of_band(s, beams, scenarios.phases, weights)
    if scenarios.columns is not None:
        each = xp.repeat(weights / s.snapshots, s.snapshots, axis=-1)
        return _covariance(s, _interference(beams, scenarios.columns), each)
    mean = xp.einsum("...k,...kabcd->...abcd", weights, scenarios.coherence)
    half = xp.einsum("...abm,...abcd->...amcd", beams, mean)
    return xp.einsum("...amcd,...cdn->...amcn", half, xp.conj(beams)).reshape(*batch, size, size)


def _interference_of_band(s: Radio, beams: Values, phases: OffsetPhases, weights: Values) -> Values:
    """R (..., subcarriers, n, n) of V (..., subcarriers, aps a, aps b, rx antennas)."""
    xp = namespace(beams)
    if phases.leakage is None:
        heard = xp.einsum("...jsab,...kabm->...kajsm", phases.waves, beams)
    else:
        mixed = xp.einsum("...jklab,...labm->...kjabm", phases.leakage, beams)
        heard = xp.einsum("...jsab,...kjabm->...kajsm", phases.waves, mixed)
    columns = _real_columns(heard.reshape(*heard.shape[:-3], -1, heard.shape[-1]))
    each = xp.repeat(weights / s.snapshots, s.snapshots, axis=-1)
    return _covariance(s, columns, xp.broadcast_to(each[..., None, :], (*columns.shape[:-2], columns.shape[-1])))


def _real_columns(signals: Values) -> Values:
    """(..., aps * parts * rx antennas, columns) of signals (..., aps, columns, rx antennas)."""
    xp = namespace(signals)
    parts = xp.swapaxes(xp.stack([signals.real, signals.imag], axis=-3), -1, -2)
    return parts.reshape(*parts.shape[:-4], -1, parts.shape[-1])


def _clutter_of_band(s: Radio, clutter: Values, phases: OffsetPhases, weights: Values) -> Values:
    """The same of the radar (..., subcarriers, targets, n, n), of V' (..., subcarriers, targets, targets, aps a, aps b,
    rx antennas)."""
    xp = namespace(clutter)
    if phases.leakage is None:
        each = xp.einsum("...jab,...ktpabm->...ktpajm", phases.rho, clutter)
    else:
        rho = phases.rho[..., None, None, :, :] * phases.leakage
        each = xp.einsum("...jklab,...ltpabm->...ktpajm", rho, clutter)
    columns = _real_columns(each)
    weights = xp.broadcast_to(s.snapshots * weights[..., None, None, None, :], (*columns.shape[:-2], columns.shape[-1]))
    return xp.sum(_covariance(s, columns, weights), axis=-3)


def _mean_clutter(s: Radio, clutter: Values, scenarios: OffsetScenarios, weights: Values) -> Values:
    """sum_jk w_k i_j i_j^H (..., targets, n, n) of V' (..., targets, targets j, aps a, aps b, rx antennas)."""
    xp = namespace(clutter)
    if s.subcarriers > 1:
        return _clutter_of_band(s, clutter, scenarios.phases, weights)
    rho, size = scenarios.phases.rho[..., None, None, :, :, :], s.aps * s.rx_antennas
    weights = xp.broadcast_to(weights[..., None, None, :], (*clutter.shape[:-3], weights.shape[-1])) * s.snapshots
    each = xp.einsum("...kab,...abm->...kam", rho, clutter)
    if scenarios.columns is not None:
        parts = xp.stack([each.real, each.imag], axis=-2)  # (..., scenarios, aps, parts, rx antennas)
        columns = xp.swapaxes(parts.reshape(*each.shape[:-2], 2 * size), -1, -2)
        return xp.sum(_covariance(s, columns, weights), axis=-3)
    each = each.reshape(*each.shape[:-2], size)
    return xp.einsum("...jk,...jki,...jkl->...il", weights, each, xp.conj(each))


def closed_form_filters(s: Radio, received: ReceivedSignals, scenarios: OffsetScenarios, weights: Values) -> Filters:
    """MMSE filters for the mean interference over scenarios with weights (..., scenarios); norm one.

    u_u ~ (mean i i^H + sum_v p_v h_v h_v^H + I)^-1 h_u,     z ~ (mean i_r i_r^H + Q + I)^-1 d      spec, section 4

    and z_t for every target t, with its d_t and mean i_t i_t^H + sum_{j != t} mean e_j e_j^H.
    Errors of users' channels load both with sum_v p_v e_v^2 I, more than which they never add.
    """
    xp = namespace(received.beams)
    aps, antennas = received.echo.shape[-2:]
    size, batch = aps * antennas, received.echo.shape[:-3]
    interference = _mean_interference(s, received.beams, scenarios, weights)
    seen = _rule_weights(s, weights) if s.displaced else weights
    spill = _mean_clutter(s, received.clutter, scenarios, seen)
    h = received.uplink.reshape(*batch, received.uplink.shape[-3], size)
    users = xp.einsum("...v,...vi,...vj->...ij", received.powers, h, xp.conj(h))
    chi = xp.asarray(np.kron(code_overlap(s), np.ones((antennas, antennas))))
    echo = received.echo.reshape(*batch, s.targets, size)
    heard, disturbed = interference + users, spill + (chi * users)[..., None, :, :]
    if s.displaced:
        echoes, others = _mean_echoes(s, received.echoes)
        heard, disturbed = heard + echoes, disturbed + others
    if s.metric == "position":  # every access point filters its own echo
        disturbed = disturbed * np.kron(np.eye(aps), np.ones((antennas, antennas)))
    if s.uncertain:
        load = xp.sum(received.powers * error_sizes(s, received.uplink) ** 2, axis=-1)[..., None, None] * xp.eye(size)
        heard, disturbed = heard + load, disturbed + load[..., None, :, :]
    filters = _solved(heard, disturbed, h, echo)
    if s.metric == "position":
        filters = xp.concatenate([filters[..., : -s.targets, :], _local(s, filters[..., -s.targets :, :])], axis=-2)
    power = xp.sum(square_modulus(filters), axis=-1, keepdims=True)
    usable = power > 1e-300  # without a signal any filter will do
    filters = xp.where(usable, filters / xp.sqrt(xp.where(usable, power, 1.0)), size**-0.5)
    filters = filters.reshape(*filters.shape[:-1], aps, antennas)
    return Filters(filters[..., : -s.targets, :, :], filters[..., -s.targets :, :, :])


def _rule_weights(s: Radio, weights: Values) -> Values:
    """Weights of the radar's filters where they follow from the place alone: no offsets and the vertices, all alike."""
    count = 1 + len(offset_vertices(s.aps))
    rule = np.where(np.arange(weights.shape[-1]) < count, 1 / count, 0.0)
    return namespace(weights).broadcast_to(rule, weights.shape)


def _mean_echoes(s: Radio, echoes: Values) -> tuple[Values, Values]:
    """Covariances of echoes whose phases are anything, at every access point alone: (..., n, n) of all echoes, mean
    over places, for users; (..., places, n, n) of the others' in the worst correlation, for the radar."""
    xp = namespace(echoes)
    *batch, places, aps, _, antennas = echoes.shape
    same = np.eye(aps)[:, None, :, None]  # (a, m, a', m')

    def at_aps(weights: Values) -> Values:
        each = xp.einsum("ab,...abm,...abn->...amn", weights, echoes, xp.conj(echoes))
        return (each[..., :, :, None, :] * same).reshape(*batch, places, aps * antennas, aps * antennas)

    overlap = s.snapshots * largest_overlap(s, xp) ** 2
    return xp.mean(at_aps(np.ones((aps, aps))), axis=-3), at_aps(overlap)


def _local(s: Radio, filters: Values) -> Values:
    """Filters (..., targets, size) whose part at every access point has the same norm."""
    xp = namespace(filters)
    parts = filters.reshape(*filters.shape[:-1], s.aps, -1)
    power = xp.sum(square_modulus(parts), axis=-1, keepdims=True)
    usable = power > 1e-300
    parts = xp.where(usable, parts / xp.sqrt(xp.where(usable, power, 1.0)), parts.shape[-1] ** -0.5)
    return parts.reshape(filters.shape)


def _solved(users: Values, radar: Values, h: Values, echo: Values) -> Values:
    """Solutions (..., users + targets, size): (users + I)^-1 of h, (radar + I)^-1 of the echo of every target."""
    xp = namespace(h)
    if xp is np:
        found = solve_above(users, 1.0, np.swapaxes(h, -1, -2)), solve_above(radar, 1.0, echo[..., None])[..., 0]
        return np.concatenate([np.swapaxes(found[0], -1, -2), found[1]], axis=-2)
    if h.ndim > 2:
        return _solved_band(users, radar, h, echo)
    signals = xp.concatenate([h, echo]).T
    lanes = [users, *radar]  # of one instance
    matrices = xp.stack(lanes, axis=-1) + xp.eye(len(users))[..., None]
    solution = solve_positive(matrices, xp.stack([signals] * len(lanes), axis=-1), 0.5)
    sought = [solution[:, len(h) + t, 1 + t] for t in range(len(radar))]
    return xp.concatenate([solution[:, : len(h), 0], xp.stack(sought, axis=1)], axis=1).T


def _solved_band(users: Values, radar: Values, h: Values, echo: Values) -> Values:
    """The same of one instance with several subcarriers, which all its arrays lead with."""
    xp = namespace(h)
    (count, heard, size), targets = h.shape, echo.shape[1]
    signals = xp.moveaxis(xp.concatenate([h, echo], axis=1), (0, 1, 2), (2, 1, 0))  # (size, users + targets, band)
    matrices = xp.concatenate([users[:, None], radar], axis=1).reshape(-1, size, size)
    matrices = xp.moveaxis(matrices, 0, -1) + xp.eye(size)[..., None]
    solution = solve_positive(matrices, xp.repeat(signals, 1 + targets, axis=-1), 0.5)
    solution = solution.reshape(size, heard + targets, count, 1 + targets)
    sought = [solution[:, heard + t, None, :, 1 + t] for t in range(targets)]
    return xp.concatenate([solution[:, :heard, :, 0], *sought], axis=1).T


def filters_in_parts(s: Scenario, make: Callable[[slice], Filters], drops: int, together: int) -> Filters:
    """Filters of all drops, ``together`` of them at a time, or fewer where waves of several subcarriers take memory."""
    size = max(1, together if s.subcarriers == 1 else IN_BAND // s.subcarriers)
    parts = [make(slice(first, first + size)) for first in range(0, max(drops, 1), size)]
    return Filters(*map(np.concatenate, zip(*parts, strict=True)))


def scenario_sinrs(s: Radio, received: ReceivedSignals, filters: Filters, scenarios: OffsetScenarios) -> Sinrs:
    """SINRs of one design in every scenario: users (scenarios, users), radar (scenarios,)."""
    xp = namespace(received.beams)
    filtered = apply_filters(s, received, filters)
    if scenarios.columns is None:  # few access points, or several subcarriers
        return sinrs(s, filtered, scenarios.phases)
    u = xp.stack([filters.users.real, filters.users.imag], axis=-2)  # (users, aps, parts, rx antennas)
    turned = xp.stack([-filters.users.imag, filters.users.real], axis=-2)
    rows = xp.concatenate([u, turned]).reshape(2 * len(u), -1)
    heard = rows @ _interference(received.beams, scenarios.columns)
    power = xp.mean((heard**2).reshape(2, len(u), -1, s.snapshots), axis=-1)
    return Sinrs(user_sinrs(filtered, (power[0] + power[1]).T), *radar_figures(s, filtered, scenarios.phases.rho))
