"""Blocked Cholesky factorisation of real symmetric positive definite matrices, n <= ~200, lanes last."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from beamwright.numerics.cholesky import inverse_factor
from beamwright.numerics.fusion import materialise, total


class Factor(NamedTuple):
    """Blocked Cholesky factor of a real symmetric matrix: L below the panels' diagonal blocks, and their inverses."""

    lower: Array
    """(n, n, lanes), n padded to whole panels."""
    inverse: Array
    """(panels, width, width, lanes): L_pp^-1."""


def factorise(h: Array, widest: int = 9) -> Factor:
    """H = L L^T for real symmetric H (n, n, lanes), left-looking by panels in loops, which compile fast.

    A pivot lost to rounding drops its direction (see ``inverse_factor``).
    """
    n, lanes = h.shape[0], h.shape[-1]
    panels = -(-n // widest)
    width = -(-n // panels)
    size = panels * width
    h = jnp.pad(h, ((0, size - n), (0, size - n), (0, 0)))
    h = h + jnp.diag(jnp.arange(size) >= n)[:, :, None]
    floor = 1e-15 * jnp.max(jnp.stack([h[i, i] for i in range(n)]), axis=0)

    def eliminate(p: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        a, inverses = carry
        below, inverse = _panel(a, p, width, floor)
        a = lax.dynamic_update_slice_in_dim(a, below, p * width, 1)
        return a, lax.dynamic_update_index_in_dim(inverses, inverse, p, 0)

    start = (h, jnp.zeros((panels, width, width, lanes)))
    return materialise(Factor(*lax.fori_loop(0, panels, eliminate, start)))


def _panel(a: Array, p: Array, width: int, floor: Array) -> tuple[Array, Array]:
    """Panel p of L below its diagonal block, and L_pp^-1; a holds the panels of L before it, those of H behind."""
    start = p * width

    def subtract(q: Array, panel: Array) -> Array:
        done = lax.dynamic_slice_in_dim(a, q * width, width, 1)
        mine = materialise(lax.dynamic_slice_in_dim(done, start, width, 0))
        return materialise(panel - total(done[:, None, k] * mine[None, :, k] for k in range(width)))

    panel = lax.fori_loop(0, p, subtract, materialise(lax.dynamic_slice_in_dim(a, start, width, 1)))
    corner = materialise(lax.dynamic_slice_in_dim(panel, start, width, 0))
    inverse = inverse_factor(corner, floor)
    behind = jnp.arange(len(a))[:, None, None] >= start + width
    below = total(panel[:, k, None] * inverse[None, :, k] for k in range(width))
    return materialise(jnp.where(behind, below, 0.0)), inverse


def solve_factorised(factor: Factor, b: Array) -> Array:
    """x with L L^T x = b; b is (n, lanes)."""
    panels, width = factor.inverse.shape[:2]
    x = jnp.pad(b, ((0, panels * width - len(b)), (0, 0)))

    def forward(p: int, x: Array) -> Array:
        inverse = lax.dynamic_index_in_dim(factor.inverse, p, 0, keepdims=False)
        below = lax.dynamic_slice_in_dim(factor.lower, p * width, width, 1)
        mine = lax.dynamic_slice_in_dim(x, p * width, width, 0)
        mine = materialise(total(inverse[:, k] * mine[k][None] for k in range(width)))
        x = x - total(below[:, k] * mine[k][None] for k in range(width))
        return lax.dynamic_update_slice_in_dim(x, mine, p * width, 0)

    def backward(i: int, x: Array) -> Array:
        p = panels - 1 - i
        inverse = lax.dynamic_index_in_dim(factor.inverse, p, 0, keepdims=False)
        rows = lax.dynamic_slice_in_dim(factor.lower, p * width, width, 0)
        mine = lax.dynamic_slice_in_dim(x, p * width, width, 0)
        mine = materialise(total(inverse[k] * mine[k][None] for k in range(width)))
        x = x - total(rows[k] * mine[k][None] for k in range(width))
        return lax.dynamic_update_slice_in_dim(x, mine, p * width, 0)

    x = lax.fori_loop(0, panels, forward, x)
    return lax.fori_loop(0, panels, backward, x)[: len(b)]
