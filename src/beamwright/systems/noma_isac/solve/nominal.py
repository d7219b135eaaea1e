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
from beamwright.systems.noma_isac.solve.layout import Data, Layout, Relaxed, normalise, sensing_multipliers


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
    """Rows on the nonnegative cone; the rest, if any, form one second-order cone."""

    def apply(self, x: Array) -> conic.Point:
        """Slack matrices' linear part and the cone blocks."""
        mixed = _mix(np.array(self.rows).T, self.weights * x[:, None])
        blocks = total(self.matrices[:, :, f] * mixed[f] for f in range(len(mixed)))
        return conic.Point((blocks,), -x[: self.linear], (-x[self.linear :],) if self.linear < len(x) else ())

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
        for w in scaling.soc:
            schur = schur + jnp.pad(w, ((self.linear, 0), (self.linear, 0), (0, 0)))
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
    units, users = normalise(layout, data), layout.users
    lanes = data.h.shape[-1]
    sensing, linear_sensing = layout.sensing_rows()
    user_rows = [np.eye(sensing.shape[1])[l] for l in [l for _, l in layout.pairs] + [l for l, _ in layout.order_rows]]
    cones = 1 if layout.target_pairs else 0
    table = np.concatenate(
        [user_rows, sensing[:linear_sensing], np.zeros((cones, sensing.shape[1])), sensing[linear_sensing:]]
    )
    pairs, ordered, linear = len(layout.pairs), len(layout.order_rows), len(user_rows) + linear_sensing
    order = jnp.broadcast_to(layout.order_weights()[:, :, None], (ordered, users, lanes))
    target_pairs, shared = len(layout.target_pairs), layout.sensing_weights(units)
    shared = jnp.broadcast_to(shared[:, None], (len(shared), users, lanes))
    right = [
        units.need,
        jnp.zeros((ordered, lanes)),
        jnp.broadcast_to(units.floor, (layout.targets, lanes)),
        -units.difference * jnp.concatenate([units.balance_row, units.balance_row]),
        jnp.broadcast_to(-units.radius * units.cone_row, (cones, lanes)),
        jnp.zeros((2 * target_pairs, lanes)),
    ]
    vectors = jnp.concatenate([jnp.moveaxis(units.h, 0, 1), jnp.moveaxis(units.a, 0, 1)], axis=1)
    vectors = materialise(units.scale[:, None] * vectors[:, :, None])
    matrices = [la.hermitian(w * vectors[:, None, i] * jnp.conj(vectors[None, :, j])) for i, j, w in layout.functionals]
    g = FunctionalMap(
        vectors=vectors,
        matrices=jnp.stack(matrices, axis=2),
        weights=jnp.concatenate([units.weights, order, shared]),
        rows=tuple(tuple(map(float, row)) for row in table),
        functionals=tuple(layout.functionals),
        linear=linear,
    )
    d = vectors.shape[0]
    cone = conic.Cone(((users, d),), linear, (1 + 2 * target_pairs,) if cones else ())
    zeros = conic.Point((units.cost,), jnp.zeros((linear, lanes)), tuple(jnp.zeros((q, lanes)) for q in cone.soc))
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
        sic=x[pairs : pairs + ordered] * units.user_scale[np.array([l for l, _ in layout.order_rows], int)],
        **sensing_multipliers(layout, units, x[pairs + ordered : linear], x[linear:] if cones else None),
        lmi=jnp.zeros((0, 0, pairs, lanes), complex),
    )


def _mix(table: np.ndarray, values: Array) -> Array:
    """Sums sum_f R_rf values_f over the leading axis; R is a small sparse constant, so its zeros cost nothing."""
    rows = [total((w * values[f] for f, w in enumerate(row) if w), jnp.zeros_like(values[0])) for row in table]
    return materialise(jnp.stack(rows))
