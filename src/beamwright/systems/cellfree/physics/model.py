"""Received signals, receive filters, SINRs and utility (spec cellfree, sections 2 to 4), for NumPy and JAX alike.

All axes lead with whatever batch there is. Offsets enter through two small tensors alone:

    waves[s, a, b] = x_b[s] exp(j 2 pi s T (f_b - f_a))            of snapshot s, from access point b, received at a
    rho[a, b]      = (1/S) sum_s conj(x_a[s]) waves[s, a, b]       after correlation with a's own code

    gamma_u = p_u |u_u^H h_u|^2 / (sum_{v != u} p_v |u_u^H h_v|^2 + (1/S) sum_s |u_u^H i[s]|^2 + ||u_u||^2)
    gamma_r = S |z^H d|^2 / (|z^H i_r|^2 + z^H Q z + ||z||^2)

    i[s] = stack_a sum_b waves[s, a, b] V_ab,      i_r = sqrt(S) stack_a sum_b rho[a, b] V'_ab

Where users' channels are known up to errors ||h_u - h_hat_u|| <= e_u, every SINR is at the errors that are worst for
it, so that no errors undercut the utility (``_heard_at_worst``, ``_spill_at_worst``).

V_ab is the beam of b as received at a, directly and by the target; V' lacks the own echo d_a of a.

Of several targets every one has a filter z_t and an SINR of its own, of which the least counts in the utility. V_ab
holds the echoes of all; the radar does not know what phases the others' reflections have, so they count by their
powers, one by one and with no help from each other:

    gamma_t = S |z_t^H d_t|^2 / (|z_t^H i_t|^2 + sum_{j != t} |z_t^H e_j|^2 + z_t^H Q z_t + ||z_t||^2)

i_t as i_r with no echoes but those of t, and e_j = sqrt(S) stack_a sum_b rho[a, b] (echo of b by j at a), own one too.

With metric position every access point estimates the target's direction by its own echo, with a filter z_ta and an SINR
gamma_ta of its own, which is counted as if what disturbs it were white; see ``position_bits``.

A target that may be elsewhere has places in the place of targets, of which the least counts, each with its filter z_k.
What phases the echoes have there nobody knows, so they count with those that are worst, next to what is direct:

    gamma_u    with  (sqrt((1/S) sum_s |u_u^H i[s]|^2) + max_k sum_ab |u_ua^H e_kab|)^2,       e_kab echo of b at a
    gamma_k    with  (|z_k^H i_r| + sqrt(S) sum_{a != b} rho_ab |z_ka^H e_kab|)^2

i and i_r with no echoes, rho_ab here the largest modulus of a code correlation within the range of offsets.

Several subcarriers are an axis before all others but the batch's: channels, beams, powers and filters have it,
positions and codes do not. Offsets make the beams of subcarrier l heard on k, V^k_ab = sum_l C_kl(f_b - f_a) V^l_ab, so
that amplitudes behind filters have two such axes, [k, l]. ``sinrs`` are those of the whole band.
"""

from typing import NamedTuple

import numpy as np

from beamwright.channels import arriving, departing, steering
from beamwright.numerics import Values, namespace, square_modulus
from beamwright.systems.cellfree.physics.offset_phases import OffsetPhases, largest_overlap
from beamwright.systems.cellfree.physics.subcarriers import over_band
from beamwright.systems.cellfree.scenario import Radio

TINY = 1e-200
"""Added to squares under a root, which has no slope at zero."""


class Paths(NamedTuple):
    """The arrays of ``Known`` that channels are made of, in its order; in a plane cosines are directions, complex. Of
    several subcarriers gains have an axis of them, cosines do not."""

    uplink_gain: Values
    uplink_cosine: Values
    direct_gain: Values
    direct_rx_cosine: Values
    direct_tx_cosine: Values
    echo_gain: Values
    target_cosine: Values
    sight: Values
    """(..., targets, aps, 2) with metric position, else (..., 0)."""


class Point(NamedTuple):
    """Positions, beams and powers of a design; of several subcarriers beams and powers have an axis of them."""

    tx: Values
    """(..., aps, tx antennas) wavelengths; in a plane complex, here and below."""
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
    """V' (..., targets, targets, aps a, aps b, rx antennas): [t, t] all but the own echoes of target t, and no other
    target's; [t, j] the echoes of j, own ones too."""
    echo: Values
    """d (..., targets, aps, rx antennas)."""
    powers: Values
    """(..., users)."""
    looks: Values
    """g (..., targets, aps, 2) with metric position: own echoes' information about the place over their SINR is
    g g^T, in 1/m^2; else (..., 0)."""
    echoes: Values
    """e (..., places, aps a, aps b, rx antennas) of a target that may be elsewhere, which ``beams`` and ``clutter``
    (..., places, 1, aps, aps, rx antennas) then lack; else (..., 0)."""


