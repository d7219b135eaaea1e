"""Small-matrix kernels in plain XLA, drop axis last: ``(rows, columns, ..., lanes)``.

Why our own: inside jit, batched ``jnp.linalg`` calls on the CPU are LAPACK custom calls that block a thread of XLA's
pool while they wait for that pool; two in flight on a two-core machine deadlock. These kernels are element-wise
arithmetic over the trailing (contiguous) axes, so they vectorise, never block, and give each lane the same bits
whatever its neighbours are. Matrices are tiny (d <= ~10) and unrolled; the Schur complement has its own blocked loop.

``materialise`` between kernels is deliberate: without it XLA fuses a product or a factorisation into its consumers and
recomputes it for every output entry (measured: 7x slower for A B C; ``optimization_barrier`` is dropped too early on
the CPU to help). It marks a call as not to be inlined, which no fusion crosses.
"""

import functools
import operator
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.experimental.xla_metadata import set_xla_metadata

T = TypeVar("T")
_identity = jax.jit(lambda x: x)


def materialise(x: T) -> T:
    """x itself, computed and stored once before anything that uses it (a pytree of arrays; see the module's lines)."""
    with set_xla_metadata(inlineable="false"):
        return _identity(x)


def namespace(x: Any) -> Any:
    """The module whose functions take this array, ``numpy`` or ``jax.numpy``, for code that serves both."""
    return x.__array_namespace__()


def square_modulus(z: Any) -> Any:
    """|z|^2 entry by entry, of NumPy's arrays or JAX's; several times faster than ``abs(z) ** 2``."""
    return z.real**2 + z.imag**2


def dagger(a: Array) -> Array:
    """Conjugate transpose of the two leading axes."""
    return jnp.conj(jnp.swapaxes(a, 0, 1))


def hermitian(a: Array) -> Array:
    """Hermitian part (A + A^H)/2."""
    return 0.5 * (a + dagger(a))


def total(terms: Iterable[Array], *start: Array) -> Array:
    """Sum of arrays, unrolled: one fused pass, vectorised over the lanes (XLA's reductions are not)."""
    return functools.reduce(operator.add, terms, *start)


def matmul(a: Array, b: Array) -> Array:
    """A B over the two leading axes."""
    return total(a[:, k, None] * b[None, k] for k in range(a.shape[1]))


def inner(a: Array, b: Array) -> Array:
    """Real inner product Re tr(A^H B) over the two leading axes."""
    return jnp.sum(a.real * b.real + a.imag * b.imag, axis=(0, 1))


def identity(dim: int, like: Array) -> Array:
    """I with the trailing axes of ``like``."""
    eye = jnp.eye(dim, dtype=like.dtype).reshape(dim, dim, *(1,) * (like.ndim - 2))
    return jnp.broadcast_to(eye, (dim, dim, *like.shape[2:]))


def inverse_factor(a: Array, floor: Array | None = None) -> Array:
    """L^-1 of the Cholesky factor A = L L^H (Hermitian or real symmetric), by elimination on [A, I].

    A matrix that is not positive definite gives NaN in its lane only; with ``floor`` pivots below it count as huge
    instead: the direction is dropped and the lane lives on.
    """
    d = a.shape[0]
    index = jnp.arange(d).reshape(d, *(1,) * (a.ndim - 2))

    def eliminate(j: Array, carry: tuple[Array, Array]) -> tuple[Array, Array]:
        """One column of L from the lower triangle alone, so that rounding cannot break the symmetry."""
        a, x = carry
        column = lax.dynamic_index_in_dim(a, j, 1, keepdims=False)
        pivot = lax.dynamic_index_in_dim(column, j, 0, keepdims=False).real
        reciprocal = lax.rsqrt(pivot if floor is None else jnp.where(pivot > floor, pivot, 1e128))
        row = lax.dynamic_index_in_dim(x, j, 0, keepdims=False)
        row, column = materialise((row * reciprocal[None], jnp.where(index > j, column * reciprocal[None], 0.0)))
        x = lax.dynamic_update_index_in_dim(x - column[:, None] * row[None], row, j, 0)
        return a - column[:, None] * jnp.conj(column)[None], x

    return materialise(lax.fori_loop(0, d, eliminate, (a, identity(d, a)))[1])


