"""What arrives, and how well it is heard (spec cellfree, sections 2 to 4). For NumPy's arrays and JAX's alike.

All axes lead with whatever batch there is. Offsets enter through two small tensors alone:

    waves[s, a, b] = x_b[s] exp(j 2 pi s T (f_b - f_a))            of snapshot s, from access point b, heard at a
    rho[a, b]      = (1/S) sum_s conj(x_a[s]) waves[s, a, b]       after correlation with a's own code

    gamma_u = p_u |u_u^H h_u|^2 / (sum_{v != u} p_v |u_u^H h_v|^2 + (1/S) sum_s |u_u^H i[s]|^2 + ||u_u||^2)
    gamma_r = S |z^H d|^2 / (|z^H i_r|^2 + z^H Q z + ||z||^2)

    i[s] = stack_a sum_b waves[s, a, b] V_ab,      i_r = sqrt(S) stack_a sum_b rho[a, b] V'_ab

V_ab is the beam of b as heard at a, directly and by the target; V' lacks what a hears of itself by the target, d_a.
"""

from typing import Any, NamedTuple

import numpy as np

from beamwright.channels import arriving, departing, steering
from beamwright.numerics import namespace, solve_above, solve_positive, square_modulus
from beamwright.systems.cellfree.scenario import Scenario
from beamwright.uncertainty import offset_phasors

Values = Any
"""NumPy's arrays on the host, JAX's in a kernel."""


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
    """What is designed, filters apart."""

    tx: Values
    """(..., aps, tx antennas)."""
    rx: Values
    """(..., aps, rx antennas)."""
    beams: Values
    """(..., aps, tx antennas) complex."""
    powers: Values
    """(..., users)."""


class Air(NamedTuple):
    """What is heard of a design at every access point."""

    uplink: Values
    """h (..., users, aps, rx antennas)."""
    beams: Values
    """V (..., aps a, aps b, rx antennas)."""
    others: Values
    """V' (..., aps a, aps b, rx antennas)."""
    echo: Values
    """d (..., aps, rx antennas)."""
    powers: Values
    """(..., users)."""


def air(paths: Paths, x: Point) -> Air:
    """Of positions, beams and powers."""
    xp = namespace(x.tx)
    sent = departing(x.tx[..., None, :, :], paths.direct_tx_cosine, x.beams[..., None, :, :])
    direct = arriving(x.rx[..., :, None, :], paths.direct_rx_cosine, paths.direct_gain * sent)
    cosine = paths.target_cosine[..., None]
    lit = xp.sum(xp.conj(steering(x.tx, cosine)) * x.beams, axis=-1)
    echo = (paths.echo_gain * lit[..., None, :])[..., None] * steering(x.rx, cosine)[..., :, None, :]
    own = xp.eye(x.tx.shape[-2])[..., None]
    return Air(
        uplink=arriving(x.rx[..., None, :, :], paths.uplink_cosine, paths.uplink_gain),
        beams=direct + echo,
        others=direct + (1 - own) * echo,
        echo=xp.sum(own * echo, axis=-2),
        powers=x.powers,
    )


class Drift(NamedTuple):
    """What offsets do."""

    waves: Values
    """(..., snapshots, aps a, aps b)."""
    rho: Values
    """(..., aps a, aps b)."""


def drift(s: Scenario, offsets_hz: Values) -> Drift:
    """For offsets (..., aps). De-rotated to the users' carrier, what is heard of b has the phase of b alone."""
    xp = namespace(offsets_hz)
    turn, codes = offset_phasors(offsets_hz, s.snapshots, s.symbol_time_s), xp.asarray(s.codes)
    sent = (codes * turn)[..., None, :]
    waves = sent * xp.conj(turn)[..., None]
    return Drift(xp.broadcast_to(sent, waves.shape) if s.derotated else waves, correlated(s, waves))


def correlated(s: Scenario, waves: Values) -> Values:
    """rho of waves (..., snapshots, aps, aps)."""
    xp = namespace(waves)
    return xp.mean(xp.conj(xp.asarray(s.codes))[:, :, None] * waves, axis=-3)


class Filters(NamedTuple):
    """Receive filters by access point."""

    users: Values
    """(..., users, aps, rx antennas)."""
    radar: Values
    """(..., aps, rx antennas)."""


class Heard(NamedTuple):
    """Through filters: all that offsets still have to do with, and what they do not change."""

    leaks: Values
    """u_ua^H V_ab, (..., users, aps, aps)."""
    clutter: Values
    """z_a^H V'_ab, (..., aps, aps)."""
    signal: Values
    """p_u |u_u^H h_u|^2, (..., users)."""
    floor: Values
    """Other users and noise, (..., users)."""
    echo: Values
    """S |z^H d|^2, (...)."""
    radar_floor: Values
    """z^H Q z + ||z||^2, (...)."""


def through(s: Scenario, there: Air, filters: Filters) -> Heard:
    """What filters make of what arrives."""
    xp = namespace(there.beams)
    u, z = xp.conj(filters.users), xp.conj(filters.radar)
    at_aps = xp.einsum("...uam,...vam->...uva", u, there.uplink)
    power = there.powers[..., None, :] * square_modulus(xp.sum(at_aps, axis=-1))
    own = xp.eye(power.shape[-1])
    signal = xp.sum(own * power, axis=-1)
    radar_at = xp.einsum("...am,...vam->...va", z, there.uplink)
    chi = xp.asarray(_overlap(s))
    spill = xp.einsum("...v,...va,ab,...vb->...", there.powers, radar_at, chi, xp.conj(radar_at)).real
    return Heard(
        leaks=xp.einsum("...uam,...abm->...uab", u, there.beams),
        clutter=xp.einsum("...am,...abm->...ab", z, there.others),
        signal=signal,
        floor=xp.sum(power, axis=-1) - signal + xp.sum(square_modulus(u), axis=(-2, -1)),
        echo=s.snapshots * square_modulus(xp.sum(z * there.echo, axis=(-2, -1))),
        radar_floor=spill + xp.sum(square_modulus(z), axis=(-2, -1)),
    )


