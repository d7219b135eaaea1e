"""Robust relaxation (spec P2): matrix inequalities in the covariances, a Schur complement of Kronecker products.

Unknowns are x = (vec Y_1, ..., vec Y_K, lambda), vec Y being the real d x d array with Re Y (times sqrt 2) above and
Im Y below the diagonal. For user l decoding stream k, B = [eps I, h_l], E = [eps I, 0] (unit-length h_l):

    S_kl = B^H (Y_k - gamma_k sum_{i>k} Y_i) B - gamma_k E^H (sum_{i<k} Y_i) E + lambda_kl diag(I, -1) - need e e^T >= 0

Where errors lie in ellipsoids, B = [eps L, h_l] and E = [eps L, 0] with L their shape of norm one.

With T and S the scaling of pair p = (k, l), q_pi and r_p the weights of its received and cancelled streams, D_i the
units of stream i, and F x G the map Y -> F Y G^H, the block of streams (i, j) in the Schur complement is

    M_ij = D_i [ sum_p q_pi q_pj  (B T B^H) x (B S^-1 B^H)      i and j received in the rows of k
               + sum_p r_p^2      (E T E^H) x (E S^-1 E^H)      i and j cancelled before k
               + sum_p r_p q_pj   (E T B^H) x (E S^-1 B^H)      i cancelled before k, j received
               + sum_fg m_fg A_f A_g^T                          rows about R = sum_i Y_i, as functionals A_f
               + sum_r w_r p_ri p_rj F_r F_r^T                  rows F_r with weights p_ri of the streams: power order
               ] D_j  +  [i = j] Z_i x S_i^-1                   Y_i >= 0 itself
"""

import itertools
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import from_hermitian, kronecker, materialise, to_hermitian, total
from beamwright.numerics import small_matrices as la
from beamwright.optim import conic
from beamwright.systems.noma_isac.solve.layout import (
    Data,
    Functional,
    Layout,
    Relaxed,
    Units,
    normalise,
    row_multipliers,
)


