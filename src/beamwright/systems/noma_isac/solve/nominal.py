"""Nominal relaxation (spec P1, and P4 on the frame average) through its dual: one unknown per constraint.

    maximise b^T y   subject to   C_k - sum_r y_r G_rk >= 0,   y >= 0 (rows),   (s, z) in the second-order cone

G_rk = q_rk sum_f R_rf F_f, with few functionals F of rank one or two. The Schur complement has the size of the number
of constraints (13 for K=3, M=2), and its entries need only V^H Y V and V^H Z^-1 V for V = [h, a]. The solver's dual
variable of block k is the design Y_k itself.
"""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import materialise, total
from beamwright.numerics import small_matrices as la
from beamwright.optim import conic
from beamwright.systems.noma_isac.solve.layout import Data, Layout, Relaxed, normalise, row_multipliers


class FunctionalMap(eqx.Module):
    """Map y -> (sum_r y_r G_rk, -y on the nonnegative cone, -(s, z))."""

    vectors: Array
    """V_k = D_k V (d, vectors, streams, lanes)."""
    matrices: Array
    """D_k F D_k (d, d, functionals, streams, lanes)."""
    weights: Array
    """q (rows, streams, lanes)."""
    rows: tuple[tuple[float, ...], ...] = eqx.field(static=True)
    """R (rows, functionals)."""
    functionals: tuple[tuple[int, int, complex], ...] = eqx.field(static=True)
    linear: int = eqx.field(static=True)
    """Rows on the nonnegative cone."""
    soc: tuple[int, ...] = eqx.field(static=True)
    """Rows of every second-order cone, which follow."""

    def split(self, x: Array) -> tuple[Array, tuple[Array, ...]]:
        """Entries of the nonnegative cone, and of every second-order cone."""
        ends = np.cumsum([self.linear, *self.soc])
        return x[: self.linear], tuple(x[i:j] for i, j in zip(ends[:-1], ends[1:], strict=True))

    def apply(self, x: Array) -> conic.Point:
        """Slack matrices' linear part and the cone blocks."""
        mixed = _mix(np.array(self.rows).T, self.weights * x[:, None])
        blocks = total(self.matrices[:, :, f] * mixed[f] for f in range(len(mixed)))
        linear, soc = self.split(-x)
        return conic.Point((blocks,), linear, soc)

    def adjoint(self, z: conic.Point) -> Array:
        """Adjoint: sum_k tr(G_rk Y_k), less the cone blocks."""
        values = materialise(la.inner(self.matrices, z.psd[0][:, :, None]))
        rows = _mix(np.array(self.rows), values)
        streams = total(self.weights[:, k] * rows[:, k] for k in range(rows.shape[1]))
        return streams - jnp.concatenate([z.nonneg, *z.soc])

    def schur(self, scaling: conic.Scaling) -> Array:
        """Schur complement, entry (r, t): sum_k q_rk q_tk R_rf R_tg <F_f, Y_k F_g Z_k^-1>, plus the cone blocks."""
        rows = np.array(self.rows)
        gram = _mix(rows, jnp.swapaxes(_mix(rows, self._gram(scaling)), 0, 1))
        gram, q = materialise(gram), self.weights
        schur = total(q[:, None, k] * q[None, :, k] * gram[:, :, k] for k in range(q.shape[1]))
        schur = 0.5 * (schur + jnp.swapaxes(schur, 0, 1))
        n = len(rows)
        diagonal = jnp.concatenate([scaling.ratio, jnp.zeros((n - self.linear, schur.shape[-1]))])
        schur = schur + jnp.eye(n)[:, :, None] * diagonal[:, None]
        at = self.linear
        for w in scaling.soc:
            around = (at, n - at - len(w))
            schur, at = schur + jnp.pad(w, (around, around, (0, 0))), at + len(w)
        return schur

    def _gram(self, scaling: conic.Scaling) -> Array:
        """Gram matrix <F_f, Y_k F_g Z_k^-1>, (f, g, streams, lanes), from the two small Gram matrices of V."""
        v = self.vectors
        left, right = (
            materialise(la.matmul(la.dagger(v), materialise(la.matmul(x, v))))
            for x in (scaling.z[0], scaling.s_inverse[0])
        )
        ends = [np.array([f[i] for f in self.functionals]) for i in (0, 1)]
        alpha = np.array([f[2] for f in self.functionals])[:, None, None, None]
        total: Array | float = 0.0
        for flip_f in (0, 1):
            for flip_g in (0, 1):
                i, j = ends[flip_f], ends[1 - flip_f]
                c, e = ends[flip_g], ends[1 - flip_g]
                weight = (np.conj(alpha) if flip_f else alpha) * np.swapaxes(np.conj(alpha) if flip_g else alpha, 0, 1)
                total = total + 0.25 * (weight * left[j[:, None], c[None]] * right[e[None], i[:, None]]).real
        return materialise(total)  # type: ignore[return-value]


