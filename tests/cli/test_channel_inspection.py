"""``channels inspect``: shapes, gains, blocked users, and whether angles are mirrored under the chosen convention."""

import numpy as np
import pytest

from beamwright.cli import main

AZIMUTHS_DEG = np.linspace(-60, 60, 12)
SINES = np.sin(np.deg2rad(AZIMUTHS_DEG))


@pytest.fixture(autouse=True)
def workplace(monkeypatch, tmp_path):
    monkeypatch.setenv("BEAMWRIGHT_CACHE_DIR", "off")
    monkeypatch.chdir(tmp_path)


def responses(seed=3):
    """What a simulator gives, h^T w: a direct path, a weak reflection; users 3 and 7 are blocked."""
    random = np.random.default_rng(seed)
    phases = np.exp(2j * np.pi * random.random((2, 12)))[..., None]
    wave = np.exp(1j * np.pi * SINES[:, None] * np.arange(8))
    late = np.exp(1j * np.pi * np.sin(np.deg2rad(AZIMUTHS_DEG + 25))[:, None] * np.arange(8))
    h = 1e-4 * (phases[0] * wave + 0.15 * phases[1] * late)
    h[[3, 7]] = 0
    return h


def positions(axis="y"):
    far = np.random.default_rng(4).uniform(40, 120, 12)
    place = np.stack([far * np.sqrt(1 - SINES**2), far * SINES, 0 * far], axis=1)
    return (place if axis == "y" else place[:, [1, 0, 2]]) + np.array([5.0, -3.0, 20.0])


def inspected(capsys, *words, **arrays):
    np.savez("a.npz", **arrays)
    assert main(["channels", "inspect", "a.npz", *words]) == 0
    return capsys.readouterr().out


def test_shapes_kinds_gains_and_blocked_users(capsys):
    h = responses()
    said = inspected(capsys, h=h, note=np.array("text"), side=np.ones(12, bool))
    assert "12 x 8" in said and "complex" in said and "text" in said and "logical" in said
    assert "h: 12 users, 8 antennas" in said
    assert "blocked, zero or NaN: 2 users (3, 7); --skip-blocked" in said
    power_db = 10 * np.log10(np.mean(np.abs(np.delete(h, [3, 7], 0)) ** 2, axis=1))
    assert f"gain per antenna: {power_db.min():.1f} to {power_db.max():.1f} dB" in said
    assert "not judged, the file has no azimuths" in said
    nan = np.where(h == 0, np.nan, h)
    assert "blocked, zero or NaN: 2 users (3, 7)" in inspected(capsys, h=nan)


@pytest.mark.parametrize("along", ["azimuths", "x", "y"])
def test_plain_responses_are_right_without_conjugate_and_their_conjugates_are_told_apart(along, capsys):
    known = {"user_position_m": positions(along), "bs_position_m": np.array([5.0, -3.0, 20.0])}
    known = {"aod_az": AZIMUTHS_DEG} if along == "azimuths" else known
    plain = inspected(capsys, "--no-conjugate", h=responses(), **known)
    assert "phases rise" in plain and "8 of 8" in plain and "slope +1.0" in plain
    assert "angles: right with --no-conjugate (steering_sign -1)" in plain
    assert ("aod_az" if along == "azimuths" else f"array along {along}") in plain
    assert "then --no-conjugate" in inspected(capsys, h=responses(), **known)
    turned = inspected(capsys, h=responses().conj(), **known)
    assert "phases fall" in turned and "MIRRORED with --conjugate (steering_sign 1); --set steering_sign=-1" in turned
    other_end = inspected(capsys, "--no-conjugate", h=responses()[:, ::-1], **known)
    assert "MIRRORED with --no-conjugate (steering_sign -1); --set steering_sign=1 repairs it" in other_end


def test_axes_names_and_what_is_no_channel(capsys):
    h = responses()
    assert "12 users, 8 antennas" in inspected(capsys, "--axes", "antennas users", h=h.T)
    assert "g: 12 users" in inspected(capsys, "--variable", "g", g=h, h=h[:4])
    assert "name it with --variable" in inspected(capsys, a=h, b=h)
    rays = np.random.default_rng(0).standard_normal((12, 8, 2)) @ [1, 1j]
    assert "too few plane waves" in inspected(capsys, h=rays, aod_az=AZIMUTHS_DEG)
    assert main(["channels", "inspect", "nowhere.npz"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
