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
from beamwright.numerics import Values, namespace, square_modulus
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
    chi = xp.asarray(code_overlap(s))
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
    return Sinrs(
        user_sinrs(filtered, xp.mean(square_modulus(interference), axis=-2)), radar_sinr(s, filtered, phases.rho)
    )


def user_sinrs(filtered: FilteredSignals, interference: Values) -> Values:
    """SINRs of users whose filters let the beams through with these mean powers (..., users)."""
    return filtered.signal / (filtered.floor + interference)


def radar_sinr(s: Radio, filtered: FilteredSignals, rho: Values) -> Values:
    """SINR of the radar at correlations rho (..., aps, aps)."""
    xp = namespace(rho)
    clutter = s.snapshots * square_modulus(xp.sum(filtered.clutter * rho, axis=(-2, -1)))
    return filtered.echo / (filtered.radar_floor + clutter)


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


def code_overlap(s: Radio) -> np.ndarray:
    """Code overlap chi_ab = (1/S) sum_s conj(x_a) x_b: the identity for orthogonal codes."""
    return np.conj(s.codes).T @ s.codes / s.snapshots
