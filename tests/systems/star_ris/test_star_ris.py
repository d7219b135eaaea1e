"""STAR-RIS: exact moments, search, bounds and certificates (specification star_ris, sections 2, 5 and 9)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from beamwright import star_ris as sr
from beamwright.optim import conjugate_gradient as cg
from beamwright.optim.manifolds import UnitNorm
from beamwright.systems.star_ris.audit.bound import _least_in_ball, bound
from beamwright.systems.star_ris.audit.gradient import gradient_norm
from beamwright.systems.star_ris.audit.instance import make_instance
from beamwright.systems.star_ris.physics import model
from beamwright.systems.star_ris.scene import amplitudes, time_share
from beamwright.systems.star_ris.solve import kernel, random_start, search_surfaces, start_point


def golden():
    """Specification, section 9, A2."""
    k, m, n = np.arange(2), np.arange(3), np.arange(4)
    known = sr.checked(
        sr.Statistics(
            direct_mean=0.5 * np.exp(0.4j * np.outer(k + 1, m)),
            surface_mean=0.6 * np.exp(1j * (0.5 * n[:, None] - 0.9 * m)),
            user_mean=0.8 * np.exp(1j * (0.7 * np.outer(k + 1, n) + 0.2 * k[:, None])),
            direct_var=np.array([0.02, 0.03]),
            surface_var=np.array(0.01),
            user_var=np.array([0.05, 0.04]),
            side=np.array([1, 0]),
            kappa=np.array(2.0),
            noise_power_w=np.array(0.1),
            power_w=np.array(1.0),
        )
    )
    w = np.exp(0.6j * np.outer(m, k))[None] / np.sqrt(6)
    u = np.stack([np.sqrt(0.3) * np.exp(0.3j * n), np.sqrt(0.7) * np.exp(-0.5j * n)])[None]
    return known, u, w


def scene(drops=6, **settings):
    s = sr.Scenario(**{"elements": 16, **settings})
    known = sr.draw(s, jax.random.key(0), drops).known
    return s, known, random_start(amplitudes(s, s.elements), known, 1, 0)


# ------------------------------------------------------------------------------------------------------- the moments


def test_golden_moments_and_optima():
    known, u, w = golden()
    found = sr.moments(known, u, w)
    expected = [[1.23783846, 1.86314006], [0.85958837, 1.38262978]]
    np.testing.assert_allclose(found.power[0], expected, atol=1e-8)
    np.testing.assert_allclose(model.interference_w(found), 2.72272843, atol=1e-8)
    np.testing.assert_allclose(model.sinr(known, found)[0], [0.39010713, 0.94636412], atol=1e-8)
    np.testing.assert_allclose(model.reference_w(known, u, w), 1.87096870, atol=1e-8)
    share, options = np.ones((1, 2)), cg.Options(tolerance=1e-8, iterations=500)
    least = search_surfaces(sr.Goal.INTERFERENCE, known, u, w, share, False, options).objective * 1.87096870
    np.testing.assert_allclose(least, 0.71077350, atol=1e-6)
    limit = bound(make_instance(known, sr.Goal.INTERFERENCE, False, u, w, share))
    np.testing.assert_allclose(limit * 1.87096870, 0.71077350, atol=1e-6)


@pytest.mark.parametrize(("joint", "expected"), [(False, 1.75232444), (True, 1.8492)])
def test_golden_sum_rate(joint, expected):
    known, u, w = golden()
    starts = 40
    phases = np.exp(2j * np.pi * np.random.default_rng(0).random((starts, *u.shape[1:])))
    known, w = known.take(np.zeros(starts, int)), np.repeat(w, starts, axis=0)
    start, share = np.abs(u) * phases, np.ones((starts, 2))
    best = search_surfaces(sr.Goal.SUM_RATE, known, start, w, share, joint, cg.Options(1e-7, 500)).objective.max()
    assert abs(best - expected) <= 1e-6 if not joint else best >= expected - 1e-6
    assert best <= bound(make_instance(known, sr.Goal.SUM_RATE, joint, start, w, share)).min()


CONFIGURATIONS = [
    {},
    {"kappa": 0.0},
    {"kappa": "inf"},
    {"kappa": 0.5, "rician_db": -3.0},
    {"direct_link": False},
    pytest.param({"users": 1}, marks=pytest.mark.slow),
    {"antennas": 1, "elements": 1, "users": 1},
    {"surface_paths": 3, "rician_db": "-inf"},
]


@pytest.mark.parametrize("settings", CONFIGURATIONS, ids=str)
def test_moments_agree_with_draws_of_the_channels(settings):
    s, known, u = scene(1, **{"antennas": 3, "elements": 6, "users": 3, **settings})
    w = sr.precoder(known, u, "mrt")
    drawn = sr.monte_carlo(known, u, w, samples=20_000)
    found = sr.moments(known, u, w)
    assert np.all(np.abs(drawn.power - found.power) <= 5 * drawn.power_error + 1e-12 * found.power)
    rate = model.rates(known, found)
    assert np.all(rate <= drawn.ergodic + 3 * drawn.ergodic_error)
    assert np.all(sr.qpsk_rates(known, found) <= np.minimum(rate, 2) + 1e-12)


def test_only_means_depend_on_phases_and_chi_scales_them():
    s, known, u = scene(4)
    w, turned = sr.precoder(known, u, "rzf"), u * np.exp(2j * np.random.default_rng(1).random(u.shape))
    one, other = sr.moments(known, u, w), sr.moments(known, turned, w)
    np.testing.assert_allclose(one.variance, other.variance, rtol=1e-12)
    covariance = model.received_covariance(known, u)
    power = np.einsum("daj,dkab,dbj->dkj", w.conj(), covariance, w).real
    np.testing.assert_allclose(power, one.power, rtol=1e-10)


def exponential(size, base):
    """base^|i-j| with a phase: Hermitian, positive definite."""
    step = np.arange(size)[:, None] - np.arange(size)
    return base ** np.abs(step) * np.exp(0.7j * step)


def test_correlated_moments_are_the_plain_ones_without_correlation():
    s, known, u = scene(3, elements=6, antennas=3, users=3, surface_paths=2)
    w = sr.precoder(known, u, "rzf")
    plain, found = sr.moments(known, u, w), sr.correlated_moments(known, u, w, np.eye(6), np.eye(3))
    np.testing.assert_allclose(found.mean, plain.mean, rtol=1e-12)
    np.testing.assert_allclose(found.variance, plain.variance, rtol=1e-9)
    with pytest.raises(ValueError, match="surface_correlation must have a unit diagonal"):
        sr.correlated_moments(known, u, w, 2 * np.eye(6), np.eye(3))
    with pytest.raises(ValueError, match="antenna_correlation must be positive semidefinite"):
        sr.correlated_moments(known, u, w, np.eye(6), exponential(3, 0.5) * 2 - np.eye(3))


def test_correlated_moments_agree_with_draws():
    s, known, u = scene(1, elements=5, antennas=3, users=2, rician_db=0.0, kappa=1.0)
    w, surface, antenna = sr.precoder(known, u, "mrt"), exponential(5, 0.8), exponential(3, 0.6)
    found = sr.correlated_moments(known, u, w, surface, antenna)
    assert np.abs(found.variance / sr.moments(known, u, w).variance - 1).max() > 0.1
    rng, samples = np.random.default_rng(0), 40_000
    root_s, root_a = np.linalg.cholesky(surface), np.linalg.cholesky(antenna)

    def normal(*shape):
        return (rng.standard_normal((samples, *shape)) + 1j * rng.standard_normal((samples, *shape))) / np.sqrt(2)

    g = known.surface_mean[0] + np.sqrt(known.surface_var[0]) * root_s @ normal(5, 3) @ root_a.conj().T
    for k in range(2):
        hr = known.user_mean[0, k] + np.sqrt(known.user_var[0, k]) * normal(5) @ root_s.T
        hd = known.direct_mean[0, k] + np.sqrt(known.direct_var[0, k]) * normal(3) @ root_a.T
        seen = u[0, known.side[0, k]] * np.exp(1j * rng.vonmises(0, known.kappa[0], (samples, 5)))
        power = np.abs(hd.conj() @ w[0] + np.einsum("sn,snm,mj->sj", hr.conj() * seen, g, w[0])) ** 2
        error = power.std(axis=0) / np.sqrt(samples)
        assert np.all(np.abs(power.mean(axis=0) - found.power[0, k]) <= 4 * error)


def test_the_reference_is_the_mean_over_random_phases():
    s, known, u = scene(1)
    w = sr.precoder(known, u, "mrt")
    many = random_start(amplitudes(s, s.elements), known, 4000, 3)
    known, w = known.take(np.zeros(4000, int)), np.repeat(w, 4000, axis=0)
    each = model.interference_w(sr.moments(known, many, w))
    error = each.std() / np.sqrt(len(each))
    assert abs(each.mean() - model.reference_w(known, many, w)[0]) <= 4 * error


# ------------------------------------------------------------------------------------------------------- the search


def cost_of(maps, drop, goal, joint, sharpness):
    """The search's objective of coefficients (parts, 2, elements) of one drop."""
    one = jax.tree.map(lambda x: x[drop], maps)
    return lambda x: kernel.objective(goal, one, kernel.surface_terms(one, joint)(x), sharpness)


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("goal", list(sr.Goal))
@pytest.mark.parametrize("paths", [1, 4])
def test_gradients_agree_with_differences(goal, joint, paths):
    s, known, u = scene(1, surface_paths=paths)
    w = sr.precoder(known, u, "rzf")
    cost = cost_of(kernel.phase_map(known, u, w, np.ones((1, 4)), joint), 0, goal, joint, 8.0)

    x = jnp.stack([u[0].real, u[0].imag])
    slope = jax.grad(cost)(x)
    rng = np.random.default_rng(0)
    for _ in range(3):
        d, h = rng.standard_normal(x.shape), 1e-5
        difference = (cost(x + h * d) - cost(x - h * d)) / (2 * h)
        assert abs(difference - jnp.sum(slope * d)) <= 1e-6 * abs(difference) + 1e-9


