"""Products of Hermitian PSD, nonnegative and second-order cones, lanes last.

A point of the product holds one array per kind:

    psd       tuple of stacks, each (d, d, blocks, lanes) complex Hermitian
    nonneg    (m, lanes) real
    soc       tuple of (q, lanes) real; the first entry bounds the norm of the rest
"""

from typing import NamedTuple, cast

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from beamwright.numerics import inverse_factor, materialise, smallest_eigenvalue, total
from beamwright.numerics import small_matrices as la


class Point(NamedTuple):
    """An element of the product space (see the module's first lines)."""

    psd: tuple[Array, ...] = ()
    nonneg: Array = cast(Array, np.zeros((0, 1)))  # a JAX array here would start JAX's backend on import
    soc: tuple[Array, ...] = ()


class Scaling(NamedTuple):
    """Scaling of the Newton system at an iterate: H(U) = sym(Z U S^-1) on PSD, W^-2 elsewhere."""

    z: tuple[Array, ...]
    s_inverse: tuple[Array, ...]
    ratio: Array
    """z/s on the nonnegative cone, (m, lanes)."""
    soc: tuple[Array, ...]
    """W^-2 of each second-order cone, (q, q, lanes)."""


class Factors(NamedTuple):
    """Inverse Cholesky factors of both sides and the Nesterov-Todd scaling of the second-order cones."""

    lower_inverse: tuple[Array, ...]
    """L^-1 of S and of Z, stacked along the block axis."""
    soc_w: tuple[Array, ...]
    soc_w_inverse: tuple[Array, ...]


class Cone(eqx.Module):
    """Sizes of the product; everything else is a method on points."""

    psd: tuple[tuple[int, int], ...] = eqx.field(static=True, default=())
    """(blocks, d) per stack."""
    nonneg: int = eqx.field(static=True, default=0)
    soc: tuple[int, ...] = eqx.field(static=True, default=())

    @property
    def degree(self) -> int:
        """The barrier parameter: d per PSD block, one per ray and per second-order cone."""
        return sum(blocks * d for blocks, d in self.psd) + self.nonneg + len(self.soc)

    def unit(self, lanes: int) -> Point:
        """The cone's identity element."""
        psd = tuple(la.identity(d, jnp.zeros((d, d, blocks, lanes), complex)) for blocks, d in self.psd)
        soc = tuple(jnp.zeros((q, lanes)).at[0].set(1.0) for q in self.soc)
        return Point(psd, jnp.ones((self.nonneg, lanes)), soc)

    def factor(self, s: Point, z: Point) -> tuple[Scaling, Factors]:
        """Scaling and factors of a strictly interior pair."""
        low = tuple(inverse_factor(_both(a, b)) for a, b in zip(s.psd, z.psd, strict=True))
        s_low = [x[:, :, : a.shape[2]] for x, a in zip(low, s.psd, strict=True)]
        s_inv = tuple(materialise(la.matmul(la.dagger(x), x)) for x in s_low)
        nt = [_nesterov_todd(a, b) for a, b in zip(s.soc, z.soc, strict=True)]
        w, w_inv, w_inv2 = (tuple(x[i] for x in nt) for i in range(3))
        return Scaling(z.psd, s_inv, z.nonneg / s.nonneg, w_inv2), Factors(low, w, w_inv)

    def centring(
        self, s: Point, z: Point, scaling: Scaling, factors: Factors, target: Array, da: Point, db: Point
    ) -> Point:
        """Right-hand side r of dz + H(ds) = r: to the point of the path with product ``target``, minus the
        second-order term of the predictor (da = ds, db = dz; zero for the predictor itself)."""
        psd = tuple(
            target * si - zz - la.hermitian(la.matmul(materialise(la.matmul(dz, ds)), si))
            for zz, si, ds, dz in zip(z.psd, scaling.s_inverse, da.psd, db.psd, strict=True)
        )
        nonneg = (target - da.nonneg * db.nonneg) / s.nonneg - z.nonneg
        soc = tuple(
            target * _soc_inverse(ss) - zz - _apply(wi, _divide(_apply(w, zz), _product(_apply(wi, ds), _apply(w, dz))))
            for ss, zz, w, wi, ds, dz in zip(
                s.soc, z.soc, factors.soc_w, factors.soc_w_inverse, da.soc, db.soc, strict=True
            )
        )
        return Point(psd, nonneg, soc)

    def longest_step(self, s: Point, z: Point, factors: Factors, ds: Point, dz: Point) -> Array:
        """Largest step (at most 1e3) that keeps both sides in the cone, per lane."""
        least = [-1e-3 * jnp.ones(ds.nonneg.shape[-1])]
        for low, a, b in zip(factors.lower_inverse, ds.psd, dz.psd, strict=True):
            least.append(jnp.min(smallest_eigenvalue(materialise(la.congruence(low, _both(a, b)))), axis=0))
        for x, d in ((s.nonneg, ds.nonneg), (z.nonneg, dz.nonneg)):
            if self.nonneg:
                least.append(jnp.min(d / x, axis=0))
        for x, d in [*zip(s.soc, ds.soc, strict=True), *zip(z.soc, dz.soc, strict=True)]:
            least.append(_soc_least(x, d))
        return -1.0 / jnp.min(jnp.stack(least), axis=0)