def received_signals(paths: Paths, x: Point, displaced: bool = False) -> ReceivedSignals:
    """Signals at the receive antennas, given paths, positions, beams and powers; of a target, or of its places."""
    xp = namespace(x.tx)
    if x.beams.ndim > x.tx.ndim:
        paths, x = _for_every_subcarrier(paths, x)
    sent = departing(x.tx[..., None, :, :], paths.direct_tx_cosine, x.beams[..., None, :, :])
    direct = arriving(x.rx[..., :, None, :], paths.direct_rx_cosine, paths.direct_gain * sent)
    cosine, targets = paths.target_cosine[..., None], paths.target_cosine.shape[-2]
    on_target = xp.sum(xp.conj(steering(x.tx[..., None, :, :], cosine)) * x.beams[..., None, :, :], axis=-1)
    at_rx = steering(x.rx[..., None, :, :], cosine)
    echo = (paths.echo_gain * on_target[..., None, :])[..., None] * at_rx[..., :, None, :]
    own = xp.eye(x.tx.shape[-2])[..., None]
    if displaced:
        echoed = xp.sum(own * echo, axis=-2)
        every = xp.broadcast_to(direct[..., None, None, :, :, :], (*echo.shape[:-3], 1, *direct.shape[-3:]))
        heard = arriving(x.rx[..., None, :, :], paths.uplink_cosine, paths.uplink_gain)
        seen = looks(paths, x.rx) if paths.sight.shape[-1] else paths.sight
        return ReceivedSignals(heard, direct, every, echoed, x.powers, seen, echo)
    rest = direct[..., None, :, :, :] + (1 - own) * echo
    same = np.eye(targets, dtype=bool)[..., None, None, None]
    return ReceivedSignals(
        uplink=arriving(x.rx[..., None, :, :], paths.uplink_cosine, paths.uplink_gain),
        beams=direct + xp.sum(echo, axis=-4),
        clutter=xp.where(same, rest[..., None, :, :, :], echo[..., None, :, :, :, :]),
        echo=xp.sum(own * echo, axis=-2),
        powers=x.powers,
        looks=looks(paths, x.rx) if paths.sight.shape[-1] else paths.sight,
        echoes=xp.zeros((*x.powers.shape[:-1], 0)),
    )


def _for_every_subcarrier(paths: Paths, x: Point) -> tuple[Paths, Point]:
    """Directions and positions with an axis for the subcarriers, which all have the same."""
    return paths._replace(
        uplink_cosine=paths.uplink_cosine[..., None, :, :, :],
        direct_rx_cosine=paths.direct_rx_cosine[..., None, :, :, :],
        direct_tx_cosine=paths.direct_tx_cosine[..., None, :, :, :],
        target_cosine=paths.target_cosine[..., None, :, :],
    ), x._replace(tx=x.tx[..., None, :, :], rx=x.rx[..., None, :, :])


def looks(paths: Paths, rx: Values) -> Values:
    """g_ta = sqrt(2) 2 pi std(x_a) sight_ta, x_a the places of a's receive antennas across its line of sight.

    An echo of phases 2 pi x sin(angle) and unknown common phase has the information 2 gamma (2 pi)^2 var(x) about the
    angle, and the angle turns by ``sight`` for a metre.
    """
    xp, cosine = namespace(rx), paths.target_cosine[..., None]
    if xp.iscomplexobj(rx):
        across = rx.imag[..., None, :, :] * cosine.real - rx.real[..., None, :, :] * cosine.imag
    else:
        across = rx[..., None, :, :] * xp.sqrt(xp.maximum(1 - cosine**2, 0.0))
    spread = xp.sqrt(xp.mean((across - xp.mean(across, axis=-1, keepdims=True)) ** 2, axis=-1) + TINY)
    return np.sqrt(2) * 2 * np.pi * spread[..., None] * paths.sight


class Filters(NamedTuple):
    """Receive filters by access point."""

    users: Values
    """(..., users, aps, rx antennas)."""
    radar: Values
    """(..., targets, aps, rx antennas)."""


