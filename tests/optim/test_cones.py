"""What every cone promises, one row each, and that their product keeps it."""

import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.optim.conic import Cone
from beamwright.optim.conic.nonnegative import Nonnegative
from beamwright.optim.conic.points import Point, dot
from beamwright.optim.conic.psd import PositiveSemidefinite
from beamwright.optim.conic.second_order import SecondOrder

LANES = 3


def of_blocks(rng, cone, inside):
    x = rng.standard_normal((2, cone.size, cone.size, cone.blocks, LANES))
    x = x[0] + 1j * x[1]
    turned = np.conj(np.swapaxes(x, 0, 1))
    return jnp.asarray(np.einsum("ijbl,jkbl->ikbl", x, turned) if inside else x + turned)


def of_rays(rng, cone, inside):
    return jnp.asarray(rng.uniform(0.5 if inside else -2.0, 2.0, (cone.size, LANES)))


def of_vectors(rng, cone, inside):
    x = rng.standard_normal((cone.size, LANES))
    x[0] = np.linalg.norm(x[1:], axis=0) * 1.2 if inside else x[0]
    return jnp.asarray(x)


CONES = {
    "psd": (
        PositiveSemidefinite(2, 3),
        of_blocks,
        lambda x: np.linalg.eigvalsh(np.moveaxis(x, (2, 3), (0, 1))).min((0, 2)),
    ),
    "nonnegative": (Nonnegative(4), of_rays, lambda x: x.min(0)),
    "second_order": (SecondOrder(4), of_vectors, lambda x: x[0] - np.linalg.norm(x[1:], axis=0)),
}


def inner(a, b):
    return np.sum((np.conj(a) * b).real.reshape(-1, LANES), axis=0)


@pytest.fixture(params=CONES)
def drawn(request):
    """A cone, how deep a point lies in it, an interior pair and a direction for each of the two."""
    cone, draw, depth = CONES[request.param]
    rng = np.random.default_rng(len(request.param))
    return cone, depth, *(draw(rng, cone, inside) for inside in (True, True, False, False))


def test_the_unit_measures_the_degree(drawn):
    cone, depth, *_ = drawn
    unit = cone.unit(LANES)
    np.testing.assert_allclose(inner(unit, unit), cone.degree)
    np.testing.assert_allclose(depth(np.asarray(unit)), 1)


def test_scaling_takes_one_side_to_the_other(drawn):
    cone, _, s, z, ds, dz = drawn
    scaling, _ = cone.factor(s, z)
    np.testing.assert_allclose(cone.scale(scaling, s), z, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(inner(ds, cone.scale(scaling, dz)), inner(dz, cone.scale(scaling, ds)), rtol=1e-9)
    assert np.all(inner(ds, cone.scale(scaling, ds)) > 0)


def test_centring_leaves_a_point_of_the_path_where_it_is(drawn):
    """Where z = target s^-1, nothing is asked for; and the predictor (target zero, no second order) asks for -z."""
    cone, _, s, z, *_ = drawn
    nothing = jnp.zeros_like(s)
    scaling, factors = cone.factor(s, z)
    predictor = cone.centring(s, z, scaling, factors, jnp.zeros(LANES), nothing, nothing)
    np.testing.assert_allclose(predictor, -z, rtol=1e-12)
    toward = cone.centring(s, z, scaling, factors, jnp.ones(LANES), nothing, nothing) + z
    np.testing.assert_allclose(inner(s, toward), cone.degree, rtol=1e-9)


def test_the_longest_step_ends_on_the_boundary(drawn):
    cone, depth, s, z, ds, dz = drawn
    _, factors = cone.factor(s, z)
    step = -1.0 / cone.least_value(s, z, factors, ds, dz)
    assert np.all(step > 0)
    reached = np.minimum(depth(np.asarray(s + step * ds)), depth(np.asarray(z + step * dz)))
    assert np.all(reached > -1e-12) and np.all(reached < 1e-4)  # eigenvalues are bisected from the safe side


def test_the_product_is_its_parts():
    """A step of the product is the shortest of its parts, and its degree their sum."""
    rng = np.random.default_rng(5)
    product = Cone(psd=((2, 3),), nonneg=4, soc=(4,))
    assert product.parts == tuple(cone for cone, *_ in CONES.values())
    s, z, ds, dz = (
        Point(
            *((x,) if i != 1 else x for i, x in enumerate(draw(rng, cone, inside) for cone, draw, _ in CONES.values()))
        )
        for inside in (True, True, False, False)
    )
    unit = product.unit(LANES)
    np.testing.assert_allclose(dot(unit, unit), product.degree)
    scaling, factors = product.factor(s, z)
    longest = product.longest_step(s, z, factors, ds, dz)
    each = [
        -1.0 / part.least_value(a, b, f, da, db)
        for part, a, b, f, da, db in zip(product.parts, s.parts, z.parts, factors, ds.parts, dz.parts, strict=True)
    ]
    np.testing.assert_allclose(longest, np.min(each, axis=0), rtol=1e-12)
    for one, other in zip(product.scale(scaling, s).parts, z.parts, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
