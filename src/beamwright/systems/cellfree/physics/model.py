"""Received signals, receive filters, SINRs and utility (spec cellfree, sections 2 to 4), for NumPy and JAX alike.

All axes lead with whatever batch there is. Offsets enter through two small tensors alone:

    waves[s, a, b] = x_b[s] exp(j 2 pi s T (f_b - f_a))            of snapshot s, from access point b, received at a
    rho[a, b]      = (1/S) sum_s conj(x_a[s]) waves[s, a, b]       after correlation with a's own code

    gamma_u = p_u |u_u^H h_u|^2 / (sum_{v != u} p_v |u_u^H h_v|^2 + (1/S) sum_s |u_u^H i[s]|^2 + ||u_u||^2)
    gamma_r = S |z^H d|^2 / (|z^H i_r|^2 + z^H Q z + ||z||^2)

    i[s] = stack_a sum_b waves[s, a, b] V_ab,      i_r = sqrt(S) stack_a sum_b rho[a, b] V'_ab

V_ab is the beam of b as received at a, directly and by the target; V' lacks the own echo d_a of a.
"""

from typing import NamedTuple

import numpy as np

from beamwright.channels import arriving, departing, steering
from beamwright.numerics import Values, namespace, solve_above, solve_positive, square_modulus
from beamwright.systems.cellfree.scenario import Radio
from beamwright.uncertainty import offset_phasors


class Paths(NamedTuple):
    """The arrays of ``Known`` that channels are made of, in its order."""

    uplink_gain: Values
    uplink_cosine: Values
    direct_gain: Values
    direct_rx_cosine: Values
    direct_tx_cosine: Values
    echo_gain: Values
    target_cosine: Values


class Point(NamedTuple):
    """Positions, beams and powers of a design."""

    tx: Values
    """(..., aps, tx antennas) wavelengths."""
    rx: Values
    """(..., aps, rx antennas) wavelengths."""
    beams: Values
    """(..., aps, tx antennas) complex."""
    powers: Values
    """(..., users)."""


class ReceivedSignals(NamedTuple):
    """Amplitudes of users and beams at the antennas of every access point."""

    uplink: Values
    """h (..., users, aps, rx antennas)."""
    beams: Values
    """V (..., aps a, aps b, rx antennas)."""
    clutter: Values
    """V' (..., aps a, aps b, rx antennas)."""
    echo: Values
    """d (..., aps, rx antennas)."""
    powers: Values
    """(..., users)."""


def received_signals(paths: Paths, x: Point) -> ReceivedSignals:
    """Signals at the receive antennas, given paths, positions, beams and powers."""
    xp = namespace(x.tx)
    sent = departing(x.tx[..., None, :, :], paths.direct_tx_cosine, x.beams[..., None, :, :])
    direct = arriving(x.rx[..., :, None, :], paths.direct_rx_cosine, paths.direct_gain * sent)
    cosine = paths.target_cosine[..., None]
    on_target = xp.sum(xp.conj(steering(x.tx, cosine)) * x.beams, axis=-1)
    echo = (paths.echo_gain * on_target[..., None, :])[..., None] * steering(x.rx, cosine)[..., :, None, :]
    own = xp.eye(x.tx.shape[-2])[..., None]
    return ReceivedSignals(
        uplink=arriving(x.rx[..., None, :, :], paths.uplink_cosine, paths.uplink_gain),
        beams=direct + echo,
        clutter=direct + (1 - own) * echo,
        echo=xp.sum(own * echo, axis=-2),
        powers=x.powers,
    )


class OffsetPhases(NamedTuple):
    """Effect of carrier offsets on the beams of every access point at every other one."""

    waves: Values
    """(..., snapshots, aps a, aps b)."""
    rho: Values
    """(..., aps a, aps b)."""


def offset_phases(s: Radio, offsets_hz: Values) -> OffsetPhases:
    """Waves and code correlations at offsets (..., aps); de-rotated, waves from b have the phase of b alone."""
    xp = namespace(offsets_hz)
    turn, codes = offset_phasors(offsets_hz, s.snapshots, s.symbol_time_s), xp.asarray(s.codes)
    sent = (codes * turn)[..., None, :]
    waves = sent * xp.conj(turn)[..., None]
    return OffsetPhases(xp.broadcast_to(sent, waves.shape) if s.derotated else waves, code_correlation(s, waves))


def code_correlation(s: Radio, waves: Values) -> Values:
    """Correlation rho of waves (..., snapshots, aps, aps) with the receiver's own code."""
    xp = namespace(waves)
    return xp.mean(xp.conj(xp.asarray(s.codes))[:, :, None] * waves, axis=-3)


class Filters(NamedTuple):
    """Receive filters by access point."""

    users: Values
    """(..., users, aps, rx antennas)."""
    radar: Values
    """(..., aps, rx antennas)."""


class FilteredSignals(NamedTuple):
    """Signals after the receive filters: amplitudes that offsets still turn, and powers that they do not change."""

    leaks: Values
    """u_ua^H V_ab, (..., users, aps, aps)."""
    clutter: Values
    """z_a^H V'_ab, (..., aps, aps)."""
    signal: Values
    """p_u |u_u^H h_u|^2, (..., users)."""
    floor: Values
    """Power of other users and noise, (..., users)."""
    echo: Values
    """S |z^H d|^2, (...)."""
    radar_floor: Values
    """z^H Q z + ||z||^2, (...)."""