class FilteredSignals(NamedTuple):
    """Signals after the receive filters: amplitudes that offsets still turn, and powers that they do not change; of
    several subcarriers all of them have an axis of these before those below."""

    leaks: Values
    """u_ua^H V_ab, (..., users, aps, aps); [k, l] of subcarriers that leak into each other, here and below."""
    clutter: Values
    """z_ta^H V'_tjab, (..., targets, targets, aps, aps)."""
    signal: Values
    """p_u |u_u^H h_u|^2, (..., users)."""
    floor: Values
    """Power of other users and noise, (..., users)."""
    echo: Values
    """S |z^H d|^2, (..., targets)."""
    radar_floor: Values
    """z^H Q z + ||z||^2, (..., targets)."""
    echo_at: Values
    """S |z_ta^H d_ta|^2 (..., targets, aps) with metric position, else (..., 0); so all that follow."""
    floor_at: Values
    """z_ta^H Q_a z_ta + ||z_ta||^2."""
    looks: Values
    """g of the received signals, (..., targets, aps, 2)."""
    echo_leaks: Values
    """max_k sum_ab |u_ua^H e_kab| (..., users) of a target that may be elsewhere, else (..., 0)."""
    echo_clutter: Values
    """sqrt(S) sum_{b != a} rho_ab |z_ka^H e_kab| (..., places, aps), else (..., 0)."""


def apply_filters(s: Radio, received: ReceivedSignals, filters: Filters) -> FilteredSignals:
    """Signals after receive filters."""
    xp = namespace(received.beams)
    u, z = xp.conj(filters.users), xp.conj(filters.radar)
    at_aps = xp.einsum("...uam,...vam->...uva", u, received.uplink)
    heard = square_modulus(xp.sum(at_aps, axis=-1))
    own = xp.eye(heard.shape[-1])
    if s.uncertain:
        heard = _heard_at_worst(s, received.uplink, u, heard, own)
    power = received.powers[..., None, :] * heard
    radar_at = xp.einsum("...tam,...vam->...tva", z, received.uplink)
    chi = xp.asarray(code_overlap(s))
    spill = xp.einsum("...v,...tva,ab,...tvb->...t", received.powers, radar_at, chi, xp.conj(radar_at)).real
    if s.uncertain:
        spill = _spill_at_worst(s, received, z, radar_at)
    echo_at = floor_at = received.looks
    if s.metric == "position":
        echo_at = s.snapshots * square_modulus(xp.sum(z * received.echo, axis=-1))
        floor_at = _floor_at(s, received, z, radar_at)
    at_users, at_radar = u, z[..., None, :, :]
    beams, clutter = received.beams, received.clutter
    if s.mixed:  # behind the filter of every subcarrier what every other one sends
        at_users, at_radar = u[..., None, :, :, :], at_radar[..., None, :, :, :, :]
        beams, clutter = beams[..., None, :, :, :, :], clutter[..., None, :, :, :, :, :, :]
    return FilteredSignals(
        leaks=xp.einsum("...uam,...abm->...uab", at_users, beams),
        clutter=xp.einsum("...am,...abm->...ab", at_radar, clutter),
        signal=xp.sum(own * power, axis=-1),
        floor=xp.sum((1 - own) * power, axis=-1) + xp.sum(square_modulus(u), axis=(-2, -1)),
        echo=s.snapshots * square_modulus(xp.sum(z * received.echo, axis=(-2, -1))),
        radar_floor=xp.maximum(spill, 0) + xp.sum(square_modulus(z), axis=(-2, -1)),
        echo_at=echo_at,
        floor_at=floor_at,
        looks=received.looks,
        echo_leaks=_echo_leaks(u, received.echoes) if s.displaced else received.echoes,
        echo_clutter=_echo_clutter(s, z, received.echoes) if s.displaced else received.echoes,
    )


def _echo_leaks(u: Values, echoes: Values) -> Values:
    """Largest amplitude (..., users) of all echoes behind users' filters, whatever the place and the phases."""
    xp = namespace(u)
    each = xp.einsum("...uam,...kabm->...ukab", u, echoes)
    return xp.max(xp.sum(xp.sqrt(square_modulus(each) + TINY), axis=(-2, -1)), axis=-1)


def _echo_clutter(s: Radio, z: Values, echoes: Values) -> Values:
    """Largest amplitude (..., places, aps) of the others' echoes behind each place's filter, whatever the phases."""
    xp = namespace(z)
    each = xp.sqrt(square_modulus(xp.einsum("...kam,...kabm->...kab", z, echoes)) + TINY)
    return np.sqrt(s.snapshots) * xp.sum(largest_overlap(s, xp) * each, axis=-1)


