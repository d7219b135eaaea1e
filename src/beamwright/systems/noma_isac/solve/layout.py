"""Layout of the constraints, and the units in which the solvers see them: sorted streams, lanes last.

Inside a solver: streams in decoding order, coordinates in an orthonormal basis of span{h_l, a_m} (spec A1: lossless),
channels and steering vectors of unit length, powers in ``unit_w``, costs in ``unit_cost``: numbers of order one.
"""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import small_matrices as la
from beamwright.numerics import total


@dataclass(frozen=True)
class Layout:
    """Static shape of a problem: who decodes whom, how many targets, which rows."""

    users: int
    targets: int
    decoding: str
    """``chain``, ``own``, ``noise``, or ``alone`` for OMA: streams never meet."""
    ordered: bool
    """Power order (spec P1 e) demanded."""

    @property
    def chain(self) -> bool:
        """Whether stronger users decode the streams of weaker ones."""
        return self.decoding == "chain"

    def disturbing(self, k: int) -> list[int]:
        """Streams that disturb stream k."""
        first = {"noise": 0, "alone": self.users}.get(self.decoding, k + 1)
        return [i for i in range(first, self.users) if i != k]

    def cancelled(self, k: int) -> list[int]:
        """Streams that are cancelled before stream k."""
        return list(range(k)) if self.decoding in ("chain", "own") else []

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Decoding set D as (stream k, user l)."""
        users = self.users
        return [(k, l) for k in range(users) for l in (range(k, users) if self.chain else (k,))]

    @property
    def order_rows(self) -> list[tuple[int, int]]:
        """Rows (user l, position j) of h_l^H (W_j - W_{j+1}) h_l >= 0."""
        return list(itertools.product(range(self.users), range(self.users - 1))) if self.ordered else []

    @property
    def target_pairs(self) -> list[tuple[int, int]]:
        """Pairs (p, m) of targets with p < m."""
        return list(itertools.combinations(range(self.targets), 2))

    @property
    def functionals(self) -> list[tuple[int, int, complex]]:
        """Functionals (a, b, alpha), F = herm(alpha v_a v_b^H), v = [h_1..h_K, a_1..a_M].

        Received powers, powers towards targets, then Re and Im of X_pm = a_p^H R a_m.
        """
        single = [(i, i, 1.0) for i in range(self.users + self.targets)]
        cross = [(self.users + m, self.users + p) for p, m in self.target_pairs]
        return single + [(a, b, alpha) for a, b in cross for alpha in (1.0, -1.0j)]

    def sensing_rows(self) -> tuple[np.ndarray, int]:
        """Rows >= 0 (floor, power balance upper, lower), then the cross rows over the functionals, and their split."""
        size, pairs, k = len(self.functionals), self.target_pairs, self.users
        rows = [np.eye(size)[k + m] for m in range(self.targets)]
        rows += [sign * (np.eye(size)[k + m] - np.eye(size)[k + p]) for sign in (1.0, -1.0) for p, m in pairs]
        cross = [np.eye(size)[k + self.targets + i] for i in range(2 * len(pairs))]
        return np.array(rows + cross).reshape(-1, size), len(rows)

    def sensing_weights(self, units: "Units") -> Array:
        """Factor of every sensing row, the cone's included: floors as they are, balance and cone by their widths."""
        pairs, one = len(self.target_pairs), jnp.ones_like(units.cone_row)
        cone = [units.cone_row] * (1 + 2 * pairs) if pairs else []
        rows = [*[one] * self.targets, *units.balance_row, *units.balance_row, *cone]
        return jnp.stack(rows) if rows else jnp.zeros((0, len(one)))

    def order_weights(self) -> np.ndarray:
        """Weights (order rows, streams): +1 on stream j, -1 on stream j+1."""
        rows = [np.eye(self.users)[j] - np.eye(self.users)[j + 1] for _, j in self.order_rows]
        return np.array(rows).reshape(-1, self.users)

    def stream_weights(self, gamma: Array) -> Array:
        """Weights q (pairs, streams, lanes) of W_k less gamma_k times those that disturb it."""
        zero = jnp.zeros_like(gamma[0])
        rows = [
            [zero + 1 if i == k else -gamma[k] if i in self.disturbing(k) else zero for i in range(self.users)]
            for k, _ in self.pairs
        ]
        return jnp.stack([jnp.stack(row) for row in rows])


class Data(NamedTuple):
    """One tile of drops, lanes last, sorted streams."""

    h: Array
    """(users, d, lanes) coordinates of the channels."""
    a: Array
    """(targets, d, lanes) coordinates of the steering vectors."""
    noise_w: Array
    """(users, lanes)."""
    gamma: Array
    """(users, lanes) linear targets; zero demands nothing."""
    eps: Array
    """(users, lanes) radii of the channel error."""
    penalty: Array
    """(d, d, users, lanes) Hermitian, added to the cost matrix of each stream (rank-one recovery); else zero."""
    difference_w: Array
    """(2 target pairs, lanes) largest P_p - P_m of every pair, then largest P_m - P_p; infinite where it is free."""
    weights: Array
    """(4, lanes): rho_c, rho_s, Ps, radius of the cross-correlation cone."""