class BallMap(eqx.Module):
    """Map x -> -(Y_k, S_kl linear part, rows, cone): G of  G x + s = h  with s the blocks themselves."""

    h: Array
    """(balls, d, lanes) unit channels of the decoding user, zero where no SINR is demanded; then other vectors."""
    eps: Array
    """(balls, lanes) relative radii, zero where no SINR is demanded."""
    weights: Array
    """q (balls, streams, lanes) of Y_k - gamma_k sum_{i>k} Y_i, scaled; later streams and own."""
    residual: Array
    """(balls, lanes): -gamma_k scaled, of streams cancelled before k; zero without interference."""
    forms: Array
    """(own rows, d, d, lanes) F of rows that have weights of the streams."""
    shared: Array
    """(functionals, d, d, lanes) A of rows about R."""
    rows: Array
    """(shared rows, functionals, lanes) these rows, linear ones first, then those of cones without their bounds."""
    scale: Array
    """(streams, d, d, lanes) entries of d d^T where W_k = D_k Y_k D_k, D_k = diag(d)."""
    axes: Array | None
    """(d, d, balls, lanes) shapes L of ellipsoids; None: the identity."""
    groups: "tuple[Group, ...]" = eqx.field(static=True)
    """Balls one after another."""
    own: tuple[tuple[float, ...], ...] = eqx.field(static=True)
    """Weights p (own rows, streams)."""
    linear: int = eqx.field(static=True)
    """Linear ones among the shared rows."""
    soc: tuple[int, ...] = eqx.field(static=True)
    """Rows of every cone, its bound not counted."""

    @property
    def _d(self) -> int:
        return self.h.shape[1]

    @property
    def _streams(self) -> int:
        return self.scale.shape[0]

    @property
    def _balls(self) -> "list[tuple[int, Group]]":
        """Every ball with its group."""
        return [(p, group) for group in self.groups for p in range(group.first, group.first + group.size)]

    def _split(self, x: Array) -> tuple[Array, Array]:
        """Unknowns x as (Y (d, d, streams, lanes), lambda (pairs, lanes))."""
        d, streams = self._d, self._streams
        blocks = x[: streams * d * d].reshape(streams, d, d, -1)
        return materialise((to_hermitian(jnp.moveaxis(blocks, 0, 2)), x[streams * d * d :]))

    @property
    def _cones(self) -> list[slice]:
        """Shared rows of every cone."""
        ends = np.cumsum([self.linear, *self.soc]).tolist()
        return [slice(i, j) for i, j in zip(ends[:-1], ends[1:], strict=True)]

    def apply(self, x: Array) -> conic.Point:
        """Linear part of all blocks, with a minus."""
        split, lam = self._split(x)
        y = materialise(split * jnp.moveaxis(self.scale, 0, 2))
        radiated = total(y[:, :, i] for i in range(self._streams))
        sensed = jnp.sum(self.rows * la.inner(jnp.moveaxis(self.shared, 0, 2), radiated[:, :, None])[None], axis=1)
        own = [
            la.inner(form, total(w * y[:, :, i] for i, w in enumerate(weights) if w))
            for form, weights in zip(self.forms, self.own, strict=True)
        ]
        nonneg = jnp.concatenate([lam, *(o[None] for o in own), sensed[: self.linear]])
        cones = tuple(-jnp.concatenate([jnp.zeros_like(lam[:1]), sensed[rows]]) for rows in self._cones)
        return conic.Point((-split, -self._inequalities(y, lam)), -nonneg, cones)

    def _inequalities(self, y: Array, lam: Array) -> Array:
        """Matrix inequalities S_kl without their constant, (d+1, d+1, pairs, lanes)."""
        blocks = []
        for p, group in self._balls:
            received = total(self.weights[p, i] * y[:, :, i] for i in group.received)
            cancelled = self.residual[p] * total((y[:, :, i] for i in group.cancelled), jnp.zeros_like(y[:, :, 0]))
            blocks.append((received, cancelled))
        received = materialise(jnp.stack([w for w, _ in blocks], axis=2))
        cancelled = jnp.stack([c for _, c in blocks], axis=2)
        h = jnp.moveaxis(self.h, 0, 1)
        column = materialise(total(received[:, k] * h[k][None] for k in range(len(h))))
        corner = jnp.sum(h.real * column.real + h.imag * column.imag, axis=0)
        inner = received + cancelled
        if self.axes is not None:
            turned = la.dagger(self.axes)
            inner, column = materialise((la.congruence(turned, inner), la.matmul(turned, column[:, None])[:, 0]))
        top = self.eps**2 * inner + la.identity(self._d, received) * lam
        edge = self.eps * column
        top = jnp.concatenate([top, edge[:, None]], axis=1)
        bottom = jnp.concatenate([jnp.conj(edge), (corner - lam).astype(complex)[None]])
        return jnp.concatenate([top, bottom[None]])

    def adjoint(self, z: conic.Point) -> Array:
        """Minus the adjoint of the blocks."""
        t, d, balls, own = z.psd[1], self._d, len(self.h), len(self.own)
        received, cancelled = self._outer(t, t)[0], self._within(t)
        shared_dual = jnp.concatenate([z.nonneg[balls + own :], *(q[1:] for q in z.soc)])
        mixed = materialise(jnp.sum(self.rows * shared_dual[:, None], axis=0))
        shared = total((self.shared[f] * mixed[f] for f in range(len(mixed))), jnp.zeros_like(z.psd[0][:, :, 0]))
        streams = []
        for i in range(self._streams):
            matrix = shared
            for p, group in self._balls:
                if i in group.received:
                    matrix = matrix + self.weights[p, i] * received[:, :, p]
                elif i in group.cancelled:
                    matrix = matrix + self.residual[p] * cancelled[:, :, p]
            for r, weights in enumerate(self.own):
                if weights[i]:
                    matrix = matrix + weights[i] * z.nonneg[balls + r] * self.forms[r]
            streams.append(from_hermitian(z.psd[0][:, :, i] + self.scale[i] * matrix).reshape(d * d, -1))
        lam = jnp.trace(t[:-1, :-1]).real - t[-1, -1].real + z.nonneg[:balls]
        return -jnp.concatenate([*streams, lam])

    def _within(self, t: Array) -> Array:
        """Products E T E^H of a stack T, (d, d, balls, lanes)."""
        inner = t[:-1, :-1]
        if self.axes is not None:
            inner = materialise(la.congruence(self.axes, inner))
        return self.eps**2 * inner

    def _outer(self, left: Array, right: Array) -> tuple[Array, Array, Array, Array]:
        """Products B T B^H, then E T B^H, of two stacks T, (d, d, pairs, lanes) each."""
        h = jnp.moveaxis(self.h, 0, 1)
        out = []
        for t in (left, right):
            corner = t[:-1, -1][:, None]
            corner = corner if self.axes is None else la.matmul(self.axes, corner)
            inner, edge = self._within(t), self.eps * corner * jnp.conj(h)[None]
            both = inner + edge + la.dagger(edge)
            both = both + t[-1, -1].real * h[:, None] * jnp.conj(h)[None]
            out += [both, inner + edge]
        first, first_edge, second, second_edge = materialise(tuple(out))
        return first, second, first_edge, second_edge

    def schur(self, scaling: conic.Scaling) -> Array:
        """Schur complement: blocks of the streams, then rows and columns of lambda."""
        d, lanes = self._d, scaling.ratio.shape[-1]
        streams = self._stream_blocks(scaling)
        t, si = scaling.z[1], scaling.s_inverse[1]
        signs = jnp.asarray(np.append(np.ones(d), -1.0)).reshape(d + 1, 1, 1, 1)
        flipped = la.hermitian(la.matmul(materialise(t * jnp.swapaxes(signs, 0, 1)), si))
        flipped = materialise(flipped)
        received = from_hermitian(self._outer(flipped, flipped)[0])
        cancelled = from_hermitian(self._within(flipped))
        columns = []
        for p, group in self._balls:
            parts = [
                self.scale[i]
                * (
                    self.residual[p] * cancelled[:, :, p]
                    if i in group.cancelled
                    else self.weights[p, i] * received[:, :, p]
                )
                for i in range(self._streams)
            ]
            columns.append(jnp.stack(parts).reshape(-1, lanes))
        mixed = jnp.stack(columns, axis=1)
        diagonal = jnp.sum(signs[:, 0] * jnp.einsum("iipl->ipl", flipped).real, axis=0)
        balls = len(self.h)
        corner = jnp.eye(balls)[:, :, None] * (diagonal + scaling.ratio[:balls])[:, None]
        return jnp.concatenate(
            [jnp.concatenate([streams, mixed], axis=1), jnp.concatenate([jnp.swapaxes(mixed, 0, 1), corner], axis=1)]
        )

    def _stream_blocks(self, scaling: conic.Scaling) -> Array:
        """Blocks M_ij of the streams (formula above), (streams d^2, streams d^2, lanes)."""
        d, streams, lanes = self._d, self._streams, scaling.ratio.shape[-1]
        shared = self._shared_block(scaling)  # sum_fg m_fg A_f A_g^T
        blocks = dict.fromkeys(itertools.combinations_with_replacement(range(streams), 2), shared)
        self._add_inequalities(blocks, scaling)
        self._add_own(blocks, scaling)
        for i, j in blocks:  # D_i [...] D_j
            blocks[i, j] = blocks[i, j] * self.scale[i][:, :, None, None] * self.scale[j][None, None]
        for i in range(streams):  # Z_i x S_i^-1
            blocks[i, i] = blocks[i, i] + kronecker(scaling.z[0][:, :, i, None], scaling.s_inverse[0][:, :, i, None])
        flat = {key: materialise(b.reshape(d * d, d * d, lanes)) for key, b in blocks.items()}
        rows = [
            jnp.concatenate([flat[i, j] if i <= j else jnp.swapaxes(flat[j, i], 0, 1) for j in range(streams)], axis=1)
            for i in range(streams)
        ]
        return jnp.concatenate(rows)

    def _add_inequalities(self, blocks: dict[tuple[int, int], Array], scaling: conic.Scaling) -> None:
        """Terms of the matrix inequalities, added to the blocks group by group."""
        t, s_inverse = scaling.z[1], scaling.s_inverse[1]
        received_t, received_s, mixed_t, mixed_s = self._outer(t, s_inverse)
        cancelled_t, cancelled_s = self._within(t), self._within(s_inverse)
        for first, size, heard, gone in self.groups:
            some, q, r = slice(first, first + size), self.weights[first], self.residual[first]
            received = kronecker(received_t[:, :, some], received_s[:, :, some])  # (B T B^H) x (B S^-1 B^H)
            for i, j in itertools.combinations_with_replacement(heard, 2):
                blocks[i, j] = blocks[i, j] + q[i] * q[j] * received
            if not gone:
                continue
            cancelled = kronecker(cancelled_t[:, :, some], cancelled_s[:, :, some])  # (E T E^H) x (E S^-1 E^H)
            for i, j in itertools.combinations_with_replacement(gone, 2):
                blocks[i, j] = blocks[i, j] + r**2 * cancelled
            mixed = kronecker(mixed_t[:, :, some], mixed_s[:, :, some])  # (E T B^H) x (E S^-1 B^H)
            for i, j in itertools.product(gone, heard):
                turned = mixed if i < j else mixed.transpose(2, 3, 0, 1, 4)
                blocks[min(i, j), max(i, j)] = blocks[min(i, j), max(i, j)] + r * q[j] * turned

    def _add_own(self, blocks: dict[tuple[int, int], Array], scaling: conic.Scaling) -> None:
        """Terms w_r p_ri p_rj F_r F_r^T of rows with weights of the streams, added to the blocks."""
        offset = len(self.h)
        for r, weights in enumerate(self.own):
            v = from_hermitian(self.forms[r])
            outer = scaling.ratio[offset + r] * v[:, :, None, None] * v[None, None]
            for i, j in itertools.combinations_with_replacement(np.flatnonzero(weights).tolist(), 2):
                blocks[i, j] = blocks[i, j] + weights[i] * weights[j] * outer

    def _shared_block(self, scaling: conic.Scaling) -> Array:
        """Term sum_fg m_fg A_f A_g^T of the rows about R, (d, d, d, d, lanes)."""
        d, lanes = self._d, scaling.ratio.shape[-1]
        if not len(self.rows):
            return jnp.zeros((d, d, d, d, lanes))
        ratio = scaling.ratio[len(self.h) + len(self.own) :]
        first = self.rows[: self.linear]
        metric = jnp.sum(first[:, :, None] * (ratio[:, None] * first)[:, None], axis=0)
        for w, rows in zip(scaling.soc, self._cones, strict=True):
            cross = self.rows[rows]
            metric = metric + jnp.sum(cross[:, None, :, None] * (w[1:, 1:, None, None] * cross[None, :, None]), (0, 1))
        v = jnp.stack([from_hermitian(m) for m in self.shared])
        metric, v = materialise((metric, v))
        weighted = materialise(total(metric[:, f, None, None] * v[f][None] for f in range(len(v))))
        return materialise(total(v[f][:, :, None, None] * weighted[f][None, None] for f in range(len(v))))


