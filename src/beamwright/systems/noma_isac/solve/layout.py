"""Layout of the constraints, and the units in which the solvers see them: sorted streams, lanes last.

Inside a solver: streams in decoding order, coordinates in an orthonormal basis of span{h_l, a_m} (spec A1: lossless),
channels and steering vectors of unit length, powers in ``unit_w``, costs in ``unit_cost``: numbers of order one.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import small_matrices as la
from beamwright.numerics import total
from beamwright.systems.noma_isac.physics.constraints import USERS, Ball, Constraint, Sinr

TARGETS = "targets"
"""Family of the steering vectors, which the cost knows."""


@dataclass(frozen=True)
class Layout:
    """Static shape of a problem: who decodes whom, the constraints beside that, and the vectors that they see."""

    sinr: Sinr
    others: tuple[Constraint, ...]
    """Cones last."""
    sizes: tuple[tuple[str, int], ...]
    """Vectors of every family beside the channels, in the order in which they are handed in."""

    @property
    def users(self) -> int:
        """Number of users."""
        return self.sinr.users

    @property
    def streams(self) -> int:
        """Number of streams: the users', and a dedicated sensing signal."""
        return self.sinr.streams

    def own(self, constraint: Constraint) -> np.ndarray | None:
        """Weights (rows, streams) of rows that tell the streams apart, zero for a sensing signal; None: all alike."""
        q = constraint.streams()
        return q if q is None else np.pad(q, ((0, 0), (0, self.streams - self.users)))

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Decoding set D as (stream k, user l)."""
        return self.sinr.pairs

    @property
    def rows(self) -> list[Constraint]:
        """Constraints beside the SINR that are rows and cones."""
        return [c for c in self.others if not isinstance(c, Ball)]

    @property
    def balls(self) -> list[Ball]:
        """Constraints beside the SINR that hold for all errors."""
        return [c for c in self.others if isinstance(c, Ball)]

    @property
    def first(self) -> dict[str, int]:
        """Place of a family's first vector among all of them, v = [h_1..h_K, a_1..a_M, ...]."""
        names, counts = zip((USERS, self.users), *self.sizes, strict=True)
        return dict(zip(names, np.cumsum([0, *counts[:-1]]).tolist(), strict=True))

    def further(self, vectors: Array) -> dict[str, Array]:
        """Vectors (n, ...) of all families beside the channels, by family."""
        at = {name: self.first[name] - self.users for name, _ in self.sizes}
        return {name: vectors[at[name] : at[name] + count] for name, count in self.sizes}

    @cached_property
    def tables(self) -> "tuple[tuple[Functional, ...], dict[Constraint, np.ndarray]]":
        """Functionals of the rows, and every constraint's table (rows, functionals) that makes its forms of them.

        Received powers come first, whether rows beside the SINR's mention them or not.
        """
        found: dict[Functional, int] = {(i, i, 1.0): i for i in range(self.users)}
        entries = {c: [_functionals(form, self.first[c.family]) for form in c.forms()] for c in self.rows}
        for f in (f for rows in entries.values() for row in rows for f in row):
            found.setdefault(f, len(found))
        tables = {c: np.zeros((len(rows), len(found))) for c, rows in entries.items()}
        for c, rows in entries.items():
            for r, row in enumerate(rows):
                for f, weight in row.items():
                    tables[c][r, found[f]] = weight
        return tuple(found), tables

    def split(self, values: Array) -> dict[Constraint, Array]:
        """Entries (limits, ...) by constraint: as many as it has rows, of a cone one."""
        found, at = {}, 0
        for c in self.others:
            count = 1 if c.cone else len(c.forms())
            found[c], at = values[at : at + count], at + count
        return found


Functional = tuple[int, int, complex]
"""(a, b, alpha), F = herm(alpha v_a v_b^H)."""


def _functionals(form: np.ndarray, first: int) -> dict[Functional, float]:
    """Functionals and weights that make V P V^H, for a Hermitian P with vectors from place ``first`` on."""
    found: dict[Functional, float] = {}
    for a, b in zip(*np.nonzero(form), strict=True):
        if a == b:
            found[first + int(a), first + int(a), 1.0] = float(form[a, a].real)
        elif a > b:
            for part, alpha in ((form[a, b].real, 1.0), (-form[a, b].imag, -1.0j)):
                if part:
                    found[first + int(a), first + int(b), alpha] = 2 * float(part)
    return found


class Data(NamedTuple):
    """One tile of drops, lanes last, sorted streams."""

    h: Array
    """(users, d, lanes) coordinates of the channels."""
    seen: Array
    """(vectors, d, lanes) coordinates of the vectors beside the channels, family by family."""
    noise_w: Array
    """(users, lanes)."""
    gamma: Array
    """(users, lanes) linear targets; zero demands nothing."""
    eps: Array
    """(users, lanes) radii of the channel error."""
    penalty: Array
    """(d, d, streams, lanes) Hermitian, added to the cost matrix of each stream (rank-one recovery); else zero."""
    limits_w: Array
    """(limits, lanes) b of the rows of every constraint beside the SINR; -inf where a row is free."""
    radii: tuple[Array, ...]
    """(rows, lanes) radii of every constraint that holds for all errors of its vectors."""
    floor_w: Array
    """(lanes,) least power towards a target."""
    weights: Array
    """(2, lanes): rho_c, rho_s."""
    axes: Array | None = None
    """(users, d, d, lanes) shapes of the channel error, of norm one; None: the identity."""