class Units(NamedTuple):
    """Normalised data, and the factors that bring it back to watts: W_k = unit_w D_k Y_k D_k, D_k = ``scale``."""

    h: Array
    a: Array
    scale: Array
    """D (d, users, lanes): root of the power that stream k is likely to have in each coordinate, in ``unit_w``."""
    cost: Array
    """(d, d, users, lanes) cost of every stream, including the penalty."""
    row: Array
    """(pairs, lanes) factor of row (k, l)."""
    weights: Array
    """q (pairs, streams, lanes) of row (k, l): W_k - gamma_k sum_{i>k} W_i, times its factor."""
    need: Array
    """(pairs, lanes): gamma_k noise_l / |h_l|^2 in ``unit_w``, scaled like the rows; gamma_k if h_l = 0."""
    eps: Array
    floor: Array
    difference: Array
    radius: Array
    balance_row: Array
    """(target pairs, lanes) factor of the power balance: between those that make its width or its powers one."""
    cone_row: Array
    """(lanes,) factor of the cross-correlation cone."""
    unit_w: Array
    unit_cost: Array
    pair_scale: Array
    """(pairs, lanes): multiplier in solver units -> multiplier of the constraint as written."""
    user_scale: Array
    """(users, lanes): that factor for rows of the power order."""
    target_scale: Array
    """(lanes,) that factor for sensing rows."""


THIN_BALANCE, THIN_CONE, WIDE = 1e-6, 1e-10, 1e2
"""Widths in units of the powers: in a narrower one no solver finds an inside, a wider one is as good as no limit."""


def normalise(layout: Layout, data: Data) -> Units:
    """Unit vectors, units of power for every stream, right-hand sides; rows divided by the powers in them.

    At high SINR the streams differ by powers of gamma, and noise is far below the power towards the targets: in one
    unit for all, a solver would lose what it has to null. In the span of the channels every stream is measured in a
    share of its own (``_shares``), and the rows of its SINR are divided by the powers in them (``_received``).
    """
    comm, sensing, floor_w, radius_w = data.weights
    d, lanes = data.h.shape[1:]
    square = jnp.sum(jnp.abs(data.h) ** 2, axis=1)
    present = square > 0
    square = jnp.where(present, square, 1.0)
    target_square = jnp.sum(jnp.abs(data.a) ** 2, axis=1)[0] if len(data.a) else jnp.ones(lanes)
    noise_w = jnp.where(present, data.noise_w / square, 0.0)
    eps = data.eps / jnp.sqrt(square)
    demand_w = _chained(layout, data.gamma, noise_w) if layout.chain else data.gamma * noise_w
    least_w = floor_w / target_square if len(data.a) else 0.0
    unit_w = jnp.maximum(jnp.max(demand_w * (data.gamma > 0), axis=0), least_w)
    share = _shares(layout, data.gamma, noise_w / jnp.where(unit_w > 0, unit_w, 1.0), eps)
    unit_w = jnp.maximum(jnp.max(data.gamma * noise_w / share, axis=0), least_w)
    unit_w = jnp.where(unit_w > 0, unit_w, 1.0)
    inside = (jnp.arange(d) < layout.users)[:, None, None]
    scale = jnp.where(inside, jnp.sqrt(share), 1.0)
    unit_cost = comm + sensing * len(data.a) * target_square
    eye = la.identity(d, data.penalty[:, :, 0])
    cost = comm * eye + sensing * jnp.sum(data.a[:, :, None] * jnp.conj(data.a[:, None]), axis=0)
    stream, user = (np.array([p[i] for p in layout.pairs]) for i in (0, 1))
    row = 1.0 / _received(layout, data.gamma, share, eps)[stream]
    need = jnp.where(present[user], data.gamma[stream] * (noise_w / unit_w)[user], data.gamma[stream]) * row
    difference = _widened(data.difference_w / (target_square * unit_w))
    radius = jnp.clip(radius_w / (target_square * unit_w), THIN_CONE, WIDE)
    return Units(
        h=data.h / jnp.sqrt(square)[:, None],
        a=data.a / jnp.sqrt(target_square),
        scale=scale,
        cost=scale[:, None] * scale[None] * (cost[:, :, None] + data.penalty) / unit_cost,
        row=row,
        weights=layout.stream_weights(data.gamma) * row[:, None],
        need=need,
        eps=eps,
        floor=floor_w / (target_square * unit_w),
        difference=difference,
        radius=radius,
        balance_row=jnp.mean(difference.reshape(2, -1, lanes), axis=0) ** -0.5,
        cone_row=radius**-0.5,
        unit_w=unit_w,
        unit_cost=unit_cost,
        pair_scale=row * (unit_cost / square)[user],
        user_scale=unit_cost / square,
        target_scale=unit_cost / target_square,
    )


