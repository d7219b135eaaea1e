"""Riemannian conjugate gradient on circles and spheres, against answers that are known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.optim import Ending
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim.manifolds import UnitNorm, inner


@pytest.mark.parametrize("axes", [1, 2])
def test_projections_are_tangent_and_retractions_on_the_manifold(axes):
    rng = np.random.default_rng(axes)
    manifold = UnitNorm(axes)
    x, v = (jnp.asarray(rng.standard_normal((2, 2, 7))) for _ in range(2))
    x = manifold.retract(x)
    norms = jnp.sum(x**2, axis=tuple(range(axes)))
    np.testing.assert_allclose(norms, 1, atol=1e-14)
    tangent = manifold.project(x, v)
    np.testing.assert_allclose(jnp.sum(x * tangent, axis=tuple(range(axes))), 0, atol=1e-14)
    np.testing.assert_allclose(manifold.project(x, tangent), tangent, atol=1e-14)
    np.testing.assert_allclose(inner(tangent, v), inner(tangent, tangent), rtol=1e-12)


def test_smallest_eigenvector_on_one_sphere():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((12, 12))
    a = a + a.T
    start = jnp.asarray(rng.standard_normal((12, 1)))
    manifold = UnitNorm()

    def measure(x):
        return jnp.asarray(a) @ x, x

    def value(measured):
        return jnp.sum(measured[0] * measured[1])

    options = cg.Options(tolerance=1e-7, iterations=500)
    found = jax.jit(lambda x: cg.minimise(value, x, manifold, options, measure))(manifold.retract(start))
    np.testing.assert_allclose(found.value, np.linalg.eigvalsh(a)[0], rtol=1e-12)
    assert found.ending == Ending.STATIONARY and found.residual <= 1e-7
    trace = np.asarray(found.trace)
    assert np.isfinite(trace[: int(found.iterations) + 1]).all() and np.isnan(trace[int(found.iterations) + 1 :]).all()
    assert np.nanmax(np.diff(trace)) <= 1e-12
    others = cg.Options(tolerance=1e-7, iterations=500, beta=cg.fletcher_reeves)
    by_fletcher = jax.jit(lambda x: cg.minimise(value, x, manifold, others, measure))(manifold.retract(start))
    np.testing.assert_allclose(by_fletcher.value, found.value, rtol=1e-9)
    assert by_fletcher.iterations != found.iterations and Ending(int(by_fletcher.ending)).sentence.endswith(".")
    # the same without telling the expensive part apart
    whole = jax.jit(lambda x: cg.minimise(lambda x: value(measure(x)), x, manifold, options))(manifold.retract(start))
    np.testing.assert_allclose(whole.value, found.value, rtol=1e-12)


def test_phases_align_with_a_given_vector():
    rng = np.random.default_rng(3)
    c = rng.standard_normal((2, 9))

    def value(x):  # -|sum_n conj(c_n) x_n|^2 is least at -(sum |c_n|)^2
        return -(jnp.sum(c * x) ** 2 + jnp.sum(c[0] * x[1] - c[1] * x[0]) ** 2)

    start = UnitNorm().retract(jnp.asarray(rng.standard_normal((2, 9))))
    found = cg.minimise(value, start, UnitNorm(), cg.Options(tolerance=1e-6))
    np.testing.assert_allclose(found.value, -(np.hypot(*c).sum() ** 2), rtol=1e-12)


def test_endings():
    start = UnitNorm().retract(jnp.ones((2, 4)))
    flat = cg.minimise(lambda x: jnp.sum(x**2), start, UnitNorm())
    assert flat.iterations == 0 and flat.ending == Ending.STATIONARY
    few = cg.minimise(lambda x: jnp.sum(x[0]), start, UnitNorm(), cg.Options(tolerance=1e-12, iterations=2))
    assert few.iterations == 2 and few.ending == Ending.ITERATIONS

    @jax.custom_jvp
    def misleading(x):  # its gradient points the wrong way: no step along it can lower the value
        return jnp.sum(x[0])

    misleading.defjvp(lambda primals, tangents: (misleading(*primals), -jnp.sum(tangents[0][0])))
    lost = cg.minimise(misleading, start, UnitNorm())
    assert lost.ending == Ending.LINE_SEARCH and lost.iterations == 0
    np.testing.assert_allclose(lost.x, start, atol=1e-15)
