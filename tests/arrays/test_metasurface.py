"""Metasurfaces and spherical waves: identities, limits, and numbers of spec dma_noma, sections 2 and 7."""

import numpy as np
import pytest

from beamwright.arrays import (
    centred_positions,
    distances_m,
    edge_feeds,
    hologram,
    planar_distances_m,
    rayleigh_distance_m,
    reference_wave,
    spherical_wave,
    waveguides,
)

WAVELENGTH_M = 5e-3


@pytest.mark.parametrize(
    ("rows", "columns", "metres"),
    [(1, 32, 2.4025), (1, 72, 12.6025), (1, 128, 40.3225), (1, 256, 162.5625), (4, 8, 0.145), (16, 16, 1.125)],
)
def test_rayleigh_distances(rows, columns, metres):
    x = centred_positions(rows, columns, WAVELENGTH_M / 2)
    assert np.isclose(rayleigh_distance_m(x, WAVELENGTH_M), metres)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-15)
    assert x[columns - 1, 1] > x[0, 1] and np.all(x[:, 0] == 0)


def test_spheres_flatten_with_distance():
    x = centred_positions(2, 16, WAVELENGTH_M / 2)
    rng = np.random.default_rng(0)
    toward = rng.standard_normal((5, 3))
    toward /= np.linalg.norm(toward, axis=-1, keepdims=True)
    for far, error in ((1.0, 2e-3), (1e4, 2e-7)):
        assert np.abs(distances_m(x, far * toward) - planar_distances_m(x, far * toward)).max() <= error
    wave = spherical_wave(x, toward, WAVELENGTH_M)
    np.testing.assert_allclose(np.abs(wave), 1)
    one = np.linalg.norm(toward[0] - x[3])
    np.testing.assert_allclose(wave[0, 3], np.exp(-2j * np.pi * one / WAVELENGTH_M), rtol=1e-9)


def test_reference_waves_are_passive():
    x = centred_positions(1, 32, WAVELENGTH_M / 2)
    feeds = edge_feeds(4, 32 * WAVELENGTH_M / 2, -WAVELENGTH_M / 2)
    np.testing.assert_allclose(feeds[:, 1], np.array([-3, -1, 1, 3]) / 8 * 0.08)
    q = reference_wave(x, feeds, WAVELENGTH_M)
    assert q.shape == (32, 4) and np.isclose(np.linalg.norm(q, 2), 1)
    guided = waveguides(3, 8, WAVELENGTH_M / 2, WAVELENGTH_M)
    np.testing.assert_allclose(guided.conj().T @ guided, np.eye(3), atol=1e-14)
    assert np.all((np.abs(guided) > 0).sum(axis=1) == 1)


@pytest.mark.parametrize("attenuation_per_m", [0.0, 3.0, 40.0, 1e4])
def test_losses_are_lost_and_never_amplify(attenuation_per_m):
    """Against the sum over one guide element by element, and on feeds anywhere."""
    index, spacing = 1.9, WAVELENGTH_M / 2
    guided = waveguides(2, 16, spacing, WAVELENGTH_M, index, attenuation_per_m)
    step = np.exp(-(attenuation_per_m + 2j * np.pi / WAVELENGTH_M * index) * spacing)
    for n in range(16):
        np.testing.assert_allclose(guided[[n, 16 + n], [0, 1]], step ** (n + 1) / 4, rtol=1e-9)
    rng = np.random.default_rng(0)
    for feeds in (1, 3, 12):
        x, y = rng.normal(0, 0.05, (16, 3)), rng.normal(0, 0.05, (feeds, 3))
        q = reference_wave(x, y, WAVELENGTH_M, index, attenuation_per_m)
        free = reference_wave(x, y, WAVELENGTH_M, index)
        path = distances_m(y, x)
        np.testing.assert_allclose(np.abs(q), np.abs(free) * np.exp(-attenuation_per_m * path), rtol=1e-9)
        np.testing.assert_allclose(
            np.angle(free[0, 0] / free[-1, -1]),
            np.angle(np.exp(-2j * np.pi / WAVELENGTH_M * index * (path[0, 0] - path[-1, -1]))),
            rtol=1e-6,
        )
        assert np.linalg.norm(q, 2) <= 1 + 1e-12 and np.isclose(np.linalg.norm(free, 2), 1)


def test_a_hologram_adds_up_towards_its_user():
    x = centred_positions(1, 64, WAVELENGTH_M / 2)
    q = reference_wave(x, edge_feeds(1, 0.16, -WAVELENGTH_M / 2), WAVELENGTH_M)
    users = np.array([[8.0, 3.0, 0.0], [8.0, -3.0, 0.0]])
    h = spherical_wave(x, users, WAVELENGTH_M)
    m = hologram(h[:1], q)
    assert np.all((m >= 0) & (m <= 1))
    gain = np.abs(h.conj() @ (m[:, None] * q))[:, 0]
    assert gain[0] > 5 * gain[1]
    conjugate = np.abs(h.conj() @ (hologram(np.conj(h[:1]), q)[:, None] * q))[:, 0]
    assert gain[0] > 5 * conjugate[0]
    with pytest.raises(ValueError, match="reference must have 64 elements"):
        hologram(h, q[:3])
