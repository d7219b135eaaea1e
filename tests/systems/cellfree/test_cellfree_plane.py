"""Antennas that move in a plane: geometry, an independent model, layouts, what a plane contains, files."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cellfree_cases import drawn, random_design, same_as_stacked, saved

from beamwright import cellfree as cf
from beamwright.arrays import as_plane, least_distance, spread_layout, square_layout
from beamwright.channels import steering
from beamwright.cli.audit import audit
from beamwright.cli.design_files import StoredDesign
from beamwright.metrics import position_bound
from beamwright.systems.cellfree import physics
from beamwright.systems.cellfree.scene import checked

SHORT = {"starts": 4, "rounds": 2, "steps": 60}


def in_plane(drops=2, seed=0, **settings):
    """Scenario, scenes and a design without any sense, antennas in a plane."""
    s, r = drawn(drops, seed, movement="plane", **settings)
    x, filters = random_design(s, drops)
    high = np.random.default_rng(9).uniform(-1, 1, (drops, s.aps, s.tx_antennas + s.rx_antennas))
    tx, rx = (
        np.stack([along, across], axis=-1)
        for along, across in zip(
            (x.tx_positions, x.rx_positions), np.split(high, [s.tx_antennas], axis=-1), strict=True
        )
    )
    return s, r, replace(x, tx_positions=tx, rx_positions=rx), filters


# ----------------------------------------------------------------------------------------------------------- the model


def test_phases_are_those_of_path_lengths_in_the_scene():
    """How much nearer each antenna is to the target than the middle of its access point, in wavelengths."""
    s, r, x, _ = in_plane(1, target_range_m=60.0, wavelength_m=1e-4)  # short waves: the target is far away
    scene, target = r.known.geometry, as_plane(checked(s, r.known).target_cosine)[0]
    for a in range(s.aps):
        axis = scene.ap_axes[0, a]
        left = np.array([-axis[1], axis[0]])
        assert left @ scene.ap_positions_m[0, a] < 0  # towards the middle of the circle
        for along, across in x.rx_positions[0, a]:
            there = scene.ap_positions_m[0, a] + s.wavelength_m * (along * axis + across * left)
            whole, own = (np.linalg.norm(scene.target_m[0] - p) for p in (scene.ap_positions_m[0, a], there))
            phase = np.exp(2j * np.pi * (whole - own) / s.wavelength_m)
            np.testing.assert_allclose(steering(np.array(along + 1j * across), target[a]), phase, atol=1e-3)


@pytest.mark.parametrize("settings", [{}, {"aps": 3, "users": 1, "paths": 3}])
def test_sinrs_are_those_of_the_stacked_signal(settings):
    s, r, x, filters = in_plane(2, **settings)
    same_as_stacked(s, r.known, x, filters)


def test_slopes_of_the_utility_by_places_are_central_differences():
    s, r, x, filters = in_plane(1)
    known = checked(s, r.known)
    paths, point = physics.paths_of(known), physics.point_of(s, known, x)
    given, f = physics.filters_of(s, known, filters), np.array([[100.0, -200.0]])

    def utility(xy):
        tx = xy[0] + 1j * xy[1]
        filtered = physics.apply_filters(s.radio, physics.received_signals(paths, point._replace(tx=tx)), given)
        return physics.utility_at(s.radio, filtered, physics.offset_phases(s.radio, f))[0]

    def numbers(xy):
        return cf.sinr(s, r.known, replace(x, tx_positions=np.moveaxis(xy, 0, -1)), filters, f[0]).utility[0]

    at = np.stack([point.tx.real, point.tx.imag])
    slope, step = jax.jit(jax.grad(utility))(at), 1e-5
    for index in [(0, 0, 0, 1), (1, 0, 0, 1), (0, 0, 1, 4), (1, 0, 1, 4)]:
        ahead, behind = at.copy(), at.copy()
        ahead[index] += step
        behind[index] -= step
        there = (numbers(ahead) - numbers(behind)) / (2 * step)
        np.testing.assert_allclose(slope[index], there, rtol=1e-4, atol=1e-7)


def test_a_line_in_the_plane_is_what_it_is_without():
    s, r, x, filters = in_plane(2)
    line, drawn_there = drawn(2)
    flat = replace(x, tx_positions=x.tx_positions * [1, 0], rx_positions=x.rx_positions * [1, 0])
    alone = replace(x, tx_positions=x.tx_positions[..., 0], rx_positions=x.rx_positions[..., 0])
    for name in ("uplink_cosine", "direct_rx_cosine", "direct_tx_cosine", "target_cosine"):
        here, there = getattr(r.known, name), getattr(drawn_there.known, name)
        np.testing.assert_array_equal(here[..., 0], there)
        np.testing.assert_allclose(np.linalg.norm(here, axis=-1), 1, rtol=1e-12)
    f = np.array([100.0, -200.0])
    here, there = cf.sinr(s, r.known, flat, filters, f), cf.sinr(line, drawn_there.known, alone, filters, f)
    np.testing.assert_array_equal(here.utility, there.utility)
    bent = cf.sinr(s, r.known, x, filters, f)
    assert np.all(np.abs(bent.utility - here.utility) > 1e-6)


def test_the_position_bound_turns_with_the_array():
    """A line of antennas along the axis, and the same line across it at an access point turned by a right angle."""
    aps, target = np.array([[0.0, 0.0], [100.0, 20.0]]), np.array([30.0, 60.0])
    axes, left = np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([[0.0, 1.0], [-0.8, 0.6]])
    rx, grid = np.array([[-1.0, 0.2, 1.3]] * 2), cf.ResourceGrid.full(8, 4)
    line = position_bound(aps, axes, target, rx, grid, 0.05, 0.1).bound_m
    flat = np.stack([rx, np.zeros_like(rx)], axis=-1)
    np.testing.assert_allclose(position_bound(aps, axes, target, flat, grid, 0.05, 0.1).bound_m, line, rtol=1e-12)
    turned = position_bound(aps, -left, target, flat[..., ::-1], grid, 0.05, 0.1).bound_m
    np.testing.assert_allclose(turned, line, rtol=1e-12)
    round_array = np.stack([np.cos([0, 2, 4]), np.sin([0, 2, 4])], axis=-1)[None].repeat(2, axis=0)
    assert position_bound(aps, axes, target, round_array, grid, 0.05, 0.1).bound_m > 0


# -------------------------------------------------------------------------------------------------------------- layouts


def test_layouts_in_a_square_keep_their_spacing():
    rng = np.random.default_rng(0)
    crowd = rng.uniform(-1, 1, (200, 6)) + 1j * rng.uniform(-1, 1, (200, 6))
    spread = jax.jit(spread_layout, static_argnums=3)
    apart = np.asarray(spread(crowd, 1.0, 0.5, 200))
    assert np.all(least_distance(apart) >= 0.5 - 1e-9) and np.any(least_distance(crowd) < 0.2)
    assert np.abs(apart.real).max() <= 1 and np.abs(apart.imag).max() <= 1
    np.testing.assert_array_equal(np.asarray(spread(apart[:50], 1.0, 0.49, 200)), apart[:50])  # stays as it is
    order = rng.permutation(6)
    np.testing.assert_allclose(spread(crowd[:, order], 1.0, 0.5, 200), apart[:, order], atol=1e-9)
    np.testing.assert_allclose(spread(1j * crowd, 1.0, 0.5, 200), 1j * apart, atol=1e-9)
    jammed = spread(crowd[:5], 0.3, 0.5, 200)  # no room for six
    assert np.all(least_distance(np.asarray(jammed)) < 0.49)
    slope = jax.jit(jax.grad(lambda x: jnp.sum(jnp.abs(spread_layout(x + 0.3j * x**2, 1.0, 0.5, 4)) ** 2)))
    assert np.all(np.isfinite(slope(jnp.zeros(6)))) and np.all(np.isfinite(slope(jnp.linspace(-1, 1, 6))))


def test_fixed_square_arrays_are_in_the_middle_and_near_square():
    for antennas, size in ((6, (1.0, 0.5)), (4, (0.5, 0.5)), (3, (1.0, 0.0)), (1, (0.0, 0.0))):
        places = square_layout(antennas, -2.0, 2.0)
        assert (np.ptp(places.real), np.ptp(places.imag)) == size
        np.testing.assert_allclose(places.mean(), 0, atol=1e-15)
        assert least_distance(places) >= 0.5
    with pytest.raises(ValueError, match="half_region_wavelengths .tx_antennas. must hold 6 antennas"):
        drawn(1, movement="plane", half_region_wavelengths=1.2)  # the square contains the line


# -------------------------------------------------------------------------------------------------------------- designs


def test_certificates_see_a_layout_that_is_too_close_or_outside():
    s, r, x, _ = in_plane(2)
    d = cf.leakage_beams(s, r.known)
    assert d.status_text == ["feasible"] * 2 and d.tx_positions.shape == (2, s.aps, s.tx_antennas, 2)
    near, far = d.tx_positions.copy(), d.rx_positions.copy()
    near[:, 0, 0] = near[:, 0, 5] + [0.3, 0.0]  # neither neighbour in order nor on one coordinate
    far[:, 1, 2, 1] = 2.1
    for change, residual in (({"tx_positions": near}, 0.2), ({"rx_positions": far}, 0.1)):
        proof = cf.certify(s, r.known, replace(d, **change))
        np.testing.assert_allclose(proof.layout_residual, residual, rtol=1e-9)
        assert proof.status_text == ["stalled"] * 2
    with pytest.raises(ValueError, match="tx_positions must have"):
        cf.certify(s, r.known, replace(d, tx_positions=d.tx_positions[..., 0]))
    with pytest.raises(ValueError, match="uplink_cosine must"):
        cf.leakage_beams(s, drawn(2)[1].known)
    too_long = replace(r.known, target_cosine=1.1 * r.known.target_cosine)
    with pytest.raises(ValueError, match="target_cosine must hold cosines"):
        cf.leakage_beams(s, too_long)
    with pytest.raises(ValueError, match="movement must be 'line' for agents"):
        cf.environment(s, r.known)


def test_a_file_of_a_plane_is_read_designed_and_verified(tmp_path):
    stored = saved(in_plane(1)[0], tmp_path)
    assert all(check.passed is not False for check in audit(stored))
    for name in ("direct_tx_cosine", "target_cosine", "tx_positions", "rx_positions"):
        forged = stored.arrays[name].copy()
        forged.ravel()[-1] = 0.9 * forged.ravel()[-1] + 0.01  # of the second coordinate
        lies = StoredDesign(stored.path, {**stored.arrays, name: forged}, stored.about, "")
        assert any(check.passed is False for check in audit(lies)), name


@pytest.fixture(scope="module")
def designs():
    """A line and a plane of the same scenes, and fixed arrays of both kinds."""
    (line, there), (s, r) = drawn(3), drawn(3, movement="plane")
    scenes = (line, there.known), (s, r.known)
    return s, r, [f(*scene, **SHORT) for scene in scenes for f in (cf.fixed_array, cf.maximise_worst_case)]


@pytest.mark.slow  # compiles both searches
def test_a_plane_is_never_below_the_line_nor_fixed_arrays_of_either_kind(designs):
    s, r, (fixed, line, square, plane) = designs
    for lower, higher in ((fixed, line), (line, plane), (square, plane)):
        assert np.all(higher.worst_case_utility >= lower.worst_case_utility * (1 - 1e-6))
    assert plane.status_text == ["feasible"] * 3 and np.all(plane.certificate.layout_residual <= 1e-9)
    assert plane.worst_case_utility.mean() > line.worst_case_utility.mean() + 0.1
    assert np.ptp(plane.tx_positions[..., 1]) > 0.5
    again = cf.maximise_worst_case(s, r.known, starts=1, rounds=1, steps=1, initial=plane)
    np.testing.assert_array_equal(again.worst_case_utility, plane.worst_case_utility)


@pytest.mark.slow  # on the searches of the test above
@pytest.mark.parametrize("signs", [(-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)])
def test_mirrors_and_order_of_users_change_no_bit(signs, designs):
    s, r, (*_, plane) = designs
    names = ("uplink_cosine", "direct_rx_cosine", "direct_tx_cosine", "target_cosine")
    other = replace(r.known, **{name: getattr(r.known, name) * np.array(signs) for name in names})
    other = replace(other, uplink_gain=other.uplink_gain[:, ::-1], uplink_cosine=other.uplink_cosine[:, ::-1])
    there = cf.maximise_worst_case(s, other, **SHORT)
    order = slice(None, None, -1 if signs[0] < 0 else 1)
    np.testing.assert_array_equal(there.tx_positions, plane.tx_positions[:, :, order] * np.array(signs))
    np.testing.assert_array_equal(there.beams, plane.beams[..., order])
