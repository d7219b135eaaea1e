"""Archives: what their headers promise is never allocated unseen, and whatever is wrong is one line."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from beamwright.records.archives import read_arrays


def archived(path: Path, name: str, content: bytes) -> Path:
    """An archive of one member."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return path


def npy(shape: tuple[int, ...], content: bytes = bytes(64), kind: str = "<c16") -> bytes:
    """An array's bytes, whatever the header says of them."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
    return file.getvalue() + content


def test_arrays_come_back(tmp_path):
    arrays = {"h": np.arange(6.0).reshape(2, 3) + 1j, "certificate.gap": np.array(np.nan), "about": np.array("{}")}
    np.savez(tmp_path / "a.npz", **arrays)
    found = read_arrays(tmp_path / "a.npz")
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (npy((10**6, 100, 80)), "the header promises 128000000000 bytes, there are"),
        (npy((9,)), "expected 144 bytes got 64"),
        (npy((1,), pickle.dumps([1]), "|O"), "allow_pickle=False"),
        (b"no array", "magic string"),
        (b"", "expected 8 bytes"),
    ],
    ids=["too much", "a little too much", "pickled", "text", "empty"],
)
def test_what_is_no_array_is_one_line(tmp_path, content, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_arrays(archived(tmp_path / "a.npz", "h.npy", content))
    assert "\n" not in str(caught.value)


def test_encrypted_members_are_refused(tmp_path):
    path = archived(tmp_path / "a.npz", "h.npy", npy((4,)))
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="encrypted"):
        read_arrays(path)
