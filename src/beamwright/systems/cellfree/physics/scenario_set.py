"""Sets of carrier offsets, closed-form filters for them, and SINRs at each (spec cellfree, section 4).

The mean interference of a set has two exact forms. With C_abcd the mean of waves_ab conj(waves_cd) over scenarios and
snapshots, and I the interference in every scenario and snapshot, a column each:

    few access points    R = sum_bd C_abcd V_ab V_cd^H      scenarios A^4 products, which are read from memory
    many                 R = I diag(w) I^T                  4 (A M)^2 scenarios S products, in a core's cache
"""

from typing import NamedTuple

import numpy as np

from beamwright.numerics import Values, namespace, solve_above, solve_positive, square_modulus, weighted_gram
from beamwright.systems.cellfree.physics.model import (
    Filters,
    OffsetPhases,
    ReceivedSignals,
    Sinrs,
    apply_filters,
    code_overlap,
    offset_phases,
    radar_sinr,
    sinrs,
    user_sinrs,
)
from beamwright.systems.cellfree.scenario import Radio

MOST_COHERENT = 8
"""Access points beyond which coherences of all pairs of pairs take too much memory (1 MB per scenario at 16)."""


class OffsetScenarios(NamedTuple):
    """Set of offsets that filters are made for, on an axis before the others; independent of beams and positions."""

    phases: OffsetPhases
    coherence: Values | None
    """(1/S) sum_s waves[s, a, b] conj(waves[s, c, d]), (..., scenarios, aps, aps, aps, aps); None for many aps."""
    columns: Values | None
    """waves as (..., aps a, parts * aps b, scenarios * snapshots), real; None for few aps."""


def is_coherent(s: Radio) -> bool:
    """Whether coherences are cheaper than interference in every scenario and snapshot; measured."""
    return s.aps <= MOST_COHERENT and 7 * s.aps**2 <= s.snapshots * s.rx_antennas**2


def offset_scenarios(s: Radio, offsets_hz: Values) -> OffsetScenarios:
    """What filters need of offsets (..., scenarios, aps)."""
    xp = namespace(offsets_hz)
    phases, aps = offset_phases(s, offsets_hz), s.aps
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
    if scenarios.columns is not None:
        each = xp.repeat(weights / s.snapshots, s.snapshots, axis=-1)
        return _covariance(s, _interference(beams, scenarios.columns), each)
    mean = xp.einsum("...k,...kabcd->...abcd", weights, scenarios.coherence)
    half = xp.einsum("...abm,...abcd->...amcd", beams, mean)
    return xp.einsum("...amcd,...cdn->...amcn", half, xp.conj(beams)).reshape(*batch, size, size)


def _mean_clutter(s: Radio, clutter: Values, scenarios: OffsetScenarios, weights: Values) -> Values:
    """sum_k w_k i_r i_r^H (..., n, n) of V' (..., aps a, aps b, rx antennas)."""
    xp = namespace(clutter)
    size = s.aps * s.rx_antennas
    each = xp.einsum("...kab,...abm->...kam", scenarios.phases.rho, clutter)
    if scenarios.columns is not None:
        parts = xp.stack([each.real, each.imag], axis=-2)  # (..., scenarios, aps, parts, rx antennas)
        columns = xp.swapaxes(parts.reshape(*each.shape[:-2], 2 * size), -1, -2)
        return _covariance(s, columns, weights * s.snapshots)
    each = each.reshape(*each.shape[:-2], size)
    return xp.einsum("...k,...ki,...kj->...ij", weights * s.snapshots, each, xp.conj(each))


def closed_form_filters(s: Radio, received: ReceivedSignals, scenarios: OffsetScenarios, weights: Values) -> Filters:
    """MMSE filters for the mean interference over scenarios with weights (..., scenarios); norm one.

    u_u ~ (mean i i^H + sum_v p_v h_v h_v^H + I)^-1 h_u,     z ~ (mean i_r i_r^H + Q + I)^-1 d      spec, section 4
    """
    xp = namespace(received.beams)
    aps, antennas = received.echo.shape[-2:]
    size, batch = aps * antennas, received.echo.shape[:-2]
    interference = _mean_interference(s, received.beams, scenarios, weights)
    spill = _mean_clutter(s, received.clutter, scenarios, weights)
    h = received.uplink.reshape(*batch, received.uplink.shape[-3], size)
    users = xp.einsum("...v,...vi,...vj->...ij", received.powers, h, xp.conj(h))
    chi = xp.asarray(np.kron(code_overlap(s), np.ones((antennas, antennas))))
    signals = xp.concatenate([h, received.echo.reshape(*batch, 1, size)], axis=-2)
    filters = _solved(interference + users, spill + chi * users, signals)
    power = xp.sum(square_modulus(filters), axis=-1, keepdims=True)
    usable = power > 1e-300  # without a signal any filter will do
    filters = xp.where(usable, filters / xp.sqrt(xp.where(usable, power, 1.0)), size**-0.5)
    filters = filters.reshape(*filters.shape[:-1], aps, antennas)
    return Filters(filters[..., :-1, :, :], filters[..., -1, :, :])


def _solved(users: Values, radar: Values, signals: Values) -> Values:
    """Solutions (..., users + 1, size): (users + I)^-1 of all signals but the last, (radar + I)^-1 of the last."""
    xp = namespace(signals)
    if xp is np:
        columns = np.swapaxes(signals, -1, -2)
        solutions = solve_above(users, 1.0, columns[..., :-1]), solve_above(radar, 1.0, columns[..., -1:])
        return np.swapaxes(np.concatenate(solutions, axis=-1), -1, -2)
    matrices = xp.stack([users, radar], axis=-1) + xp.eye(len(users))[..., None]  # one instance: two lanes
    columns = xp.stack([signals.T, signals.T], axis=-1)
    solution = solve_positive(matrices, columns, 0.5)
    return xp.concatenate([solution[:, :-1, 0], solution[:, -1:, 1]], axis=1).T


def scenario_sinrs(s: Radio, received: ReceivedSignals, filters: Filters, scenarios: OffsetScenarios) -> Sinrs:
    """SINRs of one design in every scenario: users (scenarios, users), radar (scenarios,)."""
    xp = namespace(received.beams)
    filtered = apply_filters(s, received, filters)
    if scenarios.columns is None:
        return sinrs(s, filtered, scenarios.phases)
    u = xp.stack([filters.users.real, filters.users.imag], axis=-2)  # (users, aps, parts, rx antennas)
    turned = xp.stack([-filters.users.imag, filters.users.real], axis=-2)
    rows = xp.concatenate([u, turned]).reshape(2 * len(u), -1)
    heard = rows @ _interference(received.beams, scenarios.columns)
    power = xp.mean((heard**2).reshape(2, len(u), -1, s.snapshots), axis=-1)
    return Sinrs(user_sinrs(filtered, (power[0] + power[1]).T), radar_sinr(s, filtered, scenarios.phases.rho))