def solve_robust(layout: Layout, data: Data, options: conic.Options) -> Relaxed:
    """Solution of a tile of robust problems; a lane without a feasible design returns multipliers that prove it."""
    units, streams = normalise(layout, data), layout.streams
    d, lanes = data.h.shape[1], data.h.shape[-1]
    balls = _balls(layout, data, units)
    g = BallMap(
        h=balls.vectors,
        eps=balls.radii,
        weights=balls.weights,
        residual=balls.residual,
        axes=balls.axes,
        groups=balls.groups,
        scale=jnp.moveaxis(units.scale[:, None] * units.scale[None], 2, 0),
        **_rows(layout, units),
    )
    count = len(balls.vectors)
    corner = jnp.zeros((d + 1, d + 1, count, lanes), complex).at[-1, -1].set(-balls.need)
    constant = jnp.where(balls.demanded, corner, la.identity(d + 1, corner))
    limits = {c: units.limits[c] * units.factors[c] for c in layout.rows}
    linear = jnp.concatenate([jnp.zeros((count, lanes)), *(-limits[c] for c in layout.rows if not c.cone)])
    soc = [jnp.concatenate([limits[c], jnp.zeros((len(c.forms()), lanes))]) for c in layout.rows if c.cone]
    cone = conic.Cone(((streams, d), (count, d + 1)), len(linear), tuple(map(len, soc)))
    h = conic.Point((jnp.zeros((d, d, streams, lanes), complex), constant), linear, tuple(soc))
    c = [from_hermitian(units.cost[:, :, i]).reshape(d * d, lanes) for i in range(streams)]
    solution = conic.solve(conic.Problem(jnp.concatenate([*c, jnp.zeros((count, lanes))]), g, h, cone), options)
    y_w = units.scale[:, None] * units.scale[None] * solution.s.psd[0] * units.unit_w
    t, pairs = solution.z.psd[1] * jnp.where(balls.demanded, balls.scale, 0.0), len(layout.pairs)
    ends = pairs + np.cumsum([0, *(len(ball.signs()) for ball in layout.balls)])
    return Relaxed(
        y=y_w,
        objective_w=jnp.sum(la.inner(units.cost, solution.s.psd[0]), axis=0) * units.unit_cost * units.unit_w,
        ending=solution.ending,
        residual=solution.residual,
        iterations=solution.iterations,
        sinr=jnp.zeros((pairs, lanes)),
        rows=row_multipliers(layout, units, solution.z.nonneg[count:], solution.z.soc),
        lmi=t[:, :, :pairs],
        balls=tuple(t[:, :, i:j] for i, j in zip(ends[:-1], ends[1:], strict=True)),
    )


