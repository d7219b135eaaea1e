"""Bounds that no surface can beat, for given precoders (spec star_ris, section 3).

From the mean paths and moments of the physics alone, in plain NumPy: the search's kernel has no part in it.
"""

import numpy as np

from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.audit.instance import Instance
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.types import Goal

ONE_DIRECTION = 1e-13
"""Streams that arrive at the surface in one direction, up to this share of their power, act through one number."""
_BISECTIONS = 100


def bound(instance: Instance) -> np.ndarray:
    """(drops,): a lower bound on the interference over its reference, an upper bound on the sum or least rate.

    Self-noise V counts in full where the amplitudes are fixed; where they are variables only its constant part does.
    """
    if instance.goal is Goal.INTERFERENCE:
        return _interference_w(instance) / instance.unit
    reach = _reach(instance)
    highest = _highest_signal(instance, reach) / _least_disturbance(instance, reach)
    rate = instance.share * np.log2(1 + highest)
    return rate.sum(axis=-1) if instance.goal is Goal.SUM_RATE else rate.min(axis=-1)


def _paths(instance: Instance) -> model.MeanPaths:
    """Paths with elements of the given amplitudes, or of unit amplitude where these are variables."""
    if not instance.joint:
        return instance.paths
    return model.mean_paths(instance.known, np.ones_like(instance.u), instance.precoder)


def _self_noise(instance: Instance) -> np.ndarray:
    """The part of V that is the same for every surface, (drops, users k, streams j)."""
    if not instance.joint:
        return instance.moments.variance
    powers = model.stream_powers(instance.precoder)[:, None]
    return instance.together * instance.known.direct_var[..., None] * powers


def _reach(instance: Instance) -> np.ndarray:
    """sum_n |C_kn x_jn|, the largest that elements can add to |m_kj|: (drops, users k, streams j)."""
    paths = _paths(instance)
    return np.abs(paths.cascaded) @ np.abs(paths.incident)


def _highest_signal(instance: Instance, reach: np.ndarray) -> np.ndarray:
    """(|d_kk| + sum_n |C_kn x_kn|)^2, (drops, users): every element in phase for user k alone."""
    direct, added = (np.diagonal(a, axis1=-2, axis2=-1) for a in (instance.paths.direct, reach))
    return (np.abs(direct) + added) ** 2


def _least_disturbance(instance: Instance, reach: np.ndarray) -> np.ndarray:
    """Noise, sum_j V_kj, and the least that each m_kj, j != k, can be shrunk to by itself: |d_kj| minus its reach."""
    left = np.maximum(np.abs(instance.paths.direct) - reach, 0) ** 2
    others = np.sum(left, axis=-1, where=instance.disturbing)
    return _self_noise(instance).sum(axis=-1) + others + instance.known.noise_power_w[:, None]


def _interference_w(instance: Instance) -> np.ndarray:
    """The least interference: constant self-noise, and the least that phases of bounded reach leave of the means."""
    floor = np.sum(_self_noise(instance), axis=(-1, -2), where=instance.disturbing)
    paths = _paths(instance)
    strongest = _strongest_stream(paths.incident)
    single = _one_direction(paths.incident, strongest)
    least = np.empty(len(floor))
    for lanes, of in ((single, _disc_per_user), (~single, _ball_per_side)):
        if lanes.any():
            part = model.MeanPaths(*(array[lanes] for array in paths))
            least[lanes] = of(instance.known.side[lanes], part, instance.disturbing[lanes])
    return floor + least


def _strongest_stream(incident: np.ndarray) -> np.ndarray:
    """x_j of largest norm, (drops, elements, 1)."""
    strongest = square_modulus(incident).sum(axis=1).argmax(axis=-1)
    return np.take_along_axis(incident, strongest[:, None, None], axis=-1)


def _one_direction(incident: np.ndarray, strongest: np.ndarray) -> np.ndarray:
    """(drops,) whether all x_j are multiples of one."""
    total, most = (square_modulus(x).sum(axis=(1, 2)) for x in (incident, strongest))
    along = square_modulus(np.conj(np.swapaxes(strongest, -1, -2)) @ incident).sum(axis=(1, 2))
    return total * most - along <= ONE_DIRECTION * total * most


def _disc_per_user(side: np.ndarray, paths: model.MeanPaths, disturbing: np.ndarray) -> np.ndarray:
    """One direction x, x_j = x t_j:  min over |z| <= sum_n |C_kn x_n| of sum_{j != k} |d_kj + z t_j|^2, user by user.

    The clipped least squares. ``side`` does not matter: every user is given a surface of its own.
    """
    x = _strongest_stream(paths.incident)
    power = square_modulus(x).sum(axis=1)
    streams = (np.conj(np.swapaxes(x, -1, -2)) @ paths.incident)[:, 0] / np.where(power > 0, power, 1.0)
    t, d = np.where(disturbing, streams[:, None], 0), np.where(disturbing, paths.direct, 0)
    energy = np.sum(square_modulus(t), axis=-1)
    z = -np.sum(np.conj(t) * d, axis=-1) / np.where(energy > 0, energy, 1.0)
    size, reach = np.abs(z), (np.abs(paths.cascaded) @ np.abs(x))[..., 0]
    z = z * np.minimum(1.0, reach / np.where(size > 0, size, 1.0))
    return np.sum(square_modulus(d + z[..., None] * t), axis=(-1, -2))


def _ball_per_side(side: np.ndarray, paths: model.MeanPaths, disturbing: np.ndarray) -> np.ndarray:
    """Any directions: min over ||X||^2 <= N of ||A X + b||^2, side by side; rows (k, j != k) of the users on it."""
    drops, users, elements = paths.cascaded.shape
    rows = paths.cascaded[:, :, None] * np.swapaxes(paths.incident, -1, -2)[:, None]
    used = disturbing[:, None] & (side[:, None] == np.arange(2)[:, None])[..., None]
    a = np.where(used[..., None], rows[:, None], 0).reshape(-1, users**2, elements)
    b = np.where(used, paths.direct[:, None], 0).reshape(-1, users**2)
    return _least_in_ball(a, b, elements).reshape(drops, 2).sum(axis=-1)


def _least_in_ball(a: np.ndarray, b: np.ndarray, radius_squared: float) -> np.ndarray:
    """min ||A x + b||^2 over ||x||^2 <= radius_squared, from below: the dual value at any multiplier is a bound.

    With A A^H = V diag(e) V^H and c = V^H b:  max over mu >= 0 of  sum_i |c_i|^2 mu / (e_i + mu) - mu radius_squared.
    """
    size = np.maximum(np.abs(a).max(axis=(-1, -2), initial=0), np.abs(b).max(axis=-1, initial=0))
    size = np.where(size > 0, size, 1.0)  # whatever the unit: squares of amplitudes of 1e-160 are nothing
    a, b = a / size[:, None, None], b / size[:, None]
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
    return size**2 * np.maximum(np.sum(c * mu / (e + mu), axis=-1) - mu[:, 0] * radius_squared, 0)