def _floor_at(s: Radio, received: ReceivedSignals, z: Values, radar_at: Values) -> Values:
    """sum_v p_v |z_ta^H h_va|^2 + ||z_ta||^2 (..., targets, aps), at errors that are worst for each of them."""
    xp = namespace(z)
    heard = square_modulus(radar_at)  # (..., targets, users, aps)
    if s.uncertain:
        spread = _norm(z, (-1,))[..., None, :] * error_sizes(s, received.uplink)[..., None, :, None]
        heard = (xp.sqrt(heard + TINY) + spread) ** 2
    return xp.sum(received.powers[..., None, :, None] * heard, axis=-2) + xp.sum(square_modulus(z), axis=-1)


def error_sizes(s: Radio, uplink: Values) -> Values:
    """Largest error e_u = csi_error ||h_hat_u|| of users' channels (..., users), over all antennas together."""
    return s.csi_error * _norm(uplink, (-2, -1))


def _heard_at_worst(s: Radio, uplink: Values, u: Values, heard: Values, own: Values) -> Values:
    """|u_u^H h_v|^2 (..., users u, users v) at the errors that are worst for user u, from |u_u^H h_hat_v|^2.

        |u_u^H h_u| = (|u_u^H h_hat_u| - ||u_u|| e_u)^+,     |u_u^H h_v| = |u_u^H h_hat_v| + ||u_u|| e_v

    Exact: errors along u_u do all of it at once.
    """
    xp = namespace(u)
    spread = _norm(u, (-2, -1))[..., None] * error_sizes(s, uplink)[..., None, :]
    size = xp.sqrt(heard + TINY)
    return xp.where(own > 0, xp.maximum(size - spread, 0.0), size + spread) ** 2


def _spill_at_worst(s: Radio, received: ReceivedSignals, z: Values, radar_at: Values) -> Values:
    """Bound of sum_v p_v sum_a |z_ta^H h_va|^2 (..., targets): p_v (||z^H h_hat_v|| + max_a ||z_ta|| e_v)^2 each.

    Exact for one access point; with several an error cannot lie along the channel and the loudest filter at once.
    """
    xp = namespace(z)
    spread = xp.max(_norm(z, (-1,)), axis=-1)[..., None] * error_sizes(s, received.uplink)[..., None, :]
    return xp.sum(received.powers[..., None, :] * (_norm(radar_at, (-1,)) + spread) ** 2, axis=-1)


def _norm(values: Values, axes: tuple[int, ...]) -> Values:
    """Euclidean norm over axes, with a slope at zero."""
    xp = namespace(values)
    return xp.sqrt(xp.sum(square_modulus(values), axis=axes) + TINY)


class Sinrs(NamedTuple):
    """Linear SINRs."""

    users: Values
    """(..., users)."""
    radar: Values
    """(..., targets)."""
    position: Values | None = None
    """``position_bits`` (..., targets), with metric position."""


def sinrs(s: Radio, filtered: FilteredSignals, phases: OffsetPhases) -> Sinrs:
    """SINRs at offsets; the batch axes of both arguments broadcast. Of several subcarriers those of the whole band."""
    if s.subcarriers == 1:
        return sinrs_of_each(s, filtered, phases)
    users, radar, _ = sinrs_by_subcarrier(s, filtered, phases)
    return Sinrs(over_band(s, users), over_band(s, radar))


def sinrs_by_subcarrier(s: Radio, filtered: FilteredSignals, phases: OffsetPhases) -> Sinrs:
    """SINRs (..., subcarriers, users) and (..., subcarriers, targets) at offsets."""
    xp = namespace(filtered.floor)
    if phases.leakage is not None:
        filtered = filtered._replace(
            leaks=xp.sum(phases.leakage[..., None, :, :] * filtered.leaks, axis=-4),
            clutter=xp.sum(phases.leakage[..., None, None, :, :] * filtered.clutter, axis=-5),
        )
    every = OffsetPhases(phases.waves[..., None, :, :, :], phases.rho[..., None, :, :])
    return sinrs_of_each(s, filtered, every)


def sinrs_of_each(s: Radio, filtered: FilteredSignals, phases: OffsetPhases) -> Sinrs:
    """SINRs at offsets, of one subcarrier or of every one by itself."""
    xp = namespace(filtered.floor)
    pairs = s.aps**2
    leaks = filtered.leaks.reshape(*filtered.leaks.shape[:-2], pairs)
    waves = phases.waves.reshape(*phases.waves.shape[:-2], pairs)
    interference = waves @ xp.swapaxes(leaks, -1, -2)  # (..., snapshots, users)
    users = user_sinrs(filtered, xp.mean(square_modulus(interference), axis=-2))
    return Sinrs(users, *radar_figures(s, filtered, phases.rho))