def _both(a: Array, b: Array) -> Array:
    """Two stacks of blocks as one: a kernel compiled once and filled better."""
    return jnp.concatenate([a, b], axis=2)


def scale_by(scaling: Scaling, u: Point) -> Point:
    """H(u)."""
    psd = tuple(
        la.hermitian(la.matmul(materialise(la.matmul(z, x)), si))
        for z, si, x in zip(scaling.z, scaling.s_inverse, u.psd, strict=True)
    )
    return Point(psd, scaling.ratio * u.nonneg, tuple(_apply(w, x) for w, x in zip(scaling.soc, u.soc, strict=True)))


def dot(a: Point, b: Point) -> Array:
    """Inner product, per lane."""
    total = jnp.sum(a.nonneg * b.nonneg, axis=0)
    for x, y in zip(a.psd, b.psd, strict=True):
        total = total + jnp.sum(la.inner(x, y), axis=0)
    for x, y in zip(a.soc, b.soc, strict=True):
        total = total + jnp.sum(x * y, axis=0)
    return total


def norm(a: Point) -> Array:
    """Euclidean norm, per lane."""
    return jnp.sqrt(dot(a, a))


def combine(*terms: tuple[Array | float, Point]) -> Point:
    """Sum of weight * point."""
    points = [p for _, p in terms]
    weights = [w for w, _ in terms]
    return jax.tree.map(lambda *leaves: sum(w * leaf for w, leaf in zip(weights, leaves, strict=True)), *points)


# ------------------------------------------------------------------------------------------------- second-order cone


def _apply(matrix: Array, x: Array) -> Array:
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


def _soc_inverse(x: Array) -> Array:
    return jnp.concatenate([x[:1], -x[1:]]) / _determinant(x)


def _nesterov_todd(s: Array, z: Array) -> tuple[Array, Array, Array]:
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
    w = eta * (2.0 * v[:, None] * v[None] - j)
    vi, mi = flip * v, flip * middle
    return w, (2.0 * vi[:, None] * vi[None] - j) / eta, (2.0 * mi[:, None] * mi[None] - j) / eta**2


def _soc_least(x: Array, d: Array) -> Array:
    """Smallest spectral value of d in the frame of x: x + t d stays inside while t < -1/least."""
    root = jnp.sqrt(_determinant(x))
    xn = x / root
    head = (xn[0] * d[0] - jnp.sum(xn[1:] * d[1:], axis=0)) / root
    tail = d[1:] / root - xn[1:] * ((head + d[0] / root) / (xn[0] + 1.0))
    return head - jnp.sqrt(jnp.sum(tail**2, axis=0))
