"""What no surface can beat, for given precoders (spec star_ris, section 3)."""

import numpy as np

from beamwright.numerics import square_modulus
from beamwright.systems.star_ris import coherent
from beamwright.systems.star_ris.results import Goal

_BISECTIONS = 100


def bound(goal: Goal, drops: coherent.Map) -> np.ndarray:
    """(drops,): a lower bound on the interference over its reference, an upper bound on the sum or least rate.

    Self-noise V counts in full where the amplitudes are fixed; where they are variables only its constant part does.
    """
    if goal is Goal.INTERFERENCE:
        return _interference(drops)
    rate = drops.share * np.log2(1 + _highest_signal(drops) / (_least_disturbance(drops) + 1))
    return rate.sum(axis=-1) if goal is Goal.SUM_RATE else rate.min(axis=-1)


def _interference(drops: coherent.Map) -> np.ndarray:
    floor = np.sum(drops.constant, axis=(-1, -2), where=_others(drops))
    least = _ball_per_side(drops) if drops.streams.shape[-2] > 1 else _disc_per_user(drops)
    unit = np.where(drops.reference > 0, drops.reference, 1.0)
    return (floor + least) / unit


def _others(drops: coherent.Map) -> np.ndarray:
    """(drops, users k, users j) whether stream j disturbs user k: another's, sent at the same time."""
    return (drops.together > 0) & ~np.eye(drops.together.shape[-1], dtype=bool)


def _reach(drops: coherent.Map) -> np.ndarray:
    """Largest |z_kr| that elements of at most the given (or unit) amplitude can make: sum_n |C_krn|."""
    return np.abs(drops.phases).sum(axis=-1)


def _disc_per_user(drops: coherent.Map) -> np.ndarray:
    """Rank one: min over |z| <= reach of sum_{j != k} |d_kj + z T_j|^2, user by user: the clipped least squares."""
    others = _others(drops)
    t = np.where(others, drops.streams[:, :1], 0)
    d = np.where(others, drops.direct, 0)
    energy = np.sum(square_modulus(t), axis=-1)
    z = -np.sum(np.conj(t) * d, axis=-1) / np.where(energy > 0, energy, 1.0)
    size, reach = np.abs(z), _reach(drops)[..., 0]
    z = z * np.minimum(1.0, reach / np.where(size > 0, size, 1.0))
    return np.sum(square_modulus(d + z[..., None] * t), axis=(-1, -2))


def _ball_per_side(drops: coherent.Map) -> np.ndarray:
    """Any rank: min over ||X||^2 <= N of ||A X + b||^2, side by side, rows (k, j != k) of the users that see it."""
    users, others = drops.direct.shape[-1], _others(drops)
    rows = np.einsum("dkrn,drj->dkjn", drops.phases, drops.streams)
    total = np.zeros(len(drops.direct))
    for side in range(2):
        used = (others & (drops.sees[:, :, None, side] > 0)).reshape(len(total), -1, 1)
        a = np.where(used, rows.reshape(len(total), users**2, -1), 0)
        b = np.where(used[..., 0], drops.direct.reshape(len(total), -1), 0)
        total += _least_in_ball(a, b, a.shape[-1])
    return total


def _least_in_ball(a: np.ndarray, b: np.ndarray, radius_squared: float) -> np.ndarray:
    """min ||A x + b||^2 over ||x||^2 <= radius_squared, from below: the dual value at any multiplier is a bound.

    With A A^H = V diag(e) V^H and c = V^H b:  max over mu >= 0 of  sum_i |c_i|^2 mu / (e_i + mu) - mu radius_squared.
    """
    values, vectors = np.linalg.eigh(a @ np.conj(np.swapaxes(a, -1, -2)))
    c = square_modulus(np.einsum("dij,di->dj", np.conj(vectors), b))
    e = np.maximum(values, 0)
    low, high = np.full(len(b), -690.0), np.log(np.maximum(e.max(axis=-1) + c.sum(axis=-1), 1e-300)) + 1
    for _ in range(_BISECTIONS):  # the derivative sum |c|^2 e / (e + mu)^2 - radius falls
        middle = 0.5 * (low + high)
        mu = np.exp(middle)[:, None]
        slope = np.divide(c * e, (e + mu) ** 2, out=np.zeros_like(e), where=e > 0)
        rising = slope.sum(axis=-1) > radius_squared
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    mu = np.exp(low)[:, None]
    return np.maximum(np.sum(c * mu / (e + mu), axis=-1) - mu[:, 0] * radius_squared, 0)


def _highest_signal(drops: coherent.Map) -> np.ndarray:
    """(|d_kk| + sum_n |sum_r C_krn T_rk|)^2, (drops, users): every element in phase for user k alone."""
    own = np.einsum("dkrn,drk->dkn", drops.phases, drops.streams)
    direct = np.abs(np.diagonal(drops.direct, axis1=-2, axis2=-1))
    return (direct + np.abs(own).sum(axis=-1)) ** 2


def _least_disturbance(drops: coherent.Map) -> np.ndarray:
    """sum_j V_kj + what each m_kj, j != k, can at least be shrunk to by itself: |d_kj| minus its reach."""
    reach = np.abs(np.einsum("dkrn,drj->dkjn", drops.phases, drops.streams)).sum(axis=-1)
    left = np.maximum(np.abs(drops.direct) - reach, 0) ** 2
    return drops.constant.sum(axis=-1) + np.sum(left, axis=-1, where=_others(drops))
