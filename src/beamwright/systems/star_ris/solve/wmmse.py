"""The precoder of largest sum rate for a given surface: weighted least mean squared error (spec star_ris, section 4).

    g_k = conj(m_kk) / T_k,   o_k = share_k / (1 - |m_kk|^2 / T_k),   T_k = sum_j S_kj + noise
    W   = (sum_i o_i |g_i|^2 (R_i + noise/P I))^-1 [o_k conj(g_k) hb_k],   then scaled to the power P

The specification bounds the power by a multiplier mu instead of noise/P sum_i o_i |g_i|^2. Both are one at an optimum,
where all the power is used; before it, a multiplier of zero leaves power unused, which lowers every SINR.
"""

import numpy as np

from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.physics.closed_forms import closed_form, unit_columns
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.solve import quadratic

STEPS, GAIN = 300, 1e-7
"""At most so many steps from a start, until one gains less than this share."""


def wmmse(known: Statistics, u: np.ndarray, share: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """The best that ``wmmse_step`` reaches from rzf, mrt, the best user alone, and ``start``; no worse than these."""
    links = quadratic.make_links(known, u, share)
    starts = [closed_form(known, u, "rzf", share), closed_form(known, u, "mrt", share), _best_alone(links)]
    starts += [] if start is None else [start]
    lanes = links.take(np.tile(np.arange(len(u)), len(starts)))
    reached = climb(lanes, np.concatenate(starts))
    of_slot = (lanes.together @ quadratic.rates(lanes, reached)[..., None])[..., 0]
    best = of_slot.reshape(len(starts), *links.share.shape).argmax(axis=0)  # the same for all users of a slot
    return np.take_along_axis(reached.reshape(len(starts), *links.mean.shape), best[None, :, None], axis=0)[0]


def climb(links: quadratic.Links, w: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """W after ``steps`` steps or where they gain too little; its sum rate is no less than that of the start."""
    w = quadratic.full_power(links, w)
    value, active = quadratic.rates(links, w).sum(axis=-1), np.arange(len(w))
    for _ in range(steps):
        part = links.take(active)
        new = wmmse_step(part, w[active])
        now = quadratic.rates(part, new).sum(axis=-1)
        gain = now - value[active]
        better = gain > 0
        w[active[better]], value[active[better]] = new[better], now[better]
        active = active[gain > GAIN * np.maximum(now, 1e-12)]  # a drop's own gain: none depends on its batch
        if not len(active):
            break
    return w


def wmmse_step(links: quadratic.Links, w: np.ndarray) -> np.ndarray:
    """One step; the weighted sum rate never falls."""
    own, disturbance = quadratic.amplitudes(links, w)
    signal = square_modulus(own)
    sent = (disturbance > 0) & (signal > 0)
    safe = np.where(sent, disturbance, 1.0)
    weight = np.where(sent, links.share * signal / (safe * (safe + signal)), 0.0)
    right = links.mean * np.where(sent, links.share * own / safe, 0.0)[:, None]
    hb = np.swapaxes(links.mean, 1, 2)
    full = links.scattered + hb[..., :, None] * np.conj(hb[..., None, :])
    new = np.zeros_like(w)
    for slot in links.slots:
        matrix = np.einsum("dk,dkab->dab", weight * slot, full)
        new += solved(matrix, right * slot[:, None])
    return quadratic.full_power(links, new)


def solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """matrix^-1 right for positive semidefinite matrices (drops, n, n), zero where the matrix is."""
    size = np.trace(matrix, axis1=1, axis2=2).real
    scale = np.where(size > 0, size, 1.0)[:, None, None]
    return np.linalg.solve(matrix / scale + 1e-15 * np.eye(matrix.shape[-1]), right / scale)


def _best_alone(links: quadratic.Links) -> np.ndarray:
    """All the power of a slot in the direction of the user of the largest rate alone."""
    directions = unit_columns(links.mean)
    alone = square_modulus(np.sum(np.conj(links.mean) * directions, axis=1))
    _, loss = quadratic.cross_powers(links, directions)
    value = alone / np.maximum(np.diagonal(loss, axis1=1, axis2=2), np.finfo(float).tiny)
    best = links.together & (value[:, None] > value[:, :, None])
    first = links.together & (value[:, None] == value[:, :, None]) & np.tri(value.shape[-1], k=-1, dtype=bool)
    return quadratic.full_power(links, directions * ~(best | first).any(axis=-1)[:, None])