class Units(NamedTuple):
    """Normalised data, and the factors that bring it back to watts: W_k = unit_w D_k Y_k D_k, D_k = ``scale``."""

    h: Array
    vectors: Array
    """(users + vectors, d, lanes) of unit length: channels, then the other families."""
    scale: Array
    """D (d, streams, lanes): root of the power that stream k is likely to have in each coordinate, in ``unit_w``."""
    cost: Array
    """(d, d, streams, lanes) cost of every stream, including the penalty."""
    row: Array
    """(pairs, lanes) factor of row (k, l)."""
    weights: Array
    """q (pairs, streams, lanes) of row (k, l): W_k - gamma_k sum_{i>k} W_i, times its factor."""
    need: Array
    """(pairs, lanes): gamma_k noise_l / |h_l|^2 in ``unit_w``, scaled like the rows; gamma_k if h_l = 0."""
    eps: Array
    limits: dict[Constraint, Array]
    """Limits (rows or 1, lanes) of every constraint beside the SINR, where the solver finds an inside."""
    factors: dict[Constraint, Array]
    """Factors (rows or 1, lanes) of its rows."""
    unit_w: Array
    unit_cost: Array
    pair_scale: Array
    """(pairs, lanes): multiplier in solver units -> multiplier of the constraint as written."""
    radii: dict[Constraint, Array]
    """Radii (rows, lanes) of the constraints that hold for all errors of their vectors, these being of unit length."""
    row_scale: dict[Constraint, Array]
    """(rows or 1, lanes) that factor for the rows of other constraints, or a cone."""


def normalise(layout: Layout, data: Data) -> Units:
    """Unit vectors, units of power for every stream, right-hand sides; rows divided by the powers in them.

    At high SINR the streams differ by powers of gamma, and noise is far below the power towards the targets: in one
    unit for all, a solver would lose what it has to null. In the span of the channels every stream is measured in a
    share of its own (``_shares``), and the rows of its SINR are divided by the powers in them (``_received``).
    """
    sinr, (comm, sensing) = layout.sinr, data.weights
    d, lanes = data.h.shape[1:]
    further = layout.further(data.seen)
    targets = further.get(TARGETS, data.seen[:0])
    square = jnp.sum(jnp.abs(data.h) ** 2, axis=1)
    present = square > 0
    square = jnp.where(present, square, 1.0)
    squares = {name: _squares(v) for name, v in further.items()} | {USERS: square}
    target_square = squares[TARGETS][0] if len(targets) else jnp.ones(lanes)
    noise_w = jnp.where(present, data.noise_w / square, 0.0)
    eps = data.eps / jnp.sqrt(square)
    demand_w = _chained(sinr, data.gamma, noise_w) if sinr.chain else data.gamma * noise_w
    least_w = data.floor_w / target_square if len(targets) else 0.0
    unit_w = jnp.maximum(jnp.max(demand_w * (data.gamma > 0), axis=0), least_w)
    share = _shares(sinr, data.gamma, noise_w / jnp.where(unit_w > 0, unit_w, 1.0), eps)
    unit_w = jnp.maximum(jnp.max(data.gamma * noise_w / share, axis=0), least_w)
    unit_w = jnp.where(unit_w > 0, unit_w, 1.0)
    share = jnp.concatenate([share, jnp.ones((layout.streams - layout.users, lanes))])
    inside = (jnp.arange(d) < layout.users)[:, None, None]
    scale = jnp.where(inside, jnp.sqrt(share), 1.0)
    unit_cost = comm + sensing * len(targets) * target_square
    eye = la.identity(d, data.penalty[:, :, 0])
    cost = comm * eye + sensing * jnp.sum(targets[:, :, None] * jnp.conj(targets[:, None]), axis=0)
    stream, user = (np.array([p[i] for p in layout.pairs]) for i in (0, 1))
    row = 1.0 / _received(sinr, data.gamma, share, eps)[stream]
    need = jnp.where(present[user], data.gamma[stream] * (noise_w / unit_w)[user], data.gamma[stream]) * row
    scaled = {}
    for constraint, limit_w in layout.split(data.limits_w).items():
        scaled[constraint] = constraint.scaled(limit_w / (_row_squares(constraint, squares) * unit_w))
    units = [v / jnp.sqrt(squares[name])[:, None] for name, v in further.items()]
    h = data.h / jnp.sqrt(square)[:, None]
    return Units(
        h=h,
        vectors=jnp.concatenate([h, *units]),
        scale=scale,
        cost=scale[:, None] * scale[None] * (cost[:, :, None] + data.penalty) / unit_cost,
        row=row,
        weights=sinr.stream_weights(data.gamma) * row[:, None],
        need=need,
        eps=eps,
        limits={c: limit for c, (limit, _) in scaled.items()},
        factors={c: factor for c, (_, factor) in scaled.items()},
        unit_w=unit_w,
        unit_cost=unit_cost,
        pair_scale=row * (unit_cost / square)[user],
        radii={
            c: radii / jnp.sqrt(_row_squares(c, squares)) for c, radii in zip(layout.balls, data.radii, strict=True)
        },
        row_scale={c: factor * (unit_cost / _row_squares(c, squares)) for c, (_, factor) in scaled.items()},
    )


