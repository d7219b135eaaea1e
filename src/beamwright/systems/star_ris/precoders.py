"""Precoders for given statistics and surface (spec star_ris, section 4): closed forms and one monotone step."""

from typing import Literal, get_args

import numpy as np

from beamwright.core import require
from beamwright.core.linalg import square_modulus
from beamwright.systems.star_ris import model
from beamwright.systems.star_ris.results import Statistics

Kind = Literal["mrt", "zf", "rzf", "identity", "wmmse"]
"""``wmmse`` is not a closed form: it is alternated with the surface, from ``rzf``."""

_BISECTIONS = 60


def precoder(known: Statistics, u: np.ndarray, kind: Kind) -> np.ndarray:
    """W (drops, antennas, users), columns of power P/K each; Hb are the mean channels.

        mrt  Hb       zf  Hb (Hb^H Hb)^-1       rzf  Hb (Hb^H Hb + (K noise / P) I)^-1       identity  columns of I

    A user whose mean channel vanishes gets no power from mrt, zf and rzf: nothing is known of its direction.

    Raises: ValueError for an unknown kind, zf with more users than antennas or dependent mean channels, identity with
            more users than antennas.
    """
    require(kind in get_args(Kind), "precoder", f"be one of {', '.join(get_args(Kind))}", repr(kind))
    hb = model.mean_channels(known, u)
    drops, antennas, users = hb.shape
    power = np.broadcast_to(known.power_w, (drops,))[:, None, None]
    if kind == "mrt":
        w = hb
    elif kind == "identity":
        require(users <= antennas, "precoder", "not be identity for more users than antennas", f"{users} > {antennas}")
        w = np.broadcast_to(np.eye(antennas, users, dtype=complex), hb.shape)
    else:
        gram = np.conj(np.swapaxes(hb, -1, -2)) @ hb
        if kind == "zf":
            _require_independent(gram, antennas)
            load = np.zeros((drops, 1, 1))
        else:
            load = users * known.noise_power_w[:, None, None] / power
        w = hb @ np.linalg.inv(gram + load * np.eye(users))
    norm = np.linalg.norm(w, axis=1, keepdims=True)
    return np.sqrt(power / users) * w / np.where(norm > 0, norm, 1.0)


def _require_independent(gram: np.ndarray, antennas: int) -> None:
    users = gram.shape[-1]
    require(users <= antennas, "precoder", "not be zf for more users than antennas", f"{users} > {antennas}")
    values = np.linalg.eigvalsh(gram)
    poor = values[:, 0] <= 1e-12 * values[:, -1]
    require(
        not poor.any(), "precoder", "not be zf for dependent mean channels", f"drop {int(np.argmax(poor))}", "Use rzf."
    )


def wmmse(
    known: Statistics,
    u: np.ndarray,
    share: np.ndarray,
    start: np.ndarray | None = None,
    steps: int = 300,
    gain: float = 1e-7,
) -> np.ndarray:
    """The precoder of largest (weighted) sum rate that ``wmmse_step`` reaches from ``start`` (rzf), for a given u."""
    w = (precoder(known, u, "rzf") if start is None else start).copy()
    before, active = np.full(len(w), -np.inf), np.arange(len(w))
    for _ in range(steps):
        part, there, shares = known.take(active), u[active], share[active]
        w[active] = wmmse_step(part, there, w[active], shares)
        after = model.rates(part, model.moments(part, there, w[active]), shares).sum(axis=-1)
        goes_on = after - before[active] > gain * np.maximum(after, 1e-12)
        before[active] = after
        active = active[goes_on]  # a drop's own gain decides, so that none depends on its batch
        if not len(active):
            break
    return w


def wmmse_step(known: Statistics, u: np.ndarray, w: np.ndarray, share: np.ndarray) -> np.ndarray:
    """One step of weighted least mean squared error; the weighted sum rate never falls.

    g_k = conj(m_kk) / T_k,   o_k = share_k / (1 - |m_kk|^2 / T_k),
    W = (sum_i o_i |g_i|^2 R_i + mu I)^-1 [o_k conj(g_k) hb_k]
    with T_k = sum_j S_kj + noise and mu >= 0 such that the power is P.
    """
    covariance, hb = model.received_covariance(known, u), model.mean_channels(known, u)
    found = model.moments(known, u, w)
    total = found.power.sum(axis=-1) + known.noise_power_w[:, None]
    own = np.diagonal(found.mean, axis1=-2, axis2=-1)
    receiver = np.conj(own) / total
    weight = share / (1 - square_modulus(own) / total)
    matrix = np.einsum("dk,dkab->dab", weight * square_modulus(receiver), covariance)
    right = hb * (weight * np.conj(receiver))[:, None]
    values, vectors = np.linalg.eigh(matrix)
    values = np.maximum(values, 0)[..., None]
    coordinates = np.conj(np.swapaxes(vectors, -1, -2)) @ right
    energy = np.sum(square_modulus(coordinates), axis=-1, keepdims=True)

    def excess(mu: np.ndarray) -> np.ndarray:
        bottom = (values + mu[:, None, None]) ** 2
        return (
            np.sum(np.divide(energy, bottom, out=np.zeros_like(energy), where=energy > 0), axis=(-1, -2))
            - known.power_w
        )

    scale = np.maximum(values.max(axis=(1, 2)), 1e-300)
    high = np.sqrt(energy.sum(axis=(1, 2)) / known.power_w) + 1e-300  # ||(A + mu)^-1 b|| <= ||b|| / mu
    low = 1e-14 * scale
    inactive = excess(low) <= 0
    low, high = np.log(low), np.log(np.maximum(high, low))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        over = excess(np.exp(middle)) > 0
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    mu = np.where(inactive, 1e-14 * scale, np.exp(high))[:, None, None]
    return vectors @ (coordinates / (values + mu))
