"""Channels from .npz, .mat (v5, v7.3) and .h5 files: same numbers whatever the container, and nothing is executed."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from beamwright.cli.channels import ChannelFile, parse_variables, read_channels
from beamwright.cli.variables import read_variable

AXES = {"h": "drops users antennas"}
SIZES = {"users": 3, "antennas": 8}


@pytest.fixture
def h() -> np.ndarray:
    real, imaginary = np.random.default_rng(7).standard_normal((2, 5, 3, 8))
    return real + 1j * imaginary


def write_npz(path: Path, h: np.ndarray) -> Path:
    np.savez(path.with_suffix(".npz"), h=h, note=np.array("a note"))
    return path.with_suffix(".npz")


def write_mat5(path: Path, h: np.ndarray) -> Path:
    scipy.io.savemat(path.with_suffix(".mat"), {"h": h, "note": "a note"})
    return path.with_suffix(".mat")


def write_mat73(path: Path, h: np.ndarray) -> Path:
    """As MATLAB does: a text block before the HDF5 signature, axes reversed, complex as pairs of real and imag."""
    path = path.with_name(path.name + "73.mat")
    pairs = np.zeros(h.T.shape, [("real", "<f8"), ("imag", "<f8")])
    pairs["real"], pairs["imag"] = h.T.real, h.T.imag
    with h5py.File(path, "w", userblock_size=512) as file:
        file.create_dataset("h", data=pairs).attrs["MATLAB_class"] = np.bytes_("double")
        note = file.create_dataset("note", data=np.frombuffer("a note".encode("utf-16-le"), "<u2"))
        note.attrs["MATLAB_class"] = np.bytes_("char")
        file.create_group("#refs#")
    with open(path, "r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64")
    return path


def write_h5(path: Path, h: np.ndarray) -> Path:
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        file["h"] = h
        file["note"] = "a note"
    return path.with_suffix(".h5")


WRITERS = [write_npz, write_mat5, write_mat73, write_h5]


@pytest.mark.parametrize("write", WRITERS)
def test_every_container_gives_the_same_array(write, tmp_path, h):
    path = write(tmp_path / "channels", h)
    assert np.array_equal(read_variable(path, "h"), h)
    assert np.array_equal(read_channels(ChannelFile(path), AXES, SIZES).arrays["h"], h)


@pytest.mark.parametrize("write", WRITERS)
def test_one_drop_needs_no_drops_axis(write, tmp_path, h):
    path = write(tmp_path / "channels", h[0])
    assert np.array_equal(read_channels(ChannelFile(path), AXES, SIZES).arrays["h"], h[:1])


@pytest.mark.parametrize("write", WRITERS)
def test_text_is_refused(write, tmp_path, h):
    with pytest.raises(ValueError, match=r"note in .* must be an array of numbers"):
        read_variable(write(tmp_path / "channels", h), "note")


@pytest.mark.parametrize("write", WRITERS)
def test_missing_variable_lists_those_that_are_there(write, tmp_path, h):
    with pytest.raises(ValueError, match=r"no variable 'H'; it holds: h, note"):
        read_variable(write(tmp_path / "channels", h), "H")


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_truncated_file_is_named(write, keep, tmp_path, h):
    path = write(tmp_path / "channels", h)
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data))])
    with pytest.raises(ValueError, match="channels") as caught:
        read_variable(path, "h")
    assert "empty" in str(caught.value) if keep == 0 else "damaged" in str(caught.value)


def test_pickled_objects_are_never_loaded(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "executed",))

    np.savez(tmp_path / "bomb.npz", h=np.array([Bomb()], dtype=object))
    with pytest.raises(ValueError, match=r"h in .*bomb.npz must be an array of numbers, got pickled objects"):
        read_variable(tmp_path / "bomb.npz", "h")
    assert not (tmp_path / "executed").exists()


def test_cells_are_refused(tmp_path):
    cells = np.empty(2, dtype=object)
    cells[:] = [np.ones(3), np.ones(4)]
    scipy.io.savemat(tmp_path / "cells.mat", {"h": cells})
    with pytest.raises(ValueError, match="got objects or cells"):
        read_variable(tmp_path / "cells.mat", "h")


def test_missing_file_and_unknown_ending_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.npz must be a file"):
        read_variable(tmp_path / "nowhere.npz", "h")
    (tmp_path / "h.txt").write_text("1 2 3")
    with pytest.raises(ValueError, match=r"must end in .npz, .mat, .h5 or .hdf5, got '.txt'"):
        read_variable(tmp_path / "h.txt", "h")


def test_conjugation_says_what_the_file_means(tmp_path, h):
    """A file of h^T w channels: the amplitude of a beam must come out the same in the library's h^H w."""
    path = write_npz(tmp_path / "channels", h)
    beam = np.arange(8) + 1j
    ours = read_channels(ChannelFile(path, conjugate=False), AXES, SIZES)
    assert np.allclose(np.conj(ours.arrays["h"]) @ beam, h @ beam)
    assert ours.notes["convention"] == "h^T w in the file, conjugated to h^H w"