def congruence(a: Array, x: Array) -> Array:
    """A X A^H."""
    return matmul(materialise(matmul(a, x)), dagger(a))


@functools.partial(jax.custom_vjp, nondiff_argnums=(2,))
def solve_positive(a: Array, b: Array, floor: float | None = None) -> Array:
    """X with A X = B, A Hermitian positive definite: (n, n, ...) and (n, k, ...), trailing axes are lanes.

    Where all eigenvalues are known to lie above ``floor``, a pivot below it is rounding, and its direction is dropped.
    Its derivative is another solve: B' = A^-1 X', A' = -B' X^H.
    """
    return _solve_positive(a, b, floor)[0]


def _solve_positive(a: Array, b: Array, floor: float | None) -> tuple[Array, tuple[Array, Array]]:
    inverse = inverse_factor(a, None if floor is None else jnp.asarray(floor))
    x = _apply_inverse(inverse, b)
    return x, (inverse, x)


def _apply_inverse(inverse: Array, b: Array) -> Array:
    """A^-1 B = L^-H L^-1 B, by matrix products over the leading axes."""
    first = jnp.einsum("ij...,jk...->ik...", inverse, b)
    return jnp.einsum("ji...,jk...->ik...", jnp.conj(inverse), first)


def _solve_positive_back(floor: float | None, saved: tuple[Array, Array], slope: Array) -> tuple[Array, Array]:
    inverse, x = saved
    # JAX's convention for complex cotangents: the conjugate of the gradient, so the transpose solves
    back = jnp.conj(_apply_inverse(inverse, jnp.conj(slope)))
    return -jnp.einsum("ik...,jk...->ij...", back, x), back


solve_positive.defvjp(_solve_positive, _solve_positive_back)


def solve_above(a: np.ndarray, floor: float, b: np.ndarray) -> np.ndarray:
    """(A + floor I)^-1 B for Hermitian A >= 0, batches lead; NumPy, for use outside jit.

    By eigenvectors, so that no rounding of A, however large, makes it singular.
    """
    values, basis = np.linalg.eigh(a)
    turned = np.conj(np.swapaxes(basis, -1, -2)) @ b
    return basis @ (turned / (np.maximum(values, 0) + floor)[..., None])


def smallest_eigenvalue(a: Array, steps: int = 16) -> Array:
    """A safe lower end for lambda_min of Hermitian A: Householder to tridiagonal, then Sturm bisection.

    The returned value is below lambda_min by at most 2^-steps of the Gershgorin interval.
    """
    diagonal, off_squared = _tridiagonal(a)
    zero = jnp.zeros_like(diagonal[:1])
    off = jnp.sqrt(off_squared)
    radius = jnp.concatenate([zero, off]) + jnp.concatenate([off, zero])
    low, high = jnp.min(diagonal - radius, axis=0), jnp.min(diagonal, axis=0)
    low = low - 1e-15 * jnp.abs(low)
    tiny = 1e-300

    def below(shift: Array) -> Array:
        """True where no eigenvalue lies under the shift: every Sturm pivot is positive."""
        pivot = diagonal[0] - shift
        positive = pivot > 0
        for i in range(1, diagonal.shape[0]):
            pivot = diagonal[i] - shift - off_squared[i - 1] / jnp.where(jnp.abs(pivot) < tiny, tiny, pivot)
            positive &= pivot > 0
        return positive

    def halve(_: int, bracket: tuple[Array, Array]) -> tuple[Array, Array]:
        low, high = bracket
        middle = 0.5 * (low + high)
        safe = below(middle)
        return jnp.where(safe, middle, low), jnp.where(safe, high, middle)

    return lax.fori_loop(0, steps, halve, (low, high))[0]


