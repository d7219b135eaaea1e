"""Schur complements of standard forms against their definition, written with plain matrices."""

import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.optim import conic
from beamwright.programs.layout import Layout, coordinates, matrices
from beamwright.programs.maps import CovarianceMap, MultiplierMap
from beamwright.programs.schur import RankOne, apply, rank_one_rows

LANES = 2
RNG = np.random.default_rng(0)
LAYOUT = Layout(blocks=(2, 2, 3), scalars=2, zero=1, rows=4, norms=(3,), matrices=(2,))


def definite(d: int) -> np.ndarray:
    x = RNG.standard_normal((d, d)) + 1j * RNG.standard_normal((d, d))
    return x @ x.conj().T + np.eye(d)


def operator(layout: Layout):
    """Random scaling as the solver holds it, and as one matrix on (w, u) for every lane: zero for equations."""
    stacks, z, s = [*layout.cone.psd], [], []
    for blocks, d in stacks:
        z.append(np.array([[definite(d) for _ in range(blocks)] for _ in range(LANES)]).transpose(2, 3, 1, 0))
        s.append(np.array([[definite(d) for _ in range(blocks)] for _ in range(LANES)]).transpose(2, 3, 1, 0))
    ratio = RNG.random((layout.scalars + layout.rows, LANES)) + 0.1
    soc = tuple(np.stack([definite(q).real for _ in range(LANES)], -1) for q in layout.norms)
    whole = np.zeros((LANES, layout.unknowns + layout.entries, layout.unknowns + layout.entries))
    first = layout.unknowns
    places = [s.start for s in layout.columns[: len(layout.blocks)]] + [first + s.start for s in layout.matrix_cones]
    sizes = [*layout.blocks, *layout.matrices]
    blocks = [(a[..., k, lane], b[..., k, lane]) for lane in range(LANES)
              for a, b in zip(z, s, strict=True) for k in range(a.shape[2])]  # fmt: skip
    for lane in range(LANES):
        mine = blocks[lane * len(sizes) : (lane + 1) * len(sizes)]
        for at, d, (a, b) in zip(places, sizes, mine, strict=True):
            image = a @ matrices(np.eye(d * d)) @ b
            image = (image + image.conj().swapaxes(1, 2)) / 2
            whole[lane, at : at + d * d, at : at + d * d] = coordinates(image).T
        line = [*range(first - layout.scalars, first), *(first + layout.zero + i for i in range(layout.rows))]
        whole[lane, line, line] = ratio[:, lane]
        for s_, w in zip(layout.norm_cones, soc, strict=True):
            whole[lane, first + s_.start : first + s_.stop, first + s_.start : first + s_.stop] = w[..., lane]
    scaling = conic.Scaling(tuple(map(jnp.asarray, z)), tuple(map(jnp.asarray, s)), jnp.asarray(ratio), soc)
    return scaling, whole


def rows(single: tuple[int, ...]) -> np.ndarray:
    """A (lanes, m, n) whose rows ``single`` are of rank one in every covariance, of either sign, or empty."""
    a = RNG.standard_normal((LANES, LAYOUT.entries, LAYOUT.unknowns))
    for r in single:
        for s, d in zip(LAYOUT.columns, LAYOUT.blocks, strict=False):
            v = RNG.standard_normal((LANES, d)) + 1j * RNG.standard_normal((LANES, d))
            a[:, r, s] = RNG.choice([-1.0, 0.0, 2.0]) * coordinates(v[:, :, None] * v[:, None].conj())
    return a


@pytest.mark.parametrize("single", [(), (0, 1, 2, 3, 4, 5, 8), tuple(range(12))])
def test_both_schur_complements_are_what_they_say(single: tuple[int, ...]) -> None:
    a = rows(single)
    found, columns = rank_one_rows(LAYOUT, a)
    assert found == single
    scaling, h = operator(LAYOUT)
    n = LAYOUT.unknowns
    own, other = h[:, :n, :n], h[:, n:, n:]
    lanes_last = jnp.asarray(np.moveaxis(a, 0, -1))
    turned = lanes_last.swapaxes(0, 1)
    columns = RankOne(*(tuple(jnp.asarray(np.moveaxis(x, 0, -1)) for x in part) for part in columns))
    for linear, wanted in [
        (MultiplierMap(lanes_last, turned, columns, LAYOUT, found), other + a @ own @ a.swapaxes(1, 2)),
        (CovarianceMap(lanes_last, turned, LAYOUT), own + a.swapaxes(1, 2) @ other @ a),
    ]:
        wanted = (wanted + wanted.swapaxes(1, 2)) / 2
        np.testing.assert_allclose(np.moveaxis(linear.schur(scaling), -1, 0), wanted, atol=1e-11 * np.abs(wanted).max())


@pytest.mark.parametrize("columns", [1, 7, 8, 9, 20])
def test_products_with_the_matrix(columns: int) -> None:
    a, x = RNG.standard_normal((5, columns, LANES)), RNG.standard_normal((columns, LANES))
    np.testing.assert_allclose(apply(jnp.asarray(a), jnp.asarray(x)), np.einsum("mnl,nl->ml", a, x), atol=1e-12)


def test_a_row_of_rank_two_in_one_drop_is_none_of_rank_one() -> None:
    a = rows(tuple(range(12)))
    a[1, 3, LAYOUT.columns[2]] = coordinates(np.diag([1.0, 1.0, 0.0]))
    assert rank_one_rows(LAYOUT, a)[0] == (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11)
