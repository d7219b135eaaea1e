"""Channels from .npz, .mat (v5, v7.3) and .h5 files: same numbers whatever the container, and nothing is executed."""

import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from beamwright.cli.channels import ChannelFile, read_channels
from beamwright.cli.naming import parse_variables
from beamwright.cli.variables import read_variable
from beamwright.core import Input

AXES = {"h": Input("drops users antennas", "amplitude", conjugated=True)}
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


def test_cells_of_different_shapes_are_refused(tmp_path):
    cells = np.empty(2, dtype=object)
    cells[:] = [np.ones(3), np.ones(4)]
    scipy.io.savemat(tmp_path / "cells.mat", {"h": cells})
    with pytest.raises(ValueError, match=r"cells must have one shape to be stacked, .* NAME\{1\}"):
        read_variable(tmp_path / "cells.mat", "h")
    assert np.array_equal(read_variable(tmp_path / "cells.mat", "h{2}").ravel(), np.ones(4))


def test_missing_file_and_unknown_ending_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.npz must be a file"):
        read_variable(tmp_path / "nowhere.npz", "h")
    (tmp_path / "h.txt").write_text("1 2 3")
    with pytest.raises(ValueError, match=r"must end in .npz, .npy, .mat, .h5 or .hdf5, got '.txt'"):
        read_variable(tmp_path / "h.txt", "h")


def test_conjugation_says_what_the_file_means(tmp_path, h):
    """A file of h^T w channels: the amplitude of a beam must come out the same in the library's h^H w."""
    path = write_npz(tmp_path / "channels", h)
    beam = np.arange(8) + 1j
    ours = read_channels(ChannelFile(path, conjugate=False), AXES, SIZES)
    assert np.allclose(np.conj(ours.arrays["h"]) @ beam, h @ beam)
    assert ours.notes["convention"] == "h^T w in the file, conjugated to h^H w"


def test_nan_is_found(tmp_path, h):
    h[2, 1, 4] = np.nan
    with pytest.raises(ValueError, match=r"h must be finite, got .*nan.* at index \[\[2, 1, 4\]\]"):
        read_channels(ChannelFile(write_npz(tmp_path / "channels", h)), AXES, SIZES)


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


@pytest.mark.parametrize("names", ["real imag", "re im", "Re Im", "r i", "Real Imaginary"])
def test_pairs_of_parts_are_complex_whatever_they_are_called(names, tmp_path, h):
    pairs = np.zeros(h.shape, [(name, "<f8") for name in names.split()])
    pairs[names.split()[0]], pairs[names.split()[1]] = h.real, h.imag
    with h5py.File(tmp_path / "h.h5", "w") as file:
        file["h"] = pairs
    assert np.array_equal(read_variable(tmp_path / "h.h5", "h"), h)


def test_structs_cells_groups_and_plain_arrays_are_read_as_the_refusal_says(tmp_path, h):
    """Each file is first refused with one line, whose option then reads it."""
    cells, bs, users = np.empty((5, 1), object), np.empty((1, 1), object), np.empty((1, 3), object)
    for i in range(5):
        cells[i, 0] = h[i]
    for k in range(3):
        users[0, k] = {"channel": h[0, k][None, :, None], "loc": np.zeros(3)}
    bs[0, 0] = {"user": users, "loc": np.zeros(3)}
    scipy.io.savemat(tmp_path / "struct.mat", {"sim": {"h": h, "fc": 3.5e9}})
    scipy.io.savemat(tmp_path / "cells.mat", {"H": cells})
    scipy.io.savemat(tmp_path / "deepmimo.mat", {"DeepMIMO_dataset": bs})
    scipy.io.savemat(tmp_path / "apart.mat", {"h_real": h.real, "h_imag": h.imag})
    np.save(tmp_path / "h.npy", h)
    with h5py.File(tmp_path / "group.h5", "w") as file:
        file["out/freq"] = h[:, :, None, None, :, None, None]
        file["out/phase"] = h.real
    for name, option, variable, first in (
        ("struct.mat", "h=sim.h", "sim.h", h), ("cells.mat", "h=H", "H", h), ("group.h5", "h=out.freq", "out/freq", h),
        ("deepmimo.mat", "h=DeepMIMO_dataset.user.channel", "DeepMIMO_dataset{1}.user.channel", h[:1]),
        ("apart.mat", "h=h_real,h_imag", "h_real,h_imag", h),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"has no variable 'h'; it holds: .*Try --variable {option}$"):
            read_channels(ChannelFile(tmp_path / name), AXES, SIZES)
        for told in (option.removeprefix("h="), variable):
            assert np.array_equal(
                read_channels(ChannelFile(tmp_path / name, {"h": told}), AXES, SIZES).arrays["h"], first
            )
    assert np.array_equal(read_channels(ChannelFile(tmp_path / "h.npy"), AXES, SIZES).arrays["h"], h)
    assert np.array_equal(
        read_variable(tmp_path / "deepmimo.mat", "DeepMIMO_dataset.user{2}.channel")[0, :, 0], h[0, 1]
    )


def test_a_struct_of_v73_and_its_cells_are_read(tmp_path, h):
    with h5py.File(tmp_path / "s.mat", "w", userblock_size=512) as file:
        for i in range(5):
            pairs = np.zeros(h[i].T.shape, [("real", "<f8"), ("imag", "<f8")])
            pairs["real"], pairs["imag"] = h[i].T.real, h[i].T.imag
            file[f"#refs#/{i}"] = pairs
            file[f"#refs#/{i}"].attrs["MATLAB_class"] = np.bytes_("double")
        cells = file.create_dataset("sim/h", (1, 5), dtype=h5py.ref_dtype)
        cells[0] = [file[f"#refs#/{i}"].ref for i in range(5)]
        cells.attrs["MATLAB_class"] = np.bytes_("cell")
    assert np.array_equal(read_variable(tmp_path / "s.mat", "sim.h")[:, 0], h)


def test_one_part_of_a_channel_is_not_taken_for_it(tmp_path, h):
    np.savez(tmp_path / "a.npz", h_real=h.real, h_imag=h.imag, alone=h.real)
    with pytest.raises(ValueError, match=r"h_real must be all of h, .* Try --variable h=h_real,h_imag"):
        read_channels(ChannelFile(tmp_path / "a.npz", {"h": "h_real"}), AXES, SIZES)
    read = read_channels(ChannelFile(tmp_path / "a.npz", {"h": "alone"}), AXES, SIZES)
    assert np.array_equal(read.arrays["h"], h.real) and "h real in the file" in read.remarks[0]


def test_headers_that_promise_more_than_memory_are_refused_before_anything_is_allocated(tmp_path):
    def npy(path: Path, shape: tuple[int, ...]) -> Path:
        with path.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {"descr": "<c16", "fortran_order": False, "shape": shape})
            file.write(bytes(64))
        return path

    big = npy(tmp_path / "h.npy", (10**6, 100, 80))
    with zipfile.ZipFile(tmp_path / "h.npz", "w") as archive:
        archive.write(big, "h.npy")
    with h5py.File(tmp_path / "h.h5", "w") as file:
        file.create_dataset("h", (10**6, 100, 80), "<c16", chunks=(1, 100, 80))
    for name in ("h.npy", "h.npz", "h.h5"):
        with pytest.raises(ValueError, match=r"must take at most 2 GiB, got shape \(1000000, 100, 80\), 119 GiB"):
            read_variable(tmp_path / name, "h")
    with pytest.raises(ValueError, match="damaged .*the header promises 16000 bytes"):
        read_variable(npy(tmp_path / "small.npy", (1000,)), "h")