SCENES = [
    {},
    {"surface_paths": 4, "rician_db": 0.0},
    {"surface_mode": "mode-switching", "kappa": 1.0},
    {"surface_mode": "time-switching"},
    {"users": 1, "direct_link": False},
]


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("goal", list(sr.Goal))
@pytest.mark.parametrize("settings", SCENES, ids=str)
def test_the_audit_and_the_kernel_of_the_search_agree(goal, joint, settings):
    """Written apart, in NumPy for moments of full size and in JAX for the few numbers that phases act through."""
    s, known, u = scene(2, **settings)
    share = time_share(s, known)
    w = sr.precoder(known, u, "rzf", share)
    judged, maps = make_instance(known, goal, joint, u, w, share), kernel.phase_map(known, u, w, share, joint)
    np.testing.assert_allclose(judged.reference, maps.reference * known.noise_power_w, rtol=1e-11, atol=1e-30)
    value, norm = model.objective(known, goal, u, w, share), gradient_norm(judged)
    manifold = UnitNorm(2 if joint else 1)
    for drop in range(2):
        x = start_point(u[drop], joint)[1]
        exact, soft = (cost_of(maps, drop, goal, joint, sharpness) for sharpness in (1e9, model.SHARPNESS[-1]))
        assert np.isclose(exact(x) * (1 if goal is sr.Goal.INTERFERENCE else -1), value[drop], rtol=1e-9, atol=1e-30)
        slope = manifold.project(x, jax.grad(soft)(x))
        np.testing.assert_allclose(norm[drop], jnp.sqrt(jnp.sum(slope**2)), rtol=1e-9, atol=1e-12)


