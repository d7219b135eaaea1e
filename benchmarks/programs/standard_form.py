"""Clarabel on the very standard form that ours solves: no modelling layer, the same reduction, the same units.

    minimise c^T w   subject to   A w + b in K,   w in K_w

A Hermitian matrix X >= 0 becomes the real symmetric [[Re X, -Im X], [Im X, Re X]] >= 0: it knows real numbers only.
"""

from functools import cache
from typing import NamedTuple

import clarabel
import numpy as np
from scipy import sparse

from beamwright.programs.form import Form
from beamwright.programs.layout import matrices
from benchmarks.programs.peers import Answer


class Assembled(NamedTuple):
    """What Clarabel takes."""

    q: np.ndarray
    a: sparse.csc_matrix
    b: np.ndarray
    cones: list


def assemble(form: Form, drop: int) -> Assembled:
    """Sparse matrices of one drop."""
    layout, a, b = form.layout, form.a[drop], form.b[drop]
    rows, right, cones = [], [], []

    def add(x: np.ndarray | sparse.spmatrix, y: np.ndarray, cone: object) -> None:
        rows.append(sparse.csc_matrix(-x))
        right.append(y)
        cones.append(cone)

    if layout.zero:
        add(a[: layout.zero], b[: layout.zero], clarabel.ZeroConeT(layout.zero))
    if layout.rows:
        add(a[layout.linear], b[layout.linear], clarabel.NonnegativeConeT(layout.rows))
    for s, size in zip(layout.norm_cones, layout.norms, strict=True):
        add(a[s], b[s], clarabel.SecondOrderConeT(size))
    for s, d in zip(layout.matrix_cones, layout.matrices, strict=True):
        add(_embedding(d) @ a[s], _embedding(d) @ b[s], clarabel.PSDTriangleConeT(2 * d))
    unit = sparse.identity(layout.unknowns, format="csc")
    for s, d in zip(layout.columns, layout.blocks, strict=False):
        add(_embedding(d) @ unit[s], np.zeros(d * (2 * d + 1)), clarabel.PSDTriangleConeT(2 * d))
    if layout.scalars:
        first = layout.unknowns - layout.scalars
        add(unit[first:], np.zeros(layout.scalars), clarabel.NonnegativeConeT(layout.scalars))
    return Assembled(form.c[drop], sparse.vstack(rows, format="csc"), np.concatenate(right), cones)


def solve(problem: Assembled) -> Answer:
    """Set up and solve, with Clarabel's own tolerances."""
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    n = len(problem.q)
    nothing = sparse.csc_matrix((n, n))
    found = clarabel.DefaultSolver(nothing, problem.q, problem.a, problem.b, problem.cones, settings).solve()
    solved = str(found.status) in ("Solved", "AlmostSolved")
    return Answer(found.obj_val if solved else np.nan, solved)


@cache
def _embedding(d: int) -> sparse.csc_matrix:
    """Scaled upper triangle, column by column, of the real matrix of Hermitian ones, from their d^2 coordinates."""
    x = matrices(np.eye(d * d))
    real = np.block([[x.real, -x.imag], [x.imag, x.real]])
    column, row = np.tril_indices(2 * d)
    scale = np.where(row == column, 1.0, np.sqrt(2.0))
    return sparse.csc_matrix((real[:, row, column] * scale).T)
