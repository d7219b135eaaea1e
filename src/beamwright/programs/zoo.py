"""Problems of downlink beamforming as they stand in the literature, each a program to solve, change or learn from.

Channels H are (users, antennas), or (drops, users, antennas) for many at once; all other streams interfere, nothing is
cancelled. Every function returns a ``Problem``; their values at fixed channels are among the tests.
"""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from beamwright.core import require
from beamwright.programs.conditions import Condition
from beamwright.programs.cones import hermitian, norm, sinr
from beamwright.programs.data import data, short
from beamwright.programs.expressions import Combination, Expression, covariances, scalar
from beamwright.programs.problem import Problem, maximise, minimise
from beamwright.programs.robust import ball


def unicast(channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike) -> Problem:
    """Least power for a SINR of every user: Bengtsson and Ottersten (2001). The relaxation is tight."""
    h = _channels(channels)
    w = _streams(h)
    return Problem(minimise(_total(w).power()), _demands(w, h, sinr_db, noise_power_w))


def unicast_robust(channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike, csi_error: ArrayLike) -> Problem:
    """Least power for SINRs at all channels within ``csi_error`` of the estimates: Zheng et al. (2008)."""
    h = _channels(channels)
    w = _streams(h)
    return Problem(minimise(_total(w).power()), _demands(w, h, sinr_db, noise_power_w, csi_error))


def per_antenna(channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike) -> Problem:
    """Least largest antenna power for a SINR of every user: Yu and Lan (2007). The relaxation is tight."""
    h = _channels(channels)
    w, level = _streams(h), scalar("largest antenna power")
    return Problem(minimise(level), [*_demands(w, h, sinr_db, noise_power_w), _total(w).antenna_power() <= level])


def multicast(channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike) -> Problem:
    """Least power of one signal for all users: Sidiropoulos, Davidson and Luo (2006). NP-hard: not always tight."""
    h = _channels(channels)
    (w,) = covariances(1, h.shape[-1])
    target = _linear(sinr_db) * _noise(noise_power_w)
    return Problem(minimise(w.power()), [w.gain(h[..., k, :]) >= target for k in range(h.shape[-2])])


def multigroup(
    channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike, groups: Sequence[Sequence[int]]
) -> Problem:
    """Least power of one signal per group of users: Karipidis, Sidiropoulos and Luo (2008). Not always tight."""
    h = _channels(channels)
    w = covariances(len(groups), h.shape[-1])
    target = _linear(sinr_db)
    demands = [
        sinr(w[g], h[..., k, :], w, noise_power_w) >= target for g, members in enumerate(groups) for k in members
    ]
    return Problem(minimise(_total(w).power()), demands)


def cognitive(
    channels: ArrayLike,
    sinr_db: float,
    noise_power_w: ArrayLike,
    protected: ArrayLike,
    limit_w: float,
    csi_error: ArrayLike,
) -> Problem:
    """Least power while receivers (receivers, antennas), known to within ``csi_error``, get at most ``limit_w``.

    Source: Zhang, Liang and Cui (2010); Gharavol, Liang and Mouthaan (2010) for the error.
    """
    h, g = _channels(channels), _channels(protected, "protected")
    w = _streams(h)
    quiet = [_total(w).gain(ball(g[..., j, :], csi_error)) <= limit_w for j in range(g.shape[-2])]
    return Problem(minimise(_total(w).power()), _demands(w, h, sinr_db, noise_power_w) + quiet)


def secrecy(
    channel: ArrayLike,
    listeners: ArrayLike,
    sinr_db: float,
    listener_sinr_db: float,
    noise_power_w: ArrayLike,
    csi_error: ArrayLike,
) -> Problem:
    """Least power of a stream and artificial noise that listeners, known to within ``csi_error``, cannot decode.

    Source: Liao, Chang, Ma and Chi (2011).
    """
    h, g = data(channel, "channel", complex), _channels(listeners, "listeners")
    (w,) = covariances(1, h.shape[-1])
    (q,) = covariances(1, h.shape[-1], rank_one=False, name="q")
    heard = sinr(w, h, [q], noise_power_w) >= _linear(sinr_db)
    secret = [
        sinr(w, ball(g[..., j, :], csi_error), [q], noise_power_w) <= _linear(listener_sinr_db)
        for j in range(g.shape[-2])
    ]
    return Problem(minimise((w + q).power()), [heard, *secret])