def test_a_bound_does_not_depend_on_the_batch():
    """One path and four in one batch: each drop is bounded by its own number of directions."""
    one, four = (scene(2, surface_paths=paths) for paths in (1, 4))
    known = sr.Statistics(**{n: np.concatenate([getattr(k, n) for _, k, _ in (one, four)]) for n in vars(one[1])})
    u, share = np.concatenate([one[2], four[2]]), np.ones((4, 4))
    w = sr.precoder(known, u, "mrt")
    whole = make_instance(known, sr.Goal.INTERFERENCE, False, u, w, share)
    for drops in ([0, 1], [2, 3]):
        part = make_instance(known.take(drops), sr.Goal.INTERFERENCE, False, u[drops], w[drops], share[drops])
        np.testing.assert_allclose(bound(whole)[drops], bound(part), rtol=1e-12)


@pytest.mark.parametrize("unit", [1e-120, 1e-9, 1e120])
def test_the_least_in_a_ball_is_that_in_any_unit(unit):
    """Squares of squares of small amplitudes vanish, and with them the bound, unless they are scaled first."""
    random = np.random.default_rng(4)
    a, b = (random.standard_normal((5, *shape, 2)) @ [1, 1j] for shape in ((6, 3), (6,)))
    b[1], a[2], b[3] = 0.01 * b[1], 0, 0
    least = _least_in_ball(a, b, 3.0)
    assert least[0] > 0 and least[2] == pytest.approx(np.sum(np.abs(b[2]) ** 2), rel=1e-6) and least[3] == 0
    np.testing.assert_allclose(_least_in_ball(unit * a, unit * b, 3.0), unit**2 * least, rtol=1e-4)  # A A^H is singular