def test_normalised_channels_have_mean_gain_one(tmp_path, h):
    path = write_npz(tmp_path / "channels", 3e-5 * h)
    read = read_channels(ChannelFile(path, normalise=True), AXES, SIZES)
    assert np.mean(np.abs(read.arrays["h"]) ** 2) == pytest.approx(1.0, rel=1e-12)
    assert np.allclose(read.arrays["h"] / read.notes["scale"]["h"], 3e-5 * h, rtol=1e-12)


def test_transpose_reverses_axes(tmp_path, h):
    path = write_npz(tmp_path / "channels", h.T)
    assert np.array_equal(read_channels(ChannelFile(path, transpose=True), AXES, SIZES).arrays["h"], h)
    with pytest.raises(ValueError, match=r"got shape \(8, 3, 5\)\. .* try --transpose"):
        read_channels(ChannelFile(path), AXES, SIZES)


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((8, 3), "--transpose"),
        ((4, 8), "--set users=4"),
        ((5, 3, 6), "--set antennas=6"),
        ((5, 8, 3), "swap them in the file"),
        ((8,), r"axes \(drops users antennas\)"),
    ],
)
def test_wrong_axes_name_a_remedy(shape, remedy, tmp_path):
    path = write_npz(tmp_path / "channels", np.ones(shape))
    with pytest.raises(ValueError, match=remedy):
        read_channels(ChannelFile(path), AXES, SIZES)


def test_nan_is_found(tmp_path, h):
    h[2, 1, 4] = np.nan
    with pytest.raises(ValueError, match=r"h must be finite, got .*nan.* at index \[\[2, 1, 4\]\]"):
        read_channels(ChannelFile(write_npz(tmp_path / "channels", h)), AXES, SIZES)


def test_groups_are_users_of_the_file_and_do_not_depend_on_their_number(tmp_path):
    pool = np.arange(40)[:, None] + 1j * np.arange(8)
    source = ChannelFile(write_npz(tmp_path / "channels", pool))
    many = read_channels(source, AXES, SIZES, groups=20, seed=3).arrays["h"]
    few = read_channels(source, AXES, SIZES, groups=6, seed=3).arrays["h"]
    assert many.shape == (20, 3, 8) and np.array_equal(few, many[:6])
    users = many[:, :, 0].real.astype(int)
    assert all(len(set(group)) == 3 for group in users)
    assert np.array_equal(pool[users], many)
    assert len(np.unique(users)) > 20
    other = read_channels(source, AXES, SIZES, groups=20, seed=4).arrays["h"]
    assert not np.array_equal(other, many)


def test_groups_need_a_pool(tmp_path, h):
    with pytest.raises(ValueError, match="must be a pool with axes"):
        read_channels(ChannelFile(write_npz(tmp_path / "a", h)), AXES, SIZES, groups=2)
    with pytest.raises(ValueError, match="users must be at most the 2 in the file, got 3"):
        read_channels(ChannelFile(write_npz(tmp_path / "b", h[0, :2])), AXES, SIZES, groups=2)


def test_variables_are_named_per_channel(tmp_path, h):
    assert parse_variables(["H_est"], ["h"]) == {"h": "H_est"}
    assert parse_variables(["a=x", "b=y"], ["a", "b"]) == {"a": "x", "b": "y"}
    with pytest.raises(ValueError, match="--variable must be CHANNEL=NAME"):
        parse_variables(["x"], ["a", "b"])
    with pytest.raises(ValueError, match="--variable must name a channel"):
        parse_variables(["c=x"], ["h"])
    path = tmp_path / "two.npz"
    np.savez(path, H_est=h, h=0 * h)
    assert np.array_equal(read_channels(ChannelFile(path, {"h": "H_est"}), AXES, SIZES).arrays["h"], h)