def radar_figures(s: Radio, filtered: FilteredSignals, rho: Values) -> tuple[Values, Values | None]:
    """SINRs of the radar, and bits of its position bound where they count."""
    bits = position_bits(s, local_sinrs(s, filtered, rho), filtered.looks) if s.metric == "position" else None
    return radar_sinr(s, filtered, rho), bits


def user_sinrs(filtered: FilteredSignals, interference: Values) -> Values:
    """SINRs of users whose filters let the beams through with these mean powers (..., users)."""
    if filtered.echo_leaks.shape[-1]:
        interference = with_echoes(interference, filtered.echo_leaks)
    return filtered.signal / (filtered.floor + interference)


def radar_sinr(s: Radio, filtered: FilteredSignals, rho: Values) -> Values:
    """SINRs of the radar, (..., targets), at correlations rho (..., aps, aps)."""
    xp = namespace(rho)
    each = square_modulus(xp.sum(filtered.clutter * rho[..., None, None, :, :], axis=(-2, -1)))
    clutter = s.snapshots * xp.sum(each, axis=-1)
    if s.displaced:
        clutter = with_echoes(clutter, xp.sum(filtered.echo_clutter, axis=-1))
    return filtered.echo / (filtered.radar_floor + clutter)


def with_echoes(power: Values, amplitude: Values) -> Values:
    """Power of what is direct and of echoes of any phases, where the target may be elsewhere."""
    return (namespace(power).sqrt(power + TINY) + amplitude) ** 2


def local_sinrs(s: Radio, filtered: FilteredSignals, rho: Values) -> Values:
    """gamma_ta (..., targets, aps): SINR of every target's own echo behind each access point's part of the filter."""
    xp = namespace(rho)
    each = square_modulus(xp.sum(filtered.clutter * rho[..., None, None, :, :], axis=-1))
    clutter = s.snapshots * xp.sum(each, axis=-2)
    if s.displaced:
        clutter = with_echoes(clutter, filtered.echo_clutter)
    return filtered.echo_at / (filtered.floor_at + clutter)


def position_bits(s: Radio, sinr: Values, looks: Values) -> Values:
    """log2 of the position error before the echoes over its bound after them, (..., targets).

        1/2 log2(2 sigma^2 / tr(M^-1)),   M = I / sigma^2 + sum_a gamma_ta g_ta g_ta^T

    for a target whose place is known beforehand with standard deviation sigma per coordinate: 0 for a silent radar.
    """
    xp = namespace(looks)
    x, y = looks[..., 0], looks[..., 1]
    xx, yy, xy = (s.position_prior_m**2 * xp.sum(sinr * pair, axis=-1) for pair in (x * x, y * y, x * y))
    # of M in units of 1 / sigma^2 determinant and trace, with xx yy - xy^2 >= 0
    whole = 1 + xx + yy + xp.maximum(xx * yy - xy**2, 0.0)
    return 0.5 * xp.log2(2 * whole / (2 + xx + yy))


def weakest(radar: Values) -> Values:
    """Least of values (..., targets)."""
    return namespace(radar).min(radar, axis=-1)


def utility(s: Radio, sinrs: Sinrs) -> Values:
    """Utility J = beta min_t m(gamma_t) + (1 - beta) sum_u m(gamma_u), m = log2(1 + gamma) or gamma; with metric
    position ``position_bits`` instead of the radar's.
    """
    xp = namespace(sinrs.radar)
    users, radar = sinrs.users, weakest(sinrs.radar)
    if s.metric == "rate":
        users, radar = xp.log1p(users) / np.log(2), xp.log1p(radar) / np.log(2)
    if sinrs.position is not None:
        users, radar = xp.log1p(users) / np.log(2), weakest(sinrs.position)
    return s.sensing_weight * radar + (1 - s.sensing_weight) * xp.sum(users, axis=-1)


def utility_at(s: Radio, filtered: FilteredSignals, phases: OffsetPhases) -> Values:
    """Utility of filtered signals at offsets."""
    return utility(s, sinrs(s, filtered, phases))


def code_overlap(s: Radio) -> np.ndarray:
    """Code overlap chi_ab = (1/S) sum_s conj(x_a) x_b: the identity for orthogonal codes."""
    return np.conj(s.codes).T @ s.codes / s.snapshots