def solve_nominal(layout: Layout, data: Data, options: conic.Options) -> Relaxed:
    """Solution of a tile; a lane without a feasible design returns multipliers that prove it (a ray of the dual)."""
    units, streams = normalise(layout, data), layout.streams
    lanes, pairs = data.h.shape[-1], len(layout.pairs)
    functionals, tables = layout.tables
    rows = [np.eye(len(functionals))[[l for _, l in layout.pairs]]]
    weights, right = [units.weights], [units.need]
    for c in layout.rows:
        factor, limit = units.factors[c], units.limits[c]
        head = np.zeros((1 if c.cone else 0, len(functionals)))
        rows += [head, tables[c]]
        q = layout.own(c)
        count = len(head) + len(tables[c])
        factor = jnp.broadcast_to(factor, (count, lanes))[:, None]
        weights.append(factor * (jnp.ones((count, streams, lanes)) if q is None else q[:, :, None]))
        right += [-limit * units.factors[c], jnp.zeros((len(tables[c]), lanes))] if c.cone else [limit * factor[:, 0]]
    soc = tuple(1 + len(tables[c]) for c in layout.rows if c.cone)
    table = np.concatenate(rows)
    linear = len(table) - sum(soc)
    vectors = jnp.moveaxis(units.vectors, 0, 1)
    vectors = materialise(units.scale[:, None] * vectors[:, :, None])
    matrices = [la.hermitian(w * vectors[:, None, i] * jnp.conj(vectors[None, :, j])) for i, j, w in functionals]
    g = FunctionalMap(
        vectors=vectors,
        matrices=jnp.stack(matrices, axis=2),
        weights=jnp.concatenate(weights),
        rows=tuple(tuple(map(float, row)) for row in table),
        functionals=functionals,
        linear=linear,
        soc=soc,
    )
    cone = conic.Cone(((streams, vectors.shape[0]),), linear, soc)
    zeros = conic.Point((units.cost,), jnp.zeros((linear, lanes)), tuple(jnp.zeros((q, lanes)) for q in soc))
    solution = conic.solve(conic.Problem(-jnp.concatenate(right), g, zeros, cone), options)
    x = solution.x
    y_w = units.scale[:, None] * units.scale[None] * solution.z.psd[0] * units.unit_w
    return Relaxed(
        y=y_w,
        objective_w=jnp.sum(la.inner(units.cost, solution.z.psd[0]), axis=0) * units.unit_cost * units.unit_w,
        ending=solution.ending,
        residual=solution.residual,
        iterations=solution.iterations,
        sinr=x[:pairs] * units.pair_scale,
        rows=row_multipliers(layout, units, x[pairs:linear], g.split(x)[1]),
        lmi=jnp.zeros((0, 0, pairs, lanes), complex),
    )


def _mix(table: np.ndarray, values: Array) -> Array:
    """Sums sum_f R_rf values_f over the leading axis; R is a small sparse constant, so its zeros cost nothing."""
    rows = [total((w * values[f] for f, w in enumerate(row) if w), jnp.zeros_like(values[0])) for row in table]
    return materialise(jnp.stack(rows))
