"""Powers and beams of largest least SINR for a given surface, in closed form and by a fixed point.

Powers. For unit directions v_k and powers p, with D = diag(1 / |hb_k^H v_k|^2) and the couplings C of ``quadratic``,

    SINR_k = p_k / (D C p)_k,   so the largest least one is 1/rho(D C), reached by all at the Perron vector of D C

Beams. By duality between uplink and downlink (Schubert and Boche, IEEE Trans. Veh. Technol. 53, 2004) the beams are

    v_k = A^-1 hb_k,   l_k <- 1 / (hb_k^H (A - l_k hb_k hb_k^H)^-1 hb_k),   A = sum_j l_j (R_j + noise/P I)

The map of l is monotone, concave and homogeneous, so scaled steps converge to its one fixed point: no precoder has a
larger least SINR. Users whose mean channel vanishes have the rate zero in any case and are left out.
"""

import numpy as np

from beamwright.numerics import square_modulus
from beamwright.systems.star_ris.physics.closed_forms import unit_columns
from beamwright.systems.star_ris.scene import Statistics
from beamwright.systems.star_ris.solve import quadratic, wmmse

STEPS, CLOSE = 1000, 1e-10
"""At most so many steps, until the largest and the least SINR of a slot agree to this."""


def balanced(known: Statistics, u: np.ndarray, w: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The directions of W (drops, antennas, users) with the powers of largest least SINR."""
    return balance(quadratic.make_links(known, u, share), w)


def max_min(known: Statistics, u: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The precoder of largest least SINR of all."""
    links = quadratic.make_links(known, u, share)
    return balance(links, _beams(links))


def balance(links: quadratic.Links, w: np.ndarray) -> np.ndarray:
    """``balanced`` on links."""
    directions = unit_columns(w)
    signal = square_modulus(np.sum(np.conj(links.mean) * directions, axis=1))
    coherent, loss = quadratic.cross_powers(links, directions)
    coupling = coherent * ~np.eye(w.shape[-1], dtype=bool) + loss
    power = np.zeros(signal.shape)
    for slot in links.slots:
        served = slot & (signal > 0)
        ratio = coupling / np.where(served, signal, 1.0)[..., None]
        power += _perron(ratio * (served[:, :, None] & served[:, None, :])) * served
    return quadratic.full_power(links, np.sqrt(power)[:, None] * directions)


def _perron(matrix: np.ndarray) -> np.ndarray:
    """The nonnegative eigenvector of the largest eigenvalue of nonnegative matrices (drops, n, n)."""
    scale = matrix.max(axis=(1, 2), keepdims=True)
    values, vectors = np.linalg.eig(matrix / np.where(scale > 0, scale, 1.0))
    best = values.real.argmax(axis=1)
    return np.abs(np.take_along_axis(vectors, best[:, None, None], axis=2)[..., 0])


def _beams(links: quadratic.Links) -> np.ndarray:
    """Directions (drops, antennas, users); zero for users without a mean channel."""
    hb = np.swapaxes(links.mean, 1, 2)
    served = np.any(hb != 0, axis=-1)
    full = links.scattered + hb[..., :, None] * np.conj(hb[..., None, :])
    beams = np.zeros_like(links.mean)
    for slot in links.slots:
        beams += _fixed_point(links.mean, full, slot & served)
    return beams


def _fixed_point(mean: np.ndarray, full: np.ndarray, served: np.ndarray) -> np.ndarray:
    level = served / np.maximum(square_modulus(mean).sum(axis=1), np.finfo(float).tiny)
    beams, active = np.zeros_like(mean), np.arange(len(mean))
    for _ in range(STEPS):
        level = level / np.maximum(level.max(axis=1, keepdims=True), np.finfo(float).tiny)
        hb, on, now = mean[active], served[active], level[active]
        beams[active] = wmmse.solved(np.einsum("dk,dkab->dab", now, full[active]), hb * on[:, None])
        share = now * np.sum(np.conj(hb) * beams[active], axis=1).real  # l q = SINR / (1 + SINR) of the uplink
        sinr = share / np.maximum(1 - share, 1e-15)
        level[active] = np.divide(now, sinr, out=np.zeros_like(now), where=on & (sinr > 0))
        spread = np.max(sinr, axis=1, where=on, initial=0) - np.min(sinr, axis=1, where=on, initial=np.inf)
        active = active[spread > CLOSE * np.max(sinr, axis=1, where=on, initial=0)]
        if not len(active):
            break
    return beams
