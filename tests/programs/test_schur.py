"""Schur complements of standard forms against their definition, written with plain matrices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.optim import conic
from beamwright.optim.conic.second_order import Reflection
from beamwright.programs.form import Form
from beamwright.programs.frames import Columns, Seen, Sets, seen_rows, sets
from beamwright.programs.layout import Layout, coordinates, matrices
from beamwright.programs.maps import CovarianceMap, MultiplierMap
from beamwright.programs.schur import apply

LANES = 2
RNG = np.random.default_rng(0)
LAYOUT = Layout(blocks=(2, 2, 3), scalars=2, zero=1, rows=4, norms=(3,), matrices=(2,))


def definite(d: int) -> np.ndarray:
    x = RNG.standard_normal((d, d)) + 1j * RNG.standard_normal((d, d))
    return x @ x.conj().T + np.eye(d)


def reflection(q: int) -> Reflection:
    """c (2 u u^T - J) with u^T J u = 1."""
    tail, c = RNG.standard_normal((q - 1, LANES)), RNG.random(LANES) + 0.1
    u = np.concatenate([np.sqrt(1 + np.sum(tail**2, axis=0))[None], tail])
    sign = np.diag([1.0, *-np.ones(q - 1)])[..., None]
    return Reflection(jnp.asarray(u), jnp.asarray(c), c * (2 * u[:, None] * u[None] - sign))


def operator(layout: Layout):
    """Random scaling as the solver holds it, and as one matrix on (w, u) for every lane: zero for equations."""
    stacks, z, s = [*layout.cone.psd], [], []
    for blocks, d in stacks:
        z.append(np.array([[definite(d) for _ in range(blocks)] for _ in range(LANES)]).transpose(2, 3, 1, 0))
        s.append(np.array([[definite(d) for _ in range(blocks)] for _ in range(LANES)]).transpose(2, 3, 1, 0))
    ratio = RNG.random((layout.scalars + layout.rows, LANES)) + 0.1
    reflections = tuple(reflection(q) for q in layout.norms)
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
        for s_, w in zip(layout.norm_cones, reflections, strict=True):
            whole[lane, first + s_.start : first + s_.stop, first + s_.start : first + s_.stop] = w.matrix[..., lane]
    scaling = conic.Scaling(tuple(map(jnp.asarray, z)), tuple(map(jnp.asarray, s)), jnp.asarray(ratio), reflections)
    return scaling, whole


def rows(single: tuple[int, ...]) -> np.ndarray:
    """A (lanes, m, n) whose rows ``single`` are of rank one in every covariance, of either sign, or empty."""
    a = RNG.standard_normal((LANES, LAYOUT.entries, LAYOUT.unknowns))
    for r in single:
        for s, d in zip(LAYOUT.columns, LAYOUT.blocks, strict=False):
            v = RNG.standard_normal((LANES, d)) + 1j * RNG.standard_normal((LANES, d))
            a[:, r, s] = RNG.choice([-1.0, 0.0, 2.0]) * coordinates(v[:, :, None] * v[:, None].conj())
    return a


def form(layout: Layout, a: np.ndarray, frames: tuple = ()) -> Form:
    return Form(layout, a, np.zeros(a.shape[:2]), np.zeros((LANES, layout.unknowns)), frames)


def check(layout: Layout, a: np.ndarray, seen: Seen, columns: Columns) -> None:
    """Both maps against A H_w A^T + H and A^T H A + H_w."""
    scaling, h = operator(layout)
    n = layout.unknowns
    own, other = h[:, :n, :n], h[:, n:, n:]
    lanes_last = jnp.asarray(np.moveaxis(a, 0, -1))
    turned = lanes_last.swapaxes(0, 1)
    columns = Columns(*(tuple(jnp.asarray(np.moveaxis(x, 0, -1)) for x in part) for part in columns))
    for linear, wanted in [
        (MultiplierMap(lanes_last, turned, columns, layout, seen), other + a @ own @ a.swapaxes(1, 2)),
        (CovarianceMap(lanes_last, turned, layout), own + a.swapaxes(1, 2) @ other @ a),
    ]:
        wanted = (wanted + wanted.swapaxes(1, 2)) / 2
        np.testing.assert_allclose(
            np.moveaxis(jax.jit(lambda by, linear=linear: linear.schur(by))(scaling), -1, 0),
            wanted,
            atol=1e-11 * np.abs(wanted).max(),
        )


@pytest.mark.parametrize("single", [(), (0, 1, 2, 3, 4, 5, 8), tuple(range(12))])
def test_both_schur_complements_are_what_they_say(single: tuple[int, ...]) -> None:
    a = rows(single)
    seen, columns = seen_rows(form(LAYOUT, a))
    assert seen.rows == single and seen.groups == (((len(single), 1),) if single else ())
    check(LAYOUT, a, seen, columns)


def test_frames_of_several_sizes_make_their_rows() -> None:
    """Two sets of channels of equal size, one larger, rows of rank one, one of another rank; weights of any sign."""
    layout = Layout(blocks=(3, 3), scalars=1, zero=0, rows=3, norms=(), matrices=(2, 2, 3))
    a = RNG.standard_normal((LANES, layout.entries, layout.unknowns))
    frames = tuple(RNG.standard_normal((LANES, 3, s)) + 1j * RNG.standard_normal((LANES, 3, s)) for s in (2, 2, 3))
    for cone, frame, weights in zip(layout.matrix_cones, frames, [(1.0, -2.0), (0.0, 3.0), (-1.0, -1.0)], strict=True):
        s = frame.shape[-1]
        units = matrices(np.eye(s * s))
        forms = frame[:, None] @ units @ frame[:, None].conj().swapaxes(-1, -2)
        for block, weight in zip(layout.columns, weights, strict=False):
            a[:, cone, block] = weight * coordinates(forms)
    for r in (0, 2):
        for block in layout.columns[:2]:
            v = RNG.standard_normal((LANES, 3)) + 1j * RNG.standard_normal((LANES, 3))
            a[:, r, block] = -coordinates(v[:, :, None] * v[:, None].conj())
    seen, columns = seen_rows(form(layout, a, frames))
    assert seen == Seen((0, 2, *range(3, 20)), ((2, 1), (2, 2), (1, 3)))
    check(layout, a, seen, columns)


@pytest.mark.parametrize("columns", [1, 7, 8, 9, 20])
def test_products_with_the_matrix(columns: int) -> None:
    a, x = RNG.standard_normal((5, columns, LANES)), RNG.standard_normal((columns, LANES))
    np.testing.assert_allclose(apply(jnp.asarray(a), jnp.asarray(x)), np.einsum("mnl,nl->ml", a, x), atol=1e-12)


def test_a_row_of_rank_two_in_one_drop_is_none_of_rank_one() -> None:
    a = rows(tuple(range(12)))
    a[1, 3, LAYOUT.columns[2]] = coordinates(np.diag([1.0, 1.0, 0.0]))
    assert seen_rows(form(LAYOUT, a))[0].rows == (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11)


def test_sets_of_channels_and_norms_in_the_space_of_covariances() -> None:
    """Frames of two sizes, one found from its rows, a norm, weights of any sign, rows >= 0 and scalars beside them."""
    layout = Layout(blocks=(3, 3), scalars=2, zero=0, rows=2, norms=(4,), matrices=(2, 2, 3))
    a = RNG.standard_normal((LANES, layout.entries, layout.unknowns))
    frames = tuple(RNG.standard_normal((LANES, 3, s)) + 1j * RNG.standard_normal((LANES, 3, s)) for s in (2, 2, 3))
    for cone, frame, weights in zip(layout.matrix_cones, frames, [(1.0, -2.0), (0.0, 3.0), (-1.0, -1.0)], strict=True):
        units = matrices(np.eye(frame.shape[-1] ** 2))
        forms = frame[:, None] @ units @ frame[:, None].conj().swapaxes(-1, -2)
        for block, weight in zip(layout.columns, weights, strict=False):
            a[:, cone, block] = weight * coordinates(forms)
    (norm,) = layout.norm_cones
    a[:, norm, layout.columns[1]] = -2.0 * a[:, norm, layout.columns[0]]
    found = sets(form(layout, a, (*frames[:2], None)))
    assert [x.shape for x in found.frames] == [(LANES, 3, 2, 2), (LANES, 3, 3, 1)]
    np.testing.assert_allclose(found.weights[0][0], [[1.0, 0.0], [-2.0, 3.0]], atol=1e-12)
    np.testing.assert_allclose(np.abs(np.sum(found.frames[1][..., 0].conj() * frames[2], axis=1)),
                               np.sum(np.abs(frames[2]) ** 2, axis=1), rtol=1e-12)  # fmt: skip
    np.testing.assert_allclose(found.norm_weights[0], [[-0.5, 1.0]] * LANES, atol=1e-12)
    scaling, h = operator(layout)
    n = layout.unknowns
    lanes_last = jnp.asarray(np.moveaxis(a, 0, -1))
    inside = Sets(*(tuple(jnp.asarray(np.moveaxis(x, 0, -1)) for x in part) for part in found))
    linear = CovarianceMap(lanes_last, lanes_last.swapaxes(0, 1), layout, inside)
    wanted = h[:, :n, :n] + a.swapaxes(1, 2) @ h[:, n:, n:] @ a
    wanted = (wanted + wanted.swapaxes(1, 2)) / 2
    np.testing.assert_allclose(
        np.moveaxis(jax.jit(lambda by, linear=linear: linear.schur(by))(scaling), -1, 0),
        wanted,
        atol=1e-11 * np.abs(wanted).max(),
    )
    other = a.copy()
    other[1, layout.matrix_cones[2], 0] += 1e-6
    assert sets(form(layout, other, (*frames[:2], None))) == Sets(), "a matrix that is seen through no frame"
    other = a.copy()
    other[1, norm, 0] += 1e-6
    assert sets(form(layout, other, frames)) == Sets(), "a norm that sees covariances differently"
