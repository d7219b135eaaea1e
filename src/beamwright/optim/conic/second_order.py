"""The second-order cone, (q, lanes), its first entry bounding the norm of the rest, with Nesterov-Todd scaling."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from beamwright.numerics import materialise, total

_UNROLLED = 16
"""Largest cone whose products are unrolled: fast, but slow to compile."""
_MATRICES = 48
"""Largest cone whose scalings are multiplied as matrices; a larger one's by what they are made of."""


class Reflection(NamedTuple):
    """c (2 u u^T - J) with J = diag(1, -1, ..., -1): W and its powers, each with its own u and c."""

    u: Array
    """(q, lanes)."""
    c: Array
    """(lanes,)."""
    matrix: Array | None
    """(q, q, lanes); of a large cone only where others read it."""


class SecondOrder(NamedTuple):
    """One cone of q real entries."""

    size: int

    @property
    def degree(self) -> int:
        """Barrier parameter."""
        return 1

    def unit(self, lanes: int) -> Array:
        """(1, 0, ..., 0)."""
        return jnp.zeros((self.size, lanes)).at[0].set(1.0)

    def factor(self, s: Array, z: Array) -> tuple[Reflection, tuple[Reflection, Reflection]]:
        """Scaling W^-2, and W and W^-1, with W z = W^-1 s."""
        w, w_inverse, w_inverse_squared = _nesterov_todd(s, z)
        return w_inverse_squared, (w, w_inverse)

    def scale(self, scaling: Reflection, u: Array) -> Array:
        """H(u) = W^-2 u."""
        return _apply(scaling, u)

    def centring(
        self,
        s: Array,
        z: Array,
        scaling: Reflection,
        factors: tuple[Reflection, Reflection],
        target: Array,
        ds: Array,
        dz: Array,
    ) -> Array:
        """Right-hand side: target s^-1 - z - W^-1 (x with (W z) o x = (W^-1 ds) o (W dz))."""
        w, w_inverse = factors
        second_order = _divide(_apply(w, z), _product(_apply(w_inverse, ds), _apply(w, dz)))
        return target * _inverse(s) - z - _apply(w_inverse, second_order)

    def least_value(self, s: Array, z: Array, factors: tuple[Reflection, Reflection], ds: Array, dz: Array) -> Array:
        """Smallest spectral value of both sides, per lane."""
        return jnp.minimum(_least(s, ds), _least(z, dz))


def _apply(w: Reflection, x: Array) -> Array:
    if len(x) > _MATRICES:
        along = materialise(2.0 * jnp.sum(w.u * x, axis=0))
        return w.c * (w.u * along - jnp.concatenate([x[:1], -x[1:]]))
    matrix = w.matrix
    assert matrix is not None
    if len(x) > _UNROLLED:
        return jnp.einsum("pql,ql->pl", matrix, x)
    return total(matrix[:, k] * x[k][None] for k in range(len(x)))


def _determinant(x: Array) -> Array:
    """x0^2 - |x1|^2 without cancellation where it can be avoided."""
    tail = jnp.sqrt(jnp.sum(x[1:] ** 2, axis=0))
    return (x[0] - tail) * (x[0] + tail)


def _product(a: Array, b: Array) -> Array:
    """Jordan product a o b."""
    return jnp.concatenate([jnp.sum(a * b, axis=0)[None], a[0] * b[1:] + b[0] * a[1:]])


def _divide(a: Array, b: Array) -> Array:
    """x with a o x = b."""
    head = materialise((a[0] * b[0] - jnp.sum(a[1:] * b[1:], axis=0)) / _determinant(a))
    return jnp.concatenate([head[None], (b[1:] - head * a[1:]) / a[0]])


def _inverse(x: Array) -> Array:
    return jnp.concatenate([x[:1], -x[1:]]) / _determinant(x)


def _nesterov_todd(s: Array, z: Array) -> tuple[Reflection, Reflection, Reflection]:
    """W, W^-1 and W^-2 with W z = W^-1 s."""
    q = s.shape[0]
    ds, dz = materialise((jnp.sqrt(_determinant(s)), jnp.sqrt(_determinant(z))))
    sn, zn = s / ds, z / dz
    gamma = jnp.sqrt(0.5 * (1.0 + jnp.sum(sn * zn, axis=0)))
    flip = jnp.ones((q, 1)).at[1:].set(-1.0)
    middle = (sn + flip * zn) / (2.0 * gamma)
    v = middle.at[0].add(1.0) / jnp.sqrt(2.0 * (middle[0] + 1.0))
    eta, middle, v = materialise((jnp.sqrt(ds / dz), middle, v))
    j = (jnp.eye(q) * flip)[:, :, None]
    vi, mi = flip * v, flip * middle
    squared = Reflection(mi, eta**-2, (2.0 * mi[:, None] * mi[None] - j) / eta**2)
    if q > _MATRICES:
        return Reflection(v, eta, None), Reflection(vi, 1 / eta, None), squared
    w = eta * (2.0 * v[:, None] * v[None] - j)
    return Reflection(v, eta, w), Reflection(vi, 1 / eta, (2.0 * vi[:, None] * vi[None] - j) / eta), squared


def _least(x: Array, d: Array) -> Array:
    """Smallest spectral value of d in the frame of x: x + t d stays inside while t < -1/least."""
    root = jnp.sqrt(_determinant(x))
    xn = x / root
    head = (xn[0] * d[0] - jnp.sum(xn[1:] * d[1:], axis=0)) / root
    tail = d[1:] / root - xn[1:] * ((head + d[0] / root) / (xn[0] + 1.0))
    return head - jnp.sqrt(jnp.sum(tail**2, axis=0))
