"""Cramer-Rao bounds of a target's position: reference values, order, the whole Fisher information, no answer."""

import numpy as np
import pytest

from beamwright.metrics import ResourceGrid, position_bound

KINDS = ("known", "consistent", "free")
WAVELENGTH = 0.0857


def scene(aps=4, radius=100.0):
    angle = np.pi / 4 + 2 * np.pi * np.arange(aps) / aps
    places = radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return places, np.stack([-np.sin(angle), np.cos(angle)], axis=-1)


def line(aps, antennas):
    return np.tile(0.5 * (np.arange(antennas) - (antennas - 1) / 2), (aps, 1))


@pytest.mark.parametrize(
    ("grid", "expected"),
    [(ResourceGrid.full(256, 16), (0.16447,) * 3), (ResourceGrid.diagonal(256), (0.65789, 0.65789, 0.84423))],
)
def test_reference_values(grid, expected):
    found = [position_bound(*scene(), (20.0, 10.0), line(4, 4), grid, 0.05, WAVELENGTH, kind).bound_m for kind in KINDS]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_the_order_holds_in_random_geometries():
    rng = np.random.default_rng(0)
    for _ in range(50):
        aps = int(rng.integers(2, 6))
        places, angle = rng.uniform(-100, 100, (aps, 2)), rng.uniform(0, 2 * np.pi, aps)
        axes = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        elements = rng.integers(0, 200, 60), rng.integers(0, 16, 60)
        grid, power = ResourceGrid(*elements, 30e3, 35.7e-6), rng.uniform(0.01, 0.1, (aps, aps))
        target, rx = rng.uniform(-50, 50, 2), np.sort(rng.uniform(-2, 2, (aps, 3)), axis=1)
        bounds = [position_bound(places, axes, target, rx, grid, power, WAVELENGTH, kind).bound_m for kind in KINDS]
        assert bounds[0] <= bounds[1] * (1 + 1e-9) and bounds[1] <= bounds[2] * (1 + 1e-9)


def test_the_full_fisher_information_says_the_same():
    """Built element by element, with every unknown, and inverted whole."""
    places, axes = scene(3)
    rng = np.random.default_rng(3)
    k, s = rng.integers(0, 100, 12).astype(float), rng.integers(0, 8, 12).astype(float)
    spacing, symbol, p, rx = 30e3, 35.7e-6, np.array([20.0, 10.0]), line(3, 2)
    power = rng.uniform(0.5, 1.0, (3, 3))
    pairs = [(a, b) for a in range(3) for b in range(3)]

    def means(theta, kind):
        """Position, amplitudes and phases of all links, offsets."""
        position, rho = theta[:2], theta[2:20].reshape(9, 2)
        away = position - places
        distance = np.linalg.norm(away, axis=1)
        cosine = np.sum(away * axes, axis=1) / distance
        rows = []
        for link, (a, b) in enumerate(pairs):
            tau = (distance[a] + distance[b]) / 299_792_458.0
            shift = 0.0
            if kind == "consistent":
                f = np.concatenate([[0.0], theta[20:22]])
                shift = f[b] - f[a]
            elif kind == "free" and a != b:
                shift = theta[20 + [q for q in pairs if q[0] != q[1]].index((a, b))]
            phase = rx[a][:, None] * cosine[a] - (k * spacing * tau)[None] + (s * symbol * shift)[None]
            rows.append((rho[link, 0] + 1j * rho[link, 1]) * np.exp(2j * np.pi * phase).ravel())
        return np.concatenate(rows)

    start = np.concatenate([p, np.stack([np.sqrt(power.ravel()), np.zeros(9)], axis=1).ravel()])
    for kind, more in (("known", 0), ("consistent", 2), ("free", 6)):
        theta = np.concatenate([start, np.zeros(more)])
        steps = np.where(np.arange(len(theta)) >= 20, 1.0, 1e-4)
        columns = []
        for i, h in enumerate(steps):
            ahead, behind = theta.copy(), theta.copy()
            ahead[i] += h
            behind[i] -= h
            columns.append((means(ahead, kind) - means(behind, kind)) / (2 * h))
        jacobian = np.stack(columns, axis=1)
        information = 2 * (jacobian.conj().T @ jacobian).real
        scale = 1 / np.sqrt(np.diagonal(information))
        covariance = np.linalg.inv(information * scale[:, None] * scale)[:2, :2] * scale[:2, None] * scale[:2]
        found = position_bound(places, axes, p, rx, ResourceGrid(k, s, spacing, symbol), power, WAVELENGTH, kind)
        np.testing.assert_allclose(found.covariance_m2, covariance, rtol=1e-4)


def test_unidentifiable_is_an_answer():
    apart = 0.05 * (1 - np.eye(4))  # no monostatic links, one antenna, one index for delay and offset
    found = position_bound(*scene(), (20.0, 10.0), line(4, 1), ResourceGrid.diagonal(256), apart, WAVELENGTH, "free")
    assert not found.identifiable and np.isinf(found.bound_m)
    consistent = position_bound(*scene(), (20.0, 10.0), line(4, 1), ResourceGrid.diagonal(256), apart, WAVELENGTH)
    assert consistent.identifiable and np.isfinite(consistent.bound_m)
    dark = position_bound(*scene(), (20.0, 10.0), line(4, 4), ResourceGrid.full(8, 8), 0.0, WAVELENGTH)
    assert not dark.identifiable


def test_maps_are_batches_and_bad_input_is_refused():
    targets = np.random.default_rng(0).uniform(-50, 50, (3, 4, 2))
    grid = ResourceGrid.full(16, 4)
    found = position_bound(*scene(), targets, line(4, 4), grid, 0.05, WAVELENGTH)
    alone = position_bound(*scene(), targets[1, 2], line(4, 4), grid, 0.05, WAVELENGTH)
    assert found.bound_m.shape == (3, 4) and found.bound_m[1, 2] == alone.bound_m
    for bad, words in (({"offsets": "some"}, "offsets must be"), ({"snr": -1.0}, "snr must be"),
                       ({"wavelength_m": 0.0}, "wavelength_m must be > 0")):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            position_bound(*scene(), (20.0, 10.0), line(4, 4), grid, **{"snr": 0.05, "wavelength_m": 0.1, **bad})
