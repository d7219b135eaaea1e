"""The box of carrier offsets: its corners, its range, its phasors."""

import jax.numpy as jnp
import numpy as np
import pytest

from beamwright.uncertainty import offset_phasors, offset_range_of, offset_samples, offset_vertices


@pytest.mark.parametrize("aps", [1, 2, 4, 6])
def test_few_access_points_have_all_vertices_but_the_constant_ones(aps):
    vertices = offset_vertices(aps)
    assert vertices.shape == (2**aps - 2, aps) and len(np.unique(vertices, axis=0)) == len(vertices)
    assert np.all(np.abs(vertices) == 0.5) and (len(vertices) == 0 or np.all(np.ptp(vertices, axis=1) == 1))


@pytest.mark.parametrize("aps", [7, 16, 32])
def test_many_have_a_fixed_choice_with_everybody_on_either_side_equally_often(aps):
    vertices = offset_vertices(aps)
    assert len(np.unique(vertices, axis=0)) == len(vertices) == 32 and np.all(np.ptp(vertices, axis=1) == 1)
    np.testing.assert_array_equal(vertices.sum(axis=0), 0)
    np.testing.assert_array_equal(vertices, offset_vertices(aps))


def test_samples_lie_in_the_box_and_differ_by_seed():
    samples = offset_samples(3, 200)
    assert samples.shape == (200, 3) and np.abs(samples).max() <= 0.5 and np.ptp(samples) > 0.9
    assert not np.allclose(samples, offset_samples(3, 200, seed=1))


def test_the_range_of_a_box_of_differences():
    assert offset_range_of(-300.0, 500.0) == 300.0
    with pytest.raises(ValueError, match="least_hz, most_hz must hold zero between them"):
        offset_range_of(100.0, 500.0)


def test_phasors_turn_with_the_symbol_for_both_kinds_of_arrays():
    offsets = np.array([[10.0, -250.0], [0.0, 400.0]])
    turn = offset_phasors(offsets, 8, 1e-3)
    np.testing.assert_allclose(turn[0, 3, 1], np.exp(-2j * np.pi * 0.75))
    np.testing.assert_allclose(offset_phasors(jnp.asarray(offsets), 8, 1e-3), turn, atol=1e-14)