class Ratios(NamedTuple):
    """SINRs, linear."""

    users: Values
    """(..., users)."""
    radar: Values
    """(...)."""


def ratios(s: Scenario, heard: Heard, now: Drift) -> Ratios:
    """At offsets; the batch axes of both broadcast."""
    xp = namespace(heard.floor)
    aps = s.aps**2
    leaks = heard.leaks.reshape(*heard.leaks.shape[:-2], aps)
    waves = now.waves.reshape(*now.waves.shape[:-2], aps)
    arrived = waves @ xp.swapaxes(leaks, -1, -2)  # (..., snapshots, users)
    noise = heard.floor + xp.mean(square_modulus(arrived), axis=-2)
    clutter = s.snapshots * square_modulus(xp.sum(heard.clutter * now.rho, axis=(-2, -1)))
    return Ratios(heard.signal / noise, heard.echo / (heard.radar_floor + clutter))


def utility(s: Scenario, found: Ratios) -> Values:
    """J = beta m(gamma_r) + (1 - beta) sum_u m(gamma_u), m = log2(1 + gamma) or gamma."""
    xp = namespace(found.radar)
    users, radar = found
    if s.metric == "rate":
        users, radar = xp.log1p(users) / np.log(2), xp.log1p(radar) / np.log(2)
    return s.sensing_weight * radar + (1 - s.sensing_weight) * xp.sum(users, axis=-1)


class Scenarios(NamedTuple):
    """Offsets that filters are made for, an axis before the others; beams and positions do not change it."""

    drift: Drift
    coherence: Values
    """(1/S) sum_s waves[s, a, b] conj(waves[s, c, d]), (..., scenarios, aps, aps, aps, aps)."""


def scenarios_of(s: Scenario, offsets_hz: Values) -> Scenarios:
    """For offsets (..., scenarios, aps)."""
    xp = namespace(offsets_hz)
    now, aps = drift(s, offsets_hz), s.aps
    flat = now.waves.reshape(*now.waves.shape[:-2], aps * aps)
    mean = xp.swapaxes(flat, -1, -2) @ xp.conj(flat) / s.snapshots
    return Scenarios(now, mean.reshape(*mean.shape[:-2], aps, aps, aps, aps))


def best_filters(s: Scenario, there: Air, scenarios: Scenarios, weights: Values) -> Filters:
    """Closed-form filters for a set of scenarios with weights (..., scenarios).

    u_u ~ (mean i i^H + sum_v p_v h_v h_v^H + I)^-1 h_u,     z ~ (mean i_r i_r^H + Q + I)^-1 d      spec, section 4
    """
    xp = namespace(there.beams)
    aps, antennas = there.echo.shape[-2:]
    size, batch = aps * antennas, there.echo.shape[:-2]
    mean = xp.einsum("...k,...kabcd->...abcd", weights, scenarios.coherence)
    half = xp.einsum("...abm,...abcd->...amcd", there.beams, mean)
    loud = xp.einsum("...amcd,...cdn->...amcn", half, xp.conj(there.beams)).reshape(*batch, size, size)
    clutter = xp.einsum("...kab,...abm->...kam", scenarios.drift.rho, there.others)
    clutter = clutter.reshape(*clutter.shape[:-2], size)
    spill = xp.einsum("...k,...ki,...kj->...ij", weights * s.snapshots, clutter, xp.conj(clutter))
    h = there.uplink.reshape(*batch, there.uplink.shape[-3], size)
    users = xp.einsum("...v,...vi,...vj->...ij", there.powers, h, xp.conj(h))
    chi = xp.asarray(np.kron(_overlap(s), np.ones((antennas, antennas))))
    wanted = xp.concatenate([h, there.echo.reshape(*batch, 1, size)], axis=-2)
    found = _solved(loud + users, spill + chi * users, wanted)
    power = xp.sum(square_modulus(found), axis=-1, keepdims=True)
    there = power > 1e-300  # where nothing is to be heard any filter will do
    found = xp.where(there, found / xp.sqrt(xp.where(there, power, 1.0)), size**-0.5)
    found = found.reshape(*found.shape[:-1], aps, antennas)
    return Filters(found[..., :-1, :, :], found[..., -1, :, :])


def _solved(users: Values, radar: Values, wanted: Values) -> Values:
    """(users + I)^-1 for all of ``wanted`` but the last, (radar + I)^-1 for that: (..., users + 1, size)."""
    xp = namespace(wanted)
    if xp is np:
        columns = np.swapaxes(wanted, -1, -2)
        found = solve_above(users, 1.0, columns[..., :-1]), solve_above(radar, 1.0, columns[..., -1:])
        return np.swapaxes(np.concatenate(found, axis=-1), -1, -2)
    both = xp.stack([users, radar], axis=-1) + xp.eye(len(users))[..., None]  # one instance: two lanes
    columns = xp.stack([wanted.T, wanted.T], axis=-1)
    both_found = solve_positive(both, columns, 0.5)
    return xp.concatenate([both_found[:, :-1, 0], both_found[:, -1:, 1]], axis=1).T


def _overlap(s: Scenario) -> np.ndarray:
    """chi_ab = (1/S) sum_s conj(x_a) x_b: the identity for orthogonal codes."""
    return np.conj(s.codes).T @ s.codes / s.snapshots