def _tridiagonal(a: Array) -> tuple[Array, Array]:
    """Diagonal and squared off-diagonal moduli of a tridiagonal matrix unitarily similar to Hermitian A."""
    d = a.shape[0]
    index = jnp.arange(d).reshape(d, *(1,) * (a.ndim - 2))

    def reflect(k: int, a: Array) -> Array:
        """Householder: zero column k below its subdiagonal."""
        x = jnp.where(index > k, lax.dynamic_index_in_dim(a, k, 1, keepdims=False), 0.0)
        first = lax.dynamic_index_in_dim(x, k + 1, 0, keepdims=False)
        norm = jnp.sqrt(jnp.sum(x.real**2 + x.imag**2, axis=0))
        head = jnp.sqrt(first.real**2 + first.imag**2)
        phase = jnp.where(head > 0, first * (1.0 / jnp.where(head > 0, head, 1.0)), 1.0)
        v_squared = 2.0 * norm * (norm + head)
        scale = jnp.where(v_squared > 0, 2.0 / jnp.where(v_squared > 0, v_squared, 1.0), 0.0)
        v, scale = materialise((x + jnp.where(index == k + 1, phase * norm, 0.0), scale))
        p = materialise(total(a[:, j] * v[j][None] for j in range(d)) * scale[None])
        half = 0.5 * scale * jnp.sum(v.real * p.real + v.imag * p.imag, axis=0)
        q = materialise(p - half[None] * v)
        return a - v[:, None] * jnp.conj(q)[None] - q[:, None] * jnp.conj(v)[None]

    a = lax.fori_loop(0, d - 2, reflect, a)
    diagonal = jnp.stack([a[i, i].real for i in range(d)])
    off = [a[i + 1, i].real ** 2 + a[i + 1, i].imag ** 2 for i in range(d - 1)]
    return materialise((diagonal, jnp.stack(off) if off else diagonal[:0]))


# ------------------------------------------------------------------------ real symmetric positive definite, n <= ~200


class Factor(NamedTuple):
    """Blocked Cholesky factor of a real symmetric matrix: L below the panels' diagonal blocks, and their inverses."""

    lower: Array
    """(n, n, lanes), n padded to whole panels."""
    inverse: Array
    """(panels, width, width, lanes): L_pp^-1."""


def factorise(h: Array, widest: int = 9) -> Factor:
    """H = L L^T for real symmetric H (n, n, lanes), right-looking by panels in a loop, which compiles fast.

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
        a, inverse = _eliminate_panel(a, p * width, width, floor)
        return a, lax.dynamic_update_index_in_dim(inverses, inverse, p, 0)

    start = (h, jnp.zeros((panels, width, width, lanes)))
    return materialise(Factor(*lax.fori_loop(0, panels, eliminate, start)))


def _eliminate_panel(a: Array, start: Array, width: int, floor: Array) -> tuple[Array, Array]:
    """Factor columns start..start+width-1 and update everything behind them; also L_pp^-1."""
    n = a.shape[0]
    panel = materialise(lax.dynamic_slice(a, (0, start, 0), (n, width, a.shape[2])))
    corner = materialise(lax.dynamic_slice(panel, (start, 0, 0), (width, width, a.shape[2])))
    inverse = inverse_factor(corner, floor)
    behind = jnp.arange(n)[:, None, None] >= start + width
    below = materialise(jnp.where(behind, total(panel[:, k, None] * inverse[None, :, k] for k in range(width)), 0.0))
    rest = materialise(a - total(below[:, None, k] * below[None, :, k] for k in range(width)))
    return lax.dynamic_update_slice(rest, below, (0, start, 0)), inverse


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
