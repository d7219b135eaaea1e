"""Balls of positions: sets lie in them, are as dense as they say, and belong to their drop (spec dma_noma, 4)."""

import jax
import numpy as np
import pytest

from beamwright.uncertainty import (
    ball_frame,
    position_scenarios,
    sample_position_ball,
    scenario_count,
    verification_positions,
)

WAVELENGTH_M = 5e-3
POSITIONS_M = np.array([[[9.0, 3.0, 0.0], [14.0, -2.0, 1.0]], [[10.0, 0.0, 0.0], [0.0, 0.0, 12.0]]])


def test_frames_are_orthonormal():
    frame = ball_frame(POSITIONS_M)
    np.testing.assert_allclose(frame @ np.swapaxes(frame, -1, -2), np.broadcast_to(np.eye(3), frame.shape), atol=1e-14)
    np.testing.assert_allclose(frame[..., 0, :] * np.linalg.norm(POSITIONS_M, axis=-1)[..., None], POSITIONS_M)
    np.testing.assert_allclose(frame[0, :, 1, 2], 0, atol=1e-15)
    np.testing.assert_allclose(np.linalg.det(frame), 1)


@pytest.mark.parametrize("rows", [1, 3, 16])
@pytest.mark.parametrize(("columns", "radius_m"), [(32, 0.1), (256, 0.5), (2, 0.01)])
def test_scenarios_are_distinct_points_of_the_ball_with_the_estimate_first(rows, columns, radius_m):
    extent = (columns - 1) * WAVELENGTH_M / 2, (rows - 1) * WAVELENGTH_M / 2
    points, count = position_scenarios(POSITIONS_M, radius_m, extent, WAVELENGTH_M)
    np.testing.assert_allclose(points[..., 0, :], POSITIONS_M)
    away = np.linalg.norm(points - POSITIONS_M[..., None, :], axis=-1)
    assert np.all(away <= radius_m * (1 + 1e-12)) and np.isclose(away.max(), radius_m)
    local = (points - POSITIONS_M[..., None, :]) @ np.swapaxes(ball_frame(POSITIONS_M), -1, -2) / radius_m
    for d, u in np.ndindex(2, 2):
        used = local[d, u, : count[d, u]]
        assert len(np.unique(np.round(used, 9), axis=0)) == count[d, u]
        np.testing.assert_allclose(local[d, u, count[d, u] :], 0, atol=1e-12)
        # no two neighbours across the line of sight are farther apart than a phase of 2 pi / density at the edges
        reach = np.linalg.norm(POSITIONS_M[d, u])
        for axis, size in ((1, extent[0]), (2, extent[1])):
            line = np.sort(used[np.abs(used[:, [i for i in range(3) if i != axis]]).max(axis=1) < 1e-9, axis])
            if size > 0:
                assert np.diff(line).max() * radius_m * size / (reach * WAVELENGTH_M) <= 1 / 8 + 1e-9
                assert np.isclose(line[0], -1) and np.isclose(line[-1], 1)
    assert count.max() <= scenario_count(POSITIONS_M, radius_m, extent, WAVELENGTH_M, 8.0) * 1.3 + 8


def test_density_acts_without_a_limit():
    counts = [position_scenarios(POSITIONS_M, 2.0, (0.64, 0.0), WAVELENGTH_M, q)[1].max() for q in (8.0, 16.0, 32.0)]
    assert np.all(np.diff(counts) > 200)


def test_one_scenario_without_error_and_one_line_of_them():
    points, count = position_scenarios(POSITIONS_M, 0.0, (0.1, 0.0), WAVELENGTH_M)
    assert points.shape == (2, 2, 1, 3) and np.all(count == 1)
    for name, row in (("radial", 0), ("tangential", 1)):
        points, count = position_scenarios(POSITIONS_M, 0.1, (0.2, 0.0), WAVELENGTH_M, directions=name)
        local = (points - POSITIONS_M[..., None, :]) @ np.swapaxes(ball_frame(POSITIONS_M), -1, -2)
        others = [i for i in range(3) if i != row]
        assert np.abs(local[..., others]).max() <= 1e-12 and np.isclose(local[..., row].max(), 0.1)


def test_dense_positions_fill_the_ball_and_belong_to_their_drop():
    points = verification_positions(POSITIONS_M, 0.2, numbers=[4, 7], seed=3)
    away = np.linalg.norm(points - POSITIONS_M[..., None, :], axis=-1)
    assert points.shape == (2, 2, 3400, 3) and away.max() <= 0.2 * (1 + 1e-12)
    np.testing.assert_allclose(away[..., 2000:3000], 0.2)
    assert abs((away[..., :2000] < 0.1).mean() - 1 / 8) < 0.02
    alone = verification_positions(POSITIONS_M[1:], 0.2, numbers=[7], seed=3)
    np.testing.assert_array_equal(points[1], alone[0])