def swipt(
    channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike, harvesters: ArrayLike, harvested_w: float
) -> Problem:
    """Least power for SINRs and a power at every harvester, with an energy beam: Xu, Liu and Zhang (2014)."""
    h, g = _channels(channels), _channels(harvesters, "harvesters")
    w = _streams(h)
    (energy,) = covariances(1, h.shape[-1], rank_one=False, name="energy")
    everything = [*w, energy]
    fed = [_total(everything).gain(g[..., j, :]) >= harvested_w for j in range(g.shape[-2])]
    return Problem(minimise(_total(everything).power()), _demands(w, h, sinr_db, noise_power_w, among=everything) + fed)


def beampattern(
    channels: ArrayLike,
    sinr_db: float,
    noise_power_w: ArrayLike,
    steering: ArrayLike,
    desired: ArrayLike,
    antenna_power_w: float,
) -> Problem:
    """Least root mean square of a^H R a - alpha d over angles, at given antenna powers, for SINRs: Liu et al. (2020).

    Args:    steering a (angles, antennas); desired d (angles,), whose scale alpha >= 0 is free; a covariance that only
             senses interferes.
    """
    h, a = _channels(channels), data(steering, "steering", complex)
    w = _streams(h)
    (sensing,) = covariances(1, h.shape[-1], rank_one=False, name="sensing")
    everything, alpha, error = [*w, sensing], scalar("alpha"), scalar("root mean square")
    total, d = _total(everything), data(jnp.asarray(desired, float), "desired", float)
    misfit = [(total.gain(a[i]) - d[i] * alpha) / np.sqrt(len(a)) for i in range(len(a))]
    conditions = _demands(w, h, sinr_db, noise_power_w, among=everything)
    return Problem(minimise(error), [*conditions, total.antenna_power() == antenna_power_w, norm(misfit) <= error])


def crb(
    channels: ArrayLike,
    sinr_db: float,
    noise_power_w: ArrayLike,
    power_w: float,
    response: ArrayLike,
    slope: ArrayLike,
) -> Problem:
    """Largest Fisher information about a target's angle, its reflection unknown, for SINRs: Liu et al. (2022).

    [[tr(A' R A'^H)/1e3 - t, c], [c*, tr(A R A^H)/10]] >= 0,  c = tr(A R A'^H)/100: the bound on the angle is as 1/t.

    Args:    response A, slope A' = dA/dangle (receive antennas, antennas).
    """
    h, a, da = _channels(channels), data(response, "response", complex), data(slope, "slope", complex)
    w = _streams(h)
    (sensing,) = covariances(1, h.shape[-1], rank_one=False, name="sensing")
    everything, t = [*w, sensing], scalar("information")
    total = _total(everything)
    product = da.T.conj() @ a  # tr(A R A'^H) = tr(A'^H A R), by its Hermitian and skew parts
    even, odd = (product + product.T.conj()) / 2, (product - product.T.conj()) / 2j
    mixed = (total.power(even) + 1j * total.power(odd)) / 100
    angle, size = total.power(da.T.conj() @ da) / 1e3, total.power(a.T.conj() @ a) / 10
    conditions = _demands(w, h, sinr_db, noise_power_w, among=everything)
    matrix = hermitian([[angle - t, mixed], [0.0, size]])
    return Problem(maximise(t), [*conditions, total.power() <= power_w, matrix >= 0])


