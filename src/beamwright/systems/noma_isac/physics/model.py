"""Decoding sets, SINRs, powers towards targets and the objective of NOMA-ISAC (spec, section 1).

Every function is batched: ``h (drops, users, antennas)``, ``streams`` either beams ``(drops, users, antennas)`` or
covariances ``(drops, users, antennas, antennas)``, all in the input order of users. ``oma`` says how users share time.
A dedicated sensing signal follows the users' streams: as beams that are columns of a root of its covariance, or as
one covariance more.
"""

import numpy as np
from numpy.typing import ArrayLike

from beamwright.metrics import beam_gains, covariance_gains, sinr_after_cancellation
from beamwright.systems.noma_isac.scenario import Scenario
from beamwright.systems.noma_isac.types import Oma, Problem

UNUSABLE = 1e6
"""Multiple of what users need one by one beyond which a power counts as no design (spec A3: 1e6 W by default)."""


def decoding_order(h: np.ndarray) -> np.ndarray:
    """Users from weakest to strongest channel norm, ties in input order: (drops, users) -> indices."""
    return np.argsort(np.linalg.norm(h, axis=-1), axis=-1, kind="stable")


def positions(order: np.ndarray) -> np.ndarray:
    """Place of every user in the decoding order, 0 first: the inverse permutation of ``order``."""
    return np.argsort(order, axis=-1)


def decoding_mask(s: Scenario, order: np.ndarray, oma: Oma = Oma.NONE) -> np.ndarray:
    """Mask (drops, users l, users k), true where user l decodes stream k: l not weaker than k (chain), or l = k."""
    place = positions(order)
    if s.decoding != "chain" or oma is not Oma.NONE:
        return np.broadcast_to(np.eye(s.users, dtype=bool), (len(order), s.users, s.users))
    return place[:, :, None] >= place[:, None, :]


def slot_snr(sinr: ArrayLike, users: int, prelog: bool) -> np.ndarray:
    """SNR of a slot for the rate of ``sinr`` on the whole frame: (1 + sinr)^K - 1 with ``prelog``, else ``sinr``."""
    return np.expm1(users * np.log1p(np.asarray(sinr, float))) if prelog else np.asarray(sinr, float)


def slot_target(s: Scenario, problem: Problem) -> np.ndarray:
    """Targets g_k (drops, users) of the SINR rows: ``sinr_target``, divided by K where the frame average counts."""
    return problem.sinr_target / (s.users if problem.oma is Oma.AVERAGE else 1)


def disturbs(s: Scenario, order: np.ndarray, oma: Oma = Oma.NONE) -> np.ndarray:
    """Mask (drops, users' streams k, streams i), true where stream i disturbs k.

    It does where it is decoded after k, or, with decoding ``noise``, is any other; never in OMA. A dedicated sensing
    signal that users do not know disturbs all.
    """
    return _and_sensing(s, _users_disturb(s, order, oma), "noise")


def cancelled(s: Scenario, order: np.ndarray, oma: Oma = Oma.NONE) -> np.ndarray:
    """Mask (drops, users' streams k, streams i), true where i is cancelled before k; errors leave a residual of it."""
    before = np.swapaxes(_users_disturb(s, order, oma), -1, -2)
    return _and_sensing(s, before & (s.decoding != "noise"), "known")


def _users_disturb(s: Scenario, order: np.ndarray, oma: Oma) -> np.ndarray:
    """``disturbs`` among the users' streams, (drops, users, users)."""
    place = positions(order)
    other = place[:, None, :] != place[:, :, None] if s.decoding == "noise" else place[:, None, :] > place[:, :, None]
    return other & (oma is Oma.NONE)


def _and_sensing(s: Scenario, mask: np.ndarray, where: str) -> np.ndarray:
    """Mask with a column for the dedicated sensing signal if there is one, true if it is of the kind ``where``."""
    column = np.full((*mask.shape[:-1], s.streams - s.users), s.sensing_signal == where)
    return np.concatenate([mask, column], axis=-1)


