"""NOMA-ISAC as a program: what a system of its own gains.

Least power of spec P1 and P2, own decoding, users in decoding order. The residual of cancelled streams is driven by the
error alone, which no set of channels states: the matrix of the S-lemma is written out, in a basis of the span.
"""

import numpy as np

from beamwright import noma_isac as ni
from beamwright import programs as bp


def program(s: ni.Scenario, channels: np.ndarray, sinr: float, csi_error: float = 0.0) -> bp.Problem:
    """Least weighted power at channels (drops, users, antennas), those of the weakest user first."""
    steering = np.broadcast_to(s.steering, (len(channels), *s.steering.shape))
    rows = np.concatenate([channels, steering], axis=1)
    q = np.linalg.qr(np.swapaxes(rows, 1, 2))[0] if csi_error else np.eye(s.antennas)[None]
    inside = rows @ q.conj()
    h, a = np.moveaxis(inside[:, : s.users], 1, 0), np.moveaxis(inside[:, s.users :], 1, 0)
    w = bp.covariances(s.users, inside.shape[-1])
    total = sum(w)
    powers = [total.gain(x) for x in a]
    order = range(s.users)
    if csi_error:
        demands = [_matrix(w, k, h[k], s.noise_power_w, sinr, csi_error) >= 0 for k in order]
    else:
        demands = [bp.sinr(w[k], h[k], w[k:], s.noise_power_w) >= sinr for k in order]
    sensing = [p >= s.sensing_power_w for p in powers]
    even = [p - other <= s.power_difference_w for p in powers for other in powers if p is not other]
    apart = bp.norm([total.cross(a[0], a[1])]) <= s.correlation_limit_w
    cost = s.comm_weight * total.power() + s.sensing_weight * sum(powers)
    return bp.Problem(bp.minimise(cost), [*demands, *sensing, *even, apart])


def _matrix(w: list, k: int, h: np.ndarray, noise: float, sinr: float, radius: float) -> bp.cones.Hermitian:
    """S-lemma block of user k: streams before k were cancelled with the estimate, those behind it interfere."""
    phi = (1 / sinr) * w[k] - sum(w[k + 1 :]) if w[k + 1 :] else (1 / sinr) * w[k]
    left = phi - sum(w[:k]) if k else phi
    d, scale = h.shape[-1], bp.scalar(f"lambda[{k}]")
    unit = np.eye(d)
    rows = [[radius**2 * left.cross(unit[i], unit[j]) for j in range(d)] for i in range(d)]
    rows = [[x.real_part() + scale if i == j else x for j, x in enumerate(row)] for i, row in enumerate(rows)]
    corner = phi.gain(h) - noise - scale
    edge = [radius * phi.cross(unit[i], h) for i in range(d)]
    return bp.hermitian([*([*row, x] for row, x in zip(rows, edge, strict=True)), [0.0] * d + [corner]])
