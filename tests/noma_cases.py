"""Shared by the NOMA-ISAC acceptance tests: channels of the specification and checks that every design must pass."""

import numpy as np

from beamwright.systems.noma_isac import Design, Scenario, certify

ACCEPTED = ("optimal", "rank1_recovered")


def channels(seeds, users=3, antennas=8):
    """CN(0, I) channels (drops, users, antennas), drop i from ``seeds[i]`` (specification, section 5)."""
    z = np.stack([np.random.default_rng(seed).standard_normal((users, antennas, 2)) for seed in seeds])
    return (z[..., 0] + 1j * z[..., 1]) / np.sqrt(2)


def accepted(design: Design) -> np.ndarray:
    """(drops,) true where the design says it may be used."""
    return np.isin(design.status_text, ACCEPTED)


def check(s: Scenario, h: np.ndarray, design: Design, stalled: int = 0) -> np.ndarray:
    """What the specification (section 8, item 1) asks of every drop; returns which drops are accepted.

    Certified gap 1e-6 (robust 1e-5), no violation above 1e-6, both recomputed; whatever is not so does not say ok.
    """
    proof = certify(s, h, design)
    status, ok = np.array(design.status_text), accepted(design)
    assert design.status_text == proof.status_text
    assert np.sum(status == "stalled") <= stalled, np.flatnonzero(status == "stalled")
    tolerance = np.where(design.csi_error.any(axis=1), 1e-5, 1e-6)
    assert np.all(proof.violation[ok] <= 1e-6) and np.all(proof.relaxed_violation[ok] <= 1e-6)
    assert np.all(np.abs(proof.relaxed_gap[ok]) <= tolerance[ok])
    best = status == "optimal"
    assert np.all(np.abs(proof.gap[best]) <= tolerance[best])
    assert np.all(proof.bound_w[status == "infeasible"] > design.power_limit_w[status == "infeasible"])
    return ok


def outer(v: np.ndarray) -> np.ndarray:
    return v[..., :, None] * np.conj(v[..., None, :])


def specification_bound(s: Scenario, h: np.ndarray, design: Design, drop: int) -> float:
    """The lower bound of one NOMA drop, term by term as printed in the specification (A3), shift instead of scale."""
    m, order, g = design.multipliers.take([drop]), list(design.order[drop]), design.sinr_target[drop]
    h, eps, noise, basis = h[drop], design.csi_error[drop], s.noise_vector_w, m.basis[0]
    n, a = s.antennas, s.steering
    pairs = [(k, l) for i, k in enumerate(order) for l in (order[i:] if s.decoding == "chain" else [k]) if g[k] > 0]
    served, disturbed, value = {}, {}, 0.0
    for k, l in pairs:
        if basis.shape[-1]:
            edge, ball = np.column_stack([eps[l] * basis, h[l]]), np.column_stack([eps[l] * basis, 0 * h[l]])
            values, vectors = np.linalg.eigh(m.lmi[0, k, l])
            t = (vectors * np.maximum(values, 0)) @ vectors.conj().T
            t[-1, -1] += max(np.trace(t[:-1, :-1]).real - t[-1, -1].real, 0)  # tr T11 <= T22 made to hold
            served[k, l], disturbed[k, l] = edge @ t @ edge.conj().T, ball @ t @ ball.conj().T
        else:
            t = np.array([[max(m.sinr[0, k, l], 0)]])
            served[k, l], disturbed[k, l] = t[0, 0] * outer(h[l]), 0.0
        value += g[k] * noise[l] * t[-1, -1].real
    shared = s.comm_weight * np.eye(n) + s.sensing_weight * sum((outer(x) for x in a), np.zeros((n, n)))
    length = 0.0
    for p in range(s.targets):
        shared = shared - max(m.floor[0, p], 0) * outer(a[p])
        value += s.sensing_power_w * max(m.floor[0, p], 0)
        for q in range(p + 1, s.targets):
            up, down = max(m.slab_upper[0, p, q], 0), max(m.slab_lower[0, p, q], 0)
            cross = np.conj(m.cross[0, p, q]) * np.outer(a[q], a[p].conj())
            shared = shared + (up - down) * (outer(a[p]) - outer(a[q])) - (cross + cross.conj().T) / 2
            value -= s.power_difference_w * (up + down)
            length += abs(m.cross[0, p, q]) ** 2
    value -= max(m.correlation[0], np.sqrt(length)) * s.correlation_limit_w
    least = np.inf
    for i, k in enumerate(order):
        z = shared - sum((served[k, l] for l in order if (k, l) in served), np.zeros((n, n)))
        for j, l in served:
            z = (
                z
                + (g[j] * served[j, l] if order.index(j) < i else 0)
                + (g[j] * disturbed[j, l] if order.index(j) > i else 0)
            )
        least = min(least, np.linalg.eigvalsh(z)[0])
    return s.comm_weight / (s.comm_weight + max(0.0, -least)) * value


def sampled_sinr(
    h: np.ndarray, beams: np.ndarray, order: list[int], noise: np.ndarray, error: np.ndarray
) -> np.ndarray:
    """Least SINR of one drop over its decoding pairs for every error (samples, users, antennas); spec A7, chain."""
    gain = np.abs(np.einsum("sla,ka->slk", (h + error).conj(), beams)) ** 2
    residual = np.abs(np.einsum("sla,ka->slk", error.conj(), beams)) ** 2
    least = np.full(len(error), np.inf)
    for i, k in enumerate(order):
        for l in order[i:]:
            below = noise[l] + gain[:, l, order[i + 1 :]].sum(axis=1) + residual[:, l, order[:i]].sum(axis=1)
            least = np.minimum(least, gain[:, l, k] / below)
    return least


def ball(rng, samples, radius, users, antennas):
    """Errors uniform in the ball of each user (A7): (samples, users, antennas)."""
    z = rng.standard_normal((samples, users, antennas)) + 1j * rng.standard_normal((samples, users, antennas))
    length = radius * rng.random((samples, users, 1)) ** (1 / (2 * antennas))
    return length * z / np.linalg.norm(z, axis=-1, keepdims=True)