def by_beam(s: Scenario, values: np.ndarray, beams: int) -> np.ndarray:
    """Values of the streams, (..., streams), for as many beams: all after the users' are the sensing signal's."""
    return values[..., np.minimum(np.arange(beams), s.users)]


def sinr(
    s: Scenario,
    h: np.ndarray,
    streams: np.ndarray,
    order: np.ndarray,
    error: np.ndarray | None = None,
    oma: Oma = Oma.NONE,
) -> np.ndarray:
    """SINR of user l decoding stream k.

        SINR_lk = (h+d)^H W_k (h+d) / ( sum_{i<k} d^H W_i d + sum_{i>k} (h+d)^H W_i (h+d) + noise ),   h = h_l, d = d_l

    i < k meaning decoded before (and cancelled with the estimate h), i > k after. With decoding ``noise`` nothing is
    cancelled and all other streams disturb. In OMA there is neither sum, and the SINR is that within the slot. A
    dedicated sensing signal S adds (h+d)^H S (h+d) to the noise, or d^H S d where users know it.

    Args:    h (drops, users, antennas) what the designer knew; error (..., drops, users, antennas) truth minus h.
    Returns: (..., drops, users l, users k) linear; NaN where l does not decode k.
    """
    received = h if error is None else h + error
    slot = s.users if oma is Oma.AVERAGE else 1
    users, noise = s.users, s.noise_vector_w
    left = None if error is None else slot * stream_gains(error, streams)
    gains = slot * stream_gains(received, streams)
    heard = left if s.sensing_signal == "known" else gains
    if s.streams > users and heard is not None:
        noise = noise + heard[..., users:].sum(axis=-1)
    residual = None if left is None or s.decoding == "noise" else left[..., :users]
    table = sinr_after_cancellation(gains[..., :users], _users_disturb(s, order, oma), noise, residual)
    return np.where(decoding_mask(s, order, oma), table, np.nan)


def stream_gains(h: np.ndarray, streams: np.ndarray) -> np.ndarray:
    """Received powers h_l^H W_k h_l in W, (..., drops, users l, users k), from beams or covariances."""
    return beam_gains(h, streams) if streams.ndim == 3 else covariance_gains(h, streams)


def radiated_power_w(streams: np.ndarray, oma: Oma = Oma.NONE) -> np.ndarray:
    """Radiated power tr R, (drops,) in W; in slot mode the mean over slots."""
    if streams.ndim == 3:
        power = np.sum(streams.real**2 + streams.imag**2, axis=-1)
    else:
        power = np.trace(streams, axis1=-2, axis2=-1).real
    return over_slots(power, oma)


def over_slots(power_w: np.ndarray, oma: Oma) -> np.ndarray:
    """Power of the frame (drops,) from those of the streams (drops, users): their sum, in slot mode their mean."""
    return power_w.mean(axis=-1) if oma is Oma.SLOT else power_w.sum(axis=-1)


def target_response_w(steering: np.ndarray, streams: np.ndarray, oma: Oma = Oma.NONE) -> np.ndarray:
    """Responses X_pm = a_p^H R a_m in W, of the frame or, in slot mode, of every slot.

    Args:    steering (targets, antennas), or (drops, targets, antennas) in a basis per drop.
    Returns: (drops, slots, targets p, targets m) complex; slots is 1 but in slot mode.
    """
    steering = np.broadcast_to(steering, (len(streams), *steering.shape[-2:]))[:, None]
    adjoint = np.swapaxes(steering, -1, -2)
    if streams.ndim == 3:
        amplitude = streams[:, :, None] @ np.conj(adjoint)
        response = np.swapaxes(amplitude, -1, -2) * np.conj(amplitude)
    else:
        response = np.conj(steering) @ streams @ adjoint
    return response if oma is Oma.SLOT else response.sum(axis=1, keepdims=True)


def target_power_w(response: np.ndarray) -> np.ndarray:
    """Powers towards targets P_m = X_mm: (..., targets, targets) -> (..., targets) in W."""
    return np.diagonal(response, axis1=-2, axis2=-1).real