def test_dense_positions_come_with_their_mirror_images_the_same_for_all_users():
    centres = np.array([[[10.0, 0.0, 0.0], [0.0, 12.0, 1.0]]])
    offsets = verification_positions(centres, 0.3, [5], inside=7, surface=5, line=3) - centres[..., None, :]
    assert offsets.shape == (1, 2, 18, 3)
    np.testing.assert_allclose(offsets[0, 0, :12], offsets[0, 1, :12], atol=1e-12)
    for start, count in ((0, 7), (7, 5)):
        half = -(-count // 2)
        first, second = np.split(offsets[0, 0, start : start + count], [half])
        np.testing.assert_allclose(second, first[: count - half] * [1, -1, 1], atol=1e-12)


def test_dense_positions_of_a_drop_are_the_same_to_the_bit_in_any_batch():
    centres = np.array([[10.0, 2.0, 0.5], [0.0, 12.0, 1.0], [7.0, -3.0, 0.0]])[:, None].repeat(4, axis=1)
    for size_m in (0.3, np.full(centres.shape, [0.5, 0.1, 0.2])):
        every = verification_positions(centres, size_m, [7, 0, 2])
        alone = verification_positions(centres[2:], size_m if np.ndim(size_m) == 0 else size_m[2:], [2])
        np.testing.assert_array_equal(alone[0], every[2])


def test_refused_by_name():
    for arguments, words in (
        (([1.0, 2.0], 0.1), "positions_m must have axes"), (([9.0, 0, 0], -0.1), "radius_m must be >= 0"),
        (([0.05, 0, 0], 0.1), "positions_m must be farther"), (([np.nan, 0, 0], 0.1), "positions_m must be finite"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            position_scenarios(*arguments, (0.1, 0.0), WAVELENGTH_M)
    with pytest.raises(ValueError, match="directions must be one of"):
        position_scenarios([9.0, 0, 0], 0.1, (0.1, 0.0), WAVELENGTH_M, directions="up")


def local(points, semi_axes, positions=POSITIONS_M):
    """Offsets in the frame of every estimate, in units of its semi-axes."""
    frame = ball_frame(positions)
    return (points - positions[..., None, :]) @ np.swapaxes(frame, -1, -2) / semi_axes[..., None, :]


AXES_M = np.array([[[1.0, 0.2, 0.1], [2.0, 0.5, 0.3]], [[0.3, 0.01, 0.4], [0.1, 0.2, 3.0]]])


def test_ellipsoids_of_equal_axes_are_balls():
    equal = np.full(POSITIONS_M.shape, 0.1)
    for extent in ((0.2, 0.0), (0.2, 0.1)):
        one, other = (position_scenarios(POSITIONS_M, size, extent, WAVELENGTH_M) for size in (0.1, equal))
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
    for directions in ("all", "radial", "tangential"):
        one, other = (verification_positions(POSITIONS_M, size, [4, 7], 3, directions) for size in (0.1, equal))
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_positions_in_ellipsoids_are_those_of_the_unit_ball_stretched():
    points, count = position_scenarios(POSITIONS_M, AXES_M, (0.2, 0.1), WAVELENGTH_M)
    inside = local(points, AXES_M)
    np.testing.assert_allclose(np.linalg.norm(inside, axis=-1).max(axis=-1), 1)
    for axis in range(3):
        np.testing.assert_allclose(inside[..., axis].max(axis=-1), 1)
    for d, u in np.ndindex(2, 2):  # as dense along every axis as a ball of that radius
        used = inside[d, u, : count[d, u]]
        for axis in range(3):
            off = np.delete(np.arange(3), axis)
            alone, _ = position_scenarios(POSITIONS_M[d, u], float(AXES_M[d, u, axis]), (0.2, 0.1), WAVELENGTH_M)
            ball = local(alone[None, None], np.ones((1, 1, 3)), POSITIONS_M[d : d + 1, u : u + 1])[0, 0]
            lines = [np.unique(np.round(x[np.abs(x[:, off]).max(axis=1) < 1e-9][:, axis], 9)) for x in (used, ball)]
            assert len(lines[0]) == len(lines[1])
    dense = local(verification_positions(POSITIONS_M, AXES_M, [4, 7], seed=3), AXES_M)
    np.testing.assert_allclose(np.linalg.norm(dense[..., 2000:3000, :], axis=-1), 1)
    np.testing.assert_allclose((dense[..., :2000, :] ** 2).mean(axis=-2), 1 / 5, atol=0.02)  # uniform in the ball
    np.testing.assert_allclose(np.abs(dense[..., 3000:3200, :]).max(axis=-2), [[[0, 1, 0]] * 2] * 2, atol=1e-9)
    keys = jax.random.split(jax.random.key(0), 4000)
    many = np.broadcast_to(POSITIONS_M[:1], (4000, 2, 3))
    truth = sample_position_ball(many, np.broadcast_to(AXES_M[:1], many.shape), keys)
    drawn = local(np.moveaxis(truth, 0, 1)[None], AXES_M[:1], POSITIONS_M[:1])[0]
    np.testing.assert_allclose((drawn**2).mean(axis=1), 1 / 5, atol=0.015)
    with pytest.raises(ValueError, match="radius_m must be one number or semi-axes"):
        position_scenarios(POSITIONS_M, AXES_M[0, 0], (0.2, 0.0), WAVELENGTH_M)