def test_interference_attains_its_bound_and_never_rises():
    s, known, u = scene(40, elements=64)
    rough = sr.minimise_interference(s, known, "mrt", start=u)
    fine = sr.minimise_interference(s, known, "mrt", start=u, tolerance=1e-6)
    assert np.median(rough.objective / rough.bound - 1) <= 1e-4
    assert np.median(fine.objective / fine.bound - 1) <= 1e-8
    assert np.all(fine.objective >= fine.bound * (1 - 1e-12))
    assert np.mean(rough.iterations <= 20) >= 0.95
    for design in (rough, fine):
        assert np.nanmax(np.diff(design.trace, axis=1)) <= 0
    assert set(fine.status_text) <= {"optimal", "stationary"}


@pytest.mark.parametrize("precoder", ["mrt", "zf", "rzf", "identity"])
def test_surfaces_are_passive_and_precoders_within_power(precoder):
    s, known, u = scene(5)
    for design in (
        sr.maximise_sum_rate(s, known, precoder),
        sr.maximise_min_rate(s, known, precoder, amplitudes="joint"),
    ):
        there = design.u.any(axis=(1, 2))  # with mrt the least rate of one drop is larger without any surface
        assert there.sum() >= 4 and np.abs(np.sum(np.abs(design.u[there]) ** 2, axis=1) - 1).max() <= 1e-12
        np.testing.assert_allclose(np.sum(np.abs(design.precoder) ** 2, axis=(1, 2)), known.power_w, rtol=1e-12)
        assert np.all(design.objective <= design.bound * (1 + 1e-9))
        assert design.status_text == sr.certify(s, known, design).status_text


def test_alternation_with_wmmse_is_monotone_and_the_energy_split_never_loses():
    s, known, u = scene(8, surface_paths=3)
    equal = sr.maximise_sum_rate(s, known, "wmmse", start=u)
    gains = np.diff(equal.trace, axis=1)
    assert np.nanmin(gains) >= -1e-9
    split = sr.maximise_sum_rate(s, known, "wmmse", amplitudes="joint", start=equal.u)
    fixed = sr.maximise_sum_rate(s, known, "wmmse", start=equal.u)
    assert np.all(split.objective >= fixed.objective) and split.objective.mean() > 1.01 * fixed.objective.mean()


def test_same_optimum_as_pymanopt():
    pymanopt = pytest.importorskip("pymanopt")
    s, known, u = scene(4)
    w = sr.precoder(known, u, "mrt")
    ours = sr.minimise_interference(s, known, "mrt", start=u, tolerance=1e-7)
    for drop in range(4):
        manifold = pymanopt.manifolds.ComplexCircle(2 * s.elements)
        one, wd = known.take([drop]), w[[drop]]
        unit = model.reference_w(one, u[[drop]], wd)[0]

        @pymanopt.function.numpy(manifold)
        def cost(x, one=one, wd=wd, unit=unit):
            surface = np.sqrt(0.5) * x.reshape(1, 2, -1)
            return float(model.interference_w(model.moments(one, surface, wd))[0] / unit)

        @pymanopt.function.numpy(manifold)
        def slope(x, one=one, wd=wd, unit=unit):
            surface = np.sqrt(0.5) * x.reshape(1, 2, -1)
            mean = model.moments(one, surface, wd).mean[0] * ~np.eye(4, dtype=bool)
            arriving = one.surface_mean[0] @ wd[0]
            back = one.user_mean[0] * (mean @ arriving.conj().T) * model.mean_phasor(one.kappa)[0]
            out = np.zeros((2, s.elements), complex)
            np.add.at(out, one.side[0], back)
            return (2 * np.sqrt(0.5) * out / unit).reshape(-1)

        problem = pymanopt.Problem(manifold, cost, euclidean_gradient=slope)
        solver = pymanopt.optimizers.ConjugateGradient(verbosity=0, min_gradient_norm=1e-7, max_iterations=500)
        found = solver.run(problem, initial_point=(u[drop] / np.sqrt(0.5)).reshape(-1))
        assert abs(found.cost / ours.objective[drop] - 1) <= 1e-7


def test_majorise_minimise_reaches_the_same_interference_and_never_worsens():
    s, known, u = scene(6)
    fine = {"start": u, "tolerance": 1e-6}
    gradient = sr.minimise_interference(s, known, "mrt", **fine)
    steps = sr.majorise_minimise(s, known, "interference", "mrt", **fine)
    np.testing.assert_allclose(steps.objective, gradient.objective, rtol=1e-6)
    assert np.nanmax(np.diff(steps.trace, axis=1)) <= 1e-12
    rates = sr.majorise_minimise(s, known, "sum-rate", "rzf", start=u)
    assert np.nanmin(np.diff(rates.trace, axis=1)) >= -1e-9
    assert rates.objective.mean() > sr.random_surface(s, known).objective.mean()