class Group(NamedTuple):
    """Balls that follow each other and have the same weights: static."""

    first: int
    size: int
    received: tuple[int, ...]
    """Streams whose weights are not zero."""
    cancelled: tuple[int, ...]
    """Streams that only the error receives."""


class _Balls(NamedTuple):
    """Conditions for all errors: of the SINR pair by pair, then of other constraints row by row."""

    groups: tuple[Group, ...]
    vectors: Array
    radii: Array
    weights: Array
    residual: Array
    need: Array
    demanded: Array
    """(balls, lanes)."""
    scale: Array
    """(balls, lanes): multiplier in solver units -> multiplier of the constraint as written."""
    axes: Array | None
    """(d, d, balls, lanes)."""


def _balls(layout: Layout, data: Data, units: Units) -> _Balls:
    sinr, pairs, users = layout.sinr, layout.pairs, layout.users
    stream, user = (np.array([p[i] for p in pairs]) for i in (0, 1))
    demanded = data.gamma[stream] > 0
    first = {k: int(np.flatnonzero(stream == k)[0]) for k in range(users)}
    groups = [
        Group(first[k], int((stream == k).sum()), tuple(sorted([k, *sinr.disturbing(k)])), tuple(sinr.cancelled(k)))
        for k in range(users)
    ]
    parts = [
        (
            jnp.where(demanded[:, None], units.h[user], 0.0),
            jnp.where(demanded, units.eps[user], 0.0),
            units.weights,
            -data.gamma[stream] * units.row,
            units.need,
            demanded,
            units.pair_scale,
        )
    ]
    for ball in layout.balls:
        at, count = layout.first[ball.family], len(ball.signs())
        after = groups[-1].first + groups[-1].size
        groups += [Group(after + r, 1, tuple(range(layout.streams)), ()) for r in range(count)]
        factor = units.factors[ball]
        weights = jnp.broadcast_to((ball.signs()[:, None] * factor)[:, None], (count, layout.streams, factor.shape[-1]))
        need, none = units.limits[ball] * factor, jnp.zeros_like(factor)
        vectors = units.vectors[at : at + count]
        parts.append((vectors, units.radii[ball], weights, none, need, none == 0, units.row_scale[ball]))
    arrays = (jnp.concatenate(part) for part in zip(*parts, strict=True))
    vectors, radii, weights, residual, need, demanded, scale = arrays
    axes = _axes(layout, data, user)
    return _Balls(tuple(groups), vectors, radii, weights, residual, need, demanded, scale, axes)