def coordinated(channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike) -> Problem:
    """Least total power of stations that each serve their own users and disturb the others': Dahrouj and Yu (2010).

    Args:    channels (stations, users, antennas), users in the order of their stations, equally many each.
    """
    h = data(channels, "channels", complex)
    require(h.ndim in (3, 4), "channels", "have axes (stations users antennas), drops in front or not", h.shape)
    stations, users, antennas = h.shape[-3:]
    require(users % stations == 0, "channels", "have equally many users per station", h.shape)
    w, at = covariances(users, antennas), [k * stations // users for k in range(users)]
    target, noise = _linear(sinr_db), _noise(noise_power_w)
    demands = []
    for k in range(users):
        disturbance = _added([w[i].gain(h[..., at[i], k, :]) for i in range(users) if i != k])
        received = w[k].gain(h[..., at[k], k, :])
        demands.append((received - target * disturbance >= target * noise).named(f"sinr(w[{k}]) >= {short(target)}"))
    return Problem(minimise(_added([stream.power() for stream in w])), demands)


def network(channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike, sites: int) -> Problem:
    """Least largest power of sites that transmit together: Zhang and Cui (2010); equally many antennas each."""
    h = _channels(channels)
    antennas = h.shape[-1]
    require(antennas % sites == 0, "sites", f"divide the {antennas} antennas", sites)
    w, level = _streams(h), scalar("largest site power")
    of = np.arange(antennas) * sites // antennas
    limits = [_total(w).power(np.diag((of == s).astype(float))) <= level for s in range(sites)]
    return Problem(minimise(level), _demands(w, h, sinr_db, noise_power_w) + limits)


def bernstein(
    channels: ArrayLike, sinr_db: float, noise_power_w: ArrayLike, error_variance: float, outage: float
) -> Problem:
    """Least power for SINRs that hold with probability 1 - outage, errors CN(0, error_variance I): Wang et al. (2014).

    A restriction, safe but not necessary; with Q = error_variance Phi, r = sqrt(error_variance) Phi h, d = -ln outage

        tr Q - sqrt(2 d) x - d y + h^H Phi h - b >= 0,   ||(vec Q, sqrt 2 r)|| <= x,   y I + Q >= 0,   y >= 0
    """
    h = _channels(channels)
    require(0 < outage < 1, "outage", "lie between 0 and 1", outage)
    w, n, target = _streams(h), h.shape[-1], _linear(sinr_db)
    units, delta, conditions = np.eye(n), -np.log(outage), []
    for k in range(len(w)):
        phi = w[k] + (-target) * _total([w[i] for i in range(len(w)) if i != k]) if len(w) > 1 else w[k]
        x, y, at = scalar(f"x[{k}]"), scalar(f"y[{k}]"), h[..., k, :]
        spread = [[error_variance * phi.cross(units[a], units[b]) for b in range(n)] for a in range(n)]
        diagonal = [spread[a][a].real_part() for a in range(n)]
        above = [np.sqrt(2) * spread[a][b] for a in range(n) for b in range(a + 1, n)]
        tilt = [(2 * error_variance) ** 0.5 * phi.cross(units[a], at) for a in range(n)]
        mean = error_variance * phi.power() + phi.gain(at) - target * _noise(noise_power_w)
        matrix = [[diagonal[a] + y if a == b else spread[a][b] for b in range(n)] for a in range(n)]
        conditions += [
            (mean - np.sqrt(2 * delta) * x - delta * y >= 0.0).named(f"mean of user {k}"),
            (norm([*diagonal, *above, *tilt]) <= x).named(f"spread of user {k}"),
            (hermitian(matrix) >= 0).named(f"curvature of user {k}"),
        ]
    return Problem(minimise(_total(w).power()), conditions)


def _channels(channels: ArrayLike, name: str = "channels") -> np.ndarray:
    h = data(channels, name, complex)
    require(h.ndim in (2, 3), name, "have axes (users antennas), drops in front or not", f"shape {h.shape}")
    return h


def _linear(ratio_db: ArrayLike) -> np.ndarray:
    """A ratio in dB as a number."""
    return 10.0 ** (data(ratio_db, "ratio in dB", float) / 10.0)  # type: ignore[no-any-return]


def _noise(noise_power_w: ArrayLike) -> np.ndarray:
    return data(noise_power_w, "noise_power_w", float)


def _streams(h: np.ndarray) -> list[Combination]:
    return covariances(h.shape[-2], h.shape[-1])


def _total(w: Sequence[Combination]) -> Combination:
    return sum(w[1:], w[0])


def _added(terms: Sequence[Expression]) -> Expression:
    return sum(terms[1:], terms[0])


def _demands(
    w: Sequence[Combination],
    h: np.ndarray,
    sinr_db: float,
    noise_power_w: ArrayLike,
    csi_error: ArrayLike | None = None,
    among: Sequence[Combination] | None = None,
) -> list[Condition]:
    """SINR of every user, where w[k] serves h[k]."""
    target, among = _linear(sinr_db), w if among is None else among
    at = [h[..., k, :] if csi_error is None else ball(h[..., k, :], csi_error) for k in range(len(w))]
    return [sinr(w[k], at[k], among, noise_power_w) >= target for k in range(len(w))]
