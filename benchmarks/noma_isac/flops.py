"""Floating-point operations of our interior point, counted from the algorithm.

Counted per iteration and lane: real additions and multiplications of the dense algebra that the method needs (a complex
multiply-add is 8), nothing for copies, masks, scalar work, step-length eigenvalues or the objective. So the share of
dgemm is a lower estimate.

    PSD block of size d      two Cholesky factors and inverses 16/3 d^3, one product 8/3 d^3, six applications of the
                             scaling 96 d^3, second-order term 16 d^3, four congruences for step lengths 64 d^3
    Schur complement         nominal: V^H X V of two matrices per stream, entries from their products, mixing to n rows
                             robust: one Kronecker product d^4 per (stream, user) and its additions to stream pairs
    linear system, size n    Cholesky n^3 / 3, three solves with one refinement each 12 n^2 + 6 n^2
"""

from beamwright import noma_isac as ni


def per_iteration(s: ni.Scenario, robust: bool) -> float:
    """Operations of one iteration of one lane (see the module's first lines)."""
    K, M = s.users, s.targets
    d = min(s.antennas, K + M)
    pairs = K if s.decoding == "own" else K * (K + 1) // 2
    target_pairs = M * (M - 1) // 2
    functionals = K + M + 2 * target_pairs
    if not robust:
        rows = pairs + M + 2 * target_pairs + (1 + 2 * target_pairs if target_pairs else 0)
        return K * _block(d) + _nominal_schur(K, K + M, d, functionals, rows) + _system(rows)
    unknowns = K * d * d + pairs
    return K * _block(d) + pairs * _block(d + 1) + _robust_schur(K, d, pairs, functionals - K) + _system(unknowns)


def _block(d: int) -> float:
    return 184 * d**3


def _system(n: int) -> float:
    return n**3 / 3 + 18 * n**2


def _nominal_schur(K: int, vectors: int, d: int, functionals: int, rows: int) -> float:
    grams = K * 2 * 8 * (d * d * vectors + d * vectors**2)
    entries = K * functionals**2 * 4 * 12
    mixing = K * 2 * (rows * functionals**2 + rows**2 * functionals) + 3 * K * rows**2
    return grams + entries + mixing


def _robust_schur(K: int, d: int, pairs: int, sensing: int) -> float:
    products = 3 * pairs * 8 * d**4  # both, ball and edge parts of each LMI
    additions = sum(2 * d**4 * (K - k) * (K - k + 1) / 2 + 2 * d**4 * k * K for k in range(K))
    return products + additions + K * 8 * d**4 + 2 * sensing * d**4