def _axes(layout: Layout, data: Data, user: np.ndarray) -> Array | None:
    """Shapes (d, d, balls, lanes) of the channel errors, then the identity for other balls; None where all are that."""
    if data.axes is None:
        return None
    rest = sum(len(ball.signs()) for ball in layout.balls)
    eye = la.identity(data.h.shape[1], jnp.zeros((*data.axes.shape[1:3], rest, data.h.shape[-1]), complex))
    own = jnp.moveaxis(data.axes[user], 0, 2)
    return jnp.concatenate([own, jnp.broadcast_to(eye, (*own.shape[:2], rest, own.shape[-1]))], axis=2)


def _rows(layout: Layout, units: Units) -> dict[str, Any]:
    """Rows of all constraints beside the SINR, as the fields of ``BallMap``."""
    functionals, tables = layout.tables
    own = {c: q for c in layout.rows if (q := layout.own(c)) is not None}
    shared = [c for c in layout.rows if c not in own]
    v, lanes = units.vectors, units.vectors.shape[-1]

    def matrix(f: Functional) -> Array:
        return la.hermitian(f[2] * v[f[0]][:, None] * jnp.conj(v[f[1]])[None])

    def stacked(matrices: list[Array]) -> Array:
        return jnp.stack(matrices) if matrices else jnp.zeros((0, *v.shape[1:2] * 2, lanes), complex)

    mentioned = [f for f in range(len(functionals)) if any(tables[c][:, f].any() for c in shared)]
    rows = [tables[c][:, mentioned, None] * units.factors[c][:, None] for c in shared]
    forms = [
        total(float(weight) * matrix(functionals[f]) for f, weight in enumerate(row) if weight) * factor
        for c in own
        for row, factor in zip(tables[c], units.factors[c], strict=True)
    ]
    return {
        "forms": stacked(forms),
        "shared": stacked([matrix(functionals[f]) for f in mentioned]),
        "rows": jnp.concatenate(rows) if rows else jnp.zeros((0, 0, lanes)),
        "own": tuple(tuple(map(float, weights)) for q in own.values() for weights in q),
        "linear": sum(len(tables[c]) for c in shared if not c.cone),
        "soc": tuple(len(tables[c]) for c in shared if c.cone),
    }
