"""Which constraints there are, and the units in which the solvers see them: sorted streams, lanes last.

Inside a solver: streams in decoding order, coordinates in an orthonormal basis of span{h_l, a_m} (spec A1: lossless),
channels and steering vectors of unit length, powers in ``unit_w``, costs in ``unit_cost``: numbers of order one.
"""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.core import linalg as la


@dataclass(frozen=True)
class Layout:
    """The static shape of a problem: who decodes whom, how many targets, which rows."""

    users: int
    targets: int
    chain: bool
    ordered: bool
    """Power order (spec P1 e) demanded."""
    interference: bool
    """False for OMA: streams never meet."""

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Decoding set D as (stream k, user l)."""
        users = self.users
        return [(k, l) for k in range(users) for l in (range(k, users) if self.chain else (k,))]

    @property
    def order_rows(self) -> list[tuple[int, int]]:
        """(user l, position j) of h_l^H (W_j - W_{j+1}) h_l >= 0."""
        return list(itertools.product(range(self.users), range(self.users - 1))) if self.ordered else []

    @property
    def target_pairs(self) -> list[tuple[int, int]]:
        """(p, m) with p < m."""
        return list(itertools.combinations(range(self.targets), 2))

    @property
    def functionals(self) -> list[tuple[int, int, complex]]:
        """(a, b, alpha) of F = herm(alpha v_a v_b^H), v = [h_1..h_K, a_1..a_M]: received powers, powers towards
        targets, then Re and Im of X_pm = a_p^H R a_m."""
        single = [(i, i, 1.0) for i in range(self.users + self.targets)]
        cross = [(self.users + m, self.users + p) for p, m in self.target_pairs]
        return single + [(a, b, alpha) for a, b in cross for alpha in (1.0, -1.0j)]

    def sensing_rows(self) -> tuple[np.ndarray, int]:
        """Rows >= 0 (floor, slab upper, slab lower) and then the cross rows over the functionals, and their split."""
        size, pairs, k = len(self.functionals), self.target_pairs, self.users
        rows = [np.eye(size)[k + m] for m in range(self.targets)]
        rows += [sign * (np.eye(size)[k + m] - np.eye(size)[k + p]) for sign in (1.0, -1.0) for p, m in pairs]
        cross = [np.eye(size)[k + self.targets + i] for i in range(2 * len(pairs))]
        return np.array(rows + cross).reshape(-1, size), len(rows)

    def order_weights(self) -> np.ndarray:
        """(order rows, streams): +1 on stream j, -1 on stream j+1."""
        rows = [np.eye(self.users)[j] - np.eye(self.users)[j + 1] for _, j in self.order_rows]
        return np.array(rows).reshape(-1, self.users)

    def stream_weights(self, gamma: Array) -> Array:
        """q (pairs, streams, lanes) of W_k - gamma_k sum_{i>k} W_i, scaled by 1/(1 + gamma_k)."""
        rows = []
        for k, _ in self.pairs:
            scale = 1.0 / (1.0 + gamma[k])
            later = -gamma[k] * scale if self.interference else jnp.zeros_like(scale)
            rows.append([scale if i == k else later if i > k else jnp.zeros_like(scale) for i in range(self.users)])
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
    """(users, lanes) linear targets; zero asks for nothing."""
    eps: Array
    """(users, lanes) radii of the channel error."""
    penalty: Array
    """(d, d, users, lanes) Hermitian, added to the cost matrix of each stream (rank-one recovery); else zero."""
    weights: Array
    """(5, lanes): rho_c, rho_s, Ps, Pdiff, radius of the cross-correlation cone."""


class Units(NamedTuple):
    """Normalised data and what brings the answer back to watts."""

    h: Array
    a: Array
    cost: Array
    """(d, d, users, lanes) cost of every stream, including the penalty."""
    need: Array
    """(users k, users l, lanes): gamma_k noise_l / |h_l|^2 in ``unit_w``, scaled like the rows; gamma_k if h_l = 0."""
    eps: Array
    floor: Array
    difference: Array
    radius: Array
    unit_w: Array
    unit_cost: Array
    user_scale: Array
    """(users k, users l, lanes): multiplier in solver units -> multiplier of the constraint as written."""
    target_scale: Array
    """(lanes,) the same for sensing rows."""


def normalise(data: Data) -> Units:
    """Unit vectors, power and cost units, right-hand sides."""
    comm, sensing, floor_w, difference_w, radius_w = data.weights
    lanes = data.h.shape[-1]
    square = jnp.sum(jnp.abs(data.h) ** 2, axis=1)
    present = square > 0
    square = jnp.where(present, square, 1.0)
    target_square = jnp.sum(jnp.abs(data.a) ** 2, axis=1)[0] if len(data.a) else jnp.ones(lanes)
    demand = jnp.where(present, data.gamma * data.noise_w / square, 0.0)
    unit_w = jnp.maximum(jnp.max(demand, axis=0), floor_w / target_square if len(data.a) else 0.0)
    unit_w = jnp.where(unit_w > 0, unit_w, 1.0)
    unit_cost = comm + sensing * len(data.a) * target_square
    eye = la.identity(data.h.shape[1], data.penalty[:, :, 0])
    cost = comm * eye + sensing * jnp.sum(data.a[:, :, None] * jnp.conj(data.a[:, None]), axis=0)
    shrink = 1.0 / (1.0 + data.gamma)[:, None]
    gamma = data.gamma[:, None]
    need = jnp.where(present[None], gamma * (data.noise_w / (square * unit_w))[None], gamma) * shrink
    return Units(
        h=data.h / jnp.sqrt(square)[:, None],
        a=data.a / jnp.sqrt(target_square),
        cost=(cost[:, :, None] + data.penalty) / unit_cost,
        need=need,
        eps=data.eps / jnp.sqrt(square),
        floor=floor_w / (target_square * unit_w),
        difference=difference_w / (target_square * unit_w),
        radius=radius_w / (target_square * unit_w),
        unit_w=unit_w,
        unit_cost=unit_cost,
        user_scale=shrink * (unit_cost / square)[None],
        target_scale=unit_cost / target_square,
    )


class Relaxed(NamedTuple):
    """Solution of a relaxation in watts, drops last, sorted streams; multipliers of the constraints as written."""

    y: Array
    """(d, d, users, lanes)."""
    objective_w: Array
    """tr of the (penalised) cost, (lanes,)."""
    outcome: Array
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
    """Split multipliers of floor, slab and cone rows (solver units) into the fields of ``Relaxed``."""
    targets, pairs = layout.targets, len(layout.target_pairs)
    rows = rows * units.target_scale
    soc = jnp.zeros((1, rows.shape[-1])) if cone is None else cone * units.target_scale
    return {
        "floor": rows[:targets],
        "upper": rows[targets : targets + pairs],
        "lower": rows[targets + pairs :],
        "cone": soc[0],
        "cross": soc[1::2] + 1j * soc[2::2],
    }