def apply_filters(s: Radio, received: ReceivedSignals, filters: Filters) -> FilteredSignals:
    """Signals after receive filters."""
    xp = namespace(received.beams)
    u, z = xp.conj(filters.users), xp.conj(filters.radar)
    at_aps = xp.einsum("...uam,...vam->...uva", u, received.uplink)
    power = received.powers[..., None, :] * square_modulus(xp.sum(at_aps, axis=-1))
    own = xp.eye(power.shape[-1])
    signal = xp.sum(own * power, axis=-1)
    radar_at = xp.einsum("...am,...vam->...va", z, received.uplink)
    chi = xp.asarray(_overlap(s))
    spill = xp.einsum("...v,...va,ab,...vb->...", received.powers, radar_at, chi, xp.conj(radar_at)).real
    return FilteredSignals(
        leaks=xp.einsum("...uam,...abm->...uab", u, received.beams),
        clutter=xp.einsum("...am,...abm->...ab", z, received.clutter),
        signal=signal,
        floor=xp.sum((1 - own) * power, axis=-1) + xp.sum(square_modulus(u), axis=(-2, -1)),
        echo=s.snapshots * square_modulus(xp.sum(z * received.echo, axis=(-2, -1))),
        radar_floor=xp.maximum(spill, 0) + xp.sum(square_modulus(z), axis=(-2, -1)),
    )


class Sinrs(NamedTuple):
    """Linear SINRs."""

    users: Values
    """(..., users)."""
    radar: Values
    """(...)."""


def sinrs(s: Radio, filtered: FilteredSignals, phases: OffsetPhases) -> Sinrs:
    """SINRs at offsets; the batch axes of both arguments broadcast."""
    xp = namespace(filtered.floor)
    pairs = s.aps**2
    leaks = filtered.leaks.reshape(*filtered.leaks.shape[:-2], pairs)
    waves = phases.waves.reshape(*phases.waves.shape[:-2], pairs)
    interference = waves @ xp.swapaxes(leaks, -1, -2)  # (..., snapshots, users)
    noise = filtered.floor + xp.mean(square_modulus(interference), axis=-2)
    clutter = s.snapshots * square_modulus(xp.sum(filtered.clutter * phases.rho, axis=(-2, -1)))
    return Sinrs(filtered.signal / noise, filtered.echo / (filtered.radar_floor + clutter))


def utility(s: Radio, sinrs: Sinrs) -> Values:
    """Utility J = beta m(gamma_r) + (1 - beta) sum_u m(gamma_u), m = log2(1 + gamma) or gamma."""
    xp = namespace(sinrs.radar)
    users, radar = sinrs
    if s.metric == "rate":
        users, radar = xp.log1p(users) / np.log(2), xp.log1p(radar) / np.log(2)
    return s.sensing_weight * radar + (1 - s.sensing_weight) * xp.sum(users, axis=-1)


def utility_at(s: Radio, filtered: FilteredSignals, phases: OffsetPhases) -> Values:
    """Utility of filtered signals at offsets."""
    return utility(s, sinrs(s, filtered, phases))


class OffsetScenarios(NamedTuple):
    """Set of offsets that filters are made for, on an axis before the others; independent of beams and positions."""

    phases: OffsetPhases
    coherence: Values
    """(1/S) sum_s waves[s, a, b] conj(waves[s, c, d]), (..., scenarios, aps, aps, aps, aps)."""


def offset_scenarios(s: Radio, offsets_hz: Values) -> OffsetScenarios:
    """Phases and mean coherence at offsets (..., scenarios, aps)."""
    xp = namespace(offsets_hz)
    phases, aps = offset_phases(s, offsets_hz), s.aps
    flat = phases.waves.reshape(*phases.waves.shape[:-2], aps * aps)
    mean = xp.swapaxes(flat, -1, -2) @ xp.conj(flat) / s.snapshots
    return OffsetScenarios(phases, mean.reshape(*mean.shape[:-2], aps, aps, aps, aps))


def closed_form_filters(s: Radio, received: ReceivedSignals, scenarios: OffsetScenarios, weights: Values) -> Filters:
    """MMSE filters for the mean interference over scenarios with weights (..., scenarios); norm one.

    u_u ~ (mean i i^H + sum_v p_v h_v h_v^H + I)^-1 h_u,     z ~ (mean i_r i_r^H + Q + I)^-1 d      spec, section 4
    """
    xp = namespace(received.beams)
    aps, antennas = received.echo.shape[-2:]
    size, batch = aps * antennas, received.echo.shape[:-2]
    mean = xp.einsum("...k,...kabcd->...abcd", weights, scenarios.coherence)
    half = xp.einsum("...abm,...abcd->...amcd", received.beams, mean)
    interference = xp.einsum("...amcd,...cdn->...amcn", half, xp.conj(received.beams)).reshape(*batch, size, size)
    clutter = xp.einsum("...kab,...abm->...kam", scenarios.phases.rho, received.clutter)
    clutter = clutter.reshape(*clutter.shape[:-2], size)
    spill = xp.einsum("...k,...ki,...kj->...ij", weights * s.snapshots, clutter, xp.conj(clutter))
    h = received.uplink.reshape(*batch, received.uplink.shape[-3], size)
    users = xp.einsum("...v,...vi,...vj->...ij", received.powers, h, xp.conj(h))
    chi = xp.asarray(np.kron(_overlap(s), np.ones((antennas, antennas))))
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


def _overlap(s: Radio) -> np.ndarray:
    """Code overlap chi_ab = (1/S) sum_s conj(x_a) x_b: the identity for orthogonal codes."""
    return np.conj(s.codes).T @ s.codes / s.snapshots