@pytest.mark.slow
def test_drops_do_not_depend_on_their_batch():
    s = sr.Scenario(elements=16)
    key = jax.random.key(5)
    whole, part = sr.draw(s, key, 6), sr.draw(s, key, 2, first=4)
    np.testing.assert_array_equal(whole.known.user_mean[4:], part.known.user_mean)
    u = random_start(amplitudes(s, 16), whole.known, 1, 0)
    together = sr.minimise_interference(s, whole.known, start=u)
    alone = sr.minimise_interference(s, part.known, start=u[4:])
    np.testing.assert_array_equal(together.u[4:], alone.u)
    drawn, again = (sr.minimise_interference(s, r.known, starts=2, seed=3) for r in (whole, part))
    np.testing.assert_array_equal(drawn.u[4:], again.u)


# --------------------------------------------------------------------------------------------------------- the edges


@pytest.mark.parametrize(
    "settings",
    [
        {"kappa": 0.0}, {"direct_link": False}, {"antennas": 1}, {"elements": 1}, {"kappa": 1e5}, {"rician_db": "inf"},
        {"rician_db": "-inf"}, {"reflection_users": 4}, {"reflection_users": 0},
        *(pytest.param(settings, marks=pytest.mark.slow) for settings in ({"users": 1}, {"elements": 7})),
    ],
    ids=str,
)  # fmt: skip
def test_edges_end_in_valid_designs(settings):
    s, known, u = scene(3, **settings)
    for design in (sr.minimise_interference(s, known, start=u), sr.maximise_sum_rate(s, known, start=u)):
        assert np.isfinite(design.rates).all() and set(design.status_text) <= {"optimal", "stationary", "stopped"}
    if settings in ({"users": 1}, {"kappa": 0.0}):  # no interference, or phases that act on nothing
        assert not sr.minimise_interference(s, known, start=u).iterations.any()


@pytest.mark.parametrize("mode", ["mode-switching", "time-switching", "conventional"])
def test_other_surface_modes(mode):
    s, known, _ = scene(3, surface_mode=mode)
    design = sr.maximise_sum_rate(s, known)
    assert np.isfinite(design.objective).all() and np.all(design.certificate.amplitude_violation <= 1e-9)
    with pytest.raises(ValueError, match="amplitudes must be 'fixed'"):
        sr.maximise_sum_rate(s, known, amplitudes="joint")


def test_bad_input_is_refused_by_name():
    s, known, u = scene(2)

    def altered(**change):
        return sr.Statistics(**{**vars(known), **change})

    for change, words in (
        ({"kappa": -1.0 * np.ones(2)}, "kappa must be >= 0"),
        ({"side": np.full((2, 4), 2)}, "side must be 0"),
        ({"noise_power_w": np.zeros(2)}, "noise_power_w must be > 0"),
        ({"power_w": -np.ones(2)}, "power_w must be > 0"),
        ({"direct_mean": np.nan * known.direct_mean}, "direct_mean must be finite"),
        ({"user_mean": known.user_mean[:, :, :3]}, "user_mean must have 16 elements"),
    ):
        with pytest.raises(ValueError, match=words):
            sr.minimise_interference(s, altered(**change))
    with pytest.raises(ValueError, match="start must have"):
        sr.minimise_interference(s, known, start=2 * u)
    with pytest.raises(ValueError, match="zf"):
        sr.maximise_sum_rate(*scene(2, users=6, antennas=4)[:2], "zf")
    with pytest.warns(UserWarning, match="zf leaves nothing"):
        idle = sr.minimise_interference(s, known, "zf", start=u)
    assert not idle.iterations.any()
    np.testing.assert_allclose(idle.u, u, atol=1e-15)
    with pytest.raises(ValueError, match="dependent mean channels"):
        sr.maximise_sum_rate(*scene(2, direct_link=False)[:2], "zf")


def test_one_drop_without_its_axis_and_what_the_certificate_catches():
    s, known, u = scene(1)
    single = sr.Statistics(**{name: value[0] for name, value in vars(known).items()})
    design = sr.minimise_interference(s, single, start=u)
    np.testing.assert_array_equal(design.u, sr.minimise_interference(s, known, start=u).u)
    loud = sr.Design(**{**vars(design), "precoder": 1.1 * design.precoder})
    assert sr.certify(s, known, loud).status_text == ["stalled"]
    active = sr.Design(**{**vars(design), "u": 1.01 * design.u})
    assert sr.certify(s, known, active).status_text == ["stalled"]
    start = make_instance(known, sr.Goal.INTERFERENCE, False, u, design.design_precoder, np.ones((1, 4)))
    assert gradient_norm(start) > 10 * design.certificate.gradient_norm