def cross_correlation_w2(response: np.ndarray) -> np.ndarray:
    """Mean squared cross-correlation C_bar in W^2, (..., targets, targets) -> (...); zero for M < 2.

    C_bar = 2 / (M (M-1)) sum_{p<m} |X_pm|^2
    """
    targets = response.shape[-1]
    upper = np.triu(np.abs(response) ** 2, 1).sum(axis=(-1, -2))
    return 2.0 * upper / max(targets * (targets - 1), 1)


def objective_w(s: Scenario, streams: np.ndarray, oma: Oma = Oma.NONE) -> np.ndarray:
    """Objective J = rho_c tr R + rho_s sum_m P_m: (drops,) in W; in slot mode the mean over slots."""
    return weighted_power_w(s, radiated_power_w(streams, oma), target_response_w(s.steering, streams, oma))


def weighted_power_w(s: Scenario, radiated_w: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Objective J (drops,) in W, from radiated power (drops,) and responses (drops, slots, targets, targets)."""
    towards_targets = target_power_w(response).sum(axis=-1).mean(axis=-1)
    return s.comm_weight * radiated_w + s.sensing_weight * towards_targets


def power_limit_w(s: Scenario, h: np.ndarray, sinr_target: np.ndarray, oma: Oma = Oma.NONE) -> np.ndarray:
    """Limit on the least power where the caller sets no budget: (drops,) in W, in proportion to the problem.

        1e6 (rho_c + rho_s M N) (sum_k gamma_k noise_k / |h_k|^2 + M Ps / N)

    A million times what the users need one by one and the targets together. A certified bound above it means that
    there is no design, or none that anyone could use.
    """
    square = np.sum(np.abs(h) ** 2, axis=-1)
    share = 1 / s.users if oma is not Oma.NONE else 1.0
    alone = share * sinr_target * s.noise_vector_w / np.where(square > 0, square, np.inf)
    sensing = s.targets * s.sensing_power_w / s.antennas
    limit = UNUSABLE * (s.comm_weight + s.sensing_weight * s.targets * s.antennas) * (alone.sum(axis=-1) + sensing)
    return np.where(limit > 0, limit, np.inf)


def make_problem(
    s: Scenario,
    h: np.ndarray,
    target: np.ndarray,
    radius: np.ndarray,
    power_w: float | None = None,
    oma: Oma = Oma.NONE,
) -> Problem:
    """The problem of every drop, decoding order from the channels the designer knows.

    Args:    h (drops, users, antennas); target and radius (drops, users); power_w: the budget, None: ``power_limit_w``.
    """
    limit = power_limit_w(s, h, target, oma) if power_w is None else np.full(len(h), power_w)
    shape = s.error_shape
    shape = None if shape is None else np.broadcast_to(shape, (len(h), *shape.shape))
    return Problem(h, decoding_order(h), target, radius, limit, oma, shape)


def sic_margin(h: np.ndarray, streams: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Fall of received powers along the decoding order (spec P1 e), the least over users and neighbours.

    min_{l,j} h_l^H (W_j - W_{j+1}) h_l / max(h_l^H W_j h_l, h_l^H W_{j+1} h_l)

    Returns: (drops,) between -1 and 1; 1 for a single user, below zero where the order is violated.
    """
    gains = np.take_along_axis(stream_gains(h, streams), order[:, None, :], axis=-1)
    first, second = gains[..., :-1], gains[..., 1:]
    stronger = np.maximum(first, second)
    margin = (first - second) / np.where(stronger > 0, stronger, 1.0)
    return margin.min(axis=(-1, -2), initial=1.0)


def span_basis(*vectors: np.ndarray) -> np.ndarray:
    """Orthonormal columns whose span holds all vectors: (drops, count_i, antennas) each -> (drops, antennas, r).

    Channels and steering vectors are all that the constraints see of the antennas, so designs and certificates may
    work in their span (spec A1). r = min(antennas, sum of counts); the first columns span the first vectors.
    """
    return np.linalg.qr(np.swapaxes(np.concatenate(vectors, axis=1), -1, -2))[0]
