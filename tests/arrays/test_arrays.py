"""Arrays: steering vectors against their definition."""

import numpy as np

from beamwright.arrays import linear_positions, steering_vectors


def test_every_entry_is_the_phase_of_a_plane_wave():
    angles = (-60.0, 0.0, 12.5)
    a = steering_vectors(angles, linear_positions(7, 0.3))
    for m, angle in enumerate(angles):
        for n in range(7):
            assert np.isclose(a[m, n], np.exp(2j * np.pi * 0.3 * n * np.sin(np.radians(angle))), rtol=1e-14)


def test_squared_norm_is_the_number_of_antennas_and_broadside_is_in_phase():
    a = steering_vectors([[-90.0, -3.0], [0.0, 45.0]], linear_positions(8))
    assert a.shape == (2, 2, 8)
    assert np.allclose(np.sum(np.abs(a) ** 2, axis=-1), 8)
    assert np.array_equal(a[1, 0], np.ones(8))


def test_mirrored_angles_are_conjugates_and_endfire_directions_alias_at_half_a_wavelength():
    positions = linear_positions(5)
    assert np.allclose(steering_vectors(-33.0, positions), np.conj(steering_vectors(33.0, positions)))
    assert np.allclose(steering_vectors(-90.0, positions), steering_vectors(90.0, positions))


def test_no_angles_give_no_vectors():
    assert steering_vectors((), linear_positions(4)).shape == (0, 4)
