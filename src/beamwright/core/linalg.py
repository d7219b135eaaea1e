"""Small-matrix kernels in plain XLA, drop axis last: ``(rows, columns, ..., lanes)``.

Why our own: inside jit, batched ``jnp.linalg`` calls on the CPU are LAPACK custom calls that block a thread of XLA's
pool while they wait for that pool; two in flight on a two-core machine deadlock. These kernels are element-wise
arithmetic over the trailing (contiguous) axes, so they vectorise, never block, and give each lane the same bits
whatever its neighbours are. Matrices are tiny (d <= ~10) and unrolled; the Schur complement has its own blocked loop.

``optimization_barrier`` between kernels is deliberate: without it XLA fuses a factorisation into its consumers and
recomputes it for every output entry (measured: 10x slower).
"""

import jax.numpy as jnp
import numpy as np
from jax import Array, lax

_barrier = lax.optimization_barrier


def dagger(a: Array) -> Array:
    """Conjugate transpose of the two leading axes."""
    return jnp.conj(jnp.swapaxes(a, 0, 1))


def hermitian(a: Array) -> Array:
    """Hermitian part (A + A^H)/2."""
    return 0.5 * (a + dagger(a))


def matmul(a: Array, b: Array) -> Array:
    """A B over the two leading axes; the contraction is unrolled, so it is one fused pass."""
    return sum(a[:, k, None] * b[None, k] for k in range(a.shape[1]))  # type: ignore[return-value]


def inner(a: Array, b: Array) -> Array:
    """Real inner product Re tr(A^H B) over the two leading axes."""
    return jnp.sum(a.real * b.real + a.imag * b.imag, axis=(0, 1))


def identity(dim: int, like: Array) -> Array:
    """I with the trailing axes of ``like``."""
    eye = jnp.eye(dim, dtype=like.dtype).reshape(dim, dim, *(1,) * (like.ndim - 2))
    return jnp.broadcast_to(eye, (dim, dim, *like.shape[2:]))


def cholesky(a: Array) -> tuple[Array, Array]:
    """Lower L with A = L L^H, and 1/diag(L). A matrix that is not positive definite gives NaN in its lane only."""
    columns, reciprocals = [], []
    for j in range(a.shape[0]):
        column = a[j:, j]
        for k in range(j):
            column = column - columns[k][j - k :] * jnp.conj(columns[k][j - k])[None]
        reciprocal = lax.rsqrt(column[0].real)
        columns.append(column * reciprocal[None])
        reciprocals.append(reciprocal)
    full = [jnp.concatenate([jnp.zeros((j, *a.shape[2:]), a.dtype), c]) for j, c in enumerate(columns)]
    return _barrier((jnp.stack(full, axis=1), jnp.stack(reciprocals)))


def triangular_inverse(lower: Array, reciprocal_diagonal: Array) -> Array:
    """L^-1 by forward substitution on the identity."""
    rows: list[Array] = []
    eye = identity(lower.shape[0], lower)
    for i in range(lower.shape[0]):
        row = eye[i]
        for k in range(i):
            row = row - lower[i, k][None] * rows[k]
        rows.append(_barrier(row * reciprocal_diagonal[i][None]))
    return _barrier(jnp.stack(rows))


def congruence(a: Array, x: Array) -> Array:
    """A X A^H."""
    return matmul(_barrier(matmul(a, x)), dagger(a))


def smallest_eigenvalue(a: Array, steps: int = 30) -> Array:
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
    diagonal, off_squared = [], []
    while a.shape[0] > 2:
        diagonal.append(a[0, 0].real)
        x, rest = a[1:, 0], a[1:, 1:]
        norm_squared = jnp.sum(x.real**2 + x.imag**2, axis=0)
        off_squared.append(norm_squared)
        head = jnp.sqrt(x[0].real ** 2 + x[0].imag ** 2)
        phase = jnp.where(head > 0, x[0] / jnp.where(head > 0, head, 1.0), 1.0)
        norm = jnp.sqrt(norm_squared)
        v = jnp.concatenate([(x[0] + phase * norm)[None], x[1:]])
        v_squared = 2.0 * norm * (norm + head)
        scale = jnp.where(v_squared > 0, 2.0 / jnp.where(v_squared > 0, v_squared, 1.0), 0.0)
        v, scale = _barrier((v, scale))
        p = _barrier(sum(rest[:, k] * v[k][None] for k in range(v.shape[0])) * scale[None])
        half = 0.5 * scale * jnp.sum((jnp.conj(v) * p).real, axis=0)
        q = p - half[None] * v
        a = _barrier(rest - v[:, None] * jnp.conj(q)[None] - q[:, None] * jnp.conj(v)[None])
    diagonal += [a[i, i].real for i in range(a.shape[0])]
    off_squared += [a[1, 0].real ** 2 + a[1, 0].imag ** 2] if a.shape[0] == 2 else []
    shape = (0, *diagonal[0].shape)
    return _barrier((jnp.stack(diagonal), jnp.stack(off_squared) if off_squared else jnp.zeros(shape)))