def _widened(difference: Array) -> Array:
    """Widths of the power balance (2 pairs, lanes), increased where neither side leaves an inside."""
    difference = jnp.minimum(difference, WIDE)
    upper, lower = jnp.split(difference, 2)
    missing = jnp.maximum(THIN_BALANCE - 0.5 * (upper + lower), 0.0)
    return difference + jnp.concatenate([missing, missing])


def _shares(layout: Layout, gamma: Array, noise: Array, eps: Array) -> Array:
    """Power of every stream in the span of the channels, (users, lanes), at most one.

    At least what its user's noise demands, what a chain of streams gamma times each other's power leaves it below the
    first, and what the errors of channels leave of the streams cancelled before it.
    """
    alone = gamma * noise
    if layout.decoding == "alone":
        return jnp.where(alone > 0, jnp.minimum(alone, 1.0), 1.0)
    if layout.decoding == "noise":
        return jnp.where(alone > 0, alone / jnp.max(alone, axis=0), 1.0)
    chained = _chained(layout, gamma, noise)
    share = jnp.minimum(jnp.maximum(alone, chained / chained[0]), 1.0)
    parts = [jnp.ones_like(share[0])]
    for k in range(1, layout.users):
        error = jnp.max(eps[k:], axis=0) if layout.chain else eps[k]
        parts.append(jnp.minimum(jnp.maximum(share[k], gamma[k] * error**2 * total(parts)), 1.0))
    return jnp.stack(parts)


def _received(layout: Layout, gamma: Array, share: Array, eps: Array) -> Array:
    """Powers in the SINR row of every stream, (users, lanes).

    Its own and, where errors keep others from being nulled, gamma times the rest of those.
    """
    rows = []
    for k in range(layout.users):
        error = jnp.max(eps[k:], axis=0) if layout.chain else eps[k]
        none = jnp.zeros_like(share[k])
        rest = total((share[i] for i in layout.disturbing(k)), none)
        rest = rest + error**2 * total((share[i] for i in layout.cancelled(k)), none)
        rows.append(share[k] + jnp.where(error > 0, gamma[k] * rest, 0.0))
    return jnp.stack(rows)


def _chained(layout: Layout, gamma: Array, noise: Array) -> Array:
    """Powers u_k = gamma_k max_{l >= k} (noise_l + sum_{i>k} u_i) of a chain of streams that share one direction."""
    later = jnp.zeros_like(noise[0])
    powers: list[Array] = []
    for k in reversed(range(layout.users)):
        disturbance = jnp.max(noise[k:], axis=0) + later
        powers.insert(0, jnp.where(gamma[k] > 0, gamma[k], 1.0) * jnp.where(disturbance > 0, disturbance, 1.0))
        later = later + powers[0]
    return jnp.stack(powers)


class Relaxed(NamedTuple):
    """Solution of a relaxation in watts, drops last, sorted streams; multipliers of the constraints as written."""

    y: Array
    """(d, d, users, lanes)."""
    objective_w: Array
    """tr of the (penalised) cost, (lanes,)."""
    ending: Array
    residual: Array
    iterations: Array
    sinr: Array
    """(pairs, lanes); zero where robust."""
    sic: Array
    """(order rows, lanes)."""
    floor: Array
    """(targets, lanes)."""
    upper: Array
    """(target pairs, lanes)."""
    lower: Array
    """(target pairs, lanes)."""
    cone: Array
    """(lanes,) s."""
    cross: Array
    """(target pairs, lanes) complex z."""
    lmi: Array
    """(d+1, d+1, pairs, lanes); (0, 0, pairs, lanes) where nominal."""


def sensing_multipliers(layout: Layout, units: Units, rows: Array, cone: Array | None) -> dict[str, Array]:
    """Multipliers of floor, power balance and cone rows, from solver units to the fields of ``Relaxed``."""
    targets, pairs = layout.targets, len(layout.target_pairs)
    weights = layout.sensing_weights(units) * units.target_scale
    rows = rows * weights[: targets + 2 * pairs]
    soc = jnp.zeros((1, rows.shape[-1])) if cone is None else cone * weights[targets + 2 * pairs :]
    return {
        "floor": rows[:targets],
        "upper": rows[targets : targets + pairs],
        "lower": rows[targets + pairs :],
        "cone": soc[0],
        "cross": soc[1::2] + 1j * soc[2::2],
    }