def _squares(vectors: Array) -> Array:
    """Squared length (n, lanes) in which the vectors of a family are measured: that of the first for all."""
    return jnp.broadcast_to(jnp.sum(jnp.abs(vectors) ** 2, axis=1)[:1], (len(vectors), vectors.shape[-1]))


def _row_squares(constraint: Constraint, squares: dict[str, Array]) -> Array:
    """Squared lengths (rows or 1, lanes) of the vectors in the rows of a constraint."""
    first = np.array([int(np.nonzero(form)[0][0]) for form in constraint.forms()])
    return squares[constraint.family][first[:1] if constraint.cone else first]


def _shares(sinr: Sinr, gamma: Array, noise: Array, eps: Array) -> Array:
    """Power of every stream in the span of the channels, (users, lanes), at most one.

    At least what its user's noise demands, what a chain of streams gamma times each other's power leaves it below the
    first, and what the errors of channels leave of the streams cancelled before it.
    """
    alone = gamma * noise
    if sinr.decoding == "alone":
        return jnp.where(alone > 0, jnp.minimum(alone, 1.0), 1.0)
    if sinr.decoding == "noise":
        return jnp.where(alone > 0, alone / jnp.max(alone, axis=0), 1.0)
    chained = _chained(sinr, gamma, noise)
    share = jnp.minimum(jnp.maximum(alone, chained / chained[0]), 1.0)
    parts = [jnp.ones_like(share[0])]
    for k in range(1, sinr.users):
        error = jnp.max(eps[k:], axis=0) if sinr.chain else eps[k]
        parts.append(jnp.minimum(jnp.maximum(share[k], gamma[k] * error**2 * total(parts)), 1.0))
    return jnp.stack(parts)


def _received(sinr: Sinr, gamma: Array, share: Array, eps: Array) -> Array:
    """Powers in the SINR row of every stream, (users, lanes).

    Its own and, where errors keep others from being nulled, gamma times the rest of those.
    """
    rows = []
    for k in range(sinr.users):
        error = jnp.max(eps[k:], axis=0) if sinr.chain else eps[k]
        none = jnp.zeros_like(share[k])
        rest = total((share[i] for i in sinr.disturbing(k)), none)
        rest = rest + error**2 * total((share[i] for i in sinr.cancelled(k)), none)
        rows.append(share[k] + jnp.where(error > 0, gamma[k] * rest, 0.0))
    return jnp.stack(rows)


def _chained(sinr: Sinr, gamma: Array, noise: Array) -> Array:
    """Powers u_k = gamma_k max_{l >= k} (noise_l + sum_{i>k} u_i) of a chain of streams that share one direction."""
    later = jnp.zeros_like(noise[0])
    powers: list[Array] = []
    for k in reversed(range(sinr.users)):
        disturbance = jnp.max(noise[k:], axis=0) + later
        powers.insert(0, jnp.where(gamma[k] > 0, gamma[k], 1.0) * jnp.where(disturbance > 0, disturbance, 1.0))
        later = later + powers[0]
    return jnp.stack(powers)


class Relaxed(NamedTuple):
    """Solution of a relaxation in watts, drops last, sorted streams; multipliers of the constraints as written."""

    y: Array
    """(d, d, streams, lanes)."""
    objective_w: Array
    """tr of the (penalised) cost, (lanes,)."""
    ending: Array
    residual: Array
    iterations: Array
    sinr: Array
    """(pairs, lanes); zero where robust."""
    rows: tuple[Array, ...]
    """(rows, lanes) of every other constraint, of a cone (1 + rows, lanes)."""
    lmi: Array
    """(d+1, d+1, pairs, lanes); (0, 0, pairs, lanes) where nominal."""
    balls: tuple[Array, ...] = ()
    """(d+1, d+1, rows, lanes) of every other constraint that holds for all errors."""


def row_multipliers(layout: Layout, units: Units, linear: Array, cones: tuple[Array, ...]) -> tuple[Array, ...]:
    """Multipliers of the rows of every constraint as it is written, from linear ones and cones in solver units."""
    found, at, left = [], 0, iter(cones)
    for c in layout.rows:
        count = len(c.forms())
        y = next(left) if c.cone else linear[at : at + count]
        at += 0 if c.cone else count
        found.append(y * units.row_scale[c])
    return tuple(found)