# ----------------------------------------------------------------------------- real symmetric positive definite, n <= ~200


def factorise(h: Array, panel: int = 8) -> Array:
    """Cholesky factor of real symmetric H (n, n, lanes), blocked right-looking; n is padded to a multiple of ``panel``.

    A pivot lost to rounding is replaced by a huge one, which drops that direction instead of spoiling the lane.
    Trailing work shrinks in static stages, so the loops stay loops (short compilation) at little waste.
    """
    n, lanes = h.shape[0], h.shape[-1]
    padded = -(-n // panel) * panel
    h = jnp.pad(h, ((0, padded - n), (0, padded - n), (0, 0)))
    index = np.arange(padded)
    extra = jnp.asarray(index >= n, h.dtype)
    h = h + (jnp.eye(padded) * extra)[:, :, None]
    floor = 1e-15 * jnp.max(jnp.abs(jnp.stack([h[i, i] for i in range(n)])), axis=0)
    panels, stages, finished = padded // panel, [], 0
    while panels:
        count = max(1, -(-panels // 3)) if panels > 3 else panels
        h = lax.fori_loop(0, count, lambda j, a: _eliminate_panel(a, j * panel, panel, floor), h)
        width = count * panel
        stages.append(jnp.concatenate([jnp.zeros((finished, width, lanes)), h[:, :width]]))
        h = h[width:, width:]
        panels, finished = panels - count, finished + width
    return _barrier(jnp.concatenate(stages, axis=1))


def _eliminate_panel(a: Array, start: Array, width: int, floor: Array) -> Array:
    """Factor columns start..start+width-1 and update everything behind them."""
    n = a.shape[0]
    rows = jnp.arange(n)[:, None]
    block = lax.dynamic_slice(a, (0, start, 0), (n, width, a.shape[2]))

    def column(j: int, block: Array) -> Array:
        here = start + j
        c = lax.dynamic_index_in_dim(block, j, 1, keepdims=False)
        pivot = lax.dynamic_index_in_dim(c, here, 0, keepdims=False)
        reciprocal = lax.rsqrt(jnp.where(pivot > floor, pivot, 1e128))
        c = jnp.where(rows > here, c * reciprocal, jnp.where(rows == here, 1.0 / reciprocal, 0.0))
        heads = lax.dynamic_slice(c, (start, 0), (width, c.shape[1]))
        later = (jnp.arange(width) > j)[:, None]
        block = block - c[:, None] * jnp.where(later, heads, 0.0)[None]
        return lax.dynamic_update_index_in_dim(block, c, j, 1)

    block = _barrier(lax.fori_loop(0, width, column, block))
    below = jnp.where(rows[:, None] >= start + width, block, 0.0)
    a = a - sum(below[:, None, k] * below[None, :, k] for k in range(width))
    return lax.dynamic_update_slice(a, block, (0, start, 0))


def solve_factorised(lower: Array, b: Array) -> Array:
    """x with L L^T x = b; b is (n, columns, lanes)."""
    n, size = b.shape[0], lower.shape[0]
    x = jnp.pad(b, ((0, size - n), (0, 0), (0, 0)))
    rows = jnp.arange(size)[:, None]

    def forward(j: int, x: Array) -> Array:
        column = lax.dynamic_index_in_dim(lower, j, 1, keepdims=False)
        value = lax.dynamic_index_in_dim(x, j, 0, keepdims=False) / lax.dynamic_index_in_dim(column, j, 0)
        x = x - jnp.where(rows > j, column, 0.0)[:, None] * value[None]
        return lax.dynamic_update_index_in_dim(x, value, j, 0)

    def backward(i: int, x: Array) -> Array:
        j = size - 1 - i
        column = lax.dynamic_index_in_dim(lower, j, 1, keepdims=False)
        done = jnp.sum(jnp.where(rows > j, column, 0.0)[:, None] * x, axis=0)
        value = (lax.dynamic_index_in_dim(x, j, 0, keepdims=False) - done) / lax.dynamic_index_in_dim(column, j, 0)
        return lax.dynamic_update_index_in_dim(x, value, j, 0)

    x = lax.fori_loop(0, size, forward, x)
    return lax.fori_loop(0, size, backward, x)[:n]
